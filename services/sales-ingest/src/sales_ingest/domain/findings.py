"""What is named when a shift does not prove itself: one finding, one sentence, both figures."""

from dataclasses import dataclass

ABSENT = "absent"
NOT_GIVEN = "not-given"


@dataclass(frozen=True, slots=True)
class Finding:
    """A named disagreement: what the receipts say and what the Z-report says of one field.

    ``code`` is stable; a person accepts a finding by its field and both figures, so that a later change of
    either asks again.
    """

    code: str
    field: str
    receipts: str
    z_report: str
    detail: str

    @property
    def name(self) -> tuple[str, str, str]:
        """What an acceptance refers to."""
        return self.field, self.receipts, self.z_report


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A finding a person accepted, and why."""

    field: str
    receipts: str
    z_report: str
    reason: str

    @property
    def name(self) -> tuple[str, str, str]:
        """The finding this accepts."""
        return self.field, self.receipts, self.z_report
