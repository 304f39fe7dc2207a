"""The direction into 1C through the whole product: what only the cabinet has ends in 1C, once, whatever is lost."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from e2e.stack import TOKEN, Stack
from smena.cli.demo.api import Api
from smena.cli.demo.job import Outcome, synchronise_catalogue

ITEMS = "Catalog_Номенклатура"
BARCODES = "InformationRegister_ШтрихкодыНоменклатуры"
PRICES = "Document_УстановкаЦенНоменклатуры"
CODES = ["4819999000012", "4819999000029", "4819999000036"]
NAMES = ["Сыр «Только в кассе» 50%", "Хлеб + соль", "Чай чёрный"]
FAULTS: dict[str, list[dict[str, Any]]] = {
    "nothing lost": [],
    "every first answer lost": [
        {"method": "POST", "path": f"{ITEMS}\\?"},
        {"method": "POST", "path": f"{BARCODES}\\?"},
        {"method": "POST", "path": f"{PRICES}\\?"},
        {"method": "POST", "path": f"{PRICES}.*/Post"},
    ],
}


def quiet(_label: str) -> Callable[..., None]:
    return lambda _done, _total=None: None


def diff_of(api: Api, register: str) -> dict[str, Any]:
    body = {
        "register": register,
        "direction": "import",
        "selection": {"kind": "all"},
        "prices": {"retail": {"source": "price-type"}},
    }
    diff = api.post("/catalog/v1/diffs", body)
    return api.finish(f"/catalog/v1/diffs/{diff['id']}", quiet(""))


def apply(api: Api, diff: dict[str, Any]) -> dict[str, Any]:
    run = api.post(f"/catalog/v1/diffs/{diff['id']}/apply", {"rows": "all", "when": "now"})
    result: dict[str, Any] = api.finish(f"/catalog/v1/runs/{run['id']}", quiet(""))["result"]
    return result


def ring_up(stack: Stack) -> None:
    """Three goods somebody entered at the till."""
    secret = stack.outside().secrets()["SMENA_SANDBOX_WEBKASSA_TOKEN"]
    goods = [
        {"goodName": name, "gtin": code, "vendorCode": f"K-{n}", "sellPrice": 1.25 + n, "sellVat": 1, "unit": 0}
        for n, (name, code) in enumerate(zip(NAMES, CODES, strict=True))
    ]
    answer = httpx.post(
        f"{stack.outside().url}/webkassa/api/warehouse/save",
        json={"goods": goods},
        headers={"Authorization": f"Bearer {secret}"},
        timeout=30,
    )
    assert [row["status"] for row in answer.json()["results"]] == ["created"] * 3, answer.text


def onec(stack: Stack, entity_set: str) -> list[dict[str, Any]]:
    """What 1C holds, asked as its own client would."""
    password = stack.outside().secrets()["SMENA_SANDBOX_ONEC_PASSWORD"]
    url = f"{stack.outside().url}/onec/odata/standard.odata/{entity_set}?$format=json"
    answer = httpx.get(url, auth=("smena", password), timeout=60)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["value"]
    return rows


@pytest.mark.timeout(300)
@pytest.mark.parametrize("lost", FAULTS)
def test_what_only_the_cabinet_has_ends_in_1c_once(lost: str, make_stack: Callable[..., Stack]) -> None:
    """Items outside any group, their barcodes, one price document; a new diff is identical, a second apply silent."""
    stack: Stack = make_stack("embedded", onec_absence_horizon=2, onec_request=2)
    stack.start()
    api = Api(stack.addresses(), TOKEN)
    register = stack.task().registers[0]
    synchronise_catalogue(api, stack.task(), quiet, Outcome())
    apply(api, diff_of(api, register))
    ring_up(stack)
    diff = diff_of(api, register)
    for when in FAULTS[lost]:
        stack.fault(target="onec", do="commit-then-drop", when={**when, "times": 1})

    result = apply(api, diff)

    assert (diff["counts"]["missing"], result["created"], result["failed"]) == (3, 3, 0)
    assert stack.faults_hit() == len(FAULTS[lost])
    made = {row["Ref_Key"]: row for row in onec(stack, ITEMS) if row["Description"] in NAMES}
    held = Counter(row["Номенклатура_Key"] for row in onec(stack, BARCODES) if row["Штрихкод"] in CODES)
    ours = [row for row in onec(stack, PRICES) if any(line["Номенклатура_Key"] in made for line in row["Товары"])]
    lines = {line["Номенклатура_Key"]: line["Цена"] for row in ours for line in row["Товары"]}
    assert len(made) == 3
    assert {row["Parent_Key"] for row in made.values()} == {"00000000-0000-0000-0000-000000000000"}
    assert held == Counter(dict.fromkeys(made, 1))
    assert [(row["Posted"], row["Комментарий"].startswith("[smena:price-setting|")) for row in ours] == [(True, True)]
    assert {made[ref]["Артикул"]: price for ref, price in lines.items()} == {"K-0": 1.25, "K-1": 2.25, "K-2": 3.25}

    seen = len(stack.requests())
    again = diff_of(api, register)
    assert again["counts"]["missing"] == again["counts"]["differs"] == 0
    assert apply(api, again)["rows"] == 0
    writes = [
        entry
        for entry in stack.requests()[seen:]
        if (entry["target"] == "onec" and entry["method"] != "GET") or "warehouse/save" in entry["path"]
    ]
    assert writes == []
    api.close()
