"""A line that is not as docs/import.md says is refused, by a code and the name of a field."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from tests.flows import everything_stored
from tests.record_lines import BUREAU, Importer, importer_on, residence_line, told


@pytest.fixture
async def importer(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> AsyncIterator[Importer]:
    async with importer_on(settings, mongod_uri, database, key_set) as made:
        yield made


def changed(**changes: Any) -> dict[str, Any]:
    return changes


REFUSED_RESIDENCE: list[tuple[str, dict[str, Any]]] = [
    ("UNKNOWN_KIND kind", changed(kind="driving_licence")),
    ("MISSING_FIELD kind", changed(kind=None)),
    ("BAD_VALUE kind", changed(kind=["residence_permit"])),
    ("UNKNOWN_FIELD", changed(remark="Nora Beispiel")),
    ("MISSING_FIELD number", changed(number=None)),
    ("BAD_VALUE number", changed(number="RP 1")),
    ("BAD_VALUE number", changed(number=12345678)),
    ("BAD_VALUE number", changed(number="\ud800RP0001")),
    ("BAD_VALUE number", changed(number="R" * 65)),
    ("BAD_VALUE state", changed(state="LOST")),
    ("BAD_DATE valid_from", changed(valid_from="2026-02-30")),
    ("BAD_DATE valid_from", changed(valid_from="20260205")),
    ("BAD_DATE valid_until", changed(valid_until="2026-01-04")),
    ("BAD_DATE valid_until", changed(valid_until="2099-01-04")),
    ("BAD_DATE updated_at", changed(updated_at="2026-01-10T08:00:00")),
    ("BAD_DATE updated_at", changed(updated_at="2026-01-10")),
    ("BAD_DATE updated_at", changed(updated_at="2026-01-10T08:00:00+24:00")),
    ("FROM_THE_FUTURE updated_at", changed(updated_at="2090-01-10T08:00:00Z")),
    ("FOREIGN_SOURCE city", changed(city="440300")),
    ("FOREIGN_SOURCE source", changed(source="exit-entry-440300")),
    ("MISSING_FIELD holder", changed(holder=None)),
    ("MISSING_FIELD holder", changed(holder={})),
    ("BAD_VALUE holder", changed(holder="GD4400000001")),
    ("UNKNOWN_FIELD holder", changed(holder={"GD4400000001": True})),
    (
        "BAD_VALUE holder",
        changed(
            holder={"work_permit_number": "GD4400000001", "social_security_number": "DEU0C01X00T47"}
        ),
    ),
    ("BAD_VALUE holder.work_permit_number", changed(holder={"work_permit_number": "!"})),
    (
        "BAD_VALUE holder.passport.number",
        changed(holder={"passport": {"country": "Atlantis", "number": "C01X00T47"}}),
    ),
    ("MISSING_FIELD holder.passport.country", changed(holder={"passport": {"number": "C01X00"}})),
    (
        "UNKNOWN_FIELD holder.passport",
        changed(holder={"passport": {"country": "DEU", "number": "C01X00", "name": "N"}}),
    ),
    ("HOLDER_UNKNOWN holder", changed(holder={"work_permit_number": "GD99999999"})),
]


@pytest.mark.parametrize(("expected", "changes"), REFUSED_RESIDENCE)
async def test_a_bad_residence_permit_is_refused_by_code_and_field_and_changes_nothing(
    expected: str, changes: dict[str, Any], importer: Importer, database: Database
) -> None:
    person = await importer.person()
    before = await everything_stored(database, "audit")
    assert told(await importer.take(residence_line(person, **changes))) == [expected]
    assert await everything_stored(database, "audit") == before
    code, _, field = expected.partition(" ")
    [line] = await database["audit"].find().to_list(9)
    assert (line["action"], line["result"]) == ("record.refused", code)
    assert (line["fields"], line["objects"]) == ([field] if field else [], [])


def enrolment(**changes: Any) -> dict[str, Any]:
    return {"enrolments": [{"kind": "PENSION", "state": "ENROLLED"} | changes]}


REFUSED_INSURANCE: list[tuple[str, dict[str, Any]]] = [
    ("BAD_VALUE employer", changed(employer="91350100M000100Y4A")),
    ("EMPLOYER_UNKNOWN employer", changed(employer="91110108551385082Q")),
    ("BAD_DATE started_on", changed(started_on="yesterday")),
    ("MISSING_FIELD enrolments", changed(enrolments=None)),
    ("BAD_VALUE enrolments", changed(enrolments=[])),
    ("BAD_VALUE enrolments", changed(enrolments=["PENSION"])),
    ("BAD_VALUE enrolments", changed(enrolments=[{}] * 6)),
    ("BAD_VALUE enrolments.kind", changed(enrolments=enrolment()["enrolments"] * 2)),
    ("BAD_VALUE enrolments.kind", enrolment(kind="DENTAL")),
    ("BAD_VALUE enrolments.state", enrolment(state="LOST")),
    ("BAD_DATE enrolments.until", enrolment(since="2026-01-05", until="2026-01-04")),
    ("BAD_VALUE enrolments.treaty_country", enrolment(treaty_country="DEU")),
    ("MISSING_FIELD enrolments.treaty_country", enrolment(state="EXEMPT_BY_TREATY")),
    (
        "BAD_VALUE enrolments.treaty_country",
        enrolment(state="EXEMPT_BY_TREATY", treaty_country="XXX"),
    ),
    ("UNKNOWN_FIELD enrolments", enrolment(salary=20_000)),
]


@pytest.mark.parametrize(("expected", "changes"), REFUSED_INSURANCE)
async def test_a_bad_insurance_record_is_refused_by_code_and_field_and_changes_nothing(
    expected: str, changes: dict[str, Any], importer: Importer, database: Database
) -> None:
    line = await importer.insurance(await importer.person(), **changes)
    before = await everything_stored(database, "audit")
    assert told(await importer.take(line, source=BUREAU)) == [expected]
    assert await everything_stored(database, "audit") == before


BROKEN: list[tuple[str, bytes]] = [
    ("NOT_JSON", b"{"),
    ("NOT_JSON", b"[]"),
    ("NOT_JSON", b'"residence_permit"'),
    ("NOT_JSON", b'{"kind": "insurance", "kind": "insurance"}'),
    ("NOT_JSON", b"\xff\xfe{}"),
    ("NOT_JSON", b"[" * 5_000),
    ("NOT_JSON", b'{"kind": ' + b"9" * 5_000 + b"}"),
    ("LINE_TOO_LONG", b'{"kind": "' + b"x" * 9_000 + b'"}'),
    ("LINE_TOO_LONG", b" " * 100_000 + b"{}"),
]


@pytest.mark.parametrize(("expected", "broken"), BROKEN)
async def test_a_broken_line_is_refused_and_the_lines_around_it_are_stored(
    expected: str, broken: bytes, importer: Importer
) -> None:
    people = [await importer.person() for _ in range(2)]
    lines = [residence_line(person) for person in people]
    reports = await importer.take(lines[0], broken, b"", lines[1])
    assert told(reports) == ["stored", expected, "stored"]
    assert [report.line for report in reports] == [1, 2, 4]
