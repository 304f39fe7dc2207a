"""What a base can do and shows, asked without writing anything: for the administrator who publishes it.

No probe documents are made in a customer's books (wire.md): what only a write would tell is read off documents that
carry our marker already, and is "not known yet" before the first of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from smena.erp.documents import ErpDocumentKind
from smena.erp.errors import ErpAccessError, ErpError, ErpRefusedError, ErpSetupError
from smena.erp.onec.base import OneCBase
from smena.erp.onec.dictionaries import KEY_SUFFIX, Dictionaries, read_dictionaries
from smena.erp.onec.forms import Form
from smena.erp.onec.literals import parsed_ref, text
from smena.erp.onec.metadata import Metadata
from smena.kinds.identity import document_id

MARKER_START = "smena:"
MARKED_DOCUMENTS_READ = 20
"""So many documents of ours say enough of whether the base keeps references."""


class Right(StrEnum):
    """Rights of a 1C role on one object; deleting is never needed."""

    READ = "Чтение"
    ADD = "Добавление"
    EDIT = "Изменение"
    POST = "Проведение"
    UNPOST = "Отмена проведения"


_READ = (Right.READ,)
_WRITE = (Right.READ, Right.ADD, Right.EDIT)
_DOCUMENT = (*_WRITE, Right.POST, Right.UNPOST)


@dataclass(frozen=True, slots=True)
class Need:
    """An object the product uses: the least rights on it, and what for; without an optional one less is possible."""

    thing: str
    rights: tuple[Right, ...]
    purpose: str
    optional: bool = False


NEEDS = (
    Need("organization", _READ, "узнать базу"),
    Need("unit", _READ, "единицы строк"),
    Need("retail-report", _DOCUMENT, "отчёт о розничных продажах"),
    Need("cash-receipt-order", _DOCUMENT, "ПКО"),
    Need("cash-expense-order", _DOCUMENT, "РКО"),
    Need("card-payment", _DOCUMENT, "оплата картами"),
    Need("retail-refund", _DOCUMENT, "возвраты отдельным документом (refunds = separate-document)", optional=True),
    Need("movements", _READ, "проверка проводок (expected_postings = none)", optional=True),
    Need("item", _WRITE, "каталог; писать нужно только для загрузки в 1С", optional=True),
    Need("barcode", _WRITE, "штрихкоды; писать нужно только для загрузки в 1С", optional=True),
    Need("price-type", _READ, "цены", optional=True),
    Need("price-setting", _DOCUMENT, "цены; писать нужно только для загрузки в 1С", optional=True),
    Need("goods-receipt", _READ, "цены поступления", optional=True),
    Need("counterparty", _READ, "поставщики", optional=True),
    Need("warehouse", _READ, "вид склада", optional=True),
)
CONSTANTS = ("id", "name")


@dataclass(frozen=True, slots=True)
class Seen:
    """One object as the base shows it; ``problem`` says what is missing, None when it is all there and readable."""

    need: Need
    entity_set: str
    problem: str | None


@dataclass(frozen=True, slots=True)
class Capability:
    """One way in which bases differ; ``value`` None where no answer has told yet."""

    name: str
    value: str | None
    means: str


@dataclass(slots=True)
class ProbeReport:
    """Everything that was seen; ``ready`` when nothing that is needed is missing."""

    fingerprint: str = ""
    objects: list[Seen] = field(default_factory=list)
    capabilities: list[Capability] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def ready(self) -> bool:
        """Whether documents can be delivered."""
        return not self.problems and all(one.problem is None or one.need.optional for one in self.objects)


async def probe(base: OneCBase, fingerprint: str) -> ProbeReport:
    """Look at every object that is used, and at how this base differs from its siblings.

    Raises:
        ErpError: the base could not be asked at all.
    """
    report = ProbeReport(fingerprint)
    metadata = await base.metadata()
    dictionaries = await _dictionaries(base, metadata, report)
    for need in NEEDS:
        missing = _missing(need, base, metadata, dictionaries)
        problem = "нет в публикации: " + ", ".join(missing) if missing else await _unreadable(base, need)
        report.objects.append(Seen(need, base.names.set_of(need.thing), problem))
    report.capabilities += _from_metadata(base, metadata, dictionaries)
    report.capabilities.append(await _references(base, report))
    report.capabilities.append(
        Capability("if-match", None, "версия посылается всегда, а сверяется до записи и после неё чтением")
    )
    return report


async def _dictionaries(base: OneCBase, metadata: Metadata, report: ProbeReport) -> Dictionaries:
    names = base.names
    try:
        return await read_dictionaries(
            base, metadata, vat_field_of=names.set_of("retail-report"), vat_field=names["goods-line"]["vat_rate"]
        )
    except (ErpRefusedError, ErpSetupError) as error:
        report.problems.append(str(error))
        return Dictionaries()


def _missing(need: Need, base: OneCBase, metadata: Metadata, dictionaries: Dictionaries) -> list[str]:
    """What of an object the base does not have or does not publish, by name."""
    if need.thing in set(ErpDocumentKind):
        return Form(ErpDocumentKind(need.thing), base.names, dictionaries).missing(metadata, refunds_section=False)
    names = base.names[need.thing]
    header = [name for word, name in names.items() if word not in {"set", "section"} and not word.startswith("line_")]
    if need.thing == "item":  # the rate's name ends as the base keeps it, and some fields are only used where they are
        header = [names[word] for word in ("code", "name", "article", "parent", "is_group", "unit")]
    found = metadata.missing(names["set"], header)
    if "section" in names and names["set"] in metadata.entities:
        lines = [name for word, name in names.items() if word.startswith("line_") and word != "line_vat_rate"]
        found += metadata.missing_rows(names["set"], names["section"], lines)
    return found


async def _unreadable(base: OneCBase, need: Need) -> str | None:
    """Why a published object can't be read; only the right to read can be tried without writing."""
    try:
        await base.records(base.names.set_of(need.thing), {"$top": "1"})
    except ErpAccessError as error:
        return f"нет права «{Right.READ}»: {error}"
    except ErpError as error:
        return str(error)
    return None


def _from_metadata(base: OneCBase, metadata: Metadata, dictionaries: Dictionaries) -> Iterable[Capability]:
    names, report = base.names, base.names["retail-report"]
    catalogue = dictionaries.vat_suffix == KEY_SUFFIX
    yield Capability("vat", "catalogue" if catalogue else "enum", "ставка НДС: справочник или перечисление")
    rates = ", ".join(sorted(rate.value for rate in dictionaries.vat_values))
    yield Capability("vat-rates", rates or None, "ставки, которые база знает")
    section = not metadata.missing_rows(report["set"], report["refunds"], ()) if "refunds" in report else False
    told = "раздел возвратов в отчёте: без него refunds = separate-section невозможна"
    yield Capability("refunds-section", "yes" if section and report["set"] in metadata.entities else "no", told)
    known = [name for name in (names["base"][word] for word in CONSTANTS) if name in metadata.entities]
    yield Capability("base-id", ", ".join(known) or None, "константы, по которым база отличается от своей копии")


async def _references(base: OneCBase, report: ProbeReport) -> Capability:
    """Whether the base keeps a client's ``Ref_Key``, and finds text in a comment: both seen on documents of ours."""
    names = base.names["cash-receipt-order"]
    means = "сохраняет ли база наш Ref_Key; узнаётся по первому записанному документу"
    condition = f"substringof({text(MARKER_START)},{names['comment']})"
    options = {"$filter": condition, "$top": str(MARKED_DOCUMENTS_READ), "$select": f"Ref_Key,{names['comment']}"}
    try:
        rows = await base.records(names["set"], options)
    except (ErpRefusedError, ErpSetupError) as error:
        report.problems.append(f"поиск по метке в комментарии не работает: {error}")
        return Capability("client-ref", None, means)
    kept = [_kept(str(row.get("Ref_Key")), str(row.get(names["comment"]) or "")) for row in rows]
    known = [one for one in kept if one is not None]
    return Capability("client-ref", None if not known else "kept" if all(known) else "ignored", means)


def _kept(ref: str, comment: str) -> bool | None:
    _, opened, rest = comment.partition(f"[{MARKER_START}")
    key, closed, _ = rest.partition("]")
    if not (opened and closed):
        return None
    return UUID(parsed_ref(ref, "reference")) == document_id(key)
