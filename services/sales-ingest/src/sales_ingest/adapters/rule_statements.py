"""The statement behind the list of remembered rules."""

_CARRIED = """
select l.name, l.cabinet_item_id, l.barcode, l.article from sales_ingest.receipt_line l
where l.cabinet = u.cabinet and l.group_key = u.group_key
"""

RULES = f"""
with found as (
  select u.cabinet, u.group_key as "group", u.item_ref, u.person, u.at, c.name, c.cabinet_item_id, c.barcode, c.article,
  (select b.name from sales_ingest.binding b where b.cabinet = u.cabinet and b.item_ref = u.item_ref
   order by b.bound desc, b.cabinet_item_id limit 1) as item_name
  from sales_ingest.item_rule u
  left join lateral (
    ({_CARRIED} and l.resolution in ('rule', 'manual') limit 1) union all
    ({_CARRIED} and l.resolution in ('none', 'default') limit 1) limit 1
  ) c on true
  where u.cabinet = any(%(cabinets)s)
  and (%(at)s::timestamptz is null
       or (u.at, u.cabinet, u.group_key) < (%(at)s, %(cabinet)s::text, %(group)s::text))
), shown as (
  select * from found f
  where %(text)s::text is null or %(text)s in (f.barcode, f.article, f.item_ref)
  or f.name ilike %(like)s or f.item_name ilike %(like)s
  order by f.at desc, f.cabinet desc, f."group" desc limit %(limit)s
)
select s.*, n.by_rule as lines, n.by_hand as lines_by_hand from shown s cross join lateral (
  select count(*) filter (where l.resolution = 'rule') as by_rule,
  count(*) filter (where l.resolution = 'manual' and l.item_ref = s.item_ref) as by_hand
  from sales_ingest.receipt_line l
  join sales_ingest.receipt r on r.id = l.receipt_id and r.version = l.version
  where l.cabinet = s.cabinet and l.group_key = s."group" and l.resolution in ('rule', 'manual')
) n
order by s.at desc, s.cabinet desc, s."group" desc
"""
"""Lines are counted for the rows of the page alone."""
