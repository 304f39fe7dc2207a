"""Where a webhook may go, and when a delivery is tried again."""

import pytest

from ledger.domain.webhooks import (
    ATTEMPTS_MAX,
    ForbiddenAddressError,
    HookTiming,
    Receipt,
    check_reachable,
    checked_address,
)

PRIVATE = [
    "127.0.0.1",
    "127.8.9.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "0.0.0.0",
    "169.254.169.254",
    "198.18.0.1",
    "192.0.2.1",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_into_a_private_network_is_refused(address: str) -> None:
    with pytest.raises(ForbiddenAddressError):
        check_reachable("hooks.example.by", address, ())


@pytest.mark.parametrize("address", ["93.184.215.14", "2a00:1450:4001:82f::200e", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_a_public_address_may_be_reached(address: str) -> None:
    check_reachable("hooks.example.by", address, ())


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.1.1", "fd00::5", "::1"])
def test_a_host_named_in_the_settings_may_lie_in_a_private_network(address: str) -> None:
    check_reachable("1c.lan", address, ("1c.lan",))
    with pytest.raises(ForbiddenAddressError, match=r"1c2\.lan"):
        check_reachable("1c2.lan", address, ("1c.lan",))


@pytest.mark.parametrize("address", ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "0.0.0.0", "224.0.0.1"])
def test_not_even_a_named_host_may_be_where_clouds_keep_their_metadata(address: str) -> None:
    with pytest.raises(ForbiddenAddressError, match="служебный"):
        check_reachable("1c.lan", address, ("1c.lan",))


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.by/in",
        "ftp://hooks.example.by/in",
        "file:///etc/passwd",
        "https://user:password@hooks.example.by/",
        "https://user@hooks.example.by/",
        "https:///in",
        "https://hooks.example.by/#part",
        "https://hooks.example.by:99999/",
        "https://hooks.example.by\\@127.0.0.1/",
        "https://пример.бел/",
        "https://hooks.example.by/\r\nX: y",
        "https://hooks.example.by/" + "x" * 2000,
        "hooks.example.by",
    ],
)
def test_what_is_no_plain_https_address_is_refused(url: str) -> None:
    with pytest.raises(ForbiddenAddressError):
        checked_address(url, ("1c.lan",))


def test_a_named_host_needs_no_tls() -> None:
    assert checked_address("http://1c.lan:8080/in?x=1", ("1c.lan",)).port == 8080
    assert checked_address("https://hooks.example.by/in", ()).hostname == "hooks.example.by"


def test_pauses_grow_to_the_named_limit_and_end() -> None:
    timing = HookTiming()
    pauses = [timing.pause(attempts, None) for attempts in range(1, ATTEMPTS_MAX + 1)]

    seconds = [None if pause is None else pause.total_seconds() for pause in pauses]
    assert seconds == [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400, None]
    assert timing.pause(1, 60.0) == HookTiming(first_pause=60).pause(1, None)
    assert timing.pause(1, 10**9) == timing.pause(9, None)
    assert timing.pause(ATTEMPTS_MAX, 60.0) is None


@pytest.mark.parametrize(("status", "taken"), [(200, True), (204, True), (302, False), (404, False), (500, False)])
def test_only_a_2xx_is_taken(status: int, taken: bool) -> None:
    assert Receipt(status).taken is taken
    assert not Receipt(status, "late").taken
    assert not Receipt(None).taken
