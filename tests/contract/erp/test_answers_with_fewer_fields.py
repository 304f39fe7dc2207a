"""A 1C that answers a create with less than it was sent: what it leaves out is read back, never taken for a change."""

import json
from typing import Any

import pytest

from contract.erp.bases import report
from contract.erp.onec_by_hand import REF, REPORT, REPORTS, created, refusal
from contract.outside.raw_http import RawServer, Reply, json_reply
from smena.erp.errors import ErpOutcomeUnknownError
from smena.erp.onec.documents import OneCDocuments

ByHand = tuple[RawServer, OneCDocuments]


def whole() -> dict[str, Any]:
    body: dict[str, Any] = json.loads(created())
    return body


@pytest.mark.parametrize(
    "answer",
    [
        {"Ref_Key": REF},
        {"Ref_Key": REF, "Number": "РМ00-000031", "DataVersion": "AAAAAAAAAAA="},
        {name: value for name, value in whole().items() if name != "Товары"},
        {name: value for name, value in whole().items() if name != "Комментарий"},
        {**whole(), "Товары": [{"LineNumber": row["LineNumber"]} for row in whole()["Товары"]]},
    ],
)
async def test_a_field_the_answer_leaves_out_is_read_back(by_hand: ByHand, answer: dict[str, Any]) -> None:
    server, documents = by_hand
    server.on(REPORTS, json_reply(answer, 201))
    server.on(REPORT, Reply(created()))

    snapshot = await documents.create(report())

    assert documents.differences(report(), snapshot) == ()
    assert [asked.method for asked in server.asked[-2:]] == ["POST", "GET"]


async def test_a_whole_answer_costs_no_further_request(by_hand: ByHand) -> None:
    server, documents = by_hand
    server.on(REPORTS, Reply(created(), 201))

    await documents.create(report())

    assert server.asked[-1].method == "POST"


@pytest.mark.parametrize("reply", [refusal("9", "Экземпляр сущности не найден", 404), Reply(status=503), Reply()])
async def test_a_created_document_that_cannot_be_read_is_looked_for(by_hand: ByHand, reply: Reply) -> None:
    """The create was accepted: whatever the reading says, it must not be sent again at once."""
    server, documents = by_hand
    server.on(REPORTS, json_reply({"Ref_Key": REF}, 201))
    server.on(REPORT, reply)

    with pytest.raises(ErpOutcomeUnknownError):
        await documents.create(report())
