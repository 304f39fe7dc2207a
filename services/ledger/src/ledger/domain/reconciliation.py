"""Four places that must say the same of a shift: Z-report, receipts, published revision, documents in the ERP."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from ledger.domain.accepted_differences import AcceptedDifference, accepted_for
from ledger.domain.documents import GOODS_KINDS, Document
from ledger.domain.shifts import ShiftRevision
from ledger.domain.stored import StoredDocument
from ledger.domain.vat_figures import AMOUNT_AT_RATE, VAT, erp_vat, published_vat
from ledger.domain.words import PAYMENT, accepted_words, document_title, field_title, told
from smena.erp.documents import ErpDocumentKind, ErpSnapshot, FieldDifference
from smena.kinds.money import format_money, parse_money

NOT_GIVEN = "not-given"
NOTHING = "0.00"
NET, REVENUE = "net", "revenue"
NET_OF_SALES = "net_sum"
"""What sales-ingest calls the net; it is computed here for every place, so that it is compared once."""
NET_OF_KIND = "net_"
"""With what sales-ingest begins the net of one payment kind."""
GROSS, TAKEN_OFF = "sales_sum", ("annulments_sum", "refunds_sum")
EXHAUSTIVE = (PAYMENT, AMOUNT_AT_RATE, VAT)
"""Beginnings of figures of which a place gives all that are not nought: one that is left out there is 0.00."""


class Place(StrEnum):
    """Where a figure stands, nearest to the till first: at a tie that one is believed."""

    Z_REPORT = "z_report"
    RECEIPTS = "receipts"
    PUBLISHED = "published"
    ERP = "erp"


@dataclass(frozen=True, slots=True)
class SalesFigures:
    """What sales-ingest says now: figures by name as text; one that is not given is absent."""

    z_report: Mapping[str, str]
    receipts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ErpLook:
    """What the ERP holds of one document now."""

    stored: StoredDocument
    snapshot: ErpSnapshot | None
    differences: tuple[FieldDifference, ...]
    problem: str | None

    def counts(self, posting: Collection[str]) -> bool:
        """Whether the document stands in the books there; one of a kind in ``posting`` only when it is posted.

        A person's decision to keep it unposted does not bring its money into the books.
        """
        found = self.snapshot
        if found is None or found.marked:
            return False
        return found.posted or self.stored.document.kind.value not in posting

    def amount(self, posting: Collection[str]) -> int:
        """Its sum there with the sign it has in the shift; 0 where it does not stand in the books."""
        if self.snapshot is None or not self.counts(posting):
            return 0
        document = self.stored.document
        given_back = document.kind is ErpDocumentKind.CARD_PAYMENT and document.amount < 0
        negative = given_back or document.kind in {
            ErpDocumentKind.CASH_EXPENSE_ORDER,
            ErpDocumentKind.RETAIL_REFUND,
        }
        return -self.snapshot.amount if negative else self.snapshot.amount


@dataclass(frozen=True, slots=True)
class Difference:
    """One place that says something else than the others; ``amount`` is found minus expected.

    ``detail`` tells the accountant the same in her words, with the figure of every place that gives it;
    ``accepted`` is the reason a person accepted it for, None where nobody did.
    """

    place: str
    field: str
    expected: str
    found: str
    amount: str
    detail: str
    accepted: str | None = None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The comparison of one shift. ``figures`` are by field and place; None where a place could not be asked."""

    figures: dict[str, dict[Place, str | None]]
    differences: tuple[Difference, ...]
    unavailable: dict[Place, str] = field(default_factory=dict)

    @property
    def balanced(self) -> bool | None:
        """Whether all four say the same; None when one could not be asked."""
        return None if self.unavailable else not self.differences

    def sums(self) -> dict[str, str | None]:
        """The net sum at each place; None where there is none."""
        given = {place.value: self.figures[NET][place] for place in Place}
        return {place: None if figure == NOT_GIVEN else figure for place, figure in given.items()}


def reconcile(
    revision: ShiftRevision,
    sales: SalesFigures | None,
    looks: Sequence[ErpLook] | None,
    *,
    without_document: Collection[str],
    posting: Collection[str],
    unavailable: Mapping[Place, str],
) -> Reconciliation:
    """Compare the four places figure by figure; whichever differs from what most of them say is named.

    A figure that a place does not have is "not-given", never guessed; payment kinds ``without_document`` are named
    components and count as they were published; documents of the kinds in ``posting`` count once they are posted.
    ``looks`` None: the ERP could not be asked, or nothing was made for it. Documents that somebody changed in the
    ERP are named field by field besides.
    """
    nowhere: dict[str, str] | None = None if Place.ERP in unavailable else {}
    sides: dict[Place, dict[str, str] | None] = {
        Place.Z_REPORT: None if sales is None else _with_net(sales.z_report),
        Place.RECEIPTS: None if sales is None else _with_net(sales.receipts),
        Place.PUBLISHED: _published(revision),
        Place.ERP: _erp(revision, looks, without_document, posting) if looks is not None else nowhere,
    }
    _fill_up(sides, without_document)
    names = [NET, REVENUE, *sorted({name for side in sides.values() if side for name in side} - {NET, REVENUE})]
    figures: dict[str, dict[Place, str | None]] = {
        name: {place: None if side is None else side.get(name, NOT_GIVEN) for place, side in sides.items()}
        for name in names
    }
    found = [difference for name in names for difference in _odd_ones(name, figures[name], revision.accepted)]
    found += [difference for look in looks or () for difference in _drift(look, posting)]
    return Reconciliation(figures, tuple(found), dict(unavailable))


def _fill_up(sides: Mapping[Place, dict[str, str] | None], without_document: Collection[str]) -> None:
    """A payment kind or a rate that others have is nought at a place that gives all of them and not this one.

    The published revision and the ERP's documents always do, the receipts where sales-ingest tells them.
    """
    names = {name for side in sides.values() if side for name in side if name.startswith(EXHAUSTIVE)}
    told_apart = {f"{PAYMENT}{kind}" for kind in without_document}
    for place in (Place.RECEIPTS, Place.PUBLISHED, Place.ERP):
        side = sides[place] or {}
        families: tuple[str, ...] = EXHAUSTIVE
        if place is Place.RECEIPTS:
            families = tuple(one for one in EXHAUSTIVE if any(name.startswith(one) for name in side))
        for name in names - (told_apart if place is Place.ERP else set()) if side else ():
            if name.startswith(families):
                side.setdefault(name, NOTHING)


def _with_net(figures: Mapping[str, str]) -> dict[str, str]:
    """Sales-ingest's figures in our names, and what they come to: sales are gross, annulments and refunds apart."""
    given = {_own_name(name): figure for name, figure in figures.items() if name != NET_OF_SALES}
    if all(name in given for name in (GROSS, *TAKEN_OFF)):
        net = parse_money(given[GROSS]) - sum(parse_money(given[name]) for name in TAKEN_OFF)
        given[NET] = format_money(net)
    return given


def _own_name(name: str) -> str:
    return PAYMENT + name.removeprefix(NET_OF_KIND) if name.startswith(NET_OF_KIND) else name


def _published(revision: ShiftRevision) -> dict[str, str]:
    """The revision's own sums, and the Z-report's figures as they were when it was published."""
    payments = {f"payment:{payment.kind}": format_money(payment.amount) for payment in revision.payments}
    net = format_money(sum(payment.amount for payment in revision.payments))
    sums = {**payments, **published_vat(revision), NET: net, REVENUE: format_money(revision.amount)}
    return {**{_own_name(name): figure for name, figure in revision.z_report.items()}, **sums}


def _erp(
    revision: ShiftRevision, looks: Sequence[ErpLook], without_document: Collection[str], posting: Collection[str]
) -> dict[str, str]:
    """What the documents in the ERP come to, all revisions together; a payment kind none stands for comes to 0."""
    revenue, money = 0, Counter[str]()
    documented = {payment.kind for payment in revision.payments if payment.kind not in without_document}
    for look in looks:
        document = look.stored.document
        if document.kind in GOODS_KINDS:
            revenue += look.amount(posting)
        elif document.payment_kind is not None:
            money[document.payment_kind] += look.amount(posting)
            documented.add(document.payment_kind)
    undocumented = sum(payment.amount for payment in revision.payments if payment.kind in without_document)
    if not _components_stand(looks, posting):
        undocumented = 0
    figures = {f"payment:{kind}": format_money(money[kind]) for kind in documented}
    standing = (
        (look.stored.document, look.snapshot.content) for look in looks if look.snapshot and look.counts(posting)
    )
    figures |= erp_vat(standing)
    return {**figures, NET: format_money(sum(money.values()) + undocumented), REVENUE: format_money(revenue)}


def _components_stand(looks: Sequence[ErpLook], posting: Collection[str]) -> bool:
    """Whether what was paid without a document of its own is in the books: with the goods that name it (domain.md).

    Where no goods were sold the first document names it; a shift that made none left nothing out.
    """
    naming = [look for look in looks if look.stored.document.kind in GOODS_KINDS] or looks
    return not naming or any(look.counts(posting) for look in naming)


def _odd_ones(
    name: str, figures: Mapping[Place, str | None], accepted: Sequence[AcceptedDifference]
) -> list[Difference]:
    given = {place: figure for place, figure in figures.items() if figure not in {None, NOT_GIVEN}}
    if len(given) < 2:
        return []
    votes = Counter(given.values())
    believed = max(votes, key=lambda figure: (votes[figure], -list(given.values()).index(figure)))
    texts = {one.value: str(value) for one, value in given.items()}
    own = [replace(one, field=NET if one.field == NET_OF_SALES else _own_name(one.field)) for one in accepted]
    reason = accepted_for(own, name, texts, net=NET, payment=PAYMENT)
    return [
        Difference(
            place.value,
            name,
            str(believed),
            str(figure),
            _apart(str(believed), str(figure)),
            told(name, texts) + ("" if reason is None or place is Place.ERP else f"; {accepted_words(reason)}"),
            None if place is Place.ERP else reason,
        )
        for place, figure in given.items()
        if figure != believed
    ]


def _drift(look: ErpLook, posting: Collection[str]) -> list[Difference]:
    """What the ERP holds of a document other than was sent."""
    if look.problem is None:
        return []
    name, title = _name(look.stored.document), document_title(look.stored.document)
    if not look.differences:
        sent = look.stored.document.amount
        expected, found = format_money(sent), format_money(look.snapshot.amount if look.snapshot else 0)
        apart = _apart(expected, found)
        if not look.counts(posting) and look.snapshot is not None:
            apart = format_money(-sent)
        detail = f"{title}: {look.problem}, сумма документа {expected}"
        return [Difference(Place.ERP.value, name, expected, look.problem, apart, detail)]
    return [
        Difference(
            Place.ERP.value,
            f"{name}.{one.field}",
            one.sent,
            one.found,
            _apart(one.sent, one.found),
            f"{title}: {look.problem}, {field_title(one.field)}: в 1С {one.found or 'пусто'}, отправлено {one.sent}",
        )
        for one in look.differences
    ]


def _name(document: Document) -> str:
    return document.key.split("|", 1)[0] + (f"|{document.payment_kind}" if document.payment_kind else "")


def _apart(expected: str, found: str) -> str:
    """Found minus expected: a sum as a decimal, a count as a whole number; "0.00" where text differs."""
    if expected.lstrip("-").isdigit() and found.lstrip("-").isdigit():
        return str(int(found) - int(expected))
    try:
        return format_money(parse_money(found) - parse_money(expected))
    except ValueError:
        return "0.00"
