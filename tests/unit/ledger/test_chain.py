"""Which documents stand after a shift's revisions, by key: what is restated, what leaves, what comes."""

import random

import pytest

from ledger.domain.chain import Chain, follow
from ledger.domain.documents import Document, DocumentLine
from ledger.domain.rules import OnChange, RefundPolicy
from ledger.domain.shifts import ShiftRevision, SoldLine
from smena.erp.documents import ErpDocumentKind
from unit.ledger.making import line, payment, revision, rules

ADJUST, UPDATE = rules(), rules(on_change=OnChange.UPDATE)
SEEDS = 200


def sold(number: int, cash: int, card: int = 0) -> ShiftRevision:
    return revision([line("milk", 1000, cash + card)], [payment("cash", cash), payment("card", card)], number=number)


def standing(chain: Chain) -> dict[str, int]:
    """Sums by kind and number of the key."""
    found = [chain.documents[key] for key in chain.in_force]
    return {f"{one.kind.value}#{one.key.partition('#')[2]}": one.amount for one in found}


def test_an_update_restates_under_the_first_key_and_the_marker_keeps_the_first_revision() -> None:
    first, later = follow([(sold(1, 500), UPDATE)]), follow([(sold(1, 500), UPDATE), (sold(2, 400), UPDATE)])

    assert standing(later) == {"retail-report#1": 400, "cash-receipt-order#1": 400}
    for key in first.in_force:
        before, after = first.documents[key], later.documents[key]
        assert (before.id, before.marker, before.revision) == (after.id, after.marker, after.revision)
        assert after.adjusts is None


def test_what_leaves_and_comes_back_gets_a_key_of_its_own() -> None:
    chain = follow([(sold(1, 500), UPDATE), (sold(2, 0, 500), UPDATE), (sold(3, 200, 300), UPDATE)])

    assert standing(chain) == {"retail-report#1": 500, "card-payment#2": 300, "cash-receipt-order#3": 200}


def test_an_update_after_adjustments_states_the_whole_and_an_adjustment_after_it_links_to_what_stands() -> None:
    chain = follow(
        [(sold(1, 500), ADJUST), (sold(2, 400), ADJUST), (sold(3, 0, 300), UPDATE), (sold(4, 0, 350), ADJUST)]
    )

    assert standing(chain) == {
        "retail-report#1": 300,
        "card-payment#3": 300,
        "retail-report#4": 50,
        "card-payment#4": 50,
    }
    by_key = {f"{one.kind.value}#{one.revision}": one for one in chain.documents.values()}
    assert by_key["card-payment#4"].adjusts == by_key["card-payment#3"].id


@pytest.mark.parametrize("policy", RefundPolicy)
def test_whatever_the_order_of_adjusting_and_updating_the_documents_in_force_are_the_last_revision(
    policy: RefundPolicy,
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    dice = random.Random(seed)
    for _ in range(SEEDS):
        steps, expected = [], 0
        for number in range(1, dice.randint(2, 6)):
            cash, card, back = (dice.choice((0, 0, dice.randint(1, 900))) for _ in range(3))
            lines = [line("milk", 1000, cash + card)] if cash + card else []
            lines += [line("milk", 1000, back, refund=True, key="back")] if back else []
            facts = revision(lines, [payment("cash", cash, back), payment("card", card)], number=number)
            steps.append((facts, rules(refunds=policy, on_change=dice.choice(list(OnChange)))))
            expected = cash + card - back
        chain = follow(steps)

        documents = [chain.documents[key] for key in chain.in_force]
        assert len(documents) == len({one.key for one in documents}), f"seed {seed}"
        assert sum(_revenue(one) for one in documents) == expected, f"seed {seed}"
        assert sum(one.money for one in documents if one.payment_kind) == expected, f"seed {seed}"


def _revenue(document: Document) -> int:
    sign = {ErpDocumentKind.RETAIL_REPORT: 1, ErpDocumentKind.RETAIL_REFUND: -1}.get(document.kind, 0)
    return sign * document.amount


def test_what_never_left_is_said_in_full_by_the_revision_that_supersedes_it() -> None:
    first = follow([(sold(1, 500, 200), ADJUST)])

    later = first.then(sold(2, 500, 300), ADJUST, first.in_force)

    assert standing(later) == {"retail-report#2": 800, "cash-receipt-order#2": 500, "card-payment#2": 300}
    assert {later.documents[key].adjusts for key in later.in_force} == {None}


def test_of_a_shift_half_in_the_books_only_what_never_left_is_said_anew() -> None:
    first = follow([(sold(1, 500, 200), ADJUST)])
    card = [key for key in first.in_force if first.documents[key].payment_kind == "card"]

    later = first.then(sold(2, 500, 300), ADJUST, card)

    assert standing(later) == {
        "retail-report#1": 700,
        "cash-receipt-order#1": 500,
        "retail-report#2": 100,
        "card-payment#2": 300,
    }


@pytest.mark.parametrize("policy", RefundPolicy)
def test_whichever_documents_are_superseded_those_in_force_are_the_last_revision(policy: RefundPolicy) -> None:
    """Lines by item and rate, money by kind, components by name; the oracle only adds up."""
    seed = random.SystemRandom().randrange(2**32)
    dice = random.Random(seed)
    for _ in range(SEEDS):
        chain = Chain()
        for number in range(1, dice.randint(3, 7)):
            facts = _some_shift(dice, number)
            gone = [key for key in chain.in_force if dice.random() < 0.4]
            chain = chain.then(facts, rules(refunds=policy), gone)

            documents = [chain.documents[key] for key in chain.in_force]
            assert not set(gone) & set(chain.in_force)
            assert _lines_in(documents) == _lines_of(facts), f"seed {seed}"
            money = {kind: sum(one.money for one in documents if one.payment_kind == kind) for kind in ("cash", "card")}
            assert money == {one.kind: one.amount for one in facts.payments if one.kind in money}, f"seed {seed}"
            if documents:
                aside = sum(amount for one in documents for _, amount in one.components)
                assert sum(map(_revenue, documents)) == sum(money.values()) + aside == facts.amount, f"seed {seed}"


def _some_shift(dice: random.Random, number: int) -> ShiftRevision:
    def some() -> int:
        return dice.choice((0, dice.randint(1, 900)))

    amounts = {(item, back): some() for item in ("milk", "bread", "tea") for back in (False, True)}
    lines = [
        line(item, dice.choice((1000, 2000)), amount, refund=back, key=f"{item}-{back}", price=100)
        for (item, back), amount in amounts.items()
        if amount
    ]
    sold_sum = sum(amount for (_, back), amount in amounts.items() if not back)
    card, certificate, bought = dice.randint(0, sold_sum), dice.randint(0, 300), dice.randint(0, 300)
    given_back = sum(amount for (_, back), amount in amounts.items() if back)
    payments = [
        payment("cash", sold_sum - card + bought + 300 - certificate, given_back),
        payment("card", card),
        payment("certificate", certificate),
    ]
    return revision(lines, payments, number=number, components=(("certificates-sold", bought + 300),))


Sums = dict[tuple[str, str], tuple[int, int, int]]


def _lines_in(documents: list[Document]) -> Sums:
    return _summed([(one.item_ref, one.vat_rate.value, one) for document in documents for one in document.lines])


def _lines_of(facts: ShiftRevision) -> Sums:
    return _summed([(one.item_ref, one.vat_rate.value, one) for one in facts.lines])


def _summed(lines: list[tuple[str, str, DocumentLine | SoldLine]]) -> Sums:
    found: Sums = {}
    for item, rate, one in lines:
        sign = -1 if one.refund else 1
        before = found.get((item, rate), (0, 0, 0))
        more = (one.quantity, one.amount, one.vat_amount)
        found[item, rate] = tuple(old + sign * new for old, new in zip(before, more, strict=True))  # type: ignore[assignment]
    return {key: sums for key, sums in found.items() if any(sums)}
