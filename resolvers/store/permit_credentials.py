"""Permit credentials: what was issued to a device to show offline, and where its status stands.

The text is sealed under the holder's key, so that the device can have it again. A document is
forgotten when the credential is over; whether it holds until then is never stored but derived from
permit, card and key (`load_standing`), so that no change of those can forget it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from auth.bson_schema import INSTANT, INTEGER, binary, document, identifier, optional
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction
from auth.sealing import HolderVault
from resolvers.store import cards, device_keys, employers, holder_keys, permits
from resolvers.vocabulary import CardKind, CardState

NAME: Final = "permit_credentials"
TEXT: Final = "text"
BATCH: Final = 5_000

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the holder, on the device that it was issued to",
    validator=document(
        {
            "_id": identifier("pcr"),
            "holder_id": identifier("hld"),
            "device_key_id": identifier("dvk"),
            "permit_id": identifier("pmt"),
            "card_id": identifier("crd"),
            "list_id": identifier("stl"),
            "place": INTEGER,
            "key_version": INTEGER,
            "text": binary(),
            "issued_at": INSTANT,
            "expires_at": INSTANT,
            "ended_at": optional(INSTANT),
        }
    ),
    indexes=(
        Index(
            "place",
            (("list_id", 1), ("place", 1)),
            serves="the status list; a place is one credential's",
            unique=True,
        ),
        Index(
            "device_key_newest",
            (("device_key_id", 1), ("issued_at", -1), ("_id", 1)),
            serves="what was issued to one key, newest first",
        ),
        Index(
            "holder",
            (("holder_id", 1),),
            serves="all of a person, to be removed with it",
        ),
        Index(
            "key_version",
            (("key_version", 1),),
            serves="whether a signing key may be retired",
        ),
        Index(
            "expiry",
            (("expires_at", 1),),
            serves="forgetting credentials that are over",
            expire_after=timedelta(0),
        ),
    ),
)


@dataclass(frozen=True)
class NewCredential:
    credential_id: str
    holder_id: str
    device_key_id: str
    permit_id: str
    card_id: str
    list_id: str
    place: int
    key_version: int
    text: str
    expires_at: datetime


def encode_credential(new: NewCredential, vault: HolderVault, now: datetime) -> Document:
    return {
        "_id": new.credential_id,
        "holder_id": new.holder_id,
        "device_key_id": new.device_key_id,
        "permit_id": new.permit_id,
        "card_id": new.card_id,
        "list_id": new.list_id,
        "place": new.place,
        "key_version": new.key_version,
        "text": vault.seal(NAME, TEXT, new.text),
        "issued_at": now,
        "expires_at": new.expires_at,
        "ended_at": None,
    }


class PermitCredentialStore:
    def __init__(self, database: Database) -> None:
        self._credentials: Collection = database[NAME]
        self._keys: Collection = database[device_keys.NAME]

    async def find_subject(
        self, holder_id: str, key_id: str, transaction: Transaction
    ) -> Document | None:
        """All that a credential for this key says, in one command: the key with `holder`,
        `holder_key`, `session`, and the living electronic `card` with its `permit` and `employer`,
        each as far as there is one."""
        pipeline = [{"$match": {"_id": key_id, "holder_id": holder_id}}, *_SUBJECT]
        cursor = self._keys.aggregate(pipeline, session=transaction)
        found: list[Document] = await cursor.to_list(1)
        return found[0] if found else None

    async def find(self, credential_id: str, holder_id: str) -> Document | None:
        found: Document | None = await self._credentials.find_one(
            {"_id": credential_id, "holder_id": holder_id}
        )
        return found

    async def insert(self, credential: Document, transaction: Transaction) -> None:
        await self._credentials.insert_one(credential, session=transaction)

    async def end_elder(
        self, key_id: str, kept: int, now: datetime, transaction: Transaction
    ) -> None:
        """Of what was issued to a key, the newest `kept` stand on."""
        elder = (
            self._credentials.find({"device_key_id": key_id}, {"_id": 1}, session=transaction)
            .sort([("issued_at", -1), ("_id", 1)])
            .skip(kept)
        )
        ids = [one["_id"] for one in await elder.to_list(None)]
        if ids:
            await self._credentials.update_many(
                {"_id": {"$in": ids}, "ended_at": None},
                {"$set": {"ended_at": now}},
                session=transaction,
            )

    async def load_standing(self, list_id: str, now: datetime) -> AsyncIterator[Document]:
        """Of one status list, every credential that is not over by itself: `place`, and what its
        status is derived from: `permit`, `card` and `key`, each as far as it exists."""
        pipeline: list[Document] = [
            {"$match": {"list_id": list_id, "expires_at": {"$gt": now}, "ended_at": None}},
            {"$project": {"place": 1, "holder_id": 1, **dict.fromkeys(_STANDING, 1)}},
            # Without a pipeline below, which MongoDB runs at half the speed.
            *(_whole(*one) for one in _STANDING.items()),
            {"$project": {"place": 1, "holder_id": 1, **_TOLD}},
            {"$project": {"place": 1, "holder_id": 1, **dict.fromkeys(_NEEDED, 1)}},
        ]
        async for one in self._credentials.aggregate(pipeline, batchSize=BATCH):
            yield one


def _joined(collection: str, local: str, name: str, *fields: str) -> list[Document]:
    """The one document of that id, or nothing."""
    return [
        {
            "$lookup": {
                "from": collection,
                "localField": local,
                "foreignField": "_id",
                "pipeline": [{"$project": dict.fromkeys(fields, 1)}] if fields else [],
                "as": name,
            }
        },
        {"$set": {name: {"$first": f"${name}"}}},
    ]


_STANDING: Final = {
    "permit_id": permits.NAME,
    "card_id": cards.NAME,
    "device_key_id": device_keys.NAME,
}


def _whole(local: str, collection: str) -> Document:
    return {
        "$lookup": {
            "from": collection,
            "localField": local,
            "foreignField": "_id",
            "as": collection,
        }
    }


_TOLD: Final = {
    "permit": {"$first": "$permits"},
    "card": {"$first": "$cards"},
    "key": {"$first": "$device_keys"},
}
_NEEDED: Final = (
    *("permit._id", "permit.holder_id", "permit.state", "permit.valid_until"),
    *("card.holder_id", "card.state", "card.released_at", "card.permit_id"),
    "key.holder_id",
)
_SUBJECT: list[Document] = [
    *_joined(
        *("holders", "holder_id", "holder"),
        *("full_name", "name_parts", "birth_date", "nationality"),
    ),
    *_joined(holder_keys.NAME, "holder_id", "holder_key"),
    *_joined("sessions", "session_id", "session", "ended_at", "expires_at"),
    {
        "$lookup": {
            "from": cards.NAME,
            "localField": "holder_id",
            "foreignField": "holder_id",
            "pipeline": [
                {
                    "$match": {
                        "kind": str(CardKind.ELECTRONIC),
                        "state": {"$in": [str(CardState.NORMAL), str(CardState.SUSPENDED)]},
                    }
                },
                {"$limit": 1},
                {"$project": {"state": 1, "released_at": 1, "permit_id": 1, "holder_id": 1}},
            ],
            "as": "card",
        }
    },
    {"$set": {"card": {"$first": "$card"}}},
    *_joined(permits.NAME, "card.permit_id", "permit"),
    *_joined(employers.NAME, "permit.employer_id", "employer", "name", "credit_code"),
]
