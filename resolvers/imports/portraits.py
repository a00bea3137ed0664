"""Portraits of an import: each line names a picture, which comes from beside the lines.

Whoever imports gives the pictures (`Pictures`); a feed over HTTP has none. A portrait takes the
place of the one before when its authority said it later; the rest changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from auth.audit import AuditAction, AuditLine
from auth.mongo import Transaction, in_transaction
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.imports.matching import MatchedRecord
from resolvers.imports.outcomes import ImportCode, LineOutcome, LineRefused
from resolvers.imports.records import StatedPortrait
from resolvers.store.portraits import PortraitRecord, encode_portrait


class Pictures(Protocol):
    async def portrait(self, name: str) -> bytes | ImportCode:
        """A JPEG of up to `MAX_PORTRAIT_BYTES` that says nothing but its pixels, or
        PICTURE_MISSING, PICTURE_UNUSABLE."""
        ...


async def store_portraits(
    gateway: Gateway,
    ask: Ask,
    records: Sequence[MatchedRecord],
    pictures: Pictures | None,
    *,
    dry_run: bool,
) -> Sequence[LineOutcome | LineRefused]:
    """In their order. One transaction for each: a picture is large."""
    return [await _store(gateway, ask, one, pictures, dry_run=dry_run) for one in records]


async def _store(
    gateway: Gateway, ask: Ask, record: MatchedRecord, pictures: Pictures | None, *, dry_run: bool
) -> LineOutcome | LineRefused:
    content = record.stated.content
    if not isinstance(content, StatedPortrait):
        raise TypeError("no portrait")
    if pictures is None:
        return LineRefused(ImportCode.UNKNOWN_KIND, "kind")
    picture = await pictures.portrait(content.picture)
    if isinstance(picture, ImportCode):
        return LineRefused(picture, "picture")
    now = gateway.now()

    async def work(transaction: Transaction) -> LineOutcome:
        holder_id = record.holder_id
        stated = await gateway.portraits.load_stated([holder_id], transaction)
        before = stated.get(holder_id)
        if before is not None and record.stated.updated_at <= before:
            return LineOutcome.UNCHANGED
        if dry_run:
            return LineOutcome.STORED
        stated_by = record.stated.authority
        portrait = PortraitRecord(holder_id, picture, stated_by, record.stated.updated_at, now)
        await put_portrait(gateway, ask, portrait, transaction)
        return LineOutcome.STORED

    return await in_transaction(gateway.database, work)


async def put_portrait(
    gateway: Gateway, ask: Ask, portrait: PortraitRecord, transaction: Transaction
) -> bool:
    """Sealed, in place of the one before, with its audit line. False when nobody has this id."""
    holder_id = portrait.holder_id
    # First, so that of this and a removal of the holder, one starts anew.
    await gateway.holder_matching.lock_all([holder_id], transaction)
    wrapped = await gateway.holder_keys.load([holder_id], transaction)
    if holder_id not in wrapped:
        return False
    vault = gateway.sealer.vault_for(holder_id, wrapped[holder_id])
    await gateway.portraits.put(encode_portrait(portrait, vault), transaction)
    line = AuditLine(AuditAction.RECORD_IMPORTED, holder_id, fields=["portrait"])
    await append_audit(gateway, ask, line, transaction=transaction)
    return True
