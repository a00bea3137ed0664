"""Holders: who they are, sealed, and the digests by which they are found.

`digests` holds one entry for each number that logs in today: work permit, social security, current
passport, permanent resident ID. A unique index makes sure that no two holders share one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from auth.bson_schema import (
    DIGEST,
    INSTANT,
    INTEGER,
    SEALED,
    SOURCE,
    array,
    document,
    identifier,
    one_of,
    optional,
    text,
)
from auth.collections import CollectionSpec, Index
from auth.digests import Digest
from auth.direct_commands import DirectCommands
from auth.graph_reads import ReadCollection, read_from
from auth.mongo import Collection, Database, Document, Transaction
from auth.sealing import Decoy, HolderVault
from resolvers.store.consent_recording import recorded_consent
from resolvers.store.holder_keys import encode_holder_key
from resolvers.store.sealed import sealed_document, source_document
from resolvers.vocabulary import IdentifierKind, Language

NAME = "holders"

SPEC = CollectionSpec(
    name=NAME,
    version=2,
    audience="the holder; an employer sees the masked name of those it sponsors",
    validator=document(
        {
            "_id": identifier("hld"),
            "revision": INTEGER,
            "full_name": SEALED,
            "chinese_name": optional(SEALED),
            "native_name": optional(SEALED),
            "name_parts": {"bsonType": "binData"},
            "birth_date": SEALED,
            "phone": optional(SEALED),
            "nationality": text(3, "^[A-Z]{3}$"),
            "work_permit_number": optional(SEALED),
            "social_security_number": SEALED,
            "permanent_resident_id": optional(SEALED),
            "digests": array(
                document(
                    {
                        "kind": one_of(IdentifierKind),
                        "key_version": INTEGER,
                        "value": DIGEST["properties"]["value"],
                    }
                ),
                maximum=4,
            ),
            "language": one_of(Language),
            "biometric_consent": optional(
                document(
                    {"version": text(20), "given_at": INSTANT, "withdrawn_at": optional(INSTANT)}
                )
            ),
            "created_at": INSTANT,
            "source": SOURCE,
        }
    ),
    indexes=(
        Index("digest", (("digests.value", 1),), serves="log in by a number", unique=True),
        Index(
            "digest_key_version",
            (("digests.key_version", 1),),
            serves="the digest rotation job: what still carries an old version",
        ),
    ),
)


@dataclass(frozen=True)
class HolderRecord:
    """A holder in the clear, as an authority states it; the store's input, never its output."""

    holder_id: str
    surname: str
    given_names: str
    chinese_name: str | None
    native_name: str | None
    birth_date: str
    phone: str | None
    nationality: str
    numbers: Mapping[IdentifierKind, str]
    language: Language
    created_at: datetime
    authority: str
    updated_at: datetime

    @property
    def full_name(self) -> str:
        return f"{self.given_names} {self.surname}".strip()


NUMBER_FIELDS: Mapping[IdentifierKind, tuple[str, str]] = {
    IdentifierKind.WORK_PERMIT: ("work_permit_number", "work_permit_number"),
    IdentifierKind.SOCIAL_SECURITY: ("social_security_number", "social_security_number"),
    IdentifierKind.PERMANENT_RESIDENT: ("permanent_resident_id", "permanent_resident_id"),
}
"""Identifier kind → (document field, mask). The passport stands in `identity_documents`."""


def encode_holder(
    record: HolderRecord, vault: HolderVault, digests: Sequence[tuple[IdentifierKind, Digest]]
) -> Document:
    """The stored form: personal values sealed under the holder's own key, masked beside."""

    def sealed(field: str, kind: str, value: str | None) -> Document | None:
        return None if value is None else sealed_document(vault, NAME, field, kind, value)

    encoded: Document = {
        "_id": record.holder_id,
        "revision": 1,
        "full_name": sealed("full_name", "name", record.full_name),
        "chinese_name": sealed("chinese_name", "chinese_name", record.chinese_name),
        "native_name": sealed("native_name", "name", record.native_name),
        "name_parts": vault.seal(NAME, "name_parts", name_parts_of(record)),
        "birth_date": sealed("birth_date", "birth_date", record.birth_date),
        "phone": sealed("phone", "phone", record.phone),
        "nationality": record.nationality,
        "digests": [
            {"kind": str(kind), "key_version": digest.version, "value": digest.value}
            for kind, digest in digests
        ],
        "language": str(record.language),
        "biometric_consent": None,
        "created_at": record.created_at,
        "source": source_document(record.authority, record.updated_at),
    }
    for kind, (field, mask_kind) in NUMBER_FIELDS.items():
        encoded[field] = sealed(field, mask_kind, record.numbers.get(kind))
    return encoded


_PART_SEPARATOR = "\x1f"


def name_parts_of(record: HolderRecord) -> str:
    return encode_name_parts(
        record.surname, record.given_names, record.chinese_name, record.native_name
    )


def encode_name_parts(
    surname: str, given_names: str, chinese_name: str | None, native_name: str | None
) -> str:
    """All forms of the name in one sealed value, so that a login opens exactly one thing."""
    parts = (surname, given_names, chinese_name, native_name)
    return _PART_SEPARATOR.join(part or "" for part in parts)


def decode_name_parts(text: str) -> tuple[str, str, str | None, str | None]:
    surname, given_names, chinese_name, native_name = text.split(_PART_SEPARATOR)
    return surname, given_names, chinese_name or None, native_name or None


@dataclass(frozen=True)
class BiometricConsent:
    """Of which text, and since when it stands no more."""

    version: str
    withdrawn_at: datetime | None

    @property
    def standing_version(self) -> str | None:
        return self.version if self.withdrawn_at is None else None


class HolderStore:
    def __init__(self, database: Database, direct: DirectCommands | None = None) -> None:
        self._holders: Collection = database[NAME]
        self._reads: ReadCollection = read_from(database, direct, NAME)

    async def aggregate(self, pipeline: list[Document], most: int = 1) -> list[Document]:
        """One compiled read of one holder, or of `most` (`resolvers.pipeline`)."""
        return await self._reads.aggregate(pipeline, most)

    async def find_for_login(
        self, digests: Sequence[Digest], decoy: Decoy | None = None
    ) -> Document | None:
        """The holder of a number with all that a login needs, in one command:
        `_id`, `name_parts`, `phone`, `key` and the physical `cards`.

        With a decoy it is never None: where there is no holder the database finds the decoy, by
        the same stages. Without them an unknown number was answered 135 µs sooner, of 600.
        """
        pipeline: list[Document] = [
            {"$match": {"digests.value": {"$in": [digest.value for digest in digests]}}},
            *([] if decoy is None else _or_decoy(decoy)),
            {"$limit": 1},
            *_WITH_KEY_AND_PHYSICAL_CARDS,
        ]
        found: list[Document] = await self._holders.aggregate(pipeline).to_list(1)
        return found[0] if found else None

    async def find_for_second_proof(self, holder_id: str) -> Document | None:
        """The same, by id."""
        pipeline = [{"$match": {"_id": holder_id}}, *_WITH_KEY_AND_PHYSICAL_CARDS]
        found: list[Document] = await self._holders.aggregate(pipeline).to_list(1)
        return found[0] if found else None

    async def lock(self, holder_id: str, transaction: Transaction) -> bool:
        """Make the transaction conflict with any other that changes this holder's cards, so that
        neither decides on what the other is changing. False when there is no such holder."""
        written = await self._holders.update_one(
            {"_id": holder_id}, {"$inc": {"revision": 1}}, session=transaction
        )
        return bool(written.matched_count)

    async def find_biometric_consent(self, holder_id: str) -> BiometricConsent | None:
        """The consent on file, withdrawn or not."""
        holder = await self._holders.find_one({"_id": holder_id}, {"biometric_consent": 1})
        consent = (holder or {}).get("biometric_consent")
        return BiometricConsent(consent["version"], consent["withdrawn_at"]) if consent else None

    async def record_biometric_consent(
        self, holder_id: str, version: str, asked_at: datetime, now: datetime, within: Transaction
    ) -> bool:
        """One that stands keeps the instant it was given at. False, with nothing written, when it
        was withdrawn since `asked_at`, or there is no such holder."""
        written = await self._holders.update_one(
            {"_id": holder_id, "biometric_consent.withdrawn_at": {"$not": {"$gte": asked_at}}},
            recorded_consent(version, now),
            session=within,
        )
        return bool(written.matched_count)

    async def withdraw_biometric_consent(
        self, holder_id: str, now: datetime, transaction: Transaction
    ) -> bool:
        """False when there is no consent to withdraw."""
        written = await self._holders.update_one(
            {
                "_id": holder_id,
                "biometric_consent": {"$ne": None},
                "biometric_consent.withdrawn_at": None,
            },
            {"$set": {"biometric_consent.withdrawn_at": now}, "$inc": {"revision": 1}},
            session=transaction,
        )
        return bool(written.modified_count)


def _or_decoy(decoy: Decoy) -> list[Document]:
    """The decoy's row behind the holder's, if there is one: without `decoy_key` sorts first."""
    row = {
        "_id": decoy.holder_id,
        "name_parts": decoy.sealed["name_parts"],
        "decoy_key": encode_holder_key(decoy.holder_id, decoy.wrapped),
    }
    return [
        {"$project": {"name_parts": 1, "phone.sealed": 1}},
        {"$unionWith": {"pipeline": [{"$documents": [row]}]}},
        {"$sort": {"decoy_key": 1}},
    ]


_WITH_KEY_AND_PHYSICAL_CARDS: list[Document] = [
    {"$lookup": {"from": "holder_keys", "localField": "_id", "foreignField": "_id", "as": "key"}},
    {"$set": {"key": {"$ifNull": [{"$first": "$key"}, "$decoy_key"]}}},
    {"$match": {"key": {"$ne": None}}},
    {
        "$lookup": {
            "from": "cards",
            "localField": "_id",
            "foreignField": "holder_id",
            "pipeline": [
                {"$match": {"kind": "PHYSICAL"}},
                {"$sort": {"issued_at": -1, "_id": 1}},
                {"$limit": 10},
                {"$project": {"state": 1, "bank.account.sealed": 1}},
            ],
            "as": "cards",
        }
    },
    {"$project": {"name_parts": 1, "phone.sealed": 1, "key": 1, "cards": 1}},
]
