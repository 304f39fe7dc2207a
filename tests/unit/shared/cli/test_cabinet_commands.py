"""`smena cabinet`: what an integrator sees of a cabinet without asking it anything."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from os import truncate
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner

from smena.cli.main import command_tree

CONFIG = """
[[organizations]]
id = "romashka"
name = "ООО Ромашка"
unp = "190000005"

[[cabinets]]
id = "wk-main"
organization = "romashka"
operator = "webkassa"
base_url = "https://cabinet.example.by"
token = { env = "WK_TOKEN" }
"""


@pytest.fixture
def smena(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    (tmp_path / "smena.toml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.setenv("SMENA_CONFIG", str(tmp_path / "smena.toml"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("WK_TOKEN", "head.claims.signature")
    runner = CliRunner()
    return lambda *arguments: runner.invoke(command_tree(), arguments)


def test_each_call_of_a_cabinet_is_shown_with_its_provenance(smena: Callable[..., Any]) -> None:
    done = smena("cabinet", "show")

    assert done.exit_code == 0
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in done.stdout.splitlines()]
    assert ["save_items", "POST warehouse/save", "assumed", "ours: no text and no client of it was found"] in rows
    assert ["list_items", "POST warehouse/list", "observed", "public client AlekseiSviatski/WebKassaExchanger"] in rows
    assert "wk-main: webkassa" in done.stdout
    assert "signature" not in done.stdout


def test_a_cabinet_that_is_not_configured_is_named(smena: Callable[..., Any]) -> None:
    done = smena("cabinet", "show", "wk-other")

    assert done.exit_code == 2
    assert "there is no cabinet 'wk-other'" in done.stderr
    assert "wk-main" in done.stderr


MANIFEST = """\
name = "small"
title = "Малый кабинет"

[asks]
key = "secret"

[authentication]
kind = "header"
name = "X-Key"
value = "{key}"

[[items]]
request = { path = "goods" }
fields = { id = "id", name = "name", retail_price = "price" }

[[documents]]
request = { path = "docs", query = { till = "{register}", day = "{day}" } }
paging = { kind = "day-window" }

[documents.fields]
fiscal_id = "id"
kind = "type"
number = "number"
at = "at"
shift_number = "shift"
payable = "sum"
"""
ANSWERS = {
    "/goods": '[{"id": 1, "name": "Хлеб", "price": "дорого", "shelf": 4}]',
    "/docs?till=131010705&day=2026-02-03": (
        '[{"id": "a", "type": "deposit", "number": 1, "at": "2026-02-03T10:00:00+03:00", "shift": 3, "sum": 5},'
        ' {"id": "b", "type": "gift", "number": 2, "at": "2026-02-03T10:00:00+03:00", "shift": 3, "sum": 5}]'
    ),
}


@pytest.fixture
def address() -> Iterator[str]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = ANSWERS.get(self.path, "").encode()
            self.send_response(
                200 if body and "very secret" in {self.headers["X-Key"], self.headers["X-Api-Key"]} else 403
            )
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_trial_shows_what_maps_and_names_what_does_not(
    smena: Callable[..., Any], tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THE_KEY", "very secret")
    (tmp_path / "small.toml").write_text(MANIFEST, encoding="utf-8")
    arguments = ("--base-url", address, "--set", "key=env:THE_KEY", "--register", "131010705", "--day", "2026-02-03")

    done = smena("cabinet", "try", str(tmp_path / "small.toml"), *arguments)

    assert done.exit_code == 1
    assert "items: goods: 1 records" in done.stdout
    assert "1. id=1, name=Хлеб, retail_price=?" in done.stdout
    assert "did not map, 1 times: retail_price: «дорого» не число" in done.stdout
    assert "not used by any map: shelf" in done.stdout
    assert "documents 1, not understood 1" in done.stdout
    assert "did not map, 1 times: неизвестный вид документа «gift»" in done.stdout
    assert "very secret" not in done.stdout


def test_a_trial_says_what_the_manifest_asks_for(smena: Callable[..., Any], tmp_path: Path, address: str) -> None:
    path = tmp_path / "small.toml"
    path.write_text(MANIFEST, encoding="utf-8")

    assert "the manifest asks for key" in smena("cabinet", "try", str(path), "--base-url", address).stderr
    assert "with --base-url" in smena("cabinet", "try", str(path), "--set", "key=x").stderr
    path.write_text(MANIFEST.replace('number = "number"', ""), encoding="utf-8")
    refused = smena("cabinet", "try", str(path))
    assert refused.exit_code == 2
    assert "small.toml, line 20: documents[0].fields: the field 'number' is needed" in refused.stderr


def test_a_configuration_whose_manifest_is_wrong_is_refused_at_its_line(
    smena: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "small.toml").write_text(MANIFEST, encoding="utf-8")
    table = """
[[cabinets]]
id = "other"
organization = "romashka"
operator = "declarative"
manifest = "./small.toml"
key = "literal"
shelf = 1
"""
    (tmp_path / "smena.toml").write_text(CONFIG + table, encoding="utf-8")

    done = smena("config", "check")

    assert done.exit_code == 2
    assert "line 14: cabinets[1].base_url: manifest 'small' makes calls: give their address" in done.stderr
    assert "line 19: cabinets[1].key: a secret is never written here" in done.stderr
    assert "line 20: cabinets[1].shelf: no such key: manifest 'small' asks for key" in done.stderr


def test_a_trial_of_a_file_beyond_the_limit_reads_none_of_it(
    smena: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "zreports-1.csv"
    file.touch()
    truncate(file, 2 * 1024**3)  # a hole of 2 GB: it takes no room
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))

    done = smena("cabinet", "try", "titan-retail-local", "--file", str(file))

    assert done.exit_code == 1
    assert "файл в 2147483648 байт, больше" in done.stdout


DOCUMENTATION = Path(__file__).parents[4] / "docs" / "manifests.md"


def test_the_worked_example_of_the_documentation_is_tried_from_zero(
    smena: Callable[..., Any], tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page's answer is served, its unfinished and its finished manifest tried: the page shows what is printed."""
    page = DOCUMENTATION.read_text(encoding="utf-8")
    said, half, whole = (
        page.partition("## A worked example")[2].split(f"```{form}\n")[place].partition("```")[0]
        for form, place in (("json", 1), ("toml", 1), ("toml", 2))
    )
    shown = [block.partition("```")[0].strip() for block in page.split("```text\n")[1:]]
    monkeypatch.setitem(ANSWERS, "/docs?till=131010705&day=2026-01-31", said)
    monkeypatch.setenv("KEY", "very secret")
    arguments = ("--base-url", address, "--set", "api_key=env:KEY", "--register", "131010705", "--day", "2026-01-31")
    path = tmp_path / "my-cabinet.toml"

    path.write_text(half, encoding="utf-8")
    first = smena("cabinet", "try", str(path), *arguments)
    path.write_text(whole, encoding="utf-8")
    second = smena("cabinet", "try", str(path), *arguments)

    assert [first.stdout.strip(), second.stdout.strip()] == shown
    assert (first.exit_code, second.exit_code) == (1, 0)


def test_a_trial_of_a_file_leaves_it_where_it_is(smena: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "zreports-1.csv"
    titles = (
        "Касса;Смена;УИ;Номер;Открыта;Закрыта;Первый документ;Последний документ;Продаж;Продажи;Наличные;Безналичные;"
        "Иное;Возвратов;Возвраты;Аннулировано;Аннулирования;Внесений;Внесения;Изъятий;Изъятия;Примечание"
    )
    row = "131010705;3;z-1;9;03.02.2026 08:00:00;03.02.2026 21:00:00;1;8;5;12,10;10;2,1;0;0;0;0;0;1;50;0;0;да"
    file.write_text(f"{titles}\n{row}\n", encoding="cp1251")

    good = smena("cabinet", "try", "titan-retail-local", "--file", str(file))
    assert (good.exit_code, file.exists()) == (0, True)
    assert "documents 1, not understood 0" in good.stdout
    assert "not used by any map: Примечание" in good.stdout

    file.write_text(f"{titles}\n{row.replace('12,10', 'много')}\n", encoding="cp1251")
    bad = smena("cabinet", "try", "titan-retail-local", "--file", str(file))
    assert bad.exit_code == 1
    assert "did not map, 1 times: sales_sum: «много» не число" in bad.stdout

    file.write_text(f"{titles.replace('Иное', 'Прочее')}\n{row}\n", encoding="cp1251")
    assert "нет столбцов: Иное" in smena("cabinet", "try", "titan-retail-local", "--file", str(file)).stdout
    assert "give one with --file" in smena("cabinet", "try", "titan-retail-local").stderr
    assert "fits none of" in smena("cabinet", "try", "titan-retail-local", "--file", "other.csv").stderr
