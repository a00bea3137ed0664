"""Share codes: what a holder lets others see, of which the code itself is stored nowhere.

`digest` is that of the code, keyed; `seed` is what the code was drawn from together with the
idempotency key of the request, which is stored neither (`resolvers.share_codes.making`). Attempts
are counted in `throttle` under `attempts_key`. A code that is over stays for its holder's list,
opens nothing, and is forgotten at `forgotten_at`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from auth.bson_schema import (
    DIGEST,
    INSTANT,
    INTEGER,
    array,
    binary,
    document,
    identifier,
    one_of,
    optional,
    text,
)
from auth.collections import CollectionSpec, Index
from auth.digests import Digest
from auth.mongo import Collection, Database, Document, Transaction
from auth.sealing import Decoy
from resolvers.rules.bundles import Bundle, SharingPurpose
from resolvers.rules.share_codes import ALPHABET
from resolvers.store import holder_keys, holders
from resolvers.store.holder_keys import encode_holder_key

NAME = "share_codes"
ENDING_LENGTH = 2

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the holder; whoever has the code and the birth date sees what its bundles name",
    validator=document(
        {
            "_id": identifier("shc"),
            "revision": INTEGER,
            "holder_id": identifier("hld"),
            "purpose": one_of(SharingPurpose),
            "bundles": array(one_of(Bundle), maximum=len(Bundle)),
            # The one employer whose portal may use it; null for whoever bears it.
            "employer_id": optional(identifier("emp")),
            "digest": DIGEST,
            "attempts_key": binary(),
            "seed": binary(),
            "ending": text(ENDING_LENGTH, f"^[{ALPHABET}]{{{ENDING_LENGTH}}}$"),
            "made_at": INSTANT,
            "expires_at": INSTANT,
            "uses": INTEGER,
            "uses_left": INTEGER,
            "last_used_at": optional(INSTANT),
            "revoked_at": optional(INSTANT),
            "forgotten_at": INSTANT,
        }
    ),
    indexes=(
        Index(
            "digest",
            (("digest.value", 1),),
            serves="the record behind a code that is shown; no two are alike",
            unique=True,
        ),
        Index(
            "digest_key_version",
            (("digest.key_version", 1),),
            serves="which digest keys live codes still need",
        ),
        Index(
            "holder_newest",
            (("holder_id", 1), ("made_at", -1), ("_id", 1)),
            serves="a holder's codes, newest first; how many are live",
        ),
        Index(
            "forgetting",
            (("forgotten_at", 1),),
            serves="forgetting codes that are long over",
            expire_after=timedelta(0),
        ),
    ),
)


@dataclass(frozen=True)
class ShareCodeRecord:
    """`employer_id` is None for a code that anybody may use who bears it."""

    code_id: str
    holder_id: str
    purpose: SharingPurpose
    bundles: Sequence[Bundle]
    employer_id: str | None
    digest: Digest
    attempts_key: bytes
    seed: bytes = field(repr=False)
    ending: str
    made_at: datetime
    expires_at: datetime
    uses: int
    forgotten_at: datetime


def encode_share_code(record: ShareCodeRecord) -> Document:
    return {
        "_id": record.code_id,
        "revision": 1,
        "holder_id": record.holder_id,
        "purpose": str(record.purpose),
        "bundles": [str(bundle) for bundle in record.bundles],
        "employer_id": record.employer_id,
        "digest": {"key_version": record.digest.version, "value": record.digest.value},
        "attempts_key": record.attempts_key,
        "seed": record.seed,
        "ending": record.ending,
        "made_at": record.made_at,
        "expires_at": record.expires_at,
        "uses": 0,
        "uses_left": record.uses,
        "last_used_at": None,
        "revoked_at": None,
        "forgotten_at": record.forgotten_at,
    }


def live_at(now: datetime) -> Mapping[str, Any]:
    """Codes that can still be used, unless wrong attempts have locked them."""
    return {"expires_at": {"$gt": now}, "revoked_at": None, "uses_left": {"$gt": 0}}


class ShareCodeStore:
    def __init__(self, database: Database) -> None:
        self._codes: Collection = database[NAME]

    async def insert(self, record: ShareCodeRecord, transaction: Transaction) -> None:
        """Raises DuplicateKeyError for a code that another holder has."""
        await self._codes.insert_one(encode_share_code(record), session=transaction)

    async def count_live(self, holder_id: str, now: datetime, transaction: Transaction) -> int:
        return await self._codes.count_documents(
            {"holder_id": holder_id, **live_at(now)}, session=transaction
        )

    async def find_own(
        self, code_id: str, holder_id: str, transaction: Transaction | None = None
    ) -> Document | None:
        found: Document | None = await self._codes.find_one(
            {"_id": code_id, "holder_id": holder_id}, session=transaction
        )
        return found

    async def find_for_check(self, digests: Sequence[Digest], decoy: Decoy) -> Document | None:
        """The record behind a code with `birth_date` and `key` of its holder, in one command: the
        decoy where there is none, by the same stages. None while the holder is being deleted.

        Not in a transaction, where MongoDB unites nothing: `use` looks again."""
        pipeline: list[Document] = [
            {"$match": {"digest.value": {"$in": [digest.value for digest in digests]}}},
            {"$project": {"seed": 0, "digest": 0, "attempts_key": 0}},
            {"$unionWith": {"pipeline": [{"$documents": [_decoy_row(decoy)]}]}},
            {"$sort": {"decoy": 1}},
            {"$limit": 1},
            _joined(holders.NAME, "holder", {"birth_date.sealed": 1}),
            _joined(holder_keys.NAME, "key", {"key_version": 1, "wrapped": 1}),
            {
                "$set": {
                    "birth_date": {
                        "$ifNull": [{"$first": "$holder.birth_date.sealed"}, "$decoy.birth_date"]
                    },
                    "key": {"$ifNull": [{"$first": "$key"}, "$decoy.key"]},
                }
            },
            {"$match": {"key": {"$ne": None}, "birth_date": {"$ne": None}}},
            {"$project": {"holder": 0, "decoy": 0}},
        ]
        found: list[Document] = await self._codes.aggregate(pipeline).to_list(1)
        return found[0] if found else None

    async def is_revoked(self, code_id: str) -> bool:
        """Also where there is no such code any more."""
        found = await self._codes.find_one({"_id": code_id, "revoked_at": None}, {"_id": 1})
        return found is None

    async def use(self, code_id: str, now: datetime, transaction: Transaction) -> bool:
        """Whether there was a use left, which is now taken."""
        written = await self._codes.update_one(
            {"_id": code_id, **live_at(now)},
            {
                "$inc": {"uses": 1, "uses_left": -1, "revision": 1},
                "$set": {"last_used_at": now},
            },
            session=transaction,
        )
        return bool(written.modified_count)

    async def revoke(
        self, code_id: str, holder_id: str, now: datetime, transaction: Transaction
    ) -> bool:
        """False for a code that is revoked already, or that is not this holder's."""
        written = await self._codes.update_one(
            {"_id": code_id, "holder_id": holder_id, "revoked_at": None},
            {"$set": {"revoked_at": now}, "$inc": {"revision": 1}},
            session=transaction,
        )
        return bool(written.modified_count)


_FAR = datetime(9999, 1, 1, tzinfo=UTC)


def _decoy_row(decoy: Decoy) -> Document:
    """As a code that is good: without `decoy` sorts first."""
    return {
        "_id": decoy.holder_id,
        "holder_id": decoy.holder_id,
        "purpose": str(SharingPurpose.WORK),
        "bundles": [str(Bundle.PERMIT)],
        "employer_id": None,
        "expires_at": _FAR,
        "uses_left": 1,
        "revoked_at": None,
        "decoy": {
            "birth_date": decoy.sealed["birth_date"],
            "key": encode_holder_key(decoy.holder_id, decoy.wrapped),
        },
    }


def _joined(collection: str, name: str, fields: Mapping[str, int]) -> Document:
    return {
        "$lookup": {
            "from": collection,
            "localField": "holder_id",
            "foreignField": "_id",
            "pipeline": [{"$project": dict(fields)}],
            "as": name,
        }
    }
