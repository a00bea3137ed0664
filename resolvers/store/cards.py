"""Social security cards, electronic and physical, with the permit loaded on each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from auth.bson_schema import (
    INSTANT,
    INTEGER,
    SEALED,
    SOURCE,
    document,
    identifier,
    one_of,
    optional,
    text,
)
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction
from auth.sealing import HolderVault
from resolvers.store.sealed import sealed_document, source_document
from resolvers.vocabulary import BankState, CardKind, CardReason, CardState

NAME = "cards"
MAX_PER_HOLDER = 100

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the holder",
    validator=document(
        {
            "_id": identifier("crd"),
            "revision": INTEGER,
            "holder_id": identifier("hld"),
            "kind": one_of(CardKind),
            "number": optional(SEALED),
            "state": one_of(CardState),
            "state_since": INSTANT,
            "bank": optional(document({"state": one_of(BankState), "account": SEALED})),
            "permit_id": optional(identifier("pmt")),
            "city": text(6, "^[0-9]{6}$"),
            "reason": one_of(CardReason),
            "issued_at": INSTANT,
            "source": SOURCE,
        }
    ),
    indexes=(
        Index(
            "holder_newest",
            (("holder_id", 1), ("issued_at", -1), ("_id", 1)),
            serves="a holder's cards, newest first",
        ),
        Index(
            "one_electronic",
            (("holder_id", 1),),
            serves="at most one living electronic card for each holder",
            unique=True,
            partial={
                "kind": str(CardKind.ELECTRONIC),
                "state": {"$in": [str(CardState.NORMAL), str(CardState.SUSPENDED)]},
            },
        ),
    ),
)


@dataclass(frozen=True)
class CardRecord:
    card_id: str
    holder_id: str
    kind: CardKind
    number: str | None
    state: CardState
    state_since: datetime
    bank_state: BankState | None
    bank_account: str | None
    permit_id: str | None
    city: str
    reason: CardReason
    issued_at: datetime
    authority: str
    updated_at: datetime


def encode_card(record: CardRecord, vault: HolderVault | None) -> Document:
    """`vault` may be None for a card without a number, which has nothing to seal."""
    return {
        "_id": record.card_id,
        "revision": 1,
        "holder_id": record.holder_id,
        "kind": str(record.kind),
        "number": _sealed(vault, "number", "card_number", record.number),
        "state": str(record.state),
        "state_since": record.state_since,
        "bank": None
        if record.bank_state is None
        else {
            "state": str(record.bank_state),
            "account": _sealed(vault, "bank.account", "bank_card", record.bank_account),
        },
        "permit_id": record.permit_id,
        "city": record.city,
        "reason": str(record.reason),
        "issued_at": record.issued_at,
        "source": source_document(record.authority, record.updated_at),
    }


def _sealed(
    vault: HolderVault | None, field: str, mask_kind: str, value: str | None
) -> Document | None:
    if value is None:
        return None
    if vault is None:
        raise ValueError("a card with a number needs its holder's vault")
    return sealed_document(vault, NAME, field, mask_kind, value)


class CardStore:
    def __init__(self, database: Database) -> None:
        self._cards: Collection = database[NAME]

    async def load_states(self, holder_id: str, transaction: Transaction) -> list[Document]:
        """Kind and state of every card of a holder, newest first."""
        cursor = (
            self._cards.find({"holder_id": holder_id}, {"kind": 1, "state": 1}, session=transaction)
            .sort([("issued_at", -1), ("_id", 1)])
            .limit(MAX_PER_HOLDER)
        )
        found: list[Document] = await cursor.to_list(MAX_PER_HOLDER)
        return found

    async def insert(self, card: Document, transaction: Transaction) -> None:
        """Raises DuplicateKeyError if the holder has a living electronic card already."""
        await self._cards.insert_one(card, session=transaction)
