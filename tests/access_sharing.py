"""What the access matrix needs of sharing: rows of the table, and records to read."""

from __future__ import annotations

from datetime import timedelta

from api.ids import new_id
from api.settings import DEFAULT_ISSUER
from auth.audit import AuditAction, AuditLine, AuditOrigin, encode_audit_line
from auth.grant_records import GrantRecords
from auth.mongo import Document
from auth.principal import Principal, PrincipalKind
from resolvers.rules.bundles import Bundle, SharingPurpose
from resolvers.store import grants
from resolvers.store.grants import AskRecord, encode_ask
from tests.access_rows import EMPLOYER, FRESH, GRANT, ITS_ASKS, ITS_SHARED, OWN, Row
from tests.factories import Person
from tests.granting import employment_of
from tests.serving import Serving

SHARING_TYPES: tuple[tuple[str, Row, str], ...] = (
    ("Mutation", ITS_ASKS, "askForGrant retractAsk"),
    ("Mutation", FRESH, "acceptGrant"),
    ("Mutation", OWN, "refuseGrant withdrawGrant"),
    ("GrantChanged", GRANT, "grant"),
    ("Holder", OWN, "grants grant accesses"),
    ("EmployerDesk", EMPLOYER, "grants grant"),
    ("GrantConnection", GRANT, "edges pageInfo"),
    ("GrantEdge", GRANT, "cursor node"),
    (
        "Grant",
        GRANT,
        (
            "id revision status statusLabel employer employmentId purpose purposeLabel reason"
            " askedBundles askedUntil bundles until askedAt lapsesAt answeredAt endedAt records"
        ),
    ),
    ("Grant", ITS_SHARED, "shared"),
    ("Grant", FRESH, "preview"),
    ("GrantRecord", GRANT, "at event jws"),
    ("AccessConnection", OWN, "edges pageInfo"),
    ("AccessEdge", OWN, "cursor node"),
    (
        "Access",
        OWN,
        ("at again actorKind actorName action actionLabel purpose purposeLabel fields result"),
    ),
)


async def put_sharing(serving: Serving, person: Person) -> str:
    """A grant that stands, and a line of the ledger with another look; the id of the grant."""
    employment = await employment_of(serving, person)
    now = serving.clock()
    until = now + timedelta(days=90)
    ask = AskRecord(
        grant_id=new_id("gnt"),
        holder_id=person.holder_id,
        employer_id=employment["employer_id"],
        employment_id=employment["_id"],
        purpose=SharingPurpose.WORK,
        reason=None,
        bundles=tuple(Bundle),
        until=until,
        asked_at=now,
        lapses_at=now + timedelta(days=30),
    )
    jws = GrantRecords(serving.key_set, issuer=DEFAULT_ISSUER).sign({"grant": ask.grant_id}, None)
    record: Document = {"at": now, "event": "ASK", "jws": jws, "key_version": 1}
    granted = {"state": "GRANTED", "bundles": [str(one) for one in Bundle], "expires_at": until}
    await serving.database[grants.NAME].insert_one(encode_ask(ask, record) | granted)
    actor = Principal(PrincipalKind.EMPLOYER, employment["employer_id"])
    line = AuditLine(
        AuditAction.GRANT_READ, None, fields=("holders.phone",), people=(person.holder_id,)
    )
    origin = AuditOrigin(actor, now, None, new_id("req"))
    look = encode_audit_line(new_id("aud"), line, origin)
    again = look | {"_id": new_id("aud"), "people": [], "repeats": look["_id"]}
    await serving.database["audit"].insert_many([look, again])
    return ask.grant_id
