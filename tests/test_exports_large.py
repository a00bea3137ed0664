"""An export of a hundred thousand rows: in constant memory, killed and resumed, opened again."""

from __future__ import annotations

import asyncio
import csv
import io
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from api.settings import Settings
from tests.access_callers import employer_id_of
from tests.command_line import ROOT
from tests.employer_client import employer_client
from tests.exporting import fetched, put_crowd, read, started
from tests.serving import Serving

COUNT = 100_000
MOST_MIB = 48
"""What a worker may take more for a hundred thousand rows than at its start: a page, the driver's
buffers, and what Python does not give back. The file is half of that, the rows a multiple."""


async def _worker(arguments: Sequence[str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.export_worker", *arguments),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", ["CSV", "XLSX"])
async def test_a_hundred_thousand_rows_take_constant_memory_and_survive_a_kill(
    serving: Serving, settings: Settings, mongod_uri: str, keys_file: Path, kind: str
) -> None:
    person = await serving.person(given_names="=1+1")
    employer_id = await employer_id_of(serving, person)
    await put_crowd(serving, person.holder_id, COUNT - 1, timedelta(seconds=1))
    portal = await employer_client(serving, employer_id)
    export = await started(portal, format=kind)
    assert export["rowsTotal"] == COUNT
    place = (mongod_uri, settings.mongodb_database, str(keys_file), str(settings.data_dir))
    first = await _worker([*place, "0"])
    while (seen := (await read(portal, export["id"]))["rowsDone"]) < COUNT // 3:  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    first.kill()
    await first.wait()
    second = await _worker([*place, "40"])
    said, _ = await second.communicate()
    pages, before, after = map(int, said.split())
    portal = await employer_client(serving, employer_id)
    ready = await read(portal, export["id"])
    assert (ready["state"], ready["rowsDone"]) == ("READY", COUNT)
    figures = f"killed at {seen}; {pages} pages, {before} to {after} MiB, {ready['bytes']} bytes"
    print(kind, figures)  # noqa: T201 - shown with -s
    assert pages < COUNT // 500 + 2 - seen // 500
    assert after - before < MOST_MIB
    data = (await fetched(portal, ready["url"])).content
    names = list(_names(data, kind))
    assert len(names) == len(set(names)) == COUNT
    assert names[0].removeprefix("'").startswith("=1+1")


def _names(data: bytes, kind: str) -> list[str]:
    if kind == "CSV":
        rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        return [row[0] for row in rows][1:]
    sheet = load_workbook(io.BytesIO(data), read_only=True).active
    assert sheet is not None
    cells = [str(row[0].value) for row in sheet.iter_rows()]
    return cells[1:]
