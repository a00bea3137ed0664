"""Social security cards, electronic and physical, with the permit loaded on each.

`state` is the social side, `bank.state` the bank's own, which arrives from the bank by import. What
`state` says holds until `released_at`: a temporary loss, and the suspension that it caused, end
there by themselves (`resolvers.rules.card_machines.present_state`). `cause` says why an electronic
card is suspended or cancelled, `replaces` which card a successor voids when it is activated.
`number_digest` registers a number for good; a card that keeps its predecessor's number has none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument

from auth.bson_schema import (
    DIGEST,
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
from auth.digests import Digest
from auth.mongo import Collection, Database, Document, Transaction
from auth.sealing import HolderVault
from resolvers.rules.card_rules import CARD_FACTS
from resolvers.store.sealed import sealed_document, source_document
from resolvers.vocabulary import BankState, CardCause, CardKind, CardReason, CardState

NAME = "cards"
MAX_PER_HOLDER = 100

SPEC = CollectionSpec(
    name=NAME,
    version=2,
    audience="the holder; counter officers of the city that issued the card",
    validator=document(
        {
            "_id": identifier("crd"),
            "revision": INTEGER,
            "holder_id": identifier("hld"),
            "kind": one_of(CardKind),
            "number": optional(SEALED),
            "number_digest": optional(DIGEST),
            "state": one_of(CardState),
            "state_since": INSTANT,
            "cause": optional(one_of(CardCause)),
            "released_at": optional(INSTANT),
            "bank": optional(document({"state": one_of(BankState), "account": SEALED})),
            "permit_id": optional(identifier("pmt")),
            "city": text(6, "^[0-9]{6}$"),
            "reason": one_of(CardReason),
            "issued_at": INSTANT,
            "activated_at": optional(INSTANT),
            "order_id": optional(identifier("ord")),
            "replaces": optional(identifier("crd")),
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
        Index(
            "number",
            (("number_digest.value", 1),),
            serves="a number is given to one card only",
            unique=True,
            partial={"number_digest.value": {"$exists": True}},
        ),
        Index(
            "digest_key_version",
            (("number_digest.key_version", 1),),
            serves="the digest rotation job: what still carries an old version",
            partial={"number_digest.key_version": {"$exists": True}},
        ),
        Index(
            "due_release",
            (("released_at", 1),),
            serves="temporary losses whose days are over",
            partial={"state": str(CardState.TEMPORARILY_LOST)},
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
    cause: CardCause | None = None
    released_at: datetime | None = None
    activated_at: datetime | None = None
    order_id: str | None = None
    replaces: str | None = None


def encode_card(
    record: CardRecord, vault: HolderVault | None, number_digest: Digest | None = None
) -> Document:
    """`vault` may be None for a card without a number, which has nothing to seal."""
    return {
        "_id": record.card_id,
        "revision": 1,
        "holder_id": record.holder_id,
        "kind": str(record.kind),
        "number": _sealed(vault, "number", "card_number", record.number),
        "number_digest": None
        if number_digest is None
        else {"key_version": number_digest.version, "value": number_digest.value},
        "state": str(record.state),
        "state_since": record.state_since,
        "cause": None if record.cause is None else str(record.cause),
        "released_at": record.released_at,
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
        "activated_at": record.activated_at,
        "order_id": record.order_id,
        "replaces": record.replaces,
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


CARD_NUMBER = "card_number"
"""The kind under which the digest of a card number is made."""

_LISTED = dict.fromkeys((*CARD_FACTS, "revision", "cause", "permit_id", "replaces", "city"), 1)


class CardStore:
    def __init__(self, database: Database) -> None:
        self._cards: Collection = database[NAME]

    async def load_states(self, holder_id: str, transaction: Transaction) -> list[Document]:
        """What the rules need of every card of a holder, newest first."""
        cursor = (
            self._cards.find({"holder_id": holder_id}, _LISTED, session=transaction)
            .sort([("issued_at", -1), ("_id", 1)])
            .limit(MAX_PER_HOLDER)
        )
        found: list[Document] = await cursor.to_list(MAX_PER_HOLDER)
        return found

    async def find(
        self, card_id: str, scope: Mapping[str, Any], transaction: Transaction | None = None
    ) -> Document | None:
        """The card, if it is within the caller's scope (`holder_id`, or `source.authority`)."""
        if not scope or any(value is None for value in scope.values()):
            raise ValueError("a card is looked for within a scope")
        found: Document | None = await self._cards.find_one(
            {"_id": card_id, **scope}, session=transaction
        )
        return found

    async def insert(self, card: Document, transaction: Transaction) -> None:
        """Raises DuplicateKeyError if the holder has a living electronic card already, or another
        card has the number."""
        await self._cards.insert_one(card, session=transaction)

    async def is_number_known(
        self, digests: Sequence[Digest], transaction: Transaction | None = None
    ) -> bool:
        """Whether any card has, or had, this number; `digests` under every live key."""
        found = await self._cards.find_one(
            {"number_digest.value": {"$in": [digest.value for digest in digests]}},
            {"_id": 1},
            session=transaction,
        )
        return found is not None

    async def advance(
        self,
        before: Document,
        changes: Mapping[str, Any],
        now: datetime,
        transaction: Transaction,
    ) -> Document | None:
        """The card as it is afterwards; None when another change came first."""
        found: Document | None = await self._cards.find_one_and_update(
            {"_id": before["_id"], "revision": before["revision"], "state": before["state"]},
            {"$set": {**changes, "source.updated_at": now}, "$inc": {"revision": 1}},
            return_document=ReturnDocument.AFTER,
            session=transaction,
        )
        return found

    async def put_permit(
        self,
        card_ids: Sequence[str],
        permit_id: str | None,
        now: datetime,
        transaction: Transaction,
    ) -> None:
        await self._cards.update_many(
            {"_id": {"$in": list(card_ids)}},
            {
                "$set": {"permit_id": permit_id, "source.updated_at": now},
                "$inc": {"revision": 1},
            },
            session=transaction,
        )

    async def load_due_losses(self, now: datetime, limit: int) -> list[str]:
        """Holders of a card whose temporary loss is over by now, the longest due first."""
        cursor = (
            self._cards.find(
                {"state": str(CardState.TEMPORARILY_LOST), "released_at": {"$lte": now}},
                {"holder_id": 1},
            )
            .sort("released_at", 1)
            .limit(limit)
        )
        return [card["holder_id"] for card in await cursor.to_list(limit)]
