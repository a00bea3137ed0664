"""Officers: who works at an authority's desk, with which duties, and how he proves who he is.

        create ──► ACTIVE ──disable──► DISABLED
                     ▲                    │
                     └───────enable───────┘

A login name is a staff code, never a person's name. The document holds a slow hash of the password
and a wrapped secret for codes: a dump opens nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from auth.bson_schema import INSTANT, INTEGER, array, binary, document, identifier, one_of, text
from auth.collections import CollectionSpec, Index
from auth.direct_commands import DirectCommands
from auth.graph_reads import ReadCollection, read_from
from auth.master_keys import WrappedKey
from auth.mongo import Collection, Database, Document, Transaction

NAME: Final = "officers"
LOGIN_NAME_PATTERN: Final = "^[a-z0-9][a-z0-9.-]{2,39}$"
MAX_LISTED: Final = 10_000


class Duty(StrEnum):
    """What an officer may do with the cases of his authority."""

    CHECK = "CHECK"
    DECIDE = "DECIDE"
    COUNTER = "COUNTER"
    RECORDS = "RECORDS"


DUTY_SCOPES: Final[Mapping[Duty, str]] = {
    Duty.CHECK: "case:check",
    Duty.DECIDE: "case:decide",
    Duty.COUNTER: "card:make",
    Duty.RECORDS: "record:correct",
}
"""The word of each duty in an access token's `scope`."""


class OfficerState(StrEnum):
    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"


SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="administrators, by command line; an officer sees his own",
    validator=document(
        {
            "_id": identifier("ofc"),
            "revision": INTEGER,
            "login_name": text(40, LOGIN_NAME_PATTERN),
            "authority": text(60),
            "city": text(6, "^[0-9]{6}$"),
            "duties": array(one_of(Duty), maximum=len(Duty)),
            "password_hash": text(200, r"^\$argon2id\$"),
            "key_version": INTEGER,
            "wrapped": binary(),
            "last_code_step": INTEGER,
            "state": one_of(OfficerState),
            "created_at": INSTANT,
        }
    ),
    indexes=(
        Index(
            "login_name",
            (("login_name", 1),),
            serves="logging in; the list of officers",
            unique=True,
        ),
        Index(
            "key_version",
            (("key_version", 1),),
            serves="the master key rotation job: what is still wrapped by an old key",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Officer:
    """An account without its secrets. `authority` and `city` are codes of resolvers.policy."""

    officer_id: str
    revision: int
    login_name: str
    authority: str
    city: str
    duties: tuple[Duty, ...]
    state: OfficerState
    created_at: datetime

    @property
    def is_active(self) -> bool:
        return self.state is OfficerState.ACTIVE

    def can(self, duty: Duty) -> bool:
        return has_duty(self.state, self.duties, duty)

    @property
    def scopes(self) -> tuple[str, ...]:
        return tuple(DUTY_SCOPES[duty] for duty in self.duties)


def has_duty(state: str, duties: Sequence[str], duty: Duty) -> bool:
    """Whether an account that stands so may do this now."""
    return state == OfficerState.ACTIVE and duty in duties


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is compared with a login. `last_code_step` is the newest step that was accepted."""

    password_hash: str = field(repr=False)
    code_secret: WrappedKey = field(repr=False)
    last_code_step: int


def encode_officer(officer: Officer, credentials: Credentials) -> Document:
    return {
        "_id": officer.officer_id,
        "revision": officer.revision,
        "login_name": officer.login_name,
        "authority": officer.authority,
        "city": officer.city,
        "duties": [str(duty) for duty in officer.duties],
        "state": str(officer.state),
        "created_at": officer.created_at,
        **_encode_credentials(credentials),
    }


def _encode_credentials(credentials: Credentials) -> Document:
    return {
        "password_hash": credentials.password_hash,
        "key_version": credentials.code_secret.version,
        "wrapped": credentials.code_secret.value,
        "last_code_step": credentials.last_code_step,
    }


def decode_officer(stored: Mapping[str, Any]) -> Officer:
    return Officer(
        officer_id=stored["_id"],
        revision=stored["revision"],
        login_name=stored["login_name"],
        authority=stored["authority"],
        city=stored["city"],
        duties=tuple(Duty(duty) for duty in stored["duties"]),
        state=OfficerState(stored["state"]),
        created_at=stored["created_at"],
    )


def _decode_credentials(stored: Mapping[str, Any]) -> Credentials:
    return Credentials(
        password_hash=stored["password_hash"],
        code_secret=WrappedKey(stored["key_version"], bytes(stored["wrapped"])),
        last_code_step=stored["last_code_step"],
    )


class OfficerStore:
    def __init__(self, database: Database, direct: DirectCommands | None = None) -> None:
        self._officers: Collection = database[NAME]
        self._reads: ReadCollection = read_from(database, direct, NAME)

    async def insert(self, officer: Document, transaction: Transaction) -> None:
        """Raises `auth.mongo.DuplicateKeyError` for a login name that is taken."""
        await self._officers.insert_one(officer, session=transaction)

    async def aggregate(self, pipeline: list[Document]) -> list[Document]:
        """One compiled read of one officer (`resolvers.pipeline`)."""
        return await self._reads.aggregate(pipeline, 1)

    async def find(self, officer_id: str, transaction: Transaction | None = None) -> Officer | None:
        stored = await self._officers.find_one({"_id": officer_id}, session=transaction)
        return None if stored is None else decode_officer(stored)

    async def find_by_name(
        self, login_name: str, transaction: Transaction | None = None
    ) -> tuple[Officer, Credentials] | None:
        stored = await self._officers.find_one({"login_name": login_name}, session=transaction)
        return None if stored is None else (decode_officer(stored), _decode_credentials(stored))

    async def load_all(self) -> list[Officer]:
        """By login name; at most `MAX_LISTED`."""
        found = self._officers.find({}, sort=[("login_name", 1)], limit=MAX_LISTED)
        return [decode_officer(stored) async for stored in found]

    async def burn_code(self, officer: Officer, step: int, transaction: Transaction) -> bool:
        """Accept the code of this step, once: of parallel logins with it one gets True. Also False
        when the account is not active, or was changed since it was read: a login that began before
        a reset does not end after it."""
        burnt = await self._officers.update_one(
            {
                "_id": officer.officer_id,
                "revision": officer.revision,
                "state": str(OfficerState.ACTIVE),
                "last_code_step": {"$lt": step},
            },
            {"$set": {"last_code_step": step}},
            session=transaction,
        )
        return bool(burnt.matched_count)

    async def set_state(
        self, officer: Officer, state: OfficerState, transaction: Transaction
    ) -> None:
        """Of an account that this transaction has read: if another changed it since, the
        transaction runs again."""
        await self._change(officer, {"state": str(state)}, transaction)

    async def set_credentials(
        self, officer: Officer, credentials: Credentials, transaction: Transaction
    ) -> None:
        """As `set_state`."""
        await self._change(officer, _encode_credentials(credentials), transaction)

    async def _change(self, officer: Officer, changes: Document, transaction: Transaction) -> None:
        await self._officers.update_one(
            {"_id": officer.officer_id, "revision": officer.revision},
            {"$set": changes, "$inc": {"revision": 1}},
            session=transaction,
        )
