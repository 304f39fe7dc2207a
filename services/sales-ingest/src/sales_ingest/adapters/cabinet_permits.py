"""Permits to ask a cabinet, one row each: free again a window after the request that held it has ended."""

from datetime import datetime

from sqlalchemy import DateTime
from sqlmodel import Field

from sales_ingest.adapters.registry import SalesTable

HOLD_SECONDS = 5.0
"""A permit nobody gave back is free a window after so long: its process died, and what it sent has long arrived."""

OPEN_PERMITS = """
insert into sales_ingest.request_permit (base, permit, free_at)
select %(base)s, permit, '-infinity' from generate_series(0, %(permits)s - 1) permit
on conflict (base, permit) do nothing
"""

TAKE_PERMIT = """
update sales_ingest.request_permit
set free_at = clock_timestamp() + (%(window)s + %(hold)s) * interval '1 second'
where base = %(base)s and permit = (
    select permit from sales_ingest.request_permit
    where base = %(base)s and permit < %(permits)s and free_at <= clock_timestamp()
    and not exists (
        select from sales_ingest.request_pace where base = %(base)s and next_at > clock_timestamp()
    )
    order by free_at limit 1 for update skip locked
)
returning permit
"""
GIVE_PERMIT = """
update sales_ingest.request_permit set free_at = clock_timestamp() + %(window)s * interval '1 second'
where base = %(base)s and permit = %(permit)s
"""

NEXT_PERMIT = """
select extract(epoch from greatest(
    (select min(free_at) from sales_ingest.request_permit where base = %(base)s and permit < %(permits)s),
    (select next_at from sales_ingest.request_pace where base = %(base)s),
    clock_timestamp()
) - clock_timestamp())::float8
"""

REST = """
insert into sales_ingest.request_pace as known (base, next_at)
values (%(base)s, clock_timestamp() + %(seconds)s * interval '1 second')
on conflict (base) do update set next_at = greatest(known.next_at, excluded.next_at)
"""


class RequestPermitRow(SalesTable, table=True):
    """One of the requests that may arrive at a base within a window, and from when on it may be sent."""

    __tablename__ = "request_permit"

    base: str = Field(primary_key=True)
    permit: int = Field(primary_key=True)
    free_at: datetime = Field(sa_type=DateTime(timezone=True))


class RequestPaceRow(SalesTable, table=True):
    """Until when a base wants to be left alone; a version before the permits paces its requests by this row."""

    __tablename__ = "request_pace"

    base: str = Field(primary_key=True)
    next_at: datetime = Field(sa_type=DateTime(timezone=True))
