"""Differences between Z-report and receipts that a person accepted: both figures stand, and her reason beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smena.kinds.money import parse_money

NET_BY_SIGN = (("sales_sum", 1), ("annulments_sum", -1), ("refunds_sum", -1))
KIND_BY_SIGN = (("sales_", 1), ("annulments_", -1), ("refunds_", -1))


@dataclass(frozen=True, slots=True)
class AcceptedDifference:
    """What the revision says was accepted: the figure's name at the Z-report, both figures as text, the reason."""

    field: str
    receipts: str
    z_report: str
    reason: str


def accepted_for(
    accepted: Sequence[AcceptedDifference], figure: str, given: Mapping[str, str], *, net: str, payment: str
) -> str | None:
    """Why a person accepted that these two places differ in a figure; None when she did not.

    She accepted a figure of the Z-report by both values, so one that changed since is open again. What follows from
    accepted figures alone (``net``, a kind's ``payment``) is accepted with them.
    """
    z_report, receipts = given.get("z_report"), given.get("receipts")
    if z_report is None or receipts is None or z_report == receipts:
        return None
    for one in accepted:
        if (one.field, one.z_report, one.receipts) == (figure, z_report, receipts):
            return one.reason
    parts = _parts(figure, net, payment)
    found = [one for one in accepted if one.field in parts]
    try:
        explained = sum(parts[one.field] * (parse_money(one.z_report) - parse_money(one.receipts)) for one in found)
        apart = parse_money(z_report) - parse_money(receipts)
    except ValueError:
        return None
    return "; ".join(dict.fromkeys(one.reason for one in found)) if found and explained == apart else None


def _parts(figure: str, net: str, payment: str) -> dict[str, int]:
    """The Z-report's figures a computed one is made of, each with its sign."""
    if figure == net:
        return dict(NET_BY_SIGN)
    kind = figure.removeprefix(payment)
    return {} if kind == figure else {beginning + kind: sign for beginning, sign in KIND_BY_SIGN}
