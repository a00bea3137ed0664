"""Sources of feeds, registered and revoked by an administrator. Both are audited."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from auth.audit import AuditAction, AuditLine
from auth.client_keys import ClientKey
from auth.feed_sources import MAX_ACTIVE, FeedSource, SourceState
from auth.mongo import DuplicateKeyError, Transaction, in_transaction
from resolvers.gateway import Ask, Gateway, append_audit

_ATTEMPTS = 3


@dataclass(frozen=True)
class SourceRegistered:
    """`is_new` is false when it was registered just so before: nothing was changed then."""

    source: FeedSource
    is_new: bool


class SourceRefusal(StrEnum):
    KEY_TAKEN = "KEY_TAKEN"
    """A key is or was another source's, or this one's in another set, or its kid is in use."""
    TOO_MANY = "TOO_MANY"


class SourceRevocation(StrEnum):
    REVOKED = "REVOKED"
    REVOKED_BEFORE = "REVOKED_BEFORE"
    NOT_FOUND = "NOT_FOUND"


async def register_source(
    gateway: Gateway, ask: Ask, authority: str, keys: tuple[ClientKey, ...]
) -> SourceRegistered | SourceRefusal:
    source = FeedSource(gateway.new_id("src"), authority, keys, SourceState.ACTIVE, gateway.now())

    async def work(transaction: Transaction) -> SourceRegistered | SourceRefusal:
        taken = await gateway.feed_sources.find_by_keys(keys, transaction)
        if taken is not None:
            is_same = taken.is_active and taken.authority == authority
            if is_same and set(taken.keys) == set(keys):
                return SourceRegistered(taken, is_new=False)
            return SourceRefusal.KEY_TAKEN
        active = await gateway.feed_sources.load_active(authority, transaction)
        if len(active) >= MAX_ACTIVE:
            return SourceRefusal.TOO_MANY
        # A request names its key by this alone.
        if {key.kid for key in keys} & {key.kid for one in active for key in one.keys}:
            return SourceRefusal.KEY_TAKEN
        await gateway.feed_sources.insert(source, transaction)
        line = AuditLine(AuditAction.SOURCE_REGISTERED, None, objects=(source.source_id,))
        await append_audit(gateway, ask, line, transaction=transaction)
        return SourceRegistered(source, is_new=True)

    for _ in range(_ATTEMPTS):
        try:
            return await in_transaction(gateway.database, work)
        except DuplicateKeyError:  # another registration of the same was first: find it
            continue
    raise RuntimeError("a source was registered again and again")


async def revoke_source(gateway: Gateway, ask: Ask, source_id: str) -> SourceRevocation:
    """From now on nothing that its keys sign counts. Records that it has sent stay."""
    now = gateway.now()

    async def work(transaction: Transaction) -> SourceRevocation:
        if await gateway.feed_sources.find(source_id, transaction) is None:
            return SourceRevocation.NOT_FOUND
        if not await gateway.feed_sources.revoke(source_id, now, transaction):
            return SourceRevocation.REVOKED_BEFORE
        line = AuditLine(AuditAction.SOURCE_REVOKED, None, objects=(source_id,))
        await append_audit(gateway, ask, line, transaction=transaction)
        return SourceRevocation.REVOKED

    return await in_transaction(gateway.database, work)
