"""Two large catalogues made inside the database: nine rows of ten are equal and bound, one in ten differs."""

import psycopg

ORGANIZATION, CABINET, PRICE_TYPE, ZONE = "romashka", "wk-main", "Розничная", "Europe/Minsk"
EQUAL_OF_TEN = 9

ITEMS = """
insert into catalog_sync.item (organization, ref, name, code, full_name, unit, group_path, barcodes, article, vat_rate,
    retail_vat_rate, kind, marking, active, version, digest)
select %(organization)s, md5(i::text)::uuid::text, 'Товар номер ' || i || ' «Ромашка»', lpad(i::text, 9, '0'),
    'Товар номер ' || i || ' «Ромашка», полное наименование', 'шт', 'Продукты/Группа ' || (i %% 500),
    array[lpad((4810000000000 + i)::text, 13, '0')], 'A-' || i, '20', null, 'goods', 'none', true, 'v' || i,
    decode(md5(i::text), 'hex')
from generate_series(1, %(count)s) i
"""
HELD = """
insert into catalog_sync.cabinet_item (cabinet, id, name, article, unit, group_path, barcodes, vat_rate,
    purchase_price, retail_price, kind, active, digest, gone)
select %(cabinet)s, i::text, case when i %% 10 = 0 and i %% 20 <> 0 then 'Другое имя ' || i
    else 'Товар номер ' || i || ' «Ромашка»' end, 'A-' || i, 'шт', 'Продукты/Группа ' || (i %% 500),
    array[lpad((4810000000000 + i)::text, 13, '0')], '20', null,
    100 + i %% 5000 + case when i %% 20 = 0 then 1 else 0 end,
    'goods', true, decode(md5(i::text), 'hex'), false
from generate_series(1, %(count)s) i order by md5(i::text)
"""
PRICES = """
insert into catalog_sync.price (organization, item_ref, price_type, effective_at, document_number, price, active)
select %(organization)s, md5(i::text)::uuid::text, %(price_type)s, '2026-01-01', '00001', 100 + i %% 5000, true
from generate_series(1, %(count)s) i
"""
BINDINGS = """
insert into catalog_sync.binding (cabinet, item_ref, cabinet_item_id, organization, matched_by, bound_at, digest)
select %(cabinet)s, md5(i::text)::uuid::text, i::text, %(organization)s, 'barcode', now(), ''
from generate_series(1, %(count)s) i where i %% 20 <> 0
"""


def store_catalogues(url: str, organization: str, cabinet: str, count: int) -> None:
    """Half of the rows that differ are bound, the other half is found by its barcode."""
    values = {"organization": organization, "cabinet": cabinet, "price_type": PRICE_TYPE, "count": count}
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in (ITEMS, HELD, PRICES, BINDINGS):
            connection.execute(statement, values)
        connection.execute("vacuum analyze")
