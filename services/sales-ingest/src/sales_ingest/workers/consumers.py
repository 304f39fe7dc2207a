"""The doors from the bus: bindings of catalog-sync, documents of the ledger."""

from sales_ingest.domain.registers import Registers
from sales_ingest.ports.items import BindingToKeep
from sales_ingest.ports.unit_of_work import OpenWork
from sales_ingest.use_cases import keep_bindings, keep_documents, keep_standings
from smena.contracts.catalog_events import Binding, ItemsBound
from smena.contracts.ledger_events import DocumentPosted, ShiftStandingChanged
from smena.contracts.routing import subscription_of
from smena.kinds.barcode import normalise_barcode
from smena.kinds.money import NotMoneyError, parse_money
from smena.kinds.vat import VatRate
from smena.messaging.port import Consumer, PoisonEventError, ReceivedEvent


def bindings_consumer(registers: Registers, open_work: OpenWork) -> Consumer:
    """``sales-ingest.bindings``: how a sold line finds its item."""

    async def handle(event: ReceivedEvent) -> None:
        bound = event.data(ItemsBound)
        try:
            bindings = [binding_to_keep(one, bound.organization) for one in bound.bindings]
        except (NotMoneyError, ValueError) as error:
            raise PoisonEventError(f"{event.envelope.type}: {error}") from error
        await keep_bindings.keep_bindings(
            event.envelope.id, event.envelope.time, bound.cabinet, bindings, registers=registers, open_work=open_work
        )

    return Consumer(subscription_of(keep_bindings.CONSUMER), handle)


def documents_consumer(open_work: OpenWork) -> Consumer:
    """``sales-ingest.documents``: the column «Документ»."""

    async def handle(event: ReceivedEvent) -> None:
        posted = event.data(DocumentPosted)
        try:
            await keep_documents.keep_document(event.envelope.id, event.envelope.time, posted, open_work=open_work)
        except (NotMoneyError, ValueError) as error:
            raise PoisonEventError(f"{event.envelope.type}: {error}") from error

    return Consumer(subscription_of(keep_documents.CONSUMER), handle)


def standings_consumer(open_work: OpenWork) -> Consumer:
    """``sales-ingest.standings``: whether the books hold a shift."""

    async def handle(event: ReceivedEvent) -> None:
        told = event.data(ShiftStandingChanged)
        try:
            await keep_standings.keep_standing(event.envelope.id, event.envelope.time, told, open_work=open_work)
        except ValueError as error:
            raise PoisonEventError(f"{event.envelope.type}: {error}") from error

    return Consumer(subscription_of(keep_standings.CONSUMER), handle)


def binding_to_keep(binding: Binding, organization: str) -> BindingToKeep:
    """A binding in our kinds.

    Raises:
        ValueError: a price or a VAT rate that is none.
    """
    codes = (normalise_barcode(text) for text in binding.barcodes)
    return BindingToKeep(
        cabinet_item_id=binding.cabinet_item_id,
        organization=organization,
        item_ref=binding.item_ref,
        name=binding.name,
        unit=binding.unit,
        vat_rate=VatRate(binding.vat_rate) if binding.vat_rate else None,
        price=parse_money(binding.price) if binding.price else None,
        article=binding.article,
        barcodes=tuple(sorted({code.digits for code in codes if code})),
        bound=binding.bound,
    )
