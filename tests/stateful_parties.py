"""Who lives in the small world: officers of two cities, two employers with portals, holders whose
permits stand in every way. All of them fictional."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from api.ids import new_id
from auth import clients, officers
from auth.keys import KeySet
from auth.mongo import Database
from auth.officers import Duty, Officer, OfficerState
from auth.principal import Principal, PrincipalKind
from resolvers.rules.check_digits import uscc_check_character
from resolvers.store import employers, meta
from resolvers.store.employers import EmployerRecord, encode_employer
from resolvers.vocabulary import CardState, PermitCategory, PermitForm, PermitState
from tests.employer_client import EVERY_SCOPE, portal_record
from tests.factories import PermitPlan, Person, make_person
from tests.officer_client import make_officers

CITIES = ("440100", "440300")
SETTLED = {meta.NAME, employers.NAME, clients.NAME, officers.NAME}
"""Collections that all lives of the world share."""

_PLANS: Sequence[tuple[str, CardState | None, PermitPlan]] = (
    ("440100", CardState.NORMAL, PermitPlan(starts=-305, ends=60)),
    ("440100", None, PermitPlan(-800, 300, PermitForm.PLASTIC, category=PermitCategory.B)),
    ("440100", None, PermitPlan(-5, 360, state=PermitState.AWAITING_ORIGINALS)),
    ("440300", CardState.NORMAL, PermitPlan(category=PermitCategory.C)),
    ("440300", None, PermitPlan(starts=-400, ends=-10)),
    ("440300", None, PermitPlan(-690, 45, PermitForm.PLASTIC, category=PermitCategory.B)),
)
_ROSTER: Sequence[tuple[str, tuple[Duty, ...], OfficerState, int]] = (
    ("foreign-experts", (Duty.CHECK,), OfficerState.ACTIVE, 1),
    ("foreign-experts", (Duty.DECIDE,), OfficerState.ACTIVE, 2),
    ("foreign-experts", (Duty.CHECK, Duty.DECIDE), OfficerState.ACTIVE, 1),
    ("foreign-experts", tuple(Duty), OfficerState.DISABLED, 1),
    ("human-resources", (Duty.COUNTER,), OfficerState.ACTIVE, 1),
)


async def hired_officers(database: Database, key_set: KeySet, now: datetime) -> list[Officer]:
    hired: list[Officer] = []
    for city in CITIES:
        for kind, duties, state, number in _ROSTER:
            made = await make_officers(
                database,
                key_set,
                number,
                now=now,
                authority=f"{kind}-{city}",
                duties=duties,
                state=state,
            )
            hired += [one.officer for one in made]
    return hired


def officer_principal(officer: Officer) -> Principal:
    return Principal(
        PrincipalKind.OFFICER,
        officer.officer_id,
        session_id=f"ses_{officer.officer_id[4:]}",
        scopes=officer.scopes,
    )


async def founded_employers(database: Database, now: datetime) -> list[Principal]:
    """One in each city, by the client of its portal."""
    founded: list[Principal] = []
    for city in CITIES:
        code = f"91{city}700000001"
        record = EmployerRecord(
            new_id("emp"),
            code + uscc_check_character(code),
            {"en": "Sample Works", "zh": "样例工厂"},
            city,
            "market-regulation",
            now,
        )
        await database[employers.NAME].insert_one(encode_employer(record))
        portal, client = portal_record(record.employer_id, now)
        await database[clients.NAME].insert_one(clients.encode_client(client))
        founded.append(
            Principal(
                PrincipalKind.EMPLOYER,
                record.employer_id,
                client_id=portal.client_id,
                session_id=portal.session_id,
                scopes=tuple(str(scope) for scope in EVERY_SCOPE),
            )
        )
    return founded


async def arrived_people(
    database: Database, key_set: KeySet, founded: Sequence[Principal], now: datetime
) -> list[Person]:
    """The people of the plans, each with the employer of his city."""
    people: list[Person] = []
    for city, physical, plan in _PLANS:
        person = await make_person(
            database,
            key_set,
            permit_plans=(plan,),
            physical=physical,
            city=city,
            now=now,
            employer_id=founded[CITIES.index(city)].subject,
        )
        people.append(person)
    return people
