"""Statements of what an accountant looks at again: stand-in items, odd prices, and what each cashier rang."""

from sales_ingest.adapters.line_conditions import ANNULLED_SALE, FREE_FORM, NOT_AT_LIST_PRICE, has_line

_SOLD_IN_PERIOD = f"""
from sales_ingest.receipt_line l
join sales_ingest.receipt r on r.id = l.receipt_id and r.version = l.version
join sales_ingest.shift s on s.seq = r.shift_seq
where r.register = any(%(registers)s) and r.kind in ('sale', 'refund') and not {ANNULLED_SALE}
and (%(first)s::date is null or s.day >= %(first)s) and (%(last)s::date is null or s.day <= %(last)s)
"""

_NET = """
count(*) as lines, sum(case r.kind when 'refund' then -l.quantity else l.quantity end)::bigint as quantity,
sum(case r.kind when 'refund' then -l.amount else l.amount end)::bigint as amount
"""

DEFAULT_ITEM_GROUPS = f"""
select * from (
  select r.register || '|' || l.item_ref || '|' || l.vat_rate || '|' || l.group_key as position,
  r.register, l.item_ref, l.vat_rate, l.group_key as "group", min(l.name) as name,
  min(l.cabinet_item_id) as cabinet_item_id, min(l.barcode) as barcode, min(l.article) as article, {_NET}
  {_SOLD_IN_PERIOD} and l.resolution = 'default'
  group by r.register, l.item_ref, l.vat_rate, l.group_key
) grouped
where %(after)s::text is null or position > %(after)s order by position limit %(limit)s
"""

_COUNT_AND_SUM = """
jsonb_build_object('count', count(*) filter (where {0}), 'sum', coalesce(sum(r.payable) filter (where {0}), 0))
"""

CASHIERS = f"""
select * from (
  select r.register || '|' || coalesce(r.cashier, '') as position, r.register, r.cashier,
  {_COUNT_AND_SUM.format("r.kind = 'sale'")} as sales,
  {_COUNT_AND_SUM.format("r.kind = 'refund'")} as refunds,
  {_COUNT_AND_SUM.format("r.kind = 'annulment'")} as annulments,
  {_COUNT_AND_SUM.format("r.kind in ('sale', 'refund') and " + has_line(FREE_FORM))} as free_form,
  {_COUNT_AND_SUM.format("r.kind = 'sale' and " + has_line(NOT_AT_LIST_PRICE))} as not_at_list_price
  from sales_ingest.receipt r join sales_ingest.shift s on s.seq = r.shift_seq
  where r.register = any(%(registers)s) and r.kind in ('sale', 'refund', 'annulment')
  and (%(first)s::date is null or s.day >= %(first)s) and (%(last)s::date is null or s.day <= %(last)s)
  group by r.register, r.cashier
) rung
where %(after)s::text is null or position > %(after)s order by position limit %(limit)s
"""
