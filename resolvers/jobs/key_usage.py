"""Which key versions the stored documents name: what a rotation still has to move, what may be
retired, and what nobody can read any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from auth import officers, session_documents
from auth.keys import KeySet, Purpose
from auth.mongo import Database, Document
from resolvers.policy.share_codes import PROOF_KEPT
from resolvers.store import (
    cards,
    employments,
    exports,
    grants,
    holder_keys,
    holders,
    identity_documents,
    letters,
    permit_credentials,
    permits,
    proof_keys,
    push_endpoints,
    share_codes,
    webhook_secrets,
)


@dataclass(frozen=True, slots=True)
class VersionPath:
    """Where documents of a collection say which key version they need.

    `array` is set when the version stands in the elements of an array: `path` is then relative to
    an element. A condition must hold for one element, hence `$elemMatch`: the plain `$ne` of
    MongoDB asks that no element at all has the value, and would pass over half-moved documents.
    """

    collection: str
    path: str
    array: str | None = None
    is_optional: bool = False
    """Whether there are documents without one, which then need no version."""

    def matching(self, condition: object) -> Document:
        """The filter for documents with a version of which the condition is true."""
        if self.is_optional:
            asked = condition if isinstance(condition, Mapping) else {"$eq": condition}
            return {"$and": [{self.path: {"$gte": 0}}, {self.path: asked}]}
        if self.array is None:
            return {self.path: condition}
        return {self.array: {"$elemMatch": {self.path: condition}}}

    def versions_in(self, stored: Document) -> list[int]:
        elements = [stored] if self.array is None else stored[self.array]
        return [_value_at(element, self.path.split(".")) for element in elements]


def _value_at(stored: Document, path: Sequence[str]) -> int:
    *parents, last = path
    for name in parents:
        stored = stored[name]
    version: int = stored[last]
    return version


HOLDER_KEYS = VersionPath(holder_keys.NAME, "key_version")
OFFICERS = VersionPath(officers.NAME, "key_version")
WEBHOOK_SECRETS = VersionPath(webhook_secrets.NAME, "key_version")
HOLDERS = VersionPath(holders.NAME, "key_version", array="digests")
IDENTITY_DOCUMENTS = VersionPath(identity_documents.NAME, "digest.key_version")
CARDS = VersionPath(cards.NAME, "number_digest.key_version", is_optional=True)
PUSH_ENDPOINTS = VersionPath(push_endpoints.NAME, "digest.key_version")
EMPLOYMENTS = VersionPath(employments.NAME, "name_key_version", is_optional=True)
PERMITS = VersionPath(permits.NAME, "name_key_version", is_optional=True)
SHARE_CODES = VersionPath(share_codes.NAME, "digest.key_version")
LETTERS = VersionPath(letters.NAME, "key_version")
GRANTS = VersionPath(grants.NAME, "key_version", array="records")
EXPORTS = VersionPath(exports.NAME, "key_version")
CREDENTIALS = VersionPath(permit_credentials.NAME, "key_version")
SESSIONS = VersionPath(session_documents.NAME, "refresh_key_version")


def paths_of(purpose: Purpose) -> Sequence[VersionPath]:
    """Where the versions of a purpose are stored; signing keys are named by tokens too, letters
    keys by paper, which nobody can count, and by proofs of checks (`find_proofs_end`)."""
    match purpose:
        case Purpose.SIGNING:
            return (CREDENTIALS,)
        case Purpose.LETTERS:
            return (LETTERS, GRANTS)
        case Purpose.MASTER:
            return (HOLDER_KEYS, OFFICERS, WEBHOOK_SECRETS, EXPORTS)
        case Purpose.DIGEST:
            return (
                *(HOLDERS, IDENTITY_DOCUMENTS, CARDS, PUSH_ENDPOINTS, SHARE_CODES),
                *(EMPLOYMENTS, PERMITS),
            )
        case Purpose.REFRESH:
            return (SESSIONS,)
        case _:
            assert_never(purpose)


async def count_needing(database: Database, purpose: Purpose, version: int, now: datetime) -> int:
    """Documents that would be unreadable, unfindable or (sessions) ended without that version.

    From the declared indexes; sessions, which have none for it, are scanned. Share codes cannot be
    moved to a new digest key, as nobody knows them: one waits until they are over, 90 days at most.
    """
    counts = [
        await database[path.collection].count_documents(_needing(path, version, now))
        for path in paths_of(purpose)
    ]
    return sum(counts)


async def find_proofs_end(database: Database, version: int) -> datetime | None:
    """Until when proofs of checks that a letters key signed are to be verified, which are on record
    nowhere; None where it signed none."""
    marked = await database[proof_keys.NAME].find_one({"_id": version})
    return None if marked is None else marked["signs_until"] + PROOF_KEPT


@dataclass(frozen=True, slots=True)
class UnknownVersions:
    """Documents of a collection that name versions which the key set does not hold.

    `versions` are those of the first such document; there may be others.
    """

    purpose: Purpose
    collection: str
    versions: tuple[int, ...]
    documents: int


async def find_unknown_versions(
    database: Database, key_set: KeySet, now: datetime
) -> list[UnknownVersions]:
    """What is stored under keys that are gone; empty when every document can be read."""
    found = []
    for purpose in Purpose:
        live = [key.version for key in key_set.ring(purpose).keys]
        for path in paths_of(purpose):
            unknown = _needing(path, {"$nin": live}, now)
            collection = database[path.collection]
            first = await collection.find_one(unknown)
            if first is not None:
                versions = sorted(set(path.versions_in(first)) - set(live))
                documents = await collection.count_documents(unknown)
                found.append(UnknownVersions(purpose, path.collection, tuple(versions), documents))
    return found


def _needing(path: VersionPath, condition: object, now: datetime) -> Document:
    wanted = path.matching(condition)
    # A session or a code that is over needs its key no more.
    if path is SESSIONS:
        return wanted | session_documents.live_at(now)
    return wanted | dict(share_codes.live_at(now)) if path is SHARE_CODES else wanted
