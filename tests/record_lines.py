"""Lines as other authorities send them, about people made to order."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from api.runtime import open_runtime
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database, Document
from auth.principal import Principal, PrincipalKind
from resolvers.gateway import Ask, Gateway
from resolvers.imports.importing import import_batch
from resolvers.imports.lines import batches, raw_lines
from resolvers.imports.outcomes import LineReport
from resolvers.vocabulary import IdentifierKind, InsuranceKind
from tests.factories import CITY, Person, make_person
from tests.serving import CHEAP_PASSWORDS, MovableClock

POLICE = f"exit-entry-{CITY}"
BUREAU = f"human-resources-{CITY}"
SYSTEM = Ask(Principal(PrincipalKind.ADMINISTRATOR), "192.0.2.7", "req_test")
UPDATED = "2026-01-10T08:00:00Z"

Line = dict[str, Any]


@dataclass(frozen=True)
class Importer:
    """A gateway with what feeds it."""

    gateway: Gateway
    database: Database
    key_set: KeySet
    clock: MovableClock

    async def person(self, **plan: Any) -> Person:
        return await make_person(self.database, self.key_set, **plan)

    async def employer_of(self, person: Person) -> Document:
        permit = await self.database["permits"].find_one({"holder_id": person.holder_id})
        assert permit is not None
        employer = await self.database["employers"].find_one({"_id": permit["employer_id"]})
        assert employer is not None
        return employer

    async def take(
        self, *lines: Line | bytes, source: str | None = POLICE, dry_run: bool = False
    ) -> list[LineReport]:
        reports: list[LineReport] = []
        for batch in batches(raw_lines(io.BytesIO(ndjson(lines)))):
            reports += await import_batch(self.gateway, SYSTEM, batch, source, dry_run=dry_run)
        return reports

    async def insurance(self, person: Person, **changes: Any) -> Line:
        employer = await self.employer_of(person)
        return insurance_line(person, employer["credit_code"], **changes)


@asynccontextmanager
async def importer_on(
    settings: Settings, uri: str, database: Database, key_set: KeySet
) -> AsyncIterator[Importer]:
    clock = MovableClock()
    async with open_runtime(settings, uri, now=clock, password_cost=CHEAP_PASSWORDS) as runtime:
        yield Importer(runtime.gateway, database, key_set, clock)


def residence_line(person: Person, **changes: Any) -> Line:
    line = {
        "kind": "residence_permit",
        "holder": {"work_permit_number": person.numbers[IdentifierKind.WORK_PERMIT]},
        "city": CITY,
        "updated_at": UPDATED,
        "number": "RP00012345",
        "state": "ISSUED",
        "valid_from": "2026-01-05",
        "valid_until": "2027-01-04",
    }
    return line | changes


def insurance_line(person: Person, credit_code: str, **changes: Any) -> Line:
    line = {
        "kind": "insurance",
        "holder": {"social_security_number": person.numbers[IdentifierKind.SOCIAL_SECURITY]},
        "city": CITY,
        "updated_at": UPDATED,
        "employer": credit_code,
        "started_on": "2026-01-05",
        "enrolments": [
            {"kind": str(kind), "state": "ENROLLED", "since": "2026-01-05"}
            for kind in InsuranceKind
        ],
    }
    return line | changes


def later(at: str, **span: float) -> str:
    """Another instant, as a line writes it."""
    moved = datetime.fromisoformat(at) + timedelta(**span)
    return moved.isoformat().replace("+00:00", "Z")


def ndjson(lines: Sequence[Line | bytes]) -> bytes:
    """One line each; bytes stand as they are."""
    return b"".join(
        (one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n" for one in lines
    )


def told(reports: Sequence[LineReport]) -> list[str]:
    """`stored`, `unchanged`, or `CODE field`."""
    return [
        str(report.outcome)
        if report.refused is None
        else f"{report.refused.code} {report.refused.field or ''}".strip()
        for report in reports
    ]
