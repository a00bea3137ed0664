"""`onecard import`: a file or a pipe, with a report, stopped and run again at will."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest

from api.commands.import_records import import_records
from auth.keys import KeySet
from auth.mongo import Database, connect, database_of
from tests.command_line import MAIN, Answer, called, onecard
from tests.factories import Person, make_person
from tests.flows import everything_stored
from tests.processes import eventually, python
from tests.record_lines import POLICE, UPDATED, later, ndjson, residence_line

_T = TypeVar("_T")
Settings = dict[str, str]


def do(settings: Settings, work: Callable[[Database], Awaitable[_T]]) -> _T:
    async def connected() -> _T:
        client = connect(settings["ONECARD_MONGODB_URI"])
        try:
            return await work(database_of(client, settings["ONECARD_MONGODB_DATABASE"]))
        finally:
            client.close()

    return asyncio.run(connected())


def people(settings: Settings, key_set: KeySet, count: int) -> list[Person]:
    async def made(database: Database) -> list[Person]:
        return [await make_person(database, key_set) for _ in range(count)]

    return do(settings, made)


def written(path: Path, lines: Sequence[Any]) -> str:
    path.write_bytes(ndjson(lines))
    return str(path)


def imported(settings: Settings, *arguments: str) -> Answer:
    return called(import_records, *arguments, settings=settings)


def count(settings: Settings, collection: str, **wanted: Any) -> int:
    async def counted(database: Database) -> int:
        return await database[collection].count_documents(wanted)

    return do(settings, counted)


def test_a_file_is_stored_with_a_summary_and_a_second_run_changes_nothing(
    command_settings: Settings, key_set: KeySet, tmp_path: Path
) -> None:
    file = written(
        tmp_path / "permits.ndjson",
        [residence_line(one) for one in people(command_settings, key_set, 60)],
    )
    first = imported(command_settings, file, "--source", POLICE)
    assert (first.code, first.stderr) == (0, "")
    assert first.stdout.startswith("60 lines: 60 stored, 0 unchanged, 0 refused, in ")
    before = do(command_settings, everything_stored)
    again = imported(command_settings, file, "--source", POLICE)
    assert again.stdout.startswith("60 lines: 0 stored, 60 unchanged, 0 refused, in ")
    assert do(command_settings, everything_stored) == before


def test_refused_lines_are_counted_by_reason_and_told_in_the_report(
    command_settings: Settings, key_set: KeySet, tmp_path: Path
) -> None:
    one, other = people(command_settings, key_set, 2)
    lines = [residence_line(one), b"{", residence_line(other, state="?"), b"", b"{"]
    file, report = written(tmp_path / "permits.ndjson", lines), tmp_path / "report.ndjson"
    answer = imported(command_settings, file, "--source", POLICE, "--report", str(report))
    assert answer.code == 1
    assert answer.only_line == f"onecard: 3 of 4 lines were refused: see {report}"
    assert answer.stdout.splitlines()[1:] == ["  2 NOT_JSON", "  1 BAD_VALUE state"]
    assert [json.loads(line) for line in report.read_text().splitlines()] == [
        {"line": 1, "outcome": "stored"},
        {"line": 2, "outcome": "refused", "code": "NOT_JSON", "field": None},
        {"line": 3, "outcome": "refused", "code": "BAD_VALUE", "field": "state"},
        {"line": 5, "outcome": "refused", "code": "NOT_JSON", "field": None},
    ]


def test_a_dry_run_stores_nothing(
    command_settings: Settings, key_set: KeySet, tmp_path: Path
) -> None:
    [person] = people(command_settings, key_set, 1)
    file = written(tmp_path / "permits.ndjson", [residence_line(person)])
    before = do(command_settings, everything_stored)
    answer = imported(command_settings, file, "--source", POLICE, "--dry-run")
    assert answer.code == 0
    assert answer.stdout.startswith("1 lines: 1 stored, ")
    assert answer.stdout.rstrip().endswith("(dry run: nothing was stored)")
    assert do(command_settings, everything_stored) == before


def test_a_pipe_is_read_too_and_each_line_may_name_its_source(
    command_settings: Settings, key_set: KeySet
) -> None:
    [person] = people(command_settings, key_set, 1)
    typed = ndjson([residence_line(person, source=POLICE)]).decode()
    answer = called(import_records, "-", settings=command_settings, typed=typed)
    assert (answer.code, answer.stderr) == (0, "")
    assert count(command_settings, "residence_permits", holder_id=person.holder_id) == 1


def test_mistakes_are_told_in_one_line(command_settings: Settings, tmp_path: Path) -> None:
    file = written(tmp_path / "permits.ndjson", [])
    for arguments, told in (
        ((str(tmp_path / "none"),), "cannot be read"),
        ((str(tmp_path),), "cannot be read"),
        ((file, "--report", file), "--report must be another file"),
        ((file, "--report", str(tmp_path / "no" / "where")), "cannot be written"),
    ):
        answer = imported(command_settings, *arguments)
        assert answer.code == 1
        assert told in answer.only_line
    assert imported(command_settings, file, "--source", "market-regulation").code == 2
    empty = onecard("import", file, settings=command_settings)
    assert (empty.code, empty.stdout.split(" in ")[0]) == (
        0,
        "0 lines: 0 stored, 0 unchanged, 0 refused,",
    )


def history(persons: Sequence[Person], versions: int) -> list[Any]:
    """Each person's record, and then newer and newer ones."""
    return [
        residence_line(person, updated_at=later(UPDATED, hours=version))
        for version in range(versions)
        for person in persons
    ]


@pytest.fixture
def short_transactions(command_settings: Settings) -> Iterator[None]:
    """What a killed process has begun is held for two seconds in place of sixty."""

    def hold(seconds: int) -> None:
        async def set_parameter(database: Database) -> None:
            await database.client.admin.command(
                {"setParameter": 1, "transactionLifetimeLimitSeconds": seconds}
            )

        do(command_settings, set_parameter)

    hold(2)
    yield
    hold(60)


@pytest.mark.usefixtures("short_transactions")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 1)])
def test_a_run_that_was_broken_off_and_repeated_equals_one_run(
    number: signal.Signals, code: int, command_settings: Settings, key_set: KeySet, tmp_path: Path
) -> None:
    persons, versions = people(command_settings, key_set, 50), 40
    total = len(persons) * versions
    file = written(tmp_path / "permits.ndjson", history(persons, versions))
    arguments = ("import", file, "--source", POLICE)

    def stored() -> int:
        return count(command_settings, "audit", action="record.imported")

    with python(MAIN, *arguments, **command_settings) as process:
        assert eventually(lambda: stored() >= 150)
        os.kill(process.pid, number)
        assert process.wait(30) == code
    broken_off = stored()
    assert 150 <= broken_off < total
    # A batch is whole or not there at all.
    assert broken_off % 50 == 0
    assert count(command_settings, "outgoing_events") == broken_off
    again = onecard(*arguments, settings=command_settings)
    assert (again.code, again.stderr) == (0, "")
    assert again.stdout.startswith(
        f"{total:,} lines: {total - broken_off:,} stored, {broken_off:,} unchanged, 0 refused"
    )
    assert stored() == count(command_settings, "outgoing_events") == total
    assert count(command_settings, "residence_permits") == len(persons)


def test_who_stops_an_import_hears_how_far_it_went(
    command_settings: Settings, key_set: KeySet, tmp_path: Path
) -> None:
    file = written(tmp_path / "permits.ndjson", history(people(command_settings, key_set, 50), 40))
    with python(MAIN, "import", file, "--source", POLICE, **command_settings) as process:
        assert eventually(lambda: count(command_settings, "residence_permits") > 0)
        os.kill(process.pid, signal.SIGTERM)
        _, told = process.communicate(timeout=30)
    assert process.returncode == 1
    assert told.startswith("onecard: stopped after line ")
    assert told.endswith(": run it again to go on\n")


def test_a_large_file_is_never_held_in_memory(command_settings: Settings, tmp_path: Path) -> None:
    """An 80 MB file, and a process that may take less than that beyond what it starts with."""
    file = tmp_path / "large.ndjson"
    with file.open("wb") as opened:
        for _ in range(10):
            opened.write(b"x" * 8_000_000 + b"\n")
    script = (
        "import api.cli, api.commands.import_records\n"
        "from tests.processes import peak_mib\n"
        "before = peak_mib()\n"
        "try:\n    api.cli.main()\n"
        "except SystemExit:\n    pass\n"
        "print(peak_mib() - before)\n"
    )
    with python(script, "import", str(file), "--source", POLICE, **command_settings) as process:
        told, errors = process.communicate(timeout=60)
    assert "10 of 10 lines were refused" in errors
    assert "10 LINE_TOO_LONG" in told
    assert int(told.splitlines()[-1]) < 40
