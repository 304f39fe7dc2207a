"""Settings of one process, from the environment; what is the same for all processes is in the TOML."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Port = Annotated[int, Field(ge=1, le=65_535)]

DRAIN_SECONDS_MAX = 10
"""With 10 s for requests under way this fits into the pod's grace of 40 s."""


def _own_database(service: str, segment: str) -> AliasChoices:
    return AliasChoices(f"SMENA_{service}_DATABASE_URL", f"SMENA_{segment}_DATABASE_URL")


class ProcessSettings(BaseSettings):
    """What one process needs to start. Addresses and keys may hold secrets and are never shown."""

    model_config = SettingsConfigDict(
        env_prefix="SMENA_", frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    config: Path = Field(default=Path("smena.toml"), description="The TOML configuration.")
    database_url: str | None = Field(
        default=None,
        repr=False,
        pattern=r"^postgres(ql)?://",
        description="PostgreSQL for all services, a schema each; without it a private one is started.",
    )
    catalog_sync_database_url: str | None = Field(
        default=None,
        repr=False,
        pattern=r"^postgres(ql)?://",
        validation_alias=_own_database("CATALOG_SYNC", "CATALOG"),
        description="A database of its own for catalog-sync.",
    )
    sales_ingest_database_url: str | None = Field(
        default=None,
        repr=False,
        pattern=r"^postgres(ql)?://",
        validation_alias=_own_database("SALES_INGEST", "SALES"),
        description="A database of its own for sales-ingest.",
    )
    ledger_database_url: str | None = Field(
        default=None,
        repr=False,
        pattern=r"^postgres(ql)?://",
        validation_alias="SMENA_LEDGER_DATABASE_URL",
        description="A database of its own for ledger.",
    )
    amqp_url: str | None = Field(
        default=None,
        repr=False,
        pattern=r"^amqps?://",
        description="RabbitMQ; without it events stay in this process (one process only).",
    )
    http_host: str = Field(default="127.0.0.1", description="Address on which HTTP and the admin port listen.")
    http_port: Port = Field(default=8000, description="Port of the API and the console.")
    admin_port: Port = Field(default=9000, description="Port of /metrics, /healthz and /readyz.")
    state_dir: Path = Field(default=Path(".smena"), description="Folder of the embedded PostgreSQL and of local state.")
    session_key: str | None = Field(
        default=None,
        repr=False,
        min_length=32,
        description="Key that signs the console's sessions; without it they end with the process.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least level logged."
    )
    drain_seconds: float = Field(
        default=0,
        ge=0,
        le=DRAIN_SECONDS_MAX,
        description="How long HTTP goes on answering after SIGTERM with readiness off, so that a balancer looks away.",
    )
    clock_url: str | None = Field(
        default=None, description="Tests only: the clock is asked here instead of the machine."
    )

    def database_url_of(self, service: str) -> str | None:
        """The database of a service (``sales-ingest``): its own, else the common one, else None for the embedded."""
        own: str | None = getattr(self, f"{service.replace('-', '_')}_database_url", None)
        return own or self.database_url
