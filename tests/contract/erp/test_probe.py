"""What the probe says of a base, and that it writes nothing there."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from contract.erp.bases import card_payment, cash_order, onec_base
from contract.sandbox_onec import wire
from contract.sandbox_onec.wire import Onec
from smena.cli import onec_commands
from smena.cli.main import command_tree
from smena.erp.onec.documents import OneCDocuments
from smena.erp.onec.probe import ProbeReport, Right, probe
from smena.erp.open_erp import probe_base

CONFIG = f"""\
[[organizations]]
id = "romashka"
name = "ООО Ромашка"
unp = "190000005"

[[erp]]
organization = "romashka"
kind = "onec-odata"
base_url = "http://1c.test/onec/odata/standard.odata"
user = "smena"
password = {{ env = "ONEC_PASSWORD" }}
refs = {{ organization = "{wire.ROMASHKA}" }}
"""
MOVEMENTS = "AccountingRegister_Хозрасчетный_RecordType"


async def probed(onec: Onec) -> ProbeReport:
    base = onec_base(onec)
    try:
        return await probe(base, "база")
    finally:
        await base.close()


def told(report: ProbeReport) -> dict[str, str | None]:
    return {one.name: one.value for one in report.capabilities}


async def test_a_whole_base_is_ready_and_nothing_is_written_to_learn_it() -> None:
    onec = Onec()
    before = (await onec.control("GET", "documents")).json()
    report = await probed(onec)

    assert (await onec.control("GET", "documents")).json() == before
    assert report.ready
    assert [one.problem for one in report.objects] == [None] * len(report.objects)
    assert told(report)["client-ref"] is None
    rights = {one.entity_set: one.need.rights for one in report.objects}
    assert rights[wire.REPORT] == tuple(Right)
    assert rights[MOVEMENTS] == (Right.READ,)


@pytest.mark.parametrize(
    ("switches", "expected"),
    [
        ({}, {"vat": "enum", "refunds-section": "no", "client-ref": "kept"}),
        (
            {"vat": "catalogue", "refunds_section": True, "client_ref": "ignored"},
            {"vat": "catalogue", "refunds-section": "yes", "client-ref": "ignored"},
        ),
        ({"comment_like_rules": True}, {"client-ref": "kept"}),
    ],
)
async def test_how_a_base_differs_is_read_off_its_metadata_and_our_own_documents(
    switches: dict[str, Any], expected: dict[str, str]
) -> None:
    onec = Onec(**switches)
    documents = OneCDocuments(onec_base(onec), organization_ref=wire.ROMASHKA)
    for document in (cash_order(), card_payment()):
        await documents.create(document)
    await documents.close()

    assert expected.items() <= told(await probed(onec)).items()


async def test_what_is_not_published_is_named_and_stops_only_what_needs_it() -> None:
    without_movements = await probed(Onec(unpublished=frozenset({MOVEMENTS})))
    without_cards = await probed(Onec(unpublished=frozenset({wire.CARDS})))

    named = {one.entity_set: one.problem for one in without_movements.objects if one.problem}
    assert list(named) == [MOVEMENTS]
    assert without_movements.ready
    assert [one.entity_set for one in without_cards.objects if one.problem] == [wire.CARDS]
    assert not without_cards.ready


async def test_a_missing_right_to_read_is_named() -> None:
    report = await probed(Onec(forbidden=frozenset({wire.CASH_IN})))

    (named,) = [one for one in report.objects if one.problem]
    assert (named.entity_set, "нет права" in str(named.problem)) == (wire.CASH_IN, True)
    assert not report.ready


@pytest.mark.parametrize(("unpublished", "code"), [((), 0), ((MOVEMENTS,), 0), ((wire.REPORT,), 1)])
def test_the_command_lists_objects_rights_and_properties_and_ends_by_whether_the_base_is_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unpublished: tuple[str, ...], code: int
) -> None:
    onec = Onec(unpublished=frozenset(unpublished))
    (tmp_path / "smena.toml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.setenv("SMENA_CONFIG", str(tmp_path / "smena.toml"))
    monkeypatch.setenv("ONEC_PASSWORD", "smena")
    reached = partial(probe_base, transport=httpx.ASGITransport(onec._kept))
    monkeypatch.setattr(onec_commands, "probe_base", reached)

    told = CliRunner().invoke(command_tree(), ["onec", "probe", "romashka", "--json"])

    assert told.exit_code == code, told.output
    found = json.loads(told.output)
    assert found["ready"] is (code == 0)
    assert [one["entity_set"] for one in found["objects"] if one["problem"]] == list(unpublished)
    assert found["fingerprint"].endswith(wire.ROMASHKA)
    shown = CliRunner().invoke(command_tree(), ["onec", "probe", "romashka"], env={"COLUMNS": "300"})
    assert (shown.exit_code, wire.REPORT in shown.output, "Проведение" in shown.output) == (code, True, True)


def test_a_base_that_does_not_answer_or_is_none_is_one_sentence_and_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "smena.toml").write_text(CONFIG.replace("http://1c.test", "http://127.0.0.1:9"), encoding="utf-8")
    monkeypatch.setenv("SMENA_CONFIG", str(tmp_path / "smena.toml"))
    monkeypatch.setenv("ONEC_PASSWORD", "smena")

    for organization in ("romashka", "nobody"):
        told = CliRunner().invoke(command_tree(), ["onec", "probe", organization])
        assert (told.exit_code, organization in told.output) == (2, True)
