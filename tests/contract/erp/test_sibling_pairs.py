"""Every pair of ways in which bases and refund policies differ, through a document's whole life."""

from typing import Any

import pytest

from contract.erp.bases import EVENING, REPORT_KEY, line, onec_base, report
from contract.sandbox_onec import wire
from contract.sandbox_onec.wire import Onec
from smena.erp.documents import ErpDocument, ErpDocumentKind
from smena.erp.errors import ErpMovedError, ErpSetupError
from smena.erp.onec.documents import OneCDocuments
from smena.kinds.identity import document_id
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate

REFUND_KEY = REPORT_KEY.replace("retail-report", "retail-refund")
PAIRS: list[tuple[str, dict[str, Any]]] = [
    ("negative-lines", {"client_ref": "kept", "vat": "enum", "if_match": "ignored"}),
    ("negative-lines", {"client_ref": "ignored", "vat": "catalogue", "if_match": "honoured"}),
    ("separate-section", {"client_ref": "kept", "vat": "catalogue", "if_match": "ignored"}),
    ("separate-section", {"client_ref": "ignored", "vat": "enum", "if_match": "honoured"}),
    ("separate-document", {"client_ref": "kept", "vat": "enum", "if_match": "honoured"}),
    ("separate-document", {"client_ref": "ignored", "vat": "catalogue", "if_match": "ignored"}),
]
SALES = (line(), line(wire.MILK, rate=VatRate.NONE))


def documents_of(policy: str) -> list[ErpDocument]:
    """Two sales of 12.30 and one given back, as each policy shows them."""
    if policy != "separate-document":
        return [report(refunds=policy)]
    refund = ErpDocument(
        id=document_id(REFUND_KEY),
        kind=ErpDocumentKind.RETAIL_REFUND,
        marker=f"[smena:{REFUND_KEY}]",
        date=EVENING,
        operation="ОтчетНТТОПродажах",
        amount=Kopecks(1230),
        refs={"organization": wire.ROMASHKA, "outlet": wire.OUTLET},
        lines=(line(),),
    )
    return [report(amount=Kopecks(2460), lines=SALES), refund]


@pytest.mark.parametrize(("policy", "switches"), PAIRS)
async def test_a_document_lives_its_whole_life_alike_on_every_pair(policy: str, switches: dict[str, Any]) -> None:
    onec = Onec(**switches, refunds_section=policy == "separate-section")
    erp = OneCDocuments(onec_base(onec), organization_ref=wire.ROMASHKA)
    for document in documents_of(policy):
        created = await erp.create(document)
        assert erp.differences(document, created) == ()
        assert (created.ref == str(document.id)) is (switches["client_ref"] == "kept")
        for _ in range(2):
            await erp.post(document.kind, created.ref)
            posted = await erp.read(document.kind, created.ref)
            assert posted is not None
            assert (posted.posted, erp.differences(document, posted)) == (True, ())
            assert await erp.movements(document.kind, [created.ref]) == {created.ref: 0}
            await erp.unpost(document.kind, created.ref)
            unposted = await erp.read(document.kind, created.ref)
            assert unposted is not None
            await erp.mark(unposted)
            marked = await erp.read(document.kind, created.ref)
            assert marked is not None
            assert (marked.posted, marked.marked) == (False, True)
            await erp.rewrite(document, marked)
        (ours,) = (await erp.find(document, ref=None)).ours
        assert (ours.ref, ours.marked, erp.differences(document, ours)) == (created.ref, False, ())
    await erp.close()


@pytest.mark.parametrize("policy", ["negative-lines", "separate-section", "separate-document"])
async def test_refunds_stand_in_1c_where_the_policy_says(policy: str) -> None:
    onec = Onec(refunds_section=policy == "separate-section")
    erp = OneCDocuments(onec_base(onec), organization_ref=wire.ROMASHKA)
    for document in documents_of(policy):
        await erp.create(document)
    await erp.close()

    (held,) = await onec.rows(wire.REPORT)
    back = await onec.rows("Document_ВозвратТоваровОтПокупателя")
    sums = [row["Сумма"] for row in held["Товары"]]
    assert (sums, [row["Сумма"] for row in held.get("Возвраты", [])], [one["СуммаДокумента"] for one in back]) == {
        "negative-lines": ([12.3, 12.3, -12.3], [], []),
        "separate-section": ([12.3, 12.3], [12.3], []),
        "separate-document": ([12.3, 12.3], [], [12.3]),
    }[policy]


async def test_movements_that_are_not_published_do_not_cost_the_metadata_again_and_again() -> None:
    onec = Onec(unpublished=frozenset({"AccountingRegister_Хозрасчетный_RecordType"}))
    base = onec_base(onec)
    erp, asked = OneCDocuments(base, organization_ref=wire.ROMASHKA), list[str]()
    read = base._read

    async def counted(ask: Any, what: str, **more: Any) -> Any:
        asked.append(what)
        return await read(ask, what, **more)

    base._read = counted  # type: ignore[method-assign]
    for _ in range(4):
        with pytest.raises(ErpSetupError, match="AccountingRegister"):
            await erp.movements(ErpDocumentKind.RETAIL_REPORT, [str(report().id)])

    assert asked.count("$metadata") == 2
    await erp.close()


async def test_a_later_write_is_refused_by_its_version_where_the_base_honours_it() -> None:
    onec = Onec(if_match="honoured")
    erp = OneCDocuments(onec_base(onec), organization_ref=wire.ROMASHKA)
    created = await erp.create(report())
    await onec.edit(do="change-sum", kind=wire.REPORT, ref=created.ref, amount="1.00")

    with pytest.raises(ErpMovedError):
        await erp.rewrite(report(), created)

    held = await erp.read(created.kind, created.ref)
    assert held is not None
    assert held.amount == 100
    await erp.close()
