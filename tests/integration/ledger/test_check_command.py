"""``smena ledger check`` recomputes all that is stored and says by its exit code whether anything differs."""

import asyncio
import os
import sys
from pathlib import Path

from sqlalchemy import text

from integration.ledger.conftest import Bench
from unit.ledger.making import line, payment, revision

SMENA = Path(sys.executable).with_name("smena")


async def _check(folder: Path, **environment: str) -> tuple[int, str]:
    return await _ledger(folder, "check", **environment)


async def _ledger(folder: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        str(SMENA),
        "ledger",
        *arguments,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def test_the_command_ends_with_0_when_all_recomputes_and_with_1_when_a_kopeck_differs(
    bench: Bench, tmp_path: Path
) -> None:
    await bench.publish(revision([line(amount=500)], [payment("cash", 500)]))
    good = await _check(tmp_path, SMENA_DATABASE_URL=bench.database.url)

    async with bench.database.session() as session:
        await session.execute(text("update ledger.document set content = replace(content, '5.00', '5.01')"))
        await session.commit()
    bad = await _check(tmp_path, SMENA_DATABASE_URL=bench.database.url)

    assert (good[0], "1 shifts, 2 documents, 0 differences" in good[1]) == (0, True), good
    assert (bad[0], "retail-report|romashka" in bad[1]) == (1, True), bad


async def test_where_there_is_no_ledger_the_command_says_so_with_2(tmp_path: Path) -> None:
    code, said = await _check(tmp_path)

    assert (code, "SMENA_STATE_DIR" in said) == (2, True), said


async def test_a_renamed_base_is_accepted_by_its_fingerprint_and_what_waited_goes(bench: Bench, tmp_path: Path) -> None:
    url = bench.database.url
    early = await _ledger(tmp_path, "accept-base", "romashka", "base-2", SMENA_DATABASE_URL=url)
    await bench.publish(revision([line(amount=500)], [payment("cash", 500)]))
    await bench.deliver()
    await bench.publish(revision([line(amount=700)], [payment("cash", 700)], number=2))
    bench.erp.name = "base-2"
    bench.clock.advance(61)
    await bench.base.round(0, "owner")
    waiting = (await bench.stored())[-1].status.reason or ""

    accepted = await _ledger(tmp_path, "accept-base", "romashka", "base-2", SMENA_DATABASE_URL=url)
    bench.clock.advance(61)
    await bench.deliver()

    assert (early[0], accepted[0]) == (1, 0), (early, accepted)
    assert "base-1" in accepted[1]
    assert 'smena ledger accept-base romashka "base-2"' in waiting
    assert set(await bench.states()) == {"posted"}
