"""The operators' cabinets: one table for each contract with an operator."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator

from smena.cabinets.documents import DocumentKind, PaymentKind
from smena.config.base import ConfigTable
from smena.config.fields import HttpAddress, Slug
from smena.config.secrets import SecretReference

Owner = Literal["erp", "cabinet"]


class FieldOwners(ConfigTable):
    """Who owns a field of the items: what is the cabinet's is given to new items and never overwritten after."""

    name: Owner = "erp"
    unit: Owner = "erp"
    group: Owner = "erp"
    barcode: Owner = "erp"
    article: Owner = "erp"
    vat_rate: Owner = "erp"
    purchase_price: Owner = "erp"
    retail_price: Owner = "erp"

    @property
    def of_cabinet(self) -> frozenset[str]:
        """The fields that are the cabinet's."""
        return frozenset(name for name, owner in self if owner == "cabinet")


class CabinetLimits(ConfigTable):
    """What every cabinet says: whose it is and how hard it may be asked.

    All processes of sales-ingest together keep within the numbers. A process of catalog-sync keeps within them by
    itself; in one process with sales-ingest they share them. Where both run apart, the cabinet may see twice as much
    while a catalogue is compared or written: give half of what the operator allows.
    """

    id: Slug
    organization: Slug
    requests_per_second: Annotated[float, Field(gt=0, le=1000)] = 5
    concurrency: Annotated[int, Field(ge=1, le=64)] = 2
    fields: FieldOwners = FieldOwners()


CabinetWord = Annotated[str, Field(min_length=1, max_length=100)]
KnownDocument = Literal["sale", "refund", "annulment", "deposit", "withdrawal", "z-report"]


class WebkassaCodes(ConfigTable):
    """What words of the cabinet mean that Smena's own list lacks; a document with an unknown one is quarantined."""

    documents: dict[CabinetWord, KnownDocument] = Field(default_factory=dict)

    @property
    def kinds(self) -> dict[str, DocumentKind]:
        """The kind of each word."""
        return {word: DocumentKind(kind) for word, kind in self.documents.items()}


class IkassaCodes(WebkassaCodes):
    """The same of iKassa, whose payments have words too."""

    payments: dict[CabinetWord, PaymentKind] = Field(default_factory=dict)


class WebkassaCabinet(CabinetLimits):
    """A cabinet of Webkassa."""

    operator: Literal["webkassa"]
    base_url: HttpAddress
    token: SecretReference
    codes: WebkassaCodes = WebkassaCodes()


class IkassaCabinet(CabinetLimits):
    """A cabinet of iKassa: its token comes from an accounts server."""

    operator: Literal["ikassa"]
    base_url: HttpAddress
    accounts_url: HttpAddress
    client_id: str | SecretReference
    client_secret: SecretReference
    authorization: Literal["raw", "bearer"] = "raw"
    codes: IkassaCodes = IkassaCodes()


class DeclarativeCabinet(CabinetLimits):
    """A cabinet described by a manifest; keys beyond these are what its manifest asks for."""

    model_config = ConfigDict(frozen=True, extra="allow")

    operator: Literal["declarative"]
    manifest: Annotated[str, Field(min_length=1)]
    folder: Path | None = None
    base_url: HttpAddress | None = None

    @model_validator(mode="before")
    @classmethod
    def _read_secrets(cls, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, dict):
            return value
        known = cls.model_fields
        return {
            key: SecretReference.model_validate(content, context=info.context)
            if key not in known and isinstance(content, dict)
            else content
            for key, content in value.items()
        }

    @field_validator("manifest")
    @classmethod
    def _manifest_beside_the_configuration(cls, manifest: str, info: ValidationInfo) -> str:
        base = (info.context or {}).get("folder")
        is_path = "/" in manifest or manifest.endswith(".toml")
        return str(base / manifest) if is_path and base is not None else manifest

    @field_validator("folder")
    @classmethod
    def _folder_beside_the_configuration(cls, folder: Path | None, info: ValidationInfo) -> Path | None:
        base = (info.context or {}).get("folder")
        return base / folder if folder is not None and base is not None else folder

    @property
    def asked(self) -> dict[str, Any]:
        """What the manifest asked for: literals, and secrets by reference."""
        return dict(self.model_extra or {})


Cabinet = Annotated[WebkassaCabinet | IkassaCabinet | DeclarativeCabinet, Field(discriminator="operator")]
