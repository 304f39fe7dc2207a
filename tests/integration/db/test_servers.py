"""The tests' own servers."""

import aio_pika
import psycopg


def test_every_test_has_an_empty_database(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        tables = connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()

    assert tables == (0,)


async def test_every_test_has_a_virtual_host_of_its_own(amqp_vhost_url: str) -> None:
    connection = await aio_pika.connect(amqp_vhost_url)
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("mine", exclusive=True)

        assert queue.declaration_result.message_count == 0
