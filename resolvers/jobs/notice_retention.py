"""Notices of which two years are over are removed, with what the inbox counts of them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Final

from auth.mongo import Transaction, in_transaction
from resolvers.gateway import Gateway
from resolvers.store.notices import KEPT_LIFETIME, UNREAD

BATCH_SIZE: Final = 500


async def remove_old_notices(gateway: Gateway, now: datetime) -> int:
    """How many. Each batch is one transaction, safe to stop anywhere and beside others."""
    count = 0
    while removed := await _remove_batch(gateway, now):
        count += removed
        if removed < BATCH_SIZE:
            break
    return count


async def _remove_batch(gateway: Gateway, now: datetime) -> int:
    async def work(transaction: Transaction) -> int:
        found = await gateway.notices.load_older(now - KEPT_LIFETIME, BATCH_SIZE, transaction)
        if not found:
            return 0
        unread = Counter(
            notice["holder_id"]
            for notice in found
            if all(notice[field] is None for field in UNREAD)
        )
        await gateway.inboxes.take_off_unread(unread, transaction)
        await gateway.notices.remove([notice["_id"] for notice in found], transaction)
        return len(found)

    return await in_transaction(gateway.database, work)
