"""VAT inside a price, and ids that are the same on every machine."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from smena.kinds.identity import SMENA_NAMESPACE, compact_utc, document_id, shift_id
from smena.kinds.vat import VatRate, vat_inside


@given(st.integers(-(10**12), 10**12), st.sampled_from([VatRate.TEN, VatRate.TWENTY, VatRate.TWENTY_FIVE]))
def test_the_tax_inside_is_half_up_of_the_exact_share(amount: int, rate: VatRate) -> None:
    tax = vat_inside(amount, rate)

    assert abs(2 * (tax * (100 + rate.percent) - amount * rate.percent)) <= 100 + rate.percent


@given(st.integers(0, 10**12))
def test_a_refund_carries_the_same_tax_with_the_other_sign(amount: int) -> None:
    assert vat_inside(-amount, VatRate.TWENTY) == -vat_inside(amount, VatRate.TWENTY)


@given(st.integers(0, 10**12))
def test_the_zero_rate_and_no_vat_carry_no_tax(amount: int) -> None:
    assert vat_inside(amount, VatRate.ZERO) == vat_inside(amount, VatRate.NONE) == 0


def test_known_tax() -> None:
    assert vat_inside(12000, VatRate.TWENTY) == 2000
    assert vat_inside(1, VatRate.TWENTY) == 0
    assert vat_inside(3, VatRate.TWENTY) == 1


def test_a_shift_has_one_id_whatever_time_zone_its_opening_is_told_in() -> None:
    opened = datetime(2026, 1, 31, 6, 30, tzinfo=UTC)
    in_minsk = opened.astimezone(timezone(timedelta(hours=3)))

    assert shift_id("wk-main", "131010705", 7, opened) == shift_id("wk-main", "131010705", 7, in_minsk)
    assert compact_utc(in_minsk) == "20260131T063000Z"


def test_the_namespace_and_what_is_made_from_it_never_change() -> None:
    assert str(SMENA_NAMESPACE) == "6c3f0f5e-2f0b-5a57-9d0b-7c2b1f4a9e10"
    key = "retail-report|romashka|131010705|7|20260131T063000Z#1"
    assert document_id(key) == document_id(key)
    assert document_id(key) != document_id(key.replace("#1", "#2"))
    assert isinstance(document_id(key), UUID)
    assert document_id(key).version == 5
