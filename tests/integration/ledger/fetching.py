"""An ERP that fetches, as these tests play it: what it is offered, what it reads, what it answers."""

from typing import Any

from integration.ledger.api import Api
from ledger.use_cases.offer_documents import OfferTools, offer_documents
from unit.ledger.making import line, payment, revision

PULL = [{"organization": "romashka", "kind": "pull"}]
FACTS = revision([line("milk", 2000, 500), line("bread", 1000, 150)], [payment("cash", 400), payment("card", 250)])


async def offer(api: Api) -> int:
    return await offer_documents("romashka", OfferTools(api.bench.rulebook, api.bench.clock, api.bench.work))


async def entries(api: Api, **query: Any) -> list[Any]:
    return list((await api.get("/feed", **query))["data"])


async def offered(api: Api, facts: Any = FACTS) -> list[Any]:
    await api.bench.publish(facts)
    await offer(api)
    return await entries(api)


async def answer(api: Api, *answers: dict[str, Any], status: int = 200, **more: Any) -> Any:
    return await api.post("/feed/acknowledgements", {"acknowledgements": list(answers), **more}, status)


async def state_of(api: Api, entry: Any) -> tuple[str, str | None]:
    document = await api.get(f"/documents/{entry['document']['id']}")
    return document["state"], document["reason"]
