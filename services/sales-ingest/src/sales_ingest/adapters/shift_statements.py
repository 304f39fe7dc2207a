"""The statements of the shift store."""

from sales_ingest.adapters.correction_statements import JOIN_CORRECTION

SHIFT_COLUMNS = """
seq, id, cabinet, register, organization, register_number, group_key, number, opened_at, frozen, closed_at,
last_at, day, business_date, chosen_date, state, reasons, revision, content_sha256, held_reasons
"""

PLACE = """
insert into sales_ingest.shift as known (id, cabinet, register, organization, register_number, group_key, number,
opened_at, frozen, last_at, day, state, reasons, revision)
values (%(id)s, %(cabinet)s, %(register)s, %(organization)s, %(register_number)s, %(group_key)s, %(number)s,
%(opened_at)s, false, %(last_at)s, %(day)s, 'open', '[]', 0)
on conflict (cabinet, register_number, group_key) do update
set last_at = greatest(known.last_at, excluded.last_at),
    number = case when known.frozen then known.number else greatest(known.number, excluded.number) end,
    opened_at = case when known.frozen then known.opened_at
                     when %(known)s then excluded.opened_at
                     else least(known.opened_at, excluded.opened_at) end
returning seq
"""

CLOSED_OF = """
select group_key, number, opened_at, closed_at from sales_ingest.shift
where cabinet = %s and register_number = %s and number = any(%s) and frozen and closed_at is not null
"""

LOCK = f"select {SHIFT_COLUMNS} from sales_ingest.shift where seq = %s for update"

BY_ID = f"""
select {SHIFT_COLUMNS} from sales_ingest.shift where seq in (
  select seq from sales_ingest.shift where id = %(id)s
  union all select shift_seq from sales_ingest.shift_former_id where id = %(id)s)
order by id = %(id)s desc, seq desc limit 1
"""

KEEP_FORMER_ID = """
insert into sales_ingest.shift_former_id (id, shift_seq) values (%s, %s) on conflict do nothing
"""

IN_PERIOD = f"""
select {SHIFT_COLUMNS} from sales_ingest.shift
where register = any(%(registers)s)
and day between %(first)s and %(last)s
order by opened_at, seq
"""

READY = f"""
select {SHIFT_COLUMNS} from sales_ingest.shift where register = any(%s) and state = 'ready' and reasons = '[]'
order by opened_at, seq
"""
"""One that is ready and has a reason all the same was tried and could not be sent; nothing but a change helps it."""

CONTENTS = f"""
select r.id, r.fiscal_id, r.kind, r.number, r.payable, r.payments, r.target_fiscal_id, c.payments, r.z_report
from sales_ingest.receipt r {JOIN_CORRECTION} where r.shift_seq = %s order by r.number, r.id
"""

NOT_REVENUE_KINDS = "('certificate', 'advance')"

UNRESOLVED = f"""
select count(*), coalesce(sum(l.amount), 0) from sales_ingest.receipt r
join sales_ingest.receipt_line l on l.receipt_id = r.id and l.version = r.version
where r.shift_seq = %s and r.kind in ('sale', 'refund') and r.id <> all(%s) and l.item_ref is null
and l.kind not in {NOT_REVENUE_KINDS}
"""

SOLD_LINES = """
select r.id, r.version, r.number, l.position, r.kind, coalesce(l.item_ref, ''), l.name, l.unit, l.quantity, l.price,
l.price_source = 'derived', l.gross, l.discount + l.receipt_discount, l.amount, l.vat_rate, l.kind
from sales_ingest.receipt r
join sales_ingest.receipt_line l on l.receipt_id = r.id and l.version = r.version
where r.shift_seq = %s and r.kind in ('sale', 'refund') and r.id <> all(%s)
"""

SAVE = """
update sales_ingest.shift set id = %s, group_key = %s, opened_at = %s, frozen = %s, closed_at = %s, day = %s,
business_date = %s, chosen_date = %s, state = %s, reasons = %s,
revision = %s, content_sha256 = %s, held_reasons = %s where seq = %s
"""

DECIDE = """
insert into sales_ingest.shift_decision (id, shift_seq, kind, payload, reason, person, at)
values (%s, %s, %s, %s, %s, %s, %s)
"""

DECISIONS = """
select id, kind, payload, reason, person, at from sales_ingest.shift_decision where shift_seq = %s order by at, id
"""

ADD_REVISION = """
insert into sales_ingest.shift_revision (shift_seq, number, shift_id, event_id, sha256, content_sha256, body,
published_at) values (%s, %s, %s, %s, %s, %s, %b, %s)
"""

COPY_REVISION_LINES = """
copy sales_ingest.shift_revision_line (shift_seq, revision, key, receipts, versions, positions) from stdin
"""
