"""Records of other authorities are read, matched and stored, or refused by a code."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from resolvers.vocabulary import IdentifierKind
from tests.commands import CommandLog
from tests.factories import CITY, Person
from tests.flows import audit_actions, everything_stored
from tests.record_lines import (
    BUREAU,
    POLICE,
    UPDATED,
    Importer,
    importer_on,
    later,
    residence_line,
    told,
)


@pytest.fixture
async def importer(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> AsyncIterator[Importer]:
    async with importer_on(settings, mongod_uri, database, key_set) as made:
        yield made


async def test_a_residence_permit_is_stored_with_its_source_audit_line_and_event(
    importer: Importer, database: Database
) -> None:
    person = await importer.person()
    assert told(await importer.take(residence_line(person))) == ["stored"]
    stored = await database["residence_permits"].find_one({"holder_id": person.holder_id})
    assert stored is not None
    assert stored["number"]["masked"] == "R****45"
    assert stored["source"]["authority"] == POLICE
    assert stored["valid_until"].isoformat() == "2027-01-04T16:00:00+00:00"
    assert await audit_actions(database) == [("record.imported", "OK")]
    [event] = await database["outgoing_events"].find().to_list(9)
    assert (event["kind"], event["object_id"]) == ("record.imported", stored["_id"])
    assert event["holder_id"] == person.holder_id


async def test_insurance_is_stored_for_holder_and_employer(
    importer: Importer, database: Database
) -> None:
    person = await importer.person()
    employer = await importer.employer_of(person)
    line = await importer.insurance(person)
    line["enrolments"][0] = {
        "kind": "PENSION",
        "state": "EXEMPT_BY_TREATY",
        "since": "2026-01-05",
        "until": "2027-01-04",
        "treaty_country": "DEU",
    }
    assert told(await importer.take(line, source=BUREAU)) == ["stored"]
    stored = await database["insurance_enrolments"].find_one({"holder_id": person.holder_id})
    assert stored is not None
    assert stored["employer_id"] == employer["_id"]
    assert stored["enrolments"][0]["treaty_country"] == "DEU"
    assert stored["enrolments"][1]["state"] == "ENROLLED"


@pytest.mark.parametrize("kind", ["work permit", "social security", "passport"])
async def test_a_holder_is_found_by_each_number(
    kind: str, importer: Importer, database: Database
) -> None:
    person, _ = await importer.person(), await importer.person()
    numbers = person.numbers
    forms: dict[str, dict[str, Any]] = {
        "work permit": {"work_permit_number": numbers[IdentifierKind.WORK_PERMIT].lower()},
        "social security": {"social_security_number": numbers[IdentifierKind.SOCIAL_SECURITY]},
        "passport": {"passport": {"country": "D", "number": numbers[IdentifierKind.PASSPORT]}},
    }
    assert told(await importer.take(residence_line(person, holder=forms[kind]))) == ["stored"]
    [stored] = await database["residence_permits"].find().to_list(9)
    assert stored["holder_id"] == person.holder_id


async def test_the_same_lines_again_change_nothing(importer: Importer, database: Database) -> None:
    person = await importer.person()
    insurance = await importer.insurance(person, updated_at="2026-01-10T08:00:00.123456Z")
    permit = residence_line(person, updated_at="2026-01-10T16:00:00.999999+08:00")
    assert told(await importer.take(insurance, source=BUREAU)) == ["stored"]
    assert told(await importer.take(permit)) == ["stored"]
    before = await everything_stored(database)
    assert told(await importer.take(insurance, source=BUREAU)) == ["unchanged"]
    assert told(await importer.take(permit, permit)) == ["unchanged", "unchanged"]
    assert await everything_stored(database) == before


async def test_a_newer_record_takes_the_place_of_the_one_before_and_an_older_one_is_ignored(
    importer: Importer, database: Database
) -> None:
    person = await importer.person()
    await importer.take(residence_line(person))
    [first] = await database["residence_permits"].find().to_list(9)
    newer = residence_line(person, updated_at=later(UPDATED, days=1), state="CANCELLED")
    older = residence_line(person, updated_at=later(UPDATED, seconds=-1), valid_until="2026-06-30")
    assert told(await importer.take(older, newer, older)) == ["unchanged", "stored", "unchanged"]
    [after] = await database["residence_permits"].find().to_list(9)
    assert (after["_id"], after["state"]) == (first["_id"], "CANCELLED")
    assert after["valid_until"] == first["valid_until"]


async def test_of_several_lines_about_one_person_the_newest_stands_in_whichever_order(
    importer: Importer, database: Database
) -> None:
    person = await importer.person()
    days = [3, 1, 5, 2, 4]
    lines = [
        residence_line(person, updated_at=later(UPDATED, days=day), number=f"RP0000000{day}")
        for day in days
    ]
    assert told(await importer.take(*lines)) == [
        *("stored", "unchanged", "stored", "unchanged", "unchanged")
    ]
    [stored] = await database["residence_permits"].find().to_list(9)
    assert stored["source"]["updated_at"].isoformat().startswith("2026-01-15")


async def test_each_city_and_each_employer_has_a_record_of_its_own(
    importer: Importer, database: Database
) -> None:
    person, colleague = await importer.person(), await importer.person()
    elsewhere = residence_line(person, city="440300", updated_at=later(UPDATED, days=-9))
    await importer.take(residence_line(person))
    assert told(await importer.take(elsewhere, source="exit-entry-440300")) == ["stored"]
    assert await database["residence_permits"].count_documents({}) == 2
    other = (await importer.insurance(colleague))["employer"]
    for line in (
        await importer.insurance(person),
        await importer.insurance(person, employer=other),
    ):
        assert told(await importer.take(line, source=BUREAU)) == ["stored"]
    assert await database["insurance_enrolments"].count_documents({}) == 2


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (BUREAU, "FOREIGN_SOURCE kind"),
        ("exit-entry-440300", "FOREIGN_SOURCE city"),
        (f"foreign-experts-{CITY}", "FOREIGN_SOURCE kind"),
        ("market-regulation", "UNKNOWN_SOURCE source"),
        (None, "MISSING_FIELD source"),
    ],
)
async def test_a_source_sends_only_its_own_kind_of_its_own_city(
    source: str | None, expected: str, importer: Importer, database: Database
) -> None:
    person = await importer.person()
    before = await everything_stored(database, "audit")
    assert told(await importer.take(residence_line(person), source=source)) == [expected]
    assert await everything_stored(database, "audit") == before


async def test_a_file_of_several_sources_names_the_source_in_each_line(
    importer: Importer, database: Database
) -> None:
    person = await importer.person()
    insurance = await importer.insurance(person, source=BUREAU)
    lines = (residence_line(person, source=POLICE), insurance)
    assert told(await importer.take(*lines, source=None)) == ["stored", "stored"]
    assert await database["insurance_enrolments"].count_documents({}) == 1


async def test_a_dry_run_says_what_would_be_and_changes_nothing(
    importer: Importer, database: Database
) -> None:
    person = await importer.person()
    lines = [residence_line(person), residence_line(person), residence_line(person, state="?")]
    before = await everything_stored(database)
    reports = await importer.take(*lines, dry_run=True)
    assert told(reports) == ["stored", "unchanged", "BAD_VALUE state"]
    assert await everything_stored(database) == before


async def test_two_imports_at_once_make_one_record_of_each_and_count_it_once(
    importer: Importer, database: Database
) -> None:
    people = [await importer.person() for _ in range(20)]
    lines = [residence_line(person) for person in people]
    barrier = asyncio.Barrier(4)

    async def run() -> list[str]:
        await barrier.wait()
        return told(await importer.take(*lines))

    runs = await asyncio.gather(*(run() for _ in range(4)))
    assert await database["residence_permits"].count_documents({}) == 20
    assert sorted(outcome for run in zip(*runs, strict=True) for outcome in run) == (
        ["stored"] * 20 + ["unchanged"] * 60
    )
    for name in ("audit", "outgoing_events"):
        assert await database[name].count_documents({}) == 20


async def test_a_batch_costs_the_same_commands_however_many_lines_it_has(
    importer: Importer, database: Database, command_log: CommandLog
) -> None:
    people = [await importer.person() for _ in range(50)]
    lines = [residence_line(person) for person in people]
    counts = []
    for some in (lines[:1], lines[1:]):
        command_log.clear()
        await importer.take(*some)
        counts.append(len(command_log.sent))
    assert counts[0] == counts[1]


async def test_nothing_of_a_line_is_in_audit_or_events(
    importer: Importer, database: Database
) -> None:
    person: Person = await importer.person()
    lines = [
        residence_line(person),
        residence_line(person, secret_remark="RP00012345"),
        residence_line(person, holder={"work_permit_number": "GD99999999"}),
    ]
    reports = await importer.take(*lines)
    kept = [await database[name].find().to_list(99) for name in ("audit", "outgoing_events")]
    text = json.dumps([*kept, [str(report) for report in reports]], default=str)
    for value in (*person.numbers.values(), "RP00012345", "secret_remark", "GD99999999"):
        assert value not in text
