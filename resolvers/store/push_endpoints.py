"""Push endpoints: where a holder is told that there is news.

The target (an address and its keys) is sealed under the holder's key; a digest finds it again, so
that one target belongs to one holder. A device's endpoint ends with the session that registered
it. Whoever sends to one holds its lease, so that one message at a time is on its way to it;
`not_before` is until when nothing is sent there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from auth.bson_schema import (
    DIGEST,
    INSTANT,
    INTEGER,
    SEALED,
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
from resolvers.push_channel import EndpointKind, PushTarget

NAME: Final = "push_endpoints"
TARGET: Final = "target"
DIGEST_KIND: Final = "push_endpoint"
DEVICES: Final = (EndpointKind.WEB_PUSH, EndpointKind.VENDOR)
LEASE_LIFETIME: Final = timedelta(seconds=60)

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the holder, who sees the masked form",
    validator=document(
        {
            "_id": identifier("pep"),
            "revision": INTEGER,
            "holder_id": identifier("hld"),
            "session_id": identifier("ses"),
            "kind": one_of(EndpointKind),
            "target": SEALED,
            "digest": DIGEST,
            "failures": INTEGER,
            "registered_at": INSTANT,
            "last_success_at": optional(INSTANT),
            "not_before": INSTANT,
            "lease": optional(text(40)),
            "leased_until": INSTANT,
        }
    ),
    indexes=(
        Index(
            "digest",
            (("digest.value", 1),),
            serves="one target belongs to one holder",
            unique=True,
        ),
        Index(
            "holder_newest",
            (("holder_id", 1), ("registered_at", -1), ("_id", 1)),
            serves="a holder's endpoints, newest first; those of a session",
        ),
        Index(
            "digest_key_version",
            (("digest.key_version", 1),),
            serves="the digest rotation job: what still carries an old version",
        ),
    ),
)


@dataclass(frozen=True)
class NewEndpoint:
    endpoint_id: str
    holder_id: str
    session_id: str
    kind: EndpointKind
    target: PushTarget
    masked: str
    digest: Digest


def digested_text(kind: EndpointKind, target: PushTarget) -> str:
    """What the digest of a target is made of."""
    return f"{kind}\x1f{target.address}"


def encode_endpoint(new: NewEndpoint, vault: HolderVault, now: datetime) -> Document:
    return {
        "_id": new.endpoint_id,
        "revision": 1,
        "holder_id": new.holder_id,
        "session_id": new.session_id,
        "kind": str(new.kind),
        "target": {
            "masked": new.masked,
            "sealed": vault.seal(NAME, TARGET, new.target.encode()),
        },
        "digest": {"key_version": new.digest.version, "value": new.digest.value},
        "failures": 0,
        "registered_at": now,
        "last_success_at": None,
        "not_before": now,
        "lease": None,
        "leased_until": now,
    }


class PushEndpointStore:
    def __init__(self, database: Database) -> None:
        self._endpoints: Collection = database[NAME]

    async def aggregate(self, pipeline: list[Document]) -> list[Document]:
        """One compiled read of one endpoint (`resolvers.pipeline`)."""
        found: list[Document] = await self._endpoints.aggregate(pipeline).to_list(1)
        return found

    async def find_same(
        self, candidates: Sequence[Digest], transaction: Transaction
    ) -> Document | None:
        """Whose ever it is."""
        found: Document | None = await self._endpoints.find_one(
            {"digest.value": {"$in": [one.value for one in candidates]}}, session=transaction
        )
        return found

    async def load_of_holders(
        self, holder_ids: Sequence[str], limit: int, transaction: Transaction
    ) -> list[Document]:
        """Newest first for each holder; without the targets."""
        found: list[Document] = (
            await self._endpoints.find(
                {"holder_id": {"$in": list(holder_ids)}},
                {"target": 0, "digest": 0},
                session=transaction,
            )
            .sort([("holder_id", 1), ("registered_at", -1), ("_id", 1)])
            .limit(limit)
            .to_list(limit)
        )
        return found

    async def insert(self, endpoint: Document, transaction: Transaction) -> None:
        """Raises DuplicateKeyError when another transaction took the target meanwhile."""
        await self._endpoints.insert_one(endpoint, session=transaction)

    async def renew(
        self, endpoint_id: str, renewed: Document, now: datetime, transaction: Transaction
    ) -> None:
        """The same target of the same holder, registered again: with new keys, by a new session."""
        fields = {name: renewed[name] for name in ("session_id", "target", "digest")}
        await self._endpoints.update_one(
            {"_id": endpoint_id},
            {"$set": {**fields, "registered_at": now, "failures": 0}, "$inc": {"revision": 1}},
            session=transaction,
        )

    async def remove(
        self, endpoint_id: str, scope: Mapping[str, Any], transaction: Transaction
    ) -> bool:
        """False when there is none within the scope (`holder_id`, or the `lease` that we hold)."""
        if not scope or any(value is None for value in scope.values()):
            raise ValueError("an endpoint is removed within a scope")
        removed = await self._endpoints.delete_one(
            {"_id": endpoint_id, **scope}, session=transaction
        )
        return bool(removed.deleted_count)

    async def remove_of_sessions(
        self, holder_id: str, session_ids: Sequence[str], transaction: Transaction
    ) -> None:
        """The devices' endpoints; a mail address outlives the session that registered it."""
        await self._endpoints.delete_many(
            {
                "holder_id": holder_id,
                "session_id": {"$in": list(session_ids)},
                "kind": {"$in": [str(kind) for kind in DEVICES]},
            },
            session=transaction,
        )

    async def claim(self, endpoint_id: str, lease: str, now: datetime) -> bool:
        """Whether it is ours to send to, until the lease is over."""
        claimed = await self._endpoints.update_one(
            {"_id": endpoint_id, "leased_until": {"$lte": now}, "not_before": {"$lte": now}},
            {"$set": {"lease": lease, "leased_until": now + LEASE_LIFETIME}},
        )
        return bool(claimed.modified_count)

    async def find_waiting(self, endpoint_id: str) -> Document | None:
        """Until when nothing is sent, and by whom it is leased."""
        found: Document | None = await self._endpoints.find_one(
            {"_id": endpoint_id}, {"not_before": 1, "leased_until": 1}
        )
        return found

    async def release(
        self,
        endpoint_id: str,
        lease: str,
        changes: Mapping[str, Any],
        now: datetime,
        transaction: Transaction,
    ) -> bool:
        """Give the lease back with what is known now; False when it has passed to another."""
        released = await self._endpoints.update_one(
            {"_id": endpoint_id, "lease": lease},
            {"$set": {**changes, "lease": None, "leased_until": now}},
            session=transaction,
        )
        return bool(released.matched_count)
