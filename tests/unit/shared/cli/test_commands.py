"""The command line says what is wrong in one sentence and ends with a code that means it."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import pytest
import typer
from typer.testing import CliRunner

from smena.cli import asking, services
from smena.cli.main import command_tree

CONFIG = '[[organizations]]\nid = "romashka"\nname = "ООО Ромашка"\nunp = "{unp}"\n'


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("SMENA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def smena() -> Callable[..., Any]:
    runner = CliRunner()
    return lambda *arguments: runner.invoke(command_tree(), arguments)


def test_a_good_configuration_is_called_good(smena: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "smena.toml").write_text(CONFIG.format(unp="190000005"))

    done = smena("config", "check")

    assert done.exit_code == 0
    assert "good. 1 organisations, 0 cabinets" in done.stdout


def test_a_wrong_configuration_ends_with_2_and_every_line(smena: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "smena.toml").write_text(CONFIG.format(unp="190000006") + "colour = 1\n")

    done = smena("config", "check")

    assert done.exit_code == 2
    assert "smena.toml, line 4: organizations[0].unp: the check digit" in done.stderr
    assert "smena.toml, line 5: organizations[0].colour: no such key" in done.stderr


def test_a_configuration_that_is_not_there_is_named(smena: Callable[..., Any]) -> None:
    done = smena("config", "check")

    assert done.exit_code == 2
    assert "set SMENA_CONFIG" in done.stderr


def test_a_wrong_setting_is_named_by_its_variable(smena: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMENA_HTTP_PORT", "http")

    done = smena("config", "check")

    assert done.exit_code == 2
    assert "SMENA_HTTP_PORT" in done.stderr


def test_a_new_token_is_shown_once_with_the_sha256_the_configuration_needs(smena: Callable[..., Any]) -> None:
    one, other = smena("token", "new", "--name", "shop").stdout, smena("token", "new").stdout

    token = next(line for line in one.splitlines() if line.startswith("smena_"))
    assert f'sha256 = "{sha256(token.encode()).hexdigest()}"' in one
    assert 'name = "shop"' in one
    assert token not in other


def test_an_unknown_service_is_refused_with_those_that_are_installed(smena: Callable[..., Any]) -> None:
    done = smena("serve", "nothing")

    assert done.exit_code == 2
    assert "no service 'nothing' is installed" in done.stderr


def test_a_service_contributes_commands_of_its_own(smena: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = typer.Typer()

    @theirs.callback()
    def ledger() -> None: ...

    @theirs.command()
    def check() -> None:
        typer.echo("recomputed")

    class Point:
        name = "ledger"

        def load(self) -> typer.Typer:
            return theirs

    monkeypatch.setattr(services, "entry_points", lambda group: [Point()] if group == "smena.commands" else [])

    assert smena("ledger", "check").stdout == "recomputed\n"


def test_each_service_may_have_an_address_of_its_own() -> None:
    assert asking.addresses({}).ledger == "http://127.0.0.1:8000"
    found = asking.addresses({"SMENA_URL": "http://one", "SMENA_SALES_URL": "http://two"})
    assert (found.catalog, found.sales, found.ledger) == ("http://one", "http://two", "http://one")


class Answers:
    """A server that answers what a test tells it to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any, str | None]] = []
        self.replies: dict[tuple[str, str], list[tuple[int, Any]]] = {}
        answers = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                asked = msgspec.json.decode(body) if body else None
                answers.asked.append((self.command, self.path, asked, self.headers.get("authorization")))
                replies = answers.replies[self.command, self.path]
                status, content = replies.pop(0) if len(replies) > 1 else replies[0]
                encoded = msgspec.json.encode(content)
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(encoded)))
                self.end_headers()
                self.wfile.write(encoded)

            do_GET = do_POST = _answer  # noqa: N815

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    answers = Answers()
    thread = Thread(target=answers.server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("SMENA_URL", f"http://127.0.0.1:{answers.server.server_port}")
    monkeypatch.setenv("SMENA_TOKEN", "my-token")
    yield answers
    answers.server.shutdown()
    thread.join()
    answers.server.server_close()


def run(state: str, **more: Any) -> dict[str, Any]:
    return {"id": "r1", "kind": "pull", "state": state, "progress": {"done": 1, "total": 2}, **more}


def test_pull_waits_for_its_run_and_shows_the_result(smena: Callable[..., Any], answers: Answers) -> None:
    answers.replies["POST", "/sales/v1/pulls"] = [(202, run("queued"))]
    answers.replies["GET", "/sales/v1/pulls/r1"] = [(200, run("running")), (200, run("succeeded", result={"new": 7}))]

    done = smena("pull", "--from", "2026-01-01", "--to", "2026-01-31", "--register", "kassa-1")

    assert done.exit_code == 0, done.stderr
    assert "pull r1: succeeded" in done.stdout
    assert "7" in done.stdout
    body = {"registers": ["kassa-1"], "from": "2026-01-01", "to": "2026-01-31"}
    assert answers.asked[0] == ("POST", "/sales/v1/pulls", body, "Bearer my-token")


def test_a_run_that_failed_ends_the_command_with_1(smena: Callable[..., Any], answers: Answers) -> None:
    answers.replies["POST", "/sales/v1/publications"] = [(202, run("queued"))]
    failed = run("failed", error={"title": "Away", "detail": "The cabinet does not answer."})
    answers.replies["GET", "/sales/v1/publications/r1"] = [(200, failed)]

    done = smena("publish", "--from", "2026-01-01", "--to", "2026-01-31")

    assert done.exit_code == 1
    assert "The cabinet does not answer." in done.stderr


def test_a_refusal_is_said_in_the_problems_words(smena: Callable[..., Any], answers: Answers) -> None:
    problem = {"title": "A scope is missing", "detail": "The token lacks the scope sales:write."}
    answers.replies["POST", "/sales/v1/pulls"] = [(403, problem)]

    done = smena("pull", "--from", "2026-01-01", "--to", "2026-01-31")

    assert done.exit_code == 1
    assert "lacks the scope sales:write" in done.stderr


def test_diff_and_apply_go_through_the_catalogue(smena: Callable[..., Any], answers: Answers) -> None:
    answers.replies["POST", "/catalog/v1/diffs"] = [(202, {"id": "d1", "state": "computing"})]
    answers.replies["GET", "/catalog/v1/diffs/d1"] = [(200, {"id": "d1", "state": "ready", "counts": {"missing": 3}})]
    answers.replies["POST", "/catalog/v1/diffs/d1/apply"] = [(202, run("queued"))]
    answers.replies["GET", "/catalog/v1/runs/r1"] = [(200, run("succeeded", result={}))]

    shown = smena("diff", "--register", "kassa-1", "--retail", "Розничная")
    applied = smena("apply", "d1")

    assert shown.exit_code == applied.exit_code == 0
    assert "missing" in shown.stdout
    assert answers.asked[0][2]["prices"]["retail"] == {"source": "price-type", "price_type": "Розничная"}
    assert {"rows": "all", "when": "now"} in [asked for _, _, asked, _ in answers.asked]


@pytest.mark.parametrize(("balanced", "code"), [(True, 0), (False, 1), (None, 1)])
def test_check_ends_with_0_only_when_every_shift_balances(
    smena: Callable[..., Any], answers: Answers, balanced: bool | None, code: int
) -> None:
    shift = {"id": "s1", "register": "kassa-1", "number": 7, "business_date": "2026-01-31"}
    list_path = "/sales/v1/shifts?limit=500&from=2026-01-01&to=2026-01-31"
    answers.replies["GET", list_path] = [(200, {"data": [shift], "next_cursor": None})]
    difference = {"place": "erp", "field": "amount", "expected": "1.00", "found": "2.00", "amount": "1.00"}
    found = {"balanced": balanced, "differences": [] if balanced else [difference]}
    answers.replies["GET", "/ledger/v1/shifts/s1/reconciliation"] = [(200, found)]

    done = smena("check", "--from", "2026-01-01", "--to", "2026-01-31")

    assert done.exit_code == code
    assert ("erp 1.00" in done.stdout) is (balanced is not True)


@pytest.mark.parametrize(
    ("waiting", "code", "word"),
    [
        ({"revision": None, "state": "unreconciled", "reasons": [{"detail": "sums differ"}], "final": False}, 1,
         "sums differ"),
        ({"revision": None, "state": "ready", "reasons": [], "final": True}, 0, "nothing to post"),
        ({"revision": 1, "state": "published", "reasons": [], "final": True}, 1, "not received"),
    ],
)  # fmt: skip
def test_check_names_a_shift_that_waits_and_looks_at_the_others(
    smena: Callable[..., Any], answers: Answers, waiting: dict[str, Any], code: int, word: str
) -> None:
    shift = {"register": "kassa-1", "business_date": "2026-01-31"}
    shifts = [{**shift, **waiting, "id": "s1", "number": 7}, {**shift, "id": "s2", "number": 8, "revision": 1}]
    list_path = "/sales/v1/shifts?limit=500&from=2026-01-01&to=2026-01-31"
    answers.replies["GET", list_path] = [(200, {"data": shifts, "next_cursor": None})]
    answers.replies["GET", "/ledger/v1/shifts/s1/reconciliation"] = [(404, {"title": "Not found", "detail": "none"})]
    answers.replies["GET", "/ledger/v1/shifts/s2/reconciliation"] = [(200, {"balanced": True, "differences": []})]

    done = smena("check", "--from", "2026-01-01", "--to", "2026-01-31")

    assert done.exit_code == code
    assert word in " ".join(done.stdout.split())
    assert "yes" in done.stdout


def test_a_server_that_is_not_there_is_a_sentence(smena: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMENA_TOKEN", "t")
    monkeypatch.setenv("SMENA_URL", "http://127.0.0.1:9")

    done = smena("pull", "--from", "2026-01-01", "--to", "2026-01-31")

    assert done.exit_code == 1
    assert "is Smena running" in done.stderr


def test_without_a_token_the_command_says_what_to_set(smena: Callable[..., Any]) -> None:
    done = smena("pull", "--from", "2026-01-01", "--to", "2026-01-31")

    assert done.exit_code == 1
    assert "set SMENA_TOKEN" in done.stderr


def test_a_wrong_date_is_a_wrong_usage(smena: Callable[..., Any]) -> None:
    assert smena("pull", "--from", "31.01.2026", "--to", "2026-01-31").exit_code == 2
