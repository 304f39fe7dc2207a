"""A fresh base for each test."""

import pytest

from contract.sandbox_onec.wire import Onec


@pytest.fixture
def onec() -> Onec:
    return Onec()
