"""The pages of a made Webkassa cabinet, encoded beforehand, and a server in another process that only sends them."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

MINSK = ZoneInfo("Europe/Minsk")
REGISTER = "131010705"
LINES = 5
GOODS = 500
FIRST_DAY = date(2026, 1, 5)
RECEIPTS_PER_DAY = 2_000


@dataclass(frozen=True)
class Pages:
    """What the server answers, by the request's target."""

    answers: dict[str, bytes]
    days: list[tuple[datetime, datetime]]
    receipts: int

    def period(self, start: datetime, end: datetime) -> str:
        return f"/api/get-cashdocs-for-period?dateStart={_ms(start)}&dateEnd={_ms(end)}&cashRegisterId={REGISTER}"

    def headers(self, start: datetime) -> str:
        return f"/api/get-check-history?date={_ms(start)}&cashRegisterId={REGISTER}"


def made_pages(receipts: int) -> Pages:
    """So many receipts of five lines, up to 2,000 a day, one shift a day that is still open."""
    per_day = min(receipts, RECEIPTS_PER_DAY)
    pages = Pages({"/api/warehouse/list": goods()}, [], receipts)
    for number in range(-(-receipts // per_day)):
        midnight = datetime.combine(FIRST_DAY + timedelta(days=number), datetime.min.time(), MINSK).astimezone(UTC)
        end = midnight + timedelta(days=1)
        found = [receipt(number, n, midnight) for n in range(per_day)]
        pages.days.append((midnight, end))
        pages.answers[pages.period(midnight, end)] = _json({"sales": [contents for contents, _ in found]})
        pages.answers[pages.headers(midnight)] = _json([header for _, header in found])
    return pages


def receipt(day: int, n: int, midnight: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """Contents and header of one sale."""
    number, at = n + 1, _ms(midnight + timedelta(hours=9, seconds=n * 20))
    prices = [100 + (n * LINES + place) % 900 for place in range(LINES)]
    total = sum(prices) / 100
    uid = f"{day:04d}{n:020d}"
    lines = [
        {
            "goodId": 1 + (n * LINES + place) % GOODS,
            "productName": f"Товар номер {1 + (n * LINES + place) % GOODS}",
            "quantity": 1.0,
            "sum": price / 100,
            "discount": 0.0,
            "allowance": 0.0,
            "productOrder": place + 1,
        }
        for place, price in enumerate(prices)
    ]
    sale = {
        "saleId": day * 1_000_000 + n,
        "subTotalSum": total,
        "subTotalDiscount": 0.0,
        "subTotalAllowance": 0.0,
        "totalSumCash": total if n % 2 else 0.0,
        "totalSumNoCash": 0.0 if n % 2 else total,
        "totalSumOther": 0.0,
        "saleProducts": lines,
    }
    same = {"docId": day * 1_000_000 + n, "uid": uid, "docDate": at, "docNumber": number, "shiftId": 1000 + day}
    header = {
        **same,
        "cashRegisterId": REGISTER,
        "shiftNumber": day + 1,
        "beginDate": _ms(midnight + timedelta(hours=8)),
        "endDate": None,
        "cashierName": "Кассир",
        "docTypeName": "Продажа",
        "totalSum": total,
    }
    return {**same, "sale": sale}, header


def goods() -> bytes:
    return _json(
        [
            {
                "goodId": n,
                "vendorCode": f"A-{n}",
                "goodName": f"Товар номер {n}",
                "unit": 0,
                "sellPrice": 1.0,
                "groupName": "Продукты",
                "goodType": 0,
                "gtin": f"{4810000000000 + n}",
                "isOpen": 1,
                "sellVat": 0,
            }
            for n in range(1, GOODS + 1)
        ]
    )


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


@asynccontextmanager
async def served(pages: Pages) -> AsyncIterator[str]:
    """The server's address; it is another process, so that it takes no time of the one that is measured."""
    with TemporaryDirectory(prefix="smena-bench-") as folder:
        index = {}
        for number, (target, answer) in enumerate(pages.answers.items()):
            path = Path(folder) / str(number)
            await asyncio.to_thread(path.write_bytes, answer)
            index[target] = str(path)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.cabinet_pages", json.dumps(index),
            cwd=Path(__file__).parents[1], stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        port = int(await process.stdout.readline())
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            await process.wait()


async def _serve(ready: dict[str, bytes]) -> None:
    empty = _reply(b"[]")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            line, _, rest = head.partition(b"\r\n")
            target = line.split(b" ")[1].decode()
            if line.startswith(b"POST"):
                body = await reader.readexactly(_length(rest))
                writer.write(ready[target] if b"1" in body else empty)
            else:
                writer.write(ready[target])
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


def _length(headers: bytes) -> int:
    for line in headers.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0


def _reply(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


if __name__ == "__main__":
    asyncio.run(_serve({target: _reply(Path(path).read_bytes()) for target, path in json.loads(sys.argv[1]).items()}))
