"""Change how a base behaves while it runs, its columns included."""

from typing import Any

import msgspec

from smena_sandbox.onec import names
from smena_sandbox.onec.context import Context
from smena_sandbox.onec.loading import VatForm, load_vat_rates, vat_rates_of
from smena_sandbox.onec.schema import Record
from smena_sandbox.onec.start import NO_REF, OnecStart
from smena_sandbox.onec.switches import OnecSwitches

_VAT_FIELDS = ("СтавкаНДС", "СтавкаНДСВРознице")
_SECTIONS = ("Товары", "Возвраты")


class Switchboard:
    """Holds what a change of shape needs: the start's VAT catalogue."""

    def __init__(self, context: Context, start: OnecStart) -> None:
        self._context = context
        self._start = start

    def shown(self) -> dict[str, Any]:
        """Return all switches as JSON; the password stays out."""
        shown: dict[str, Any] = msgspec.to_builtins(self._context.switches, order="sorted")
        return {name: value for name, value in shown.items() if name != "password"}

    def change(self, changes: dict[str, Any]) -> None:
        """Take some switches anew; an unknown name or value is a ``ValueError`` with the reason."""
        now = self._context.switches
        current: dict[str, Any] = msgspec.to_builtins(now)
        if unknown := set(changes) - set(current):
            raise ValueError(f"unknown switches: {', '.join(sorted(unknown))}")
        try:
            wanted = msgspec.convert({**current, **changes}, OnecSwitches)
        except msgspec.ValidationError as error:
            raise ValueError(str(error)) from None
        if wanted.base_id != now.base_id or wanted.base_name != now.base_name:
            self._rename(wanted)
        if (wanted.vat, wanted.refunds_section) != (now.vat, now.refunds_section):
            self._reshape(now, wanted)
        self._context.switches = wanted

    def _rename(self, wanted: OnecSwitches) -> None:
        for entity, value in ((names.BASE_ID, wanted.base_id), (names.BASE_NAME, wanted.base_name)):
            self._context.store.table(entity).put({"SurrogateKey": NO_REF, "Value": value})

    def _reshape(self, now: OnecSwitches, wanted: OnecSwitches) -> None:
        store = self._context.store
        if wanted.vat != now.vat:
            form = VatForm(self._start, wanted)
            for table in store.tables.values():
                if table.entity.name == names.ITEMS or "Товары" in table.entity.by_section:
                    table.replace([self._translated(record, form) for record in table])
        store.reshape(wanted)
        if wanted.vat == "catalogue":
            load_vat_rates(store, self._start)

    def _translated(self, record: Record, form: VatForm) -> Record:
        found = self._vat(record, form)
        for name in _SECTIONS:
            if name in found:
                found[name] = [self._vat(row, form) for row in found[name]]
        return found

    def _vat(self, record: Record, form: VatForm) -> Record:
        codes = {value: code for code, value in names.VAT_VALUES.items()}
        codes.update({row.ref.lower(): row.code for row in vat_rates_of(self._start)})
        found = dict(record)
        for name in _VAT_FIELDS:
            held = found.pop(name, None) or found.pop(f"{name}_Key", None)
            if held is not None:
                target, value = form.field(name, codes.get(held, ""))
                found[target] = value
        return found
