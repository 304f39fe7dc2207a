"""Whatever befalls a cabinet, of every operator: nothing false is told, nothing is lost, nothing is sent twice."""

import pytest

from contract.cabinets.broken_doors import (
    BY_FILES,
    CALLED,
    DOCUMENTS,
    FAULTS,
    HASTY_SECONDS,
    WRITES,
    called_door,
    file_door,
)
from contract.cabinets.doors import Door
from smena.cabinets.documents import CabinetDocument, UnreadableDocument
from smena.cabinets.files import shelf
from smena.cabinets.items import ItemWrite, ItemWriteStatus
from smena.cabinets.port import (
    CabinetError,
    CabinetOutcomeUnknownError,
    CabinetRefusedError,
    CabinetUnavailableError,
)
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate

ITEM = ItemWrite(None, "Соль", "S-1", "шт", "Группа", ("4810000999986",), VatRate.TEN, Kopecks(10), Kopecks(20))
DONE_BEFORE_THE_FAULT = frozenset({"truncated", "dropped", "slow"})
SAID_OF_FILES: dict[str, type[CabinetError] | None] = {
    "429": CabinetUnavailableError,
    "500": CabinetUnavailableError,
    "html": None,
    "truncated": CabinetRefusedError,
    "dropped": None,
    "slow": CabinetRefusedError,
}
"""A file that is refused or not finished leaves the register unknown; what a killed reader left is taken at once."""

Documents = list[CabinetDocument | UnreadableDocument]


async def read(door: Door) -> Documents:
    return [
        one async for page in door.cabinet.read_documents(door.register, door.start, door.end) for one in page.documents
    ]


async def told(door: Door) -> tuple[Documents, CabinetError | None]:
    """What a reader has when the reading ends, and what ended it."""
    found: Documents = []
    try:
        async for page in door.cabinet.read_documents(door.register, door.start, door.end):
            found += page.documents
    except CabinetError as error:
        return found, error
    return found, None


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operator", CALLED)
async def test_a_fault_tells_nothing_false_and_loses_nothing(operator: str, fault: str) -> None:
    async with called_door(operator) as broken:
        whole = await read(broken.door)
        assert sorted(one.number or 0 for one in whole) == broken.door.numbers

        with broken.broken(fault, DOCUMENTS, patience=HASTY_SECONDS):
            found, error = await told(broken.door)
        assert isinstance(error, CabinetUnavailableError)
        assert found == []

        with broken.broken(fault, DOCUMENTS, times=1):
            assert await read(broken.door) == whole, "one fault that passes is not even noticed"


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operator", BY_FILES)
async def test_what_befalls_a_folder_tells_nothing_false_and_loses_nothing(
    operator: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with file_door(operator) as twin:
        whole = await read(twin.door)
        assert sorted(one.number or 0 for one in whole) == twin.door.numbers
    async with file_door(operator) as broken:
        with broken.befallen(fault), monkeypatch.context() as hasty:
            hasty.setattr(shelf, "LOCK_SECONDS_MAX", 0.2)
            found, error = await told(broken.door)
            expected = SAID_OF_FILES[fault]
            assert type(error) is (expected or type(None))
            assert found == ([] if expected else whole)

        assert await read(broken.door) == whole
        refused = [path.name for path in (broken.folder / "refused").iterdir() if path.name.endswith(".report.json")]
        assert len(refused) == {"html": 1, "truncated": len(list((broken.folder / "done").iterdir())) // 2}.get(
            fault, 0
        )


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operator", BY_FILES)
async def test_an_item_written_while_a_folder_suffers_is_sent_once_and_found_by_looking(
    operator: str, fault: str
) -> None:
    """What befalls the files that come in holds up none that goes out."""
    async with file_door(operator) as broken:
        with broken.befallen(fault):
            (made,) = await broken.door.cabinet.save_items([ITEM])
            (again,) = await broken.door.cabinet.save_items([ITEM])

        assert (made.status, again.status) == (ItemWriteStatus.CREATED, ItemWriteStatus.REJECTED)
        assert len(list((broken.folder / "out").iterdir())) == 1
        assert [item.name async for page in broken.door.cabinet.list_items() for item in page] == [ITEM.name]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operator", CALLED)
async def test_an_item_written_under_a_fault_is_sent_once_and_found_by_looking(operator: str, fault: str) -> None:
    async with called_door(operator) as broken:
        with broken.broken(fault, WRITES):
            with pytest.raises(CabinetUnavailableError if fault == "429" else CabinetOutcomeUnknownError):
                await broken.door.cabinet.save_items([ITEM])
            assert broken.calls(WRITES[operator]) == 1

        names = [item.name async for page in broken.door.cabinet.list_items() for item in page]
        assert names.count(ITEM.name) == (fault in DONE_BEFORE_THE_FAULT)
