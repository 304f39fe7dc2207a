"""The statements of the item store."""

SHARE = "select pg_advisory_xact_lock_shared(hashtextextended(%s, 0))"
CLAIM = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"

_BOUND = "b.item_ref, b.unit, b.vat_rate, b.price from sales_ingest.binding b"

BY_ITEM = f"select b.cabinet_item_id, {_BOUND} where b.cabinet = %s and b.cabinet_item_id = any(%s) and b.bound"

BY_ARTICLE = f"""
select b.article, {_BOUND} where b.cabinet = %s and b.article = any(%s) and b.bound order by b.cabinet_item_id
"""

BY_REF = f"""
select b.item_ref, {_BOUND} where b.cabinet = %s and b.item_ref = any(%s) and b.bound order by b.cabinet_item_id
"""

BY_BARCODE = f"""
select c.digits, {_BOUND}
join sales_ingest.binding_barcode c on c.cabinet = b.cabinet and c.cabinet_item_id = b.cabinet_item_id
where c.cabinet = %s and c.digits = any(%s) and b.bound order by b.cabinet_item_id
"""

RULES = "select group_key, item_ref from sales_ingest.item_rule where cabinet = %s and group_key = any(%s)"

KEEP = """
insert into sales_ingest.binding as known (cabinet, cabinet_item_id, organization, item_ref, name, unit, vat_rate,
price, article, bound, told_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (cabinet, cabinet_item_id) do update
set organization = excluded.organization, item_ref = excluded.item_ref, name = excluded.name, unit = excluded.unit,
vat_rate = excluded.vat_rate, price = excluded.price, article = excluded.article, bound = excluded.bound,
told_at = excluded.told_at
where known.told_at <= excluded.told_at and (excluded.bound or known.item_ref = excluded.item_ref)
"""
"""A tie that ended ends only itself: where its item of the cabinet went over to another, both are told at once."""

FORGET_BARCODES = "delete from sales_ingest.binding_barcode where cabinet = %s and cabinet_item_id = %s"

KEEP_BARCODES = """
insert into sales_ingest.binding_barcode (cabinet, cabinet_item_id, digits)
select %s, %s, digits from unnest(%s::text[]) as digits on conflict do nothing
"""

_WAITING = """
select l.receipt_id, l.version, l.position, r.register, r.shift_seq, l.kind, l.cabinet_item_id, l.barcode, l.article,
l.name, l.quantity, l.gross, l.amount, l.price, l.price_source, l.unit, l.unit_given, l.vat_rate,
l.vat_source, l.item_ref
from sales_ingest.receipt_line l
join sales_ingest.receipt r on r.id = l.receipt_id and r.version = l.version
"""
_EMPTY_OR_STAND_IN = "l.resolution in ('none', 'default')"

WAITING_FOR = f"""
{_WAITING} where l.cabinet = %(cabinet)s and {_EMPTY_OR_STAND_IN} and l.cabinet_item_id = any(%(ids)s::text[])
union {_WAITING} where l.cabinet = %(cabinet)s and {_EMPTY_OR_STAND_IN} and l.barcode_digits = any(%(digits)s::text[])
union {_WAITING} where l.cabinet = %(cabinet)s and {_EMPTY_OR_STAND_IN} and l.article = any(%(articles)s::text[])
"""

WAITING_LINES = f"""
{_WAITING} join unnest(%(receipts)s::uuid[], %(positions)s::int[]) as wanted (receipt_id, position)
on wanted.receipt_id = l.receipt_id and wanted.position = l.position
where l.cabinet = any(%(cabinets)s) and ({_EMPTY_OR_STAND_IN} or l.resolution in ('manual', 'rule'))
"""

WAITING_GROUPS = f"""
{_WAITING} where l.cabinet = %(cabinet)s and l.group_key = any(%(groups)s::text[]) and {_EMPTY_OR_STAND_IN}
"""

FILLED_BY_RULE = f"""
{_WAITING} where l.cabinet = %(cabinet)s and l.group_key = %(group)s and l.resolution in ('rule', 'manual')
and (l.resolution = 'rule' or l.item_ref = %(item_ref)s)
"""
"""What the rule filled later, and what was filled by hand with its item: also by the filling that made the rule."""

WAITING_GROUP = f"""
{_WAITING} where l.cabinet = any(%(cabinets)s) and l.group_key = %(group)s and {_EMPTY_OR_STAND_IN}
"""

WAITING_PERIOD = f"""
{_WAITING} join sales_ingest.shift s on s.seq = r.shift_seq
where l.cabinet = any(%(cabinets)s) and r.register = %(register)s and s.day between %(first)s and %(last)s
and l.resolution = 'none' and l.kind not in ('certificate', 'advance')
"""

DECIDE = """
update sales_ingest.receipt_line l
set item_ref = d.item_ref, resolution = d.resolution, price = d.price, price_source = d.price_source,
list_price = d.list_price, unit = d.unit,
vat_rate = d.vat_rate, vat_source = d.vat_source, vat_amount = d.vat_amount
from unnest(%(receipts)s::uuid[], %(versions)s::int[], %(positions)s::int[], %(refs)s::text[], %(resolutions)s::text[],
%(prices)s::bigint[], %(price_sources)s::text[], %(list_prices)s::bigint[],
%(units)s::text[], %(vat_rates)s::text[], %(vat_sources)s::text[],
%(vat_amounts)s::bigint[]) as d (receipt_id, version, position, item_ref, resolution, price, price_source,
list_price, unit, vat_rate, vat_source, vat_amount)
where l.receipt_id = d.receipt_id and l.version = d.version and l.position = d.position
"""

REMEMBER = """
insert into sales_ingest.item_rule (cabinet, group_key, item_ref, person, at)
select %s, group_key, %s, %s, %s from unnest(%s::text[]) as group_key
on conflict (cabinet, group_key) do update
set item_ref = excluded.item_ref, person = excluded.person, at = excluded.at
"""

FORGET_RULE = "delete from sales_ingest.item_rule where cabinet = %s and group_key = %s returning item_ref"

KEEP_FILLED = """
update sales_ingest.receipt_line set resolution = 'manual'
where cabinet = %s and group_key = %s and resolution = 'rule'
"""

LOG = """
insert into sales_ingest.resolution (id, organization, item_ref, scope, remember, lines, person, at)
values (%s, %s, %s, %s, %s, %s, %s, %s)
"""
