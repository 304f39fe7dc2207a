"""What can go wrong with an ERP, by what it means for the caller."""


class ErpError(Exception):
    """The ERP gave no usable answer."""


class ErpUnavailableError(ErpError):
    """Nothing happened there (no connection, or a read failed): try again later.

    ``retry_after_seconds`` is the other side's own wish, when it named one.
    """

    def __init__(self, message: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ErpOutcomeUnknownError(ErpError):
    """A write was sent and no clear answer came: it may have happened. Look, never resend blindly."""


class ErpRefusedError(ErpError):
    """The ERP understood and refused, in its own words; trying again unchanged is pointless.

    ``code`` is the OData error code as text ("-1" for a refusal by the configuration), None for plain HTTP.
    """

    def __init__(self, message: str, *, code: str | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class ErpAccessError(ErpRefusedError):
    """Wrong user or password, or a right is missing: nothing will work until a person acts."""


class ErpMovedError(ErpRefusedError):
    """The object was written by somebody else since it was read: nothing was written; read it again."""


class ErpSetupError(ErpError):
    """The base lacks an object, field or enumeration value that is needed; the message names it."""
