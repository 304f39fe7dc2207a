"""The main job through the whole product, over RabbitMQ in processes and once more in one process."""

from collections.abc import Callable

import pytest

from e2e.stack import Stack

MODES = ("processes", "embedded")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.timeout(600)
def test_every_shift_is_proven_and_every_document_verified(mode: str, make_stack: Callable[..., Stack]) -> None:
    """Z-report = receipts = event = 1C for every shift; all documents posted and read back."""
    stack: Stack = make_stack(mode)
    stack.start()

    outcome = stack.job()

    assert outcome.reconciliations, stack.logs()
    assert all(row["balanced"] is True for row in outcome.reconciliations)
    assert {shift["state"] for shift in outcome.shifts} == {"published"}
    assert set(outcome.document_states) == {"posted"}
    assert outcome.documents_verified == sum(outcome.document_states.values()) > 0


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.timeout(600)
def test_a_second_run_looks_at_every_document_and_writes_nothing(mode: str, make_stack: Callable[..., Stack]) -> None:
    """Run again at once: reads in the sandbox's log, no write to the cabinet or to 1C."""
    stack: Stack = make_stack(mode)
    stack.start()
    stack.job()
    before = stack.documents_in_onec()
    seen = len(stack.requests())

    outcome = stack.job()

    again = stack.requests()[seen:]
    writes = [entry for entry in again if entry["target"] == "onec" and entry["method"] != "GET"]
    saves = [entry for entry in again if "warehouse/save" in entry["path"]]
    assert writes == []
    assert saves == []
    assert sum(entry["target"] == "onec" and "Document_" in entry["path"] for entry in again) > 0
    assert outcome.replay["looked_at"] == len(before)
    assert before == stack.documents_in_onec()


@pytest.mark.timeout(900)
def test_both_modes_make_the_same_documents_byte_for_byte(make_stack: Callable[..., Stack]) -> None:
    """Three services over RabbitMQ and one process on embedded defaults differ in nothing that is stored."""
    held = []
    for mode in MODES:
        stack: Stack = make_stack(mode)
        stack.start()
        stack.job()
        held.append((stack.documents_in_ledger(), stack.documents_in_onec()))
        stack.stop()

    assert held[0][0], "no documents at all"
    assert held[0] == held[1]
