"""Every figure, field and document has a name the accountant knows."""

import pytest

from ledger.domain.words import DOCUMENTS, FIELDS, field_title, figure_title, told
from smena.erp.documents import ErpDocumentKind
from smena.erp.onec.forms import LINE_FIELDS, REF_ROLES


def test_every_kind_of_document_has_its_title() -> None:
    assert set(DOCUMENTS) == set(ErpDocumentKind)


def test_every_field_that_may_differ_has_its_title() -> None:
    assert {*LINE_FIELDS, *REF_ROLES, "date", "operation", "amount", "comment", "basis"} <= set(FIELDS)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("amount", "сумма"),
        ("goods[12].vat_rate", "строка 12, ставка НДС"),
        ("refunds[1].quantity", "строка возвратов 1, количество"),
        ("something_new", "something_new"),
    ],
)
def test_a_field_is_told_by_its_place(name: str, title: str) -> None:
    assert field_title(name) == title


def test_1c_stands_first_and_a_place_without_the_figure_is_left_out() -> None:
    assert told("net", {"z_report": "5.01", "erp": "5.00"}) == "Итог смены: в 1С 5.00, в Z-отчёте 5.01"
    assert figure_title("payment:erip") == "Оплата, ЕРИП"
