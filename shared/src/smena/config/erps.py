"""The ERP of each organisation."""

from typing import Annotated, Literal

from pydantic import Field

from smena.config.base import ConfigTable
from smena.config.fields import HttpAddress, Slug, TimeZoneName
from smena.config.secrets import SecretReference


class OneCRefs(ConfigTable):
    """References of the base that documents name."""

    organization: Annotated[str, Field(min_length=1, max_length=64)]


class OneCErp(ConfigTable):
    """1C:Accounting, reached by its standard OData interface."""

    organization: Slug
    kind: Literal["onec-odata"]
    base_url: HttpAddress
    user: Annotated[str, Field(min_length=1)]
    password: SecretReference
    timezone: TimeZoneName = "Europe/Minsk"
    refs: OneCRefs
    names: Annotated[str, Field(min_length=1)] = "bp-by"


class PullErp(ConfigTable):
    """An ERP that pushes its catalogue to us and fetches the feed."""

    organization: Slug
    kind: Literal["pull"]
    timezone: TimeZoneName = "Europe/Minsk"


class NoErp(ConfigTable):
    """No ERP: documents stay here and are exported by hand."""

    organization: Slug
    kind: Literal["none"] = "none"
    timezone: TimeZoneName = "Europe/Minsk"


Erp = Annotated[OneCErp | PullErp | NoErp, Field(discriminator="kind")]
