"""Every kind of fault, seen by a client over a real socket."""

import time
from datetime import datetime
from typing import Any

import httpx
import pytest

from servers.waiting import until
from smena_sandbox.application import Sandbox
from smena_sandbox.clock import minsk_ms

MIDNIGHT = minsk_ms(datetime(2026, 1, 5))
HISTORY = f"/webkassa/api/get-check-history?date={MIDNIGHT}"
DOCUMENTS = f"/webkassa/api/get-cashdocs-for-period?dateStart={MIDNIGHT}&dateEnd={MIDNIGHT + 86_400_000}"
SAVE = "/webkassa/api/warehouse/save"
GOOD = {"goods": [{"goodName": "Новый товар"}]}


async def put(http: httpx.AsyncClient, **fault: Any) -> dict[str, Any]:
    answer = await http.post("/_sandbox/faults", json={"target": "webkassa"} | fault)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def log(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    return list((await http.get("/_sandbox/requests")).json()["data"])


def created(sandbox: Sandbox) -> int:
    return sum(good.name == "Новый товар" for good in sandbox.world.cabinet.goods.values())


async def test_drop_before_ends_the_connection_and_does_nothing(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    await put(http, do="drop-before", when={"times": 1})

    with pytest.raises(httpx.ReadError):
        await http.post(SAVE, json=GOOD)

    assert created(sandbox) == 0
    (entry,) = await log(http)
    assert (entry["status"], entry["committed"], entry["fault"]) == (None, False, "drop-before")
    assert (await http.post(SAVE, json=GOOD)).status_code == 200


async def test_commit_then_drop_does_the_work_and_says_nothing(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    await put(http, do="commit-then-drop", when={"path": "warehouse/save"})

    with pytest.raises(httpx.ReadError):
        await http.post(SAVE, json=GOOD)

    assert created(sandbox) == 1
    (entry,) = await log(http)
    assert (entry["status"], entry["committed"]) == (None, True)
    assert entry["before"] == [None]
    assert entry["after"][0]["goodName"] == "Новый товар"


async def test_truncate_announces_the_whole_and_sends_half(http: httpx.AsyncClient) -> None:
    whole = await http.get(HISTORY)
    await put(http, do="truncate")
    received: list[bytes] = []

    async def read() -> None:
        async with http.stream("GET", HISTORY) as answer:
            assert int(answer.headers["content-length"]) == len(whole.content)
            async for part in answer.aiter_raw():
                received.append(part)  # noqa: PERF401 - what came before the end counts

    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        await read()

    assert b"".join(received) == whole.content[: len(whole.content) // 2]


async def test_half_of_a_batch_is_written_before_the_connection_is_lost(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    await put(http, do="half-then-drop", when={"times": 1})
    goods = [{**GOOD["goods"][0], "vendorCode": f"A-{n}", "gtin": None} for n in range(5)]

    with pytest.raises(httpx.TransportError):
        await http.post(SAVE, json={"goods": goods})

    assert created(sandbox) == 2
    (entry,) = await log(http)
    assert (len(entry["body"]["goods"]), entry["committed"], entry["status"]) == (5, True, None)


@pytest.mark.parametrize("phase", ["before", "after"])
async def test_a_delay_stands_before_or_after_the_work(http: httpx.AsyncClient, sandbox: Sandbox, phase: str) -> None:
    await put(http, do="delay", seconds=0.2, phase=phase)
    started = time.monotonic()

    answer = await http.post(SAVE, json=GOOD)

    assert answer.status_code == 200
    assert time.monotonic() - started >= 0.2
    assert created(sandbox) == 1


async def test_a_caller_who_gives_up_before_a_late_commit_still_causes_it(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    await put(http, do="delay", seconds=0.2, when={"times": 1})

    with pytest.raises(httpx.ReadTimeout):
        await http.post(SAVE, json=GOOD, timeout=0.05)

    await until(lambda: created(sandbox) == 1, seconds=10)
    assert (await log(http))[0]["committed"] is True


async def test_a_status_with_a_body_of_our_own(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await put(http, do="status", code=503, body="<html>busy</html>", headers={"X-Test": "1"})

    answer = await http.post(SAVE, json=GOOD)

    assert (answer.status_code, answer.text, answer.headers["x-test"]) == (503, "<html>busy</html>", "1")
    assert created(sandbox) == 0


async def test_a_status_after_the_work(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await put(http, do="status", code=500, phase="after")

    answer = await http.post(SAVE, json=GOOD)

    assert answer.status_code == 500
    assert "exception" in answer.json()
    assert created(sandbox) == 1


@pytest.mark.parametrize(("retry_after", "header"), [(7, "7"), (None, None)])
async def test_429_with_or_without_retry_after(
    http: httpx.AsyncClient, retry_after: int | None, header: str | None
) -> None:
    await put(http, do="429", retry_after=retry_after)

    answer = await http.get(HISTORY)

    assert answer.status_code == 429
    assert answer.headers.get("retry-after") == header


async def test_401_in_the_form_of_each_system(http: httpx.AsyncClient) -> None:
    await put(http, do="401")
    await put(http, do="401", target="onec")

    assert (await http.get(HISTORY)).json()["exception"]["errCodeForClient"] == 401
    answer = await http.get("/onec/odata/standard.odata/Catalog_Номенклатура")
    assert answer.status_code == 401
    assert "odata.error" in answer.json()


async def test_html_is_200_with_a_page(http: httpx.AsyncClient) -> None:
    await put(http, do="html")

    answer = await http.get(HISTORY)

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.startswith("<!DOCTYPE html>")


async def test_empty_is_2xx_without_a_body_after_the_work(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await put(http, do="empty")

    answer = await http.post(SAVE, json=GOOD)

    assert (answer.status_code, answer.content) == (200, b"")
    assert created(sandbox) == 1


async def test_duplicate_repeats_records(http: httpx.AsyncClient) -> None:
    plain = (await http.get(HISTORY)).json()
    await put(http, do="duplicate", when={"times": 1})
    await put(http, do="duplicate", records=1)

    assert (await http.get(HISTORY)).json() == plain + plain
    assert (await http.get(HISTORY)).json() == [*plain, plain[-1]]


async def test_reorder_changes_nothing_but_the_order(http: httpx.AsyncClient) -> None:
    plain = (await http.get(DOCUMENTS)).json()
    await put(http, do="reorder")

    other = (await http.get(DOCUMENTS)).json()

    assert other["sales"] != plain["sales"]
    assert sorted(d["uid"] for d in other["sales"]) == sorted(d["uid"] for d in plain["sales"])


async def test_late_documents_are_hidden_in_every_call_until_released(http: httpx.AsyncClient) -> None:
    plain = (await http.get(DOCUMENTS)).json()
    fault = await put(http, do="late", lists=["sales"], records=2, when={"path": "cashdocs"})

    hidden = (await http.get(DOCUMENTS)).json()
    headers = (await http.get(HISTORY)).json()

    gone = {document["uid"] for document in plain["sales"][-2:]}
    assert hidden["sales"] == plain["sales"][:-2]
    assert hidden["zreports"] == plain["zreports"]
    assert gone.isdisjoint({document["uid"] for document in headers})
    await http.post(f"/_sandbox/faults/{fault['id']}/release")
    assert (await http.get(DOCUMENTS)).json() == plain


async def test_late_documents_arrive_after_so_many_requests(http: httpx.AsyncClient) -> None:
    plain = (await http.get(HISTORY)).json()
    await put(http, do="late", requests=2)

    lengths = [len((await http.get(HISTORY)).json()) for _ in range(4)]

    assert lengths == [len(plain) - 1, len(plain) - 1, len(plain), len(plain)]


async def test_late_documents_may_be_named(http: httpx.AsyncClient) -> None:
    plain = (await http.get(HISTORY)).json()
    await put(http, do="late", ids=[plain[3]["uid"]])

    assert (await http.get(HISTORY)).json() == [*plain[:3], *plain[4:]]


@pytest.mark.parametrize(
    ("when", "struck"),
    [
        ({"nth": 2}, [0, 1, 0, 0, 0, 0]),
        ({"every": 3}, [0, 0, 1, 0, 0, 1]),
        ({"times": 2}, [1, 1, 0, 0, 0, 0]),
        ({"every": 2, "times": 1}, [0, 1, 0, 0, 0, 0]),
        ({"path": "get-check-history"}, [1] * 6),
        ({"path": r"get-(check|z)-\w+"}, [1] * 6),
        ({"path": f"date={MIDNIGHT}"}, [1] * 6),
        ({"path": "warehouse"}, [0] * 6),
        ({"path": "X(guid'"}, [0] * 6),
        ({"method": "get"}, [1] * 6),
        ({"method": "POST"}, [0] * 6),
        ({"probability": 1.0}, [1] * 6),
        ({"probability": 0.0}, [0] * 6),
    ],
)
async def test_when_decides_which_requests_are_struck(
    http: httpx.AsyncClient, when: dict[str, Any], struck: list[int]
) -> None:
    await put(http, do="status", code=418, when=when)

    statuses = [(await http.get(HISTORY)).status_code for _ in range(6)]

    assert [int(status == 418) for status in statuses] == struck
    (fault,) = (await http.get("/_sandbox/faults")).json()["data"]
    assert fault["hits"] == sum(struck)


async def test_probability_is_drawn_from_the_seed(http: httpx.AsyncClient) -> None:
    await put(http, do="status", when={"probability": 0.5})
    first = [(await http.get(HISTORY)).status_code for _ in range(30)]

    assert {200, 500} == set(first)


async def test_a_path_of_1c_is_matched_decoded(http: httpx.AsyncClient) -> None:
    await put(http, target="onec", do="status", code=418, when={"path": "Catalog_Номенклатура"})

    answer = await http.get("/onec/odata/standard.odata/Catalog_Номенклатура")

    assert answer.status_code == 418


async def test_faults_are_listed_and_cleared(http: httpx.AsyncClient) -> None:
    one = await put(http, do="html")
    await put(http, do="empty")

    assert (await http.delete(f"/_sandbox/faults/{one['id']}")).json() == {"removed": 1}
    assert (await http.delete(f"/_sandbox/faults/{one['id']}")).status_code == 404
    assert (await http.delete("/_sandbox/faults")).json() == {"removed": 1}
    assert (await http.get("/_sandbox/faults")).json() == {"data": []}
    assert (await http.get(HISTORY)).status_code == 200


@pytest.mark.parametrize(
    "fault",
    [
        {"target": "webkassa", "do": "explode"},
        {"target": "nobody", "do": "html"},
        {"target": "webkassa", "do": "html", "wehn": {}},
        {"target": "webkassa", "do": "html", "when": {"nht": 1}},
    ],
)
async def test_a_misspelt_fault_is_refused(http: httpx.AsyncClient, fault: dict[str, Any]) -> None:
    answer = await http.post("/_sandbox/faults", json=fault)

    assert answer.status_code == 400
    assert answer.json()["error"]
