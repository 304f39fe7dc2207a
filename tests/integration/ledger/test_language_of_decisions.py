"""What a decision is refused for is told in the caller's language."""

import pytest

from integration.ledger.test_http_api import HEADERS, Office, office

__all__ = ["office"]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "ru",
            "keep-theirs относится к документу, изменённому в 1С или такому, поверх которого 1С не дала писать.",
        ),
        ("en", "keep-theirs is for a document that was changed in the ERP, or over which it refused to write ours."),
    ],
)
async def test_a_decision_that_is_not_possible_is_told_in_the_callers_language(
    office: Office, language: str, told: str
) -> None:
    report = (await office.posted())[0]

    answer = await office.client.post(
        f"/ledger/v1/documents/{report['id']}/resolve",
        json={"decision": "keep-theirs", "reason": "проверено"},
        headers={**HEADERS, "Accept-Language": language},
    )

    assert (answer.status_code, answer.json()["detail"]) == (409, told)
    assert answer.json()["type"].endswith("/decision-not-possible")
