"""The statements of the read side."""

from sales_ingest.adapters.correction_statements import JOIN_CORRECTION
from sales_ingest.adapters.line_conditions import ANNULLED_SALE, FREE_FORM, NOT_AT_LIST_PRICE, WITHOUT_ITEM, has_line

SHIFTS = """
select s.seq, s.id, s.organization, s.cabinet, s.register, s.register_number, s.number, s.opened_at, s.closed_at,
s.business_date, s.day, s.state, s.reasons, s.revision,
coalesce((select jsonb_agg(jsonb_build_object('id', d.id, 'kind', d.kind, 'key', d.key, 'revision', d.revision,
          'erp_ref', d.erp_ref, 'erp_number', d.erp_number, 'amount', d.amount) order by d.key)
          from sales_ingest.shift_document d where d.shift_id = s.id), '[]') as documents
from sales_ingest.shift s
"""

LIST_SHIFTS = f"""
{SHIFTS} where s.register = any(%(registers)s)
and (%(first)s::date is null or s.day >= %(first)s) and (%(last)s::date is null or s.day <= %(last)s)
and (%(state)s::text is null or s.state = %(state)s)
and (%(at)s::timestamptz is null or (s.opened_at, s.seq) < (%(at)s, %(tie)s::bigint))
order by s.opened_at desc, s.seq desc limit %(limit)s
"""

ONE_SHIFT = f"{SHIFTS} where s.id = %(id)s order by s.seq limit 1"

RECEIPTS = f"""
select r.id, r.version, r.fiscal_id, r.organization, r.register, r.register_number, r.kind, r.number, r.at,
s.id as shift, s.number as shift_number, s.day as business_date, r.payable as amount, r.gross, r.discount, r.markup,
r.payments, c.payments as corrected_payments, r.cashier, r.target_fiscal_id, {ANNULLED_SALE} as annulled
from sales_ingest.receipt r join sales_ingest.shift s on s.seq = r.shift_seq {JOIN_CORRECTION}
"""

_WANTED_RECEIPTS = f"""
r.register = any(%(registers)s)
and (%(first)s::date is null or s.day >= %(first)s) and (%(last)s::date is null or s.day <= %(last)s)
and (%(kind)s::text is null or r.kind = %(kind)s)
and (%(unresolved)s::boolean is null or %(unresolved)s = (not {ANNULLED_SALE} and exists (
  select 1 from sales_ingest.receipt_line l
  where l.receipt_id = r.id and l.version = r.version and {WITHOUT_ITEM})))
and (%(cashier)s::text is null or r.cashier = %(cashier)s)
and (%(resolution)s::text is null or {has_line("l.resolution = %(resolution)s")})
and (%(free_form)s::boolean is null or %(free_form)s = {has_line(FREE_FORM)})
and (%(not_at_list_price)s::boolean is null or %(not_at_list_price)s = {has_line(NOT_AT_LIST_PRICE)})
and (%(text)s::text is null or r.fiscal_id = %(text)s or r.number::text = %(text)s
  or {has_line("%(text)s in (l.barcode, l.article, l.mark, l.item_ref) or l.name ilike %(like)s")})
"""

COUNT_RECEIPT_LINES = f"""
select count(*) from (
  select 1 from sales_ingest.receipt r join sales_ingest.shift s on s.seq = r.shift_seq
  left join sales_ingest.receipt_line l on l.receipt_id = r.id and l.version = r.version
  where {_WANTED_RECEIPTS} limit %(limit)s) counted
"""
"""A receipt without lines counts as one; counting ends at the limit."""

LIST_RECEIPTS = f"""
{RECEIPTS} where {_WANTED_RECEIPTS}
and (%(at)s::timestamptz is null or (r.at, r.id) < (%(at)s, %(tie)s::uuid))
order by r.at desc, r.id desc limit %(limit)s
"""

ONE_RECEIPT = f"{RECEIPTS} where r.id = %(id)s"

_LINE = """
l.receipt_id::text || ':' || l.position as id, l.receipt_id, l.position as n, l.name, l.kind, l.unit, l.quantity,
l.price, l.price_source, l.list_price, l.gross, l.discount + l.receipt_discount as discount,
l.markup + l.receipt_markup as markup, l.amount,
l.vat_rate, l.vat_source, l.vat_amount, l.cabinet_item_id, l.barcode, l.article, l.mark, l.item_ref,
l.resolution, l.group_key as "group"
"""

LINES = f"""
select {_LINE} from sales_ingest.receipt_line l
join sales_ingest.receipt r on r.id = l.receipt_id and r.version = l.version
where r.id = any(%(receipts)s) order by l.receipt_id, l.position
"""

ONE_MOMENT = "set transaction isolation level repeatable read, read only"
"""So that several statements of one answer agree while receipts are being stored."""

DAYS = """
select s.day, s.register from sales_ingest.shift s
where s.register = any(%(registers)s)
and (%(first)s::date is null or s.day >= %(first)s) and (%(last)s::date is null or s.day <= %(last)s)
and (%(after_day)s::date is null or (s.day, s.register) < (%(after_day)s, %(after_register)s::text))
and exists (select 1 from sales_ingest.receipt r
            where r.shift_seq = s.seq and r.kind in ('sale', 'refund', 'annulment'))
group by 1, 2 order by 1 desc, 2 desc limit %(limit)s
"""

_PICKED = """
picked as materialized (
  select s.seq, s.register, s.day from sales_ingest.shift s
  join unnest(%(days)s::date[], %(names)s::text[]) as w (day, register) on w.day = s.day and w.register = s.register
), annulled as materialized (
  select distinct r.id from sales_ingest.receipt a
  join sales_ingest.receipt r on r.shift_seq = a.shift_seq and r.fiscal_id = a.target_fiscal_id and r.kind = 'sale'
  where a.kind = 'annulment' and a.shift_seq in (select seq from picked)
)
"""
"""The shifts of the days asked for, and what was annulled in them: in its own shift, as the shift's rules say."""

TURNOVER = f"""
with {_PICKED}
select p.register, p.day, r.kind, count(*), sum(r.payable)
from picked p join sales_ingest.receipt r on r.shift_seq = p.seq
where r.kind in ('sale', 'refund', 'annulment')
group by 1, 2, 3
"""

TURNOVER_BY_PAYMENT = f"""
with {_PICKED}
select p.register, p.day, m.key,
coalesce(sum(m.value::bigint) filter (where r.kind = 'sale'), 0),
coalesce(sum(m.value::bigint) filter (where a.id is not null), 0),
coalesce(sum(m.value::bigint) filter (where r.kind = 'refund'), 0)
from picked p join sales_ingest.receipt r on r.shift_seq = p.seq
left join annulled a on a.id = r.id {JOIN_CORRECTION}
cross join lateral jsonb_each_text(coalesce(c.payments, r.payments)) m
where r.kind in ('sale', 'refund')
group by 1, 2, 3
"""

TURNOVER_BY_RATE = f"""
with {_PICKED}
select p.register, p.day, case when l.kind in ('certificate', 'advance') then null else l.vat_rate end,
coalesce(sum(l.amount) filter (where r.kind = 'sale'), 0),
coalesce(sum(l.amount) filter (where a.id is not null), 0),
coalesce(sum(l.amount) filter (where r.kind = 'refund'), 0)
from picked p join sales_ingest.receipt r on r.shift_seq = p.seq
join sales_ingest.receipt_line l on l.receipt_id = r.id and l.version = r.version
left join annulled a on a.id = r.id
where r.kind in ('sale', 'refund')
group by 1, 2, 3
"""
"""By VAT rate of the lines; null is what brings money and no revenue (certificates and advances sold)."""

UNRESOLVED = f"""
select l.group_key as "group", l.cabinet, min(l.name) as name, min(l.cabinet_item_id) as cabinet_item_id,
min(l.barcode) as barcode, min(l.article) as article, array_agg(distinct l.vat_rate order by l.vat_rate) as vat_rates,
array_agg(distinct r.register order by r.register) as registers, count(*) as lines, sum(l.quantity)::bigint as quantity,
sum(l.amount)::bigint as amount
from sales_ingest.receipt_line l
join sales_ingest.receipt r on r.id = l.receipt_id and r.version = l.version
join sales_ingest.shift s on s.seq = r.shift_seq
where {WITHOUT_ITEM} and r.register = any(%(registers)s) and not {ANNULLED_SALE}
and (%(first)s::date is null or s.day >= %(first)s) and (%(last)s::date is null or s.day <= %(last)s)
group by l.group_key, l.cabinet
having %(after)s::text is null or l.group_key || '|' || l.cabinet > %(after)s
order by l.group_key || '|' || l.cabinet limit %(limit)s
"""

_QUARANTINE = """
select q.id, q.organization, q.cabinet, q.register, q.register_number, q.fiscal_id, q.number, q.at, s.id as shift,
q.reason, q.raw, q.window_start, q.window_end, q.stored_at, q.resolved_at
from sales_ingest.quarantine q left join sales_ingest.shift s on s.seq = q.shift_seq
"""

LIST_QUARANTINE = f"""
{_QUARANTINE} where q.register = any(%(registers)s) and q.resolved_at is null
and (%(at)s::timestamptz is null or (q.stored_at, q.id) < (%(at)s, %(tie)s::uuid))
order by q.stored_at desc, q.id desc limit %(limit)s
"""

ONE_QUARANTINED = f"{_QUARANTINE} where q.id = %(id)s"

REVISION = """
select body from sales_ingest.shift_revision where shift_id = %(id)s and number = %(number)s
"""

REVISION_LINE_RECEIPTS = f"""
select {_LINE}, l.version, r.fiscal_id, r.number as receipt_number, r.at, r.kind as receipt_kind
from sales_ingest.shift_revision v
join sales_ingest.shift_revision_line t on t.shift_seq = v.shift_seq and t.revision = v.number
cross join lateral unnest(t.receipts, t.versions, t.positions) as b (receipt, version, position)
join sales_ingest.receipt_line l on l.receipt_id = b.receipt and l.version = b.version and l.position = b.position
join sales_ingest.receipt r on r.id = b.receipt
where v.shift_id = %(id)s and v.number = %(number)s and t.key = %(key)s
and (%(after_number)s::bigint is null
  or (r.number, r.id, l.position) > (%(after_number)s, %(after_receipt)s::uuid, %(after_position)s::integer))
order by r.number, r.id, l.position limit %(limit)s
"""
