"""Where live bases differ, or where the manual and live bases disagree: one switch each."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

OPERATIONS_THAT_BOOK = frozenset({"ОтчетККМОПродажах"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OnecSwitches:
    r"""How this base behaves; the defaults are what live bases were seen to do, or the harsher guess.

    * ``client_ref``: whether POST keeps a client's ``Ref_Key`` (traces say kept, no probe says so: GUESS).
    * ``vat``: an enumeration's value name, or a reference to ``Catalog_СтавкиНДС`` (siblings differ).
    * ``refunds_section``: section «Возвраты» in the retail report (siblings differ).
    * ``if_match``: ``ignored`` LIVE-A and LIVE-B, ``honoured`` DOC.
    * ``unknown_filter_field``: ``400`` LIVE-A, ``empty`` LIVE-B.
    * ``offset_dates``: what an offset or ``Z`` in a written date does (GUESS).
    * ``iis_paths``: ``? + \`` do not survive in a path (LIVE-A).
    * ``shuffle_unordered``: pages without ``$orderby`` come in another order each time (GUESS, harsh).
    * ``closed_until``: last closed day; posting on or before it is refused.
    * ``comment_like_rules``: text search meets LIKE rules and ignores case (GUESS).
    * ``unknown_enum_value``: what writing a value an enumeration does not have does (GUESS).
    * ``unique_item_names``: a handler refuses a second item of the same name, marked ones included (LIVE-A).
    * ``refuse_groups``: a handler refuses a bare group of items (LIVE-A).
    * ``negative_stock``: ``refuse`` checks the stock when a report that books is posted (GUESS).
    * ``user``, ``password``: Basic authentication; an empty user switches it off.
    * ``base_id``, ``base_name``: the base's fingerprint; a restored copy has another.
    * ``unpublished``, ``forbidden``: entity sets answered with 404/8 (DOC) and 401/20 (DOC).
    * ``report_operation_postings``: operations of the retail report that make movements.
    * ``charset``: what the web server announces; the bytes are UTF-8 whatever it says (LIVE-A).
    """

    client_ref: Literal["kept", "ignored"] = "kept"
    vat: Literal["enum", "catalogue"] = "enum"
    refunds_section: bool = False
    if_match: Literal["ignored", "honoured"] = "ignored"
    unknown_filter_field: Literal["400", "empty"] = "400"
    offset_dates: Literal["reject", "ignore", "accept"] = "reject"
    iis_paths: bool = False
    shuffle_unordered: bool = True
    closed_until: date | None = None
    comment_like_rules: bool = False
    unknown_enum_value: Literal["400", "empty"] = "400"
    unique_item_names: bool = False
    refuse_groups: bool = False
    negative_stock: Literal["allow", "refuse"] = "allow"
    user: str = "smena"
    password: str = "smena"  # noqa: S105 - the sandbox's own, not a secret
    base_id: str = "5e2b1a70-0000-4000-8000-000000000001"
    base_name: str = "Бухгалтерия для Беларуси (песочница)"
    unpublished: frozenset[str] = frozenset()
    forbidden: frozenset[str] = frozenset()
    report_operation_postings: frozenset[str] = OPERATIONS_THAT_BOOK
    charset: str = "utf-8"
    timezone: str = "Europe/Minsk"
