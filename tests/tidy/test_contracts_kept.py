"""What is declared as data has somebody who does it."""

import ast
from pathlib import Path
from typing import Any

import pytest

from smena.config.reference import reference, variable_of
from smena.contracts.routing import SUBSCRIPTIONS, Subscription
from smena.settings import ProcessSettings


@pytest.mark.parametrize("subscription", SUBSCRIPTIONS, ids=lambda subscription: subscription.consumer)
def test_every_subscription_has_a_consumer_in_its_service(sources: Any, subscription: Subscription) -> None:
    package = subscription.service.replace("-", "_")
    named = [
        module.name
        for module in sources
        if f"/src/{package}/" in module.name
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and node.value == subscription.consumer
    ]

    assert len(named) == 1, f"{subscription.consumer} is consumed in {named or 'no module'}"


def test_the_reference_of_settings_is_current(root: Path) -> None:
    page = root / "docs" / "reference" / "settings.md"

    assert page.read_text() == reference(), "run: python -m smena.config.reference > docs/reference/settings.md"


def test_every_process_setting_is_described(root: Path) -> None:
    page = (root / "docs" / "reference" / "settings.md").read_text()

    for name, field in ProcessSettings.model_fields.items():
        assert field.description
        assert f"`{variable_of(name)}`" in page
