"""A message reaches its address and nothing else: the guards of webhooks, over real connections."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence

import httpx
import pytest

from integration.ledger.receiver import Receiver, receiving
from ledger.adapters.courier import GuardedCourier
from ledger.domain.webhooks import ForbiddenAddressError, Receipt

LAN = ("1c.lan",)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as opened:
        yield opened


class Names:
    """A name server whose answers change from one question to the next."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def courier(names: Names, hosts: tuple[str, ...] = LAN, seconds: float = 5.0) -> GuardedCourier:
    return GuardedCourier(hosts, timeout_seconds=seconds, resolve=names)


async def send(receiver: Receiver, names: Names, hosts: tuple[str, ...] = LAN, seconds: float = 5.0) -> Receipt:
    return await courier(names, hosts, seconds).send(
        f"http://1c.lan:{receiver.port}/in?x=1", {"webhook-id": "m"}, b"{}"
    )


async def test_it_connects_to_the_address_that_was_looked_at_and_asks_no_second_time(receiver: Receiver) -> None:
    """The name leads nowhere for the HTTP library, and to the metadata service when asked once more."""
    names = Names(["127.0.0.1"], ["169.254.169.254"])

    receipt = await send(receiver, names)

    assert receipt == Receipt(200)
    assert names.asked == [("1c.lan", receiver.port)]
    (got,) = receiver.got
    assert got.line == "POST /in?x=1 HTTP/1.1"
    assert (got.headers["host"], got.headers["webhook-id"]) == (f"1c.lan:{receiver.port}", "m")
    assert (got.headers["content-type"], got.body) == ("application/json", b"{}")


async def test_one_forbidden_address_among_good_ones_makes_the_name_suspect(receiver: Receiver) -> None:
    receipt = await send(receiver, Names(["127.0.0.1", "169.254.169.254"]))

    assert receipt.status is None
    assert "служебный" in (receipt.error or "")
    assert receiver.got == []


async def test_a_host_that_is_not_named_reaches_nothing_private(receiver: Receiver) -> None:
    url = f"https://hooks.example.by:{receiver.port}/"
    guarded = courier(Names(["127.0.0.1"]))

    receipt = await guarded.send(url, {}, b"{}")

    assert "private_hosts" in (receipt.error or "")
    assert receiver.got == []
    with pytest.raises(ForbiddenAddressError):
        await guarded.check(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "localhost", "[::1]", "0"])
async def test_no_spelling_of_this_machine_gets_through(receiver: Receiver, host: str) -> None:
    guarded = GuardedCourier((), timeout_seconds=5)

    receipt = await guarded.send(f"https://{host}:{receiver.port}/", {}, b"{}")

    assert receipt.status is None
    assert receiver.got == []


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    async with receiving() as elsewhere:
        receiver.answers = ["302 Found"]
        receiver.extra = f"Location: http://1c.lan:{elsewhere.port}/secret\r\n"

        receipt = await send(receiver, Names(["127.0.0.1"]))

        assert (receipt.status, receipt.taken, elsewhere.got) == (302, False, [])
        assert "перенаправления" in (receipt.error or "")


async def test_an_endless_silence_ends_at_the_deadline(receiver: Receiver) -> None:
    receiver.answers = ["hang"]

    receipt = await send(receiver, Names(["127.0.0.1"]), seconds=0.2)

    assert receipt == Receipt(None, "нет ответа за 0.2 с")


async def test_a_huge_answer_is_left_unread(receiver: Receiver) -> None:
    receiver.body = b"x" * 50_000_000

    async with asyncio.timeout(5):
        assert (await send(receiver, Names(["127.0.0.1"]))).taken


async def test_a_lost_answer_and_a_closed_port_are_receipts(receiver: Receiver) -> None:
    receiver.answers = ["drop"]
    lost = await send(receiver, Names(["127.0.0.1"]))
    closed = await courier(Names(["127.0.0.1"])).send("http://1c.lan:1/", {}, b"{}")

    assert [one.status for one in (lost, closed)] == [None, None]
    assert all("нет связи" in (one.error or "") for one in (lost, closed))


async def test_the_next_address_is_tried_when_the_first_one_is_closed(receiver: Receiver) -> None:
    assert (await send(receiver, Names(["127.0.0.9", "127.0.0.1"]))).taken


async def test_no_cookie_is_kept_and_no_proxy_of_the_environment_is_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    receiver.extra = "Set-Cookie: session=stolen; Path=/\r\n"
    names = Names(["127.0.0.1"])
    sender = courier(names)

    for _ in range(2):
        assert (await sender.send(f"http://1c.lan:{receiver.port}/", {}, b"{}")).taken

    assert ["cookie" in one.headers for one in receiver.got] == [False, False]


async def test_tls_is_checked_against_the_name_and_not_against_the_address() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(204)

    sender = GuardedCourier(
        (), timeout_seconds=5, resolve=Names(["93.184.215.14"]), transport=httpx.MockTransport(answer)
    )
    receipt = await sender.send("https://hooks.example.by/in", {}, b"{}")

    assert receipt.taken
    (request,) = asked
    assert (request.url.host, request.headers["host"]) == ("93.184.215.14", "hooks.example.by")
    assert request.extensions["sni_hostname"] == "hooks.example.by"
    assert sender._tls.verify_mode is ssl.CERT_REQUIRED
    assert sender._tls.check_hostname


async def test_a_receiver_may_ask_for_a_longer_pause(receiver: Receiver) -> None:
    receiver.answers = ["503 Busy"]
    receiver.extra = "Retry-After: 120\r\n"

    assert await send(receiver, Names(["127.0.0.1"])) == Receipt(503, "узел ответил 503", 120.0)


@pytest.mark.parametrize(
    "asked", ["Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "Mon, 01 Jan 2020 00:00:00 +9999999999"]
)
async def test_a_pause_nobody_can_wait_for_is_no_pause(receiver: Receiver, asked: str) -> None:
    receiver.answers = ["503 Later"]
    receiver.extra = f"Retry-After: {asked}\r\n"

    receipt = await send(receiver, Names(["127.0.0.1"]))

    assert (receipt.status, receipt.taken, receipt.retry_after_seconds) == (503, False, None)


async def test_whatever_breaks_while_sending_is_a_receipt_so_that_it_is_given_up_at_last(receiver: Receiver) -> None:
    async def broken(_host: str, _port: int) -> Sequence[str]:
        raise ZeroDivisionError

    sender = GuardedCourier(LAN, timeout_seconds=5, resolve=broken)

    receipt = await sender.send(f"http://1c.lan:{receiver.port}/", {}, b"{}")

    assert (receipt.status, "ZeroDivisionError" in (receipt.error or "")) == (None, True)
