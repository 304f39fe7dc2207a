"""Process settings come from the environment, and never show what may hold a secret."""

import pytest
from pydantic import ValidationError

from smena.settings import ProcessSettings


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("SMENA_")]:
        monkeypatch.delenv(name)


def test_without_an_environment_everything_is_embedded_and_local() -> None:
    settings = ProcessSettings()

    assert (settings.http_host, settings.http_port, settings.admin_port) == ("127.0.0.1", 8000, 9000)
    assert settings.database_url_of("ledger") is None
    assert settings.amqp_url is None
    assert str(settings.state_dir) == ".smena"


def test_a_service_may_have_a_database_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMENA_DATABASE_URL", "postgresql://h/common")
    monkeypatch.setenv("SMENA_SALES_INGEST_DATABASE_URL", "postgresql://h/sales")

    settings = ProcessSettings()

    assert settings.database_url_of("sales-ingest") == "postgresql://h/sales"
    assert settings.database_url_of("ledger") == "postgresql://h/common"


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMENA_DATABASE_URL", "")
    monkeypatch.setenv("SMENA_HTTP_PORT", "")

    assert ProcessSettings().database_url is None


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMENA_DATABASE_URL", "postgresql://u:hidden-password@h/d")
    monkeypatch.setenv("SMENA_AMQP_URL", "amqp://u:hidden-password@h/")
    monkeypatch.setenv("SMENA_SESSION_KEY", "hidden-password-of-32-characters!")

    assert "hidden" not in repr(ProcessSettings())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMENA_HTTP_PORT", "99999"),
        ("SMENA_DATABASE_URL", "mysql://u:hidden@h/d"),
        ("SMENA_AMQP_URL", "http://hidden"),
        ("SMENA_LOG_LEVEL", "LOUD"),
        ("SMENA_SESSION_KEY", "hidden"),
    ],
)
def test_a_wrong_setting_is_refused_without_showing_it(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ValidationError) as refused:
        ProcessSettings()

    assert "hidden" not in str(refused.value)
