"""The kit for integrators: every cell operator × property is green over the sandbox, and what is broken is named."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from contract.cabinets.doors import Door, door, shop, webkassa_of
from smena.cabinets.documents import CabinetDocument, DocumentKind, DocumentPage
from smena.cabinets.items import CabinetItem
from smena.cabinets.memory import MemoryCabinet
from smena.cabinets.port import CabinetRefusedError, CabinetUnavailableError
from smena.cabinets.verify import Check, Verdict, Verification
from smena.kinds.money import Kopecks

OPERATORS = ("webkassa-sandbox", "ikassa-sandbox", "manifest-sandbox", "titan-retail-local", "k5-mag")
LISTS_NO_REGISTERS = {"webkassa-sandbox"}


@pytest.mark.parametrize("operator", OPERATORS)
async def test_every_operator_passes_every_check(operator: str) -> None:
    async with door(operator) as found:
        checks = await Verification(found.cabinet, found.register, found.start, found.end).run(write=True)

    assert len(checks) == 13
    allowed = {Verdict.PASSED, Verdict.NOT_OFFERED} if operator in LISTS_NO_REGISTERS else {Verdict.PASSED}
    wrong = [check for check in checks if check.verdict not in allowed]
    nothing_sent_yet = [check for check in wrong if "items are listed" in check.name]
    assert wrong == (nothing_sent_yet if operator in {"titan-retail-local", "k5-mag"} else [])


class Broken(MemoryCabinet):
    """A cabinet that is spoilt one way or another."""

    reads = 0
    spoil_second = False
    takes_any_register = False

    async def read_documents(self, register_number: str, start: datetime, end: datetime) -> AsyncIterator[DocumentPage]:
        self.reads += 1
        if self.takes_any_register:
            self.registers.add(register_number)
        async for page in super().read_documents(register_number, start, end):
            spoil = self.spoil_second and self.reads > 1
            yield replace(page, documents=page.documents[1:]) if spoil else page


async def sold() -> tuple[Door, list[CabinetDocument]]:
    found = shop()
    cabinet = webkassa_of(found.sandbox)
    pages = cabinet.read_documents(found.register, found.start, found.end)
    documents = [one async for page in pages for one in page.documents]
    await cabinet.close()
    return found.door(cabinet), [one for one in documents if isinstance(one, CabinetDocument)]


async def failed(documents: list[CabinetDocument], place: Door, **spoilt: Any) -> dict[str, str]:
    cabinet = Broken(documents=documents, items=spoilt.pop("items", [CabinetItem("1", "Хлеб")]))
    for name, value in spoilt.items():
        setattr(cabinet, name, value)
    checks: list[Check] = await Verification(cabinet, place.register, place.start, place.end).run()
    assert cabinet.calls.count("save_items") == 0
    return {check.name: check.seen for check in checks if check.verdict is Verdict.FAILED}


async def test_what_is_broken_is_named_and_nothing_is_written() -> None:
    place, good = await sold()
    sale = next(place for place, one in enumerate(good) if one.kind is DocumentKind.SALE)

    def spoilt(**fields: Any) -> list[CabinetDocument]:
        return [*good[:sale], replace(good[sale], **fields), *good[sale + 1 :]]

    assert await failed(good, place) == {}
    assert set(await failed([*good[:sale], *good[sale + 1 :]], place)) == {
        "document numbers of a shift have no gap",
        "Z-reports agree with their receipts",
    }
    assert set(await failed(spoilt(payments=()), place)) == {"payments add up to each receipt"}
    assert set(await failed(spoilt(gross=Kopecks(1)), place)) == {"lines add up to each receipt"}
    assert set(await failed(good, place, spoil_second=True)) == {
        "a second reading gives the same documents",
        "two halves of the period hold what the whole holds",
    }
    assert set(await failed([*good, good[sale]], place)) >= {"every document comes once, in order"}
    assert set(await failed(good, place, takes_any_register=True)) == {"an unknown register is refused"}


async def test_an_empty_period_proves_nothing_and_says_so() -> None:
    place, good = await sold()
    quiet = replace(place, start=place.start - timedelta(days=9), end=place.start - timedelta(days=8))
    cabinet = MemoryCabinet(documents=good)

    checks = await Verification(cabinet, quiet.register, quiet.start, quiet.end).run()

    assert {check.verdict for check in checks if "Z-reports" in check.name or "add up" in check.name} == {
        Verdict.NOTHING_SEEN
    }


@pytest.mark.parametrize("error", [CabinetUnavailableError("нет связи"), CabinetRefusedError("нет доступа")])
async def test_a_check_that_gets_no_answer_fails_and_stops_none_of_the_others(error: Exception) -> None:
    place, good = await sold()
    cabinet = MemoryCabinet(documents=good)
    cabinet.fail_next(error)  # type: ignore[arg-type] # both are errors of a cabinet

    checks = await Verification(cabinet, place.register, place.start, place.end).run()

    assert (checks[0].verdict, checks[0].seen) == (Verdict.FAILED, str(error))
    assert len(checks) == 12
    assert sum(check.verdict is Verdict.FAILED for check in checks) == 1
