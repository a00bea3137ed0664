"""The clients of employers: who may ask for tokens, by which keys, for what.

A client belongs to one employer. Its `session_id` is the token family of all its access tokens, so
revoking it is one transaction with its revocation, and the feed (`auth/revocation.py`) stops its
live tokens everywhere within a second. A key belongs to one client for ever, also after the key is
retired or the client revoked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from auth.bson_schema import INSTANT, array, document, identifier, one_of, optional, text
from auth.client_keys import ClientKey
from auth.client_terms import SHAPES, USUAL_LIMITS, ClientLimits, ClientTerms
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction
from auth.revocation_documents import RevocationStore
from auth.scopes import ClientScope
from auth.stored_keys import (
    RETIRABLE_KEYS,
    RetiredKey,
    decode_keys,
    decode_retired_keys,
    encode_retirable_keys,
)

NAME = "employer_clients"
MAX_NAME_LENGTH: Final = 80


class ClientState(StrEnum):
    ACTIVE = "ACTIVE"
    REVOKED = "REVOKED"


SPEC = CollectionSpec(
    name=NAME,
    version=2,
    audience="operators",
    validator=document(
        {
            "_id": identifier("cli"),
            "employer_id": identifier("emp"),
            "name": text(MAX_NAME_LENGTH),
            "keys": RETIRABLE_KEYS,
            "scopes": array(one_of(ClientScope), maximum=len(ClientScope)),
            "state": one_of(ClientState),
            "session_id": identifier("ses"),
            "created_at": INSTANT,
            "revoked_at": optional(INSTANT),
            **SHAPES,
        }
    ),
    indexes=(
        Index(
            "employer",
            (("employer_id", 1), ("created_at", 1)),
            serves="the clients of an employer, and all of them in order",
        ),
        Index(
            "key", (("keys.fingerprint", 1),), serves="one key, one client, for ever", unique=True
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Client:
    """`keys` are those that sign; `allowed_documents` is None when it may ask anything."""

    client_id: str
    employer_id: str
    name: str
    keys: tuple[ClientKey, ...]
    scopes: tuple[ClientScope, ...]
    state: ClientState
    session_id: str
    created_at: datetime
    revoked_at: datetime | None = None
    retired_keys: tuple[RetiredKey, ...] = ()
    callbacks: tuple[str, ...] = ()
    allowed_documents: tuple[str, ...] | None = None
    limits: ClientLimits = USUAL_LIMITS
    requires_dpop: bool = False

    @property
    def is_active(self) -> bool:
        return self.state is ClientState.ACTIVE

    @property
    def terms(self) -> ClientTerms:
        documents = self.allowed_documents
        allowed = None if documents is None else frozenset(documents)
        return ClientTerms(self.limits, allowed, self.requires_dpop)

    def key(self, kid: str) -> ClientKey | None:
        return next((key for key in self.keys if key.kid == kid), None)


class ClientStore:
    def __init__(self, database: Database) -> None:
        self._clients: Collection = database[NAME]
        self._revocations = RevocationStore(database)

    async def find(self, client_id: str, transaction: Transaction | None = None) -> Client | None:
        found = await self._clients.find_one({"_id": client_id}, session=transaction)
        return self._decoded(found)

    async def find_by_keys(
        self, keys: Sequence[ClientKey], transaction: Transaction
    ) -> Client | None:
        """A client that has one of these keys."""
        prints = [key.fingerprint for key in keys]
        found = await self._clients.find_one(
            {"keys.fingerprint": {"$in": prints}}, session=transaction
        )
        return self._decoded(found)

    async def insert(self, client: Client, transaction: Transaction) -> None:
        """Raises `DuplicateKeyError` when another client has one of the keys."""
        await self._clients.insert_one(encode_client(client), session=transaction)

    async def amend(self, before: Client, after: Client, transaction: Transaction) -> None:
        """What was read in this transaction is replaced; a family that it had and has no more ends
        with it. Raises `DuplicateKeyError` when another client has one of the keys."""
        await self._clients.replace_one(
            {"_id": before.client_id}, encode_client(after), session=transaction
        )
        if after.session_id != before.session_id:
            await self._revocations.record((before.session_id,), transaction)

    async def revoke(
        self, client_id: str, now: datetime, transaction: Transaction
    ) -> Client | None:
        """The client as it was, ended for good together with its tokens; None when none of this id
        is active."""
        found = await self._clients.find_one_and_update(
            {"_id": client_id, "state": str(ClientState.ACTIVE)},
            {"$set": {"state": str(ClientState.REVOKED), "revoked_at": now}},
            session=transaction,
        )
        revoked = self._decoded(found)
        if revoked is not None:
            await self._revocations.record((revoked.session_id,), transaction)
        return revoked

    async def every(self) -> AsyncIterator[Client]:
        """By employer, oldest first."""
        cursor = self._clients.find({}, sort=[("employer_id", 1), ("created_at", 1)])
        async for found in cursor:
            yield decode_client(found)

    @staticmethod
    def _decoded(found: Document | None) -> Client | None:
        return None if found is None else decode_client(found)


def encode_client(client: Client) -> Document:
    return {
        "_id": client.client_id,
        "employer_id": client.employer_id,
        "name": client.name,
        "keys": encode_retirable_keys(client.keys, client.retired_keys),
        "scopes": [str(scope) for scope in client.scopes],
        "state": str(client.state),
        "session_id": client.session_id,
        "created_at": client.created_at,
        "revoked_at": client.revoked_at,
        "callbacks": list(client.callbacks),
        "allowed_documents": _listed(client.allowed_documents),
        "limits": {"operations_per_minute": client.limits.operations_per_minute},
        "requires_dpop": client.requires_dpop,
    }


def _listed(documents: tuple[str, ...] | None) -> list[str] | None:
    return None if documents is None else list(documents)


def decode_client(stored: Document) -> Client:
    documents = stored["allowed_documents"]
    return Client(
        client_id=stored["_id"],
        employer_id=stored["employer_id"],
        name=stored["name"],
        keys=decode_keys(key for key in stored["keys"] if key["retired_at"] is None),
        scopes=tuple(ClientScope(scope) for scope in stored["scopes"]),
        state=ClientState(stored["state"]),
        session_id=stored["session_id"],
        created_at=stored["created_at"],
        revoked_at=stored["revoked_at"],
        retired_keys=decode_retired_keys(stored["keys"]),
        callbacks=tuple(stored["callbacks"]),
        allowed_documents=None if documents is None else tuple(documents),
        limits=ClientLimits(stored["limits"]["operations_per_minute"]),
        requires_dpop=stored["requires_dpop"],
    )
