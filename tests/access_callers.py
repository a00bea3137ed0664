"""One caller of each column of the access table, with a whole record to read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from api.ids import new_id
from api.settings import Settings
from auth.master_keys import LocalMasterKeys
from auth.mongo import Database, Document
from auth.officers import Duty
from auth.principal import Assurance
from auth.sealing import Sealer
from auth.tokens import SubjectKind, TokenAuthority
from resolvers.store import holder_keys, insurance_enrolments, residence_permits
from resolvers.store.holder_keys import decode_holder_key
from resolvers.store.insurance_enrolments import EnrolmentRecord, InsuranceRecord, encode_insurance
from resolvers.store.residence_permits import ResidencePermitRecord, encode_residence_permit
from resolvers.vocabulary import (
    CardState,
    IdentifierKind,
    InsuranceKind,
    InsuranceState,
    ResidenceState,
)
from tests.access_rows import EMPLOYERS, MISSING_SCOPE, Caller
from tests.app_client import START, AppClient
from tests.employer_client import EVERY_SCOPE, employer_client
from tests.factories import CITY, Person
from tests.officer_client import officer_clients
from tests.serving import Serving

_DESKS = {
    Caller.CHECKER: (f"foreign-experts-{CITY}", (Duty.CHECK,)),
    Caller.DECIDER: (f"foreign-experts-{CITY}", (Duty.DECIDE, Duty.RECORDS)),
    Caller.COUNTER: (f"human-resources-{CITY}", (Duty.COUNTER,)),
}


async def rich_person(serving: Serving, city: str = CITY, **plan: Any) -> Person:
    """A holder with every record that other authorities keep."""
    person = await serving.person(physical=CardState.NORMAL, city=city, **plan)
    database, now = serving.database, serving.clock()
    key = await database[holder_keys.NAME].find_one({"_id": person.holder_id})
    permit = await database["permits"].find_one({"holder_id": person.holder_id})
    assert key is not None
    assert permit is not None
    sealer = Sealer(LocalMasterKeys(serving.key_set))
    residence = ResidencePermitRecord(
        residence_permit_id=new_id("rsp"),
        holder_id=person.holder_id,
        number=f"GZ{person.numbers[IdentifierKind.PASSPORT][1:]}",
        state=ResidenceState.ISSUED,
        city=city,
        valid_from=now - timedelta(days=30),
        valid_until=now + timedelta(days=300),
        authority=f"exit-entry-{city}",
        updated_at=now,
    )
    kinds = [
        EnrolmentRecord(kind, InsuranceState.ENROLLED, now, None, None) for kind in InsuranceKind
    ]
    insurance = InsuranceRecord(
        insurance_id=new_id("ins"),
        holder_id=person.holder_id,
        employer_id=permit["employer_id"],
        city=city,
        enrolments=kinds,
        started_at=now,
        authority=f"human-resources-{city}",
        updated_at=now,
    )
    vault = sealer.vault_for(person.holder_id, decode_holder_key(key))
    sealed = encode_residence_permit(residence, vault)
    await database[residence_permits.NAME].insert_one(sealed)
    await database[insurance_enrolments.NAME].insert_one(encode_insurance(insurance))
    return person


def real_name_token(serving: Serving, settings: Settings, person: Person) -> str:
    """An access token of the holder, signed with the key of the gateway, so that nothing but its
    assurance can refuse it."""
    authority = TokenAuthority(serving.key_set, issuer=settings.issuer, audience=settings.audience)
    now = serving.clock()
    return authority.mint_access(
        subject=person.holder_id,
        kind=SubjectKind.HOLDER,
        client_id="test-portal",
        session_id=new_id("ses"),
        scope=(),
        acr=Assurance.REAL_NAME.acr,
        amr=("user",),
        authenticated_at=now,
        token_id=new_id("tok"),
        issued_at=now,
    )


async def employer_id_of(serving: Serving, person: Person) -> str:
    """The employer of the person's first permit."""
    permit = await serving.database["permits"].find_one({"_id": person.permit_ids[0]})
    assert permit is not None
    employer_id: str = permit["employer_id"]
    return employer_id


async def logged_in(serving: Serving, person: Person) -> AppClient:
    app = serving.client()
    await app.log_in(person.name, person.identifier(), {"phone": person.phone})
    return app


async def age_proof(serving: Serving, app: AppClient) -> None:
    """The session goes on, its real-person proof is five and a half minutes old."""
    serving.clock.advance(minutes=4, seconds=30)
    await app.refresh()
    serving.clock.advance(minutes=1)


async def client_of(
    caller: Caller, serving: Serving, settings: Settings, person: Person
) -> AppClient:
    """A client that asks as `caller`: `person`, the employer of `person`, or an officer."""
    app = serving.client()
    match caller:
        case Caller.ANONYMOUS:
            pass
        case Caller.STARTED_FLOW:
            await app.step(START)
        case Caller.REAL_NAME_FLOW:
            await app.prove_real_name(person.name, person.identifier())
            await app.prove_second({"phone": person.phone})
        case Caller.HOLDER | Caller.OTHER_HOLDER:
            app = await logged_in(serving, person)
        case Caller.STALE_HOLDER:
            app = await logged_in(serving, person)
            await age_proof(serving, app)
        case Caller.REAL_NAME_TOKEN:
            app.token = real_name_token(serving, settings, person)
        case Caller.CHECKER | Caller.DECIDER | Caller.COUNTER:
            authority, duties = _DESKS[caller]
            [app] = await officer_clients(serving, 1, authority, duties)
        case employer:
            assert employer in EMPLOYERS
            granted = [scope for scope in EVERY_SCOPE if scope is not MISSING_SCOPE.get(employer)]
            app = await employer_client(serving, await employer_id_of(serving, person), granted)
    return app


def own_values(documents: list[Document]) -> set[str]:
    """Ids and masked values in a holder's documents: what shows whose they are."""
    found: set[str] = set()
    waiting: list[Any] = list(documents)
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            found |= {value[key] for key in ("_id", "masked") if isinstance(value.get(key), str)}
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return found


async def documents_of(database: Database, holder_id: str) -> list[Document]:
    """Every document of the holder, but the ones that only we read (audit, flows)."""
    found: list[Document] = []
    for name in await database.list_collection_names():
        if name not in ("audit", "login_flows", "holder_keys"):
            owned = {"$or": [{"_id": holder_id}, {"holder_id": holder_id}]}
            found += await database[name].find(owned).to_list(1_000)
    return found
