"""Letters: which papers were issued about what, and what is printed on each.

`tells_of` names the state that the letter tells of, so that the same is never issued twice: who
asks again gets the file that is stored. `printed` holds the printed fields and the printed code,
sealed under the holder's key; the file stands sealed in `letter_pieces`. A letter never changes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from auth.bson_schema import INSTANT, INTEGER, binary, document, identifier, one_of, optional, text
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction
from auth.sealing import HolderVault
from resolvers.vocabulary import LetterKind

NAME = "letters"
_DAY = text(10, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the holder; the employer that filed the application which a letter is about",
    validator=document(
        {
            "_id": identifier("ltr"),
            "holder_id": identifier("hld"),
            "employer_id": optional(identifier("emp")),
            "kind": one_of(LetterKind),
            "about_id": text(40),
            "tells_of": text(40),
            "file_number": text(20, "^[A-Z0-9-]+$"),
            "issued_at": INSTANT,
            "issued_on": _DAY,
            "valid_until": optional(INSTANT),
            "authority": text(60),
            "template": text(20),
            "key_version": INTEGER,
            "bytes": INTEGER,
            "sha256": text(64, "^[0-9a-f]{64}$"),
            "printed": binary(),
        }
    ),
    indexes=(
        Index(
            "about",
            (("about_id", 1), ("kind", 1), ("tells_of", 1)),
            serves="one letter of each kind for each state of a record",
            unique=True,
        ),
        Index(
            "holder_newest",
            (("holder_id", 1), ("issued_at", -1), ("_id", 1)),
            serves="a holder's letters, newest first",
        ),
        Index(
            "employer_newest",
            (("employer_id", 1), ("issued_at", -1), ("_id", 1)),
            serves="the letters of an employer's applications, newest first",
            partial={"employer_id": {"$type": "string"}},
        ),
        Index(
            "key_version",
            (("key_version", 1),),
            serves="which keys of the QR codes' tokens are still needed",
        ),
    ),
)


@dataclass(frozen=True)
class LetterKey:
    """What makes a letter the same one."""

    kind: LetterKind
    about_id: str
    tells_of: str


@dataclass(frozen=True)
class LetterRecord:
    """`employer_id` is who may read it beside the holder; `valid_until` the instant at which it is
    over, where it has an end; `printed` what stands on the paper, by field, with the code."""

    letter_id: str
    key: LetterKey
    holder_id: str
    employer_id: str | None
    file_number: str
    issued_at: datetime
    issued_on: date
    valid_until: datetime | None
    authority: str
    template: str
    key_version: int
    bytes: int
    sha256: str
    printed: Printed


@dataclass(frozen=True)
class Printed:
    """The values of the fields that the check covers, as they are printed, and the printed code."""

    values: Mapping[str, str]
    code: str

    def __repr__(self) -> str:
        return "Printed()"


def encode_letter(record: LetterRecord, vault: HolderVault) -> Document:
    printed = {"values": dict(record.printed.values), "code": record.printed.code}
    return {
        "_id": record.letter_id,
        "holder_id": record.holder_id,
        "employer_id": record.employer_id,
        "kind": str(record.key.kind),
        "about_id": record.key.about_id,
        "tells_of": record.key.tells_of,
        "file_number": record.file_number,
        "issued_at": record.issued_at,
        "issued_on": record.issued_on.isoformat(),
        "valid_until": record.valid_until,
        "authority": record.authority,
        "template": record.template,
        "key_version": record.key_version,
        "bytes": record.bytes,
        "sha256": record.sha256,
        "printed": vault.seal(NAME, "printed", json.dumps(printed, ensure_ascii=False)),
    }


def decode_printed(letter: Document, vault: HolderVault) -> Printed:
    """What stands on the paper. Raises SealBroken."""
    opened = json.loads(vault.open(NAME, "printed", letter["printed"]))
    return Printed(opened["values"], opened["code"])


class LetterStore:
    def __init__(self, database: Database) -> None:
        self._letters: Collection = database[NAME]

    async def find(self, letter_id: str) -> Document | None:
        found: Document | None = await self._letters.find_one({"_id": letter_id})
        return found

    async def find_id(self, key: LetterKey, transaction: Transaction | None = None) -> str | None:
        """The letter of this kind that tells of this state, if it was issued."""
        found = await self._letters.find_one(
            {"about_id": key.about_id, "kind": str(key.kind), "tells_of": key.tells_of},
            {"_id": 1},
            session=transaction,
        )
        return None if found is None else str(found["_id"])

    async def insert(self, letter: Document, transaction: Transaction) -> None:
        """Raises DuplicateKeyError when another process has issued it."""
        await self._letters.insert_one(letter, session=transaction)

    async def load_ids_about(self, about_id: str, transaction: Transaction) -> Sequence[str]:
        cursor = self._letters.find({"about_id": about_id}, {"_id": 1}, session=transaction)
        return [letter["_id"] async for letter in cursor]

    async def remove(self, letter_ids: Sequence[str], transaction: Transaction) -> None:
        await self._letters.delete_many({"_id": {"$in": list(letter_ids)}}, session=transaction)
