"""What every table of the configuration has in common."""

from pydantic import BaseModel, ConfigDict


class ConfigTable(BaseModel):
    """One table of the TOML: read once, never changed; a key nobody knows is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
