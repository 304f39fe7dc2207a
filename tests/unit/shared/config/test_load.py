"""A right configuration is read whole; a wrong one is refused with every line and reason."""

from collections.abc import Callable
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from smena.config.load import ConfigError, load_config
from smena.config.model import DeclarativeCabinet, IkassaCabinet, NoErp, OneCErp, WebkassaCabinet
from smena.config.secrets import SecretReference
from smena.kinds.vat import VatRate


def line_in(text: str, piece: str) -> int:
    return text[: text.index(piece)].count("\n") + 1


def test_the_whole_configuration_of_the_contract_is_read(load: Callable[..., Any], whole: str, tmp_path: Path) -> None:
    config = load(whole)

    register = config.register("kassa-1")
    assert register.default_items == {VatRate.TWENTY: "goods-20", VatRate.TEN: "goods-10"}
    assert register.silence_after == timedelta(hours=6)
    assert (register.business_date.rule, register.business_date.cutoff) == ("closed-at", time(6))
    assert register.documents.closed_until == date(2025, 12, 31)
    assert register.documents.payments["card"].type == "card"
    assert config.timing.onec_request == 2
    assert config.timing.onec_absence_horizon == 120
    erp = config.erp_of("romashka")
    assert isinstance(erp, OneCErp)
    assert erp.base_url == "https://1c.example.by/base/odata/standard.odata"
    assert erp.password.file == tmp_path / "onec-password"
    assert erp.password.resolve({}) == "1c-password"


def test_each_operator_has_keys_of_its_own(load: Callable[..., Any], whole: str) -> None:
    config = load(whole)

    webkassa, ikassa, titan = config.cabinet("wk-main"), config.cabinet("ik-main"), config.cabinet("titan")
    assert isinstance(webkassa, WebkassaCabinet)
    assert webkassa.token.resolve({"WK_TOKEN": "abc"}) == "abc"
    assert isinstance(ikassa, IkassaCabinet)
    assert ikassa.authorization == "bearer"
    assert isinstance(titan, DeclarativeCabinet)
    assert titan.asked == {"mailbox": "shop-7", "password": SecretReference(env="TITAN_PASSWORD")}


def test_questions_of_the_services_are_answered(load: Callable[..., Any], whole: str) -> None:
    config = load(whole)

    assert [register.id for register in config.registers_of("wk-main")] == ["kassa-1", "kassa-2"]
    assert config.organization_of("kassa-2").name == "ООО Ромашка"
    assert config.erp_of("unknown") == NoErp(organization="unknown")
    with pytest.raises(KeyError):
        config.register("kassa-3")


def test_what_is_left_out_has_the_defaults_of_the_contract(load: Callable[..., Any], whole: str) -> None:
    register = load(whole).register("kassa-2")

    assert (register.lookback_days, register.auto_publish, register.default_mode) == (2, False, "offer")
    assert register.documents.delivery == "off"
    assert register.documents.on_change == "adjust"


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ("vat_payer", "vat_paier", "organizations[0].vat_paier", "no such key"),
        ('unp = "190000005"', 'unp = "190000006"', "organizations[0].unp", "check digit"),
        ('"Europe/Minsk"', '"Europe/Mynsk"', "organizations[0].timezone", "no time zone"),
        ('accounting = "quantity-sum"', 'accounting = "sums"', "organizations[0].accounting", "known are"),
        ('id = "romashka"', 'id = "Ромашка"', "organizations[0].id", "form"),
        ('token = { env = "WK_TOKEN" }', 'token = "literal"', "cabinets[0].token", "never written here"),
        ('token = { env = "WK_TOKEN" }\n', "", "cabinets[0].token", "missing"),
        (
            'operator = "webkassa"',
            'operator = "webkasa"',
            "cabinets[0].operator",
            "known are 'webkassa', 'ikassa', 'declarative'",
        ),
        ("requests_per_second = 5", "requests_per_second = 0", "cabinets[0].requests_per_second", "greater than 0"),
        (
            '"https://cabinet.webkassa.by"',
            '"https://u:p@cabinet.webkassa.by"',
            "cabinets[0].base_url",
            "user and password",
        ),
        ('cabinet = "wk-main"', 'cabinet = "wk"', "registers[0].cabinet", "known are: wk-main, ik-main, titan"),
        ('auto_pull = "*/10 * * * *"', 'auto_pull = "often"', "registers[0].auto_pull", "no cron expression"),
        ("active_from = 2026-01-01", 'active_from = "01.01.2026"', "registers[0].active_from", "no date"),
        ('silence_after = "6h"', 'silence_after = "6"', "registers[0].silence_after", "no duration"),
        ('cutoff = "06:00"', 'cutoff = "25:00"', "registers[0].business_date.cutoff", "no time of day"),
        ('delivery = "post"', 'delivery = "now"', "registers[0].documents.delivery", "known are"),
        (
            'outlet = { ref = "outlet-1", name = "Магазин № 1" }\n',
            "",
            "registers[0].documents.outlet",
            "name the outlet",
        ),
        (
            'cash = { document = "cash-order", ',
            'cash = { document = "cash-order", desk = "d", ',
            "registers[0].documents.payments.cash.desk",
            "no such key",
        ),
        ('kind = "onec-odata"', 'kind = "sap"', "erp[0].kind", "known are"),
        ('organizations = ["romashka"]', 'organizations = ["lilia"]', "api_tokens[0].organizations[0]", "lilia"),
        ('"ledger:write"]', '"ledger:own"]', "api_tokens[0].scopes[4]", "known are"),
        ('sha256 = "9f86', 'sha256 = "XX86', "api_tokens[0].sha256", "form"),
        ("onec_request = 2", "onec_request = -2", "timing.onec_request", "greater than 0"),
        ("lease = 0.5", "leese = 0.5", "timing.leese", "no such key"),
    ],
)
def test_a_mistake_is_named_with_its_line_key_and_reason(
    mistakes: Callable[..., Any], whole: str, old: str, new: str, key: str, reason: str
) -> None:
    found = mistakes(old, new)

    assert len(found) == 1
    found_key, line, found_reason = found[0]
    assert found_key == key
    assert reason in found_reason
    if new:
        assert line == line_in(whole.replace(old, new, 1), new)


def test_the_line_is_the_one_that_is_wrong(mistakes: Callable[..., Any], whole: str) -> None:
    assert mistakes("lookback_days = 2", "lookback_days = -1")[0][1] == line_in(whole, "lookback_days = 2")
    assert mistakes('ref = "outlet-1"', "ref = 1")[0][1] == line_in(whole, "outlet = {")
    assert mistakes('number = "131010706"', "number = 131010706")[0][1] == line_in(whole, 'number = "131010706"')


def test_a_missing_key_is_named_at_the_head_of_its_table(mistakes: Callable[..., Any], whole: str) -> None:
    assert mistakes('number = "131010706"\n', "") == [
        ("registers[1].number", line_in(whole, '[[registers]]\nid = "kassa-2"'), "this key is missing")
    ]


def test_every_mistake_is_named_at_once(load: Callable[..., Any], whole: str) -> None:
    spoiled = whole.replace("vat_payer", "payer").replace('cutoff = "06:00"', 'cutoff = "6"').replace("lease", "leese")

    with pytest.raises(ConfigError) as refused:
        load(spoiled)

    keys = [mistake.key for mistake in refused.value.mistakes]
    assert keys == ["organizations[0].payer", "registers[0].business_date.cutoff", "timing.leese"]
    assert str(refused.value).count("line ") == 3


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('id = "kassa-2"', 'id = "kassa-1"', "registers[1].id"),
        ('id = "ik-main"', 'id = "wk-main"', "cabinets[1].id"),
        ('number = "131010706"', 'number = "131010705"', "registers[1].number"),
    ],
)
def test_the_same_id_twice_is_refused_where_it_stands_again(
    mistakes: Callable[..., Any], old: str, new: str, key: str
) -> None:
    assert [found_key for found_key, _, _ in mistakes(old, new)] == [key]


def test_a_base_that_fetches_takes_no_rewritten_documents(load: Callable[..., Any], whole: str) -> None:
    """What can't be read back can't be compared before it is written over."""
    start = whole.index("[[erp]]")
    end = whole.index("\n[[", start) if "\n[[" in whole[start:] else len(whole)
    pulled = whole[:start] + '[[erp]]\norganization = "romashka"\nkind = "pull"\n' + whole[end:]
    wrong = pulled.replace('on_change = "adjust"', 'on_change = "update"')

    assert load(pulled).erp_of("romashka").kind == "pull"
    with pytest.raises(ConfigError, match=r"on_change.*pull"):
        load(wrong)


def test_an_absent_variable_is_named(load: Callable[..., Any], whole: str) -> None:
    with pytest.raises(ConfigError, match=r"cabinets\[0\].token: the environment variable WK_TOKEN is empty"):
        load(whole, {"IK_SECRET": "x" * 8, "TITAN_PASSWORD": "x" * 8})


def test_an_absent_secret_file_is_named(mistakes: Callable[..., Any], tmp_path: Path) -> None:
    ((key, _, reason),) = mistakes('file = "onec-password"', 'file = "nowhere"')

    assert key == "erp[0].password"
    assert str(tmp_path / "nowhere") in reason


def test_a_secret_needs_exactly_one_place(mistakes: Callable[..., Any]) -> None:
    ((_, _, reason),) = mistakes('{ env = "WK_TOKEN" }', '{ env = "WK_TOKEN", file = "x" }')

    assert "exactly one" in reason


def test_what_is_no_toml_is_refused_with_its_line(load: Callable[..., Any], whole: str) -> None:
    with pytest.raises(ConfigError, match=r"smena.toml, line 4: this is no TOML"):
        load(whole.replace('unp = "190000005"', "unp = 190 000"))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="set SMENA_CONFIG"):
        load_config(tmp_path / "nothing.toml", {})


def test_a_file_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "smena.toml"
    path.write_bytes('# one\nname = "Ромашка"'.encode("cp1251"))

    with pytest.raises(ConfigError, match="line 2: not UTF-8"):
        load_config(path, {})


def test_no_secret_shows_in_what_the_configuration_prints(load: Callable[..., Any], whole: str) -> None:
    shown = repr(load(whole))

    for secret in ("wk-token-1", "ik-secret-1", "titan-password-1", "1c-password", "9f86d081"):
        assert secret not in shown
