"""A secret is named in the configuration, never written there."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator, model_validator

from smena.observability.masking import remember_secret

SECRET_BYTES_MAX = 64 * 1024


class SecretMissingError(LookupError):
    """The environment variable or file that should hold a secret is absent or empty; the message names it."""


class SecretReference(BaseModel):
    """``{ env = "NAME" }`` or ``{ file = "path" }``: where a secret is found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    env: str | None = None
    file: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _no_literal(cls, value: Any) -> Any:
        if isinstance(value, str | int):
            raise ValueError('a secret is never written here: use { env = "NAME" } or { file = "path" }')  # noqa: TRY004 - pydantic wants ValueError
        return value

    @field_validator("file")
    @classmethod
    def _beside_the_configuration(cls, file: Path | None, info: ValidationInfo) -> Path | None:
        folder = (info.context or {}).get("folder")
        return folder / file if file is not None and folder is not None else file

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError('exactly one of env and file: { env = "NAME" } or { file = "path" }')
        return self

    def resolve(self, environment: Mapping[str, str]) -> str:
        """The secret itself; from now on it is masked in every log line.

        Raises:
            SecretMissingError: naming the variable or the file.
        """
        secret = self._from_file(self.file) if self.file is not None else environment.get(self.env or "", "")
        if not secret:
            what = f"file {self.file}" if self.file is not None else f"environment variable {self.env}"
            raise SecretMissingError(f"the {what} is empty or not set: put the secret there")
        remember_secret(secret)
        return secret

    @staticmethod
    def _from_file(file: Path) -> str:
        try:
            with file.open("rb") as stream:
                return stream.read(SECRET_BYTES_MAX).decode().strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            raise SecretMissingError(f"the file {file} can't be read ({reason}): put the secret there") from error
