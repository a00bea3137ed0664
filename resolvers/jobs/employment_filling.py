"""Permits of an earlier version are told of which employment they are, and employments of one by
which number their employer finds them.

One holder is one transaction, so it may be stopped anywhere and run in any number of processes at
once: what is done is not looked at again, and a second one finds nothing left to do.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from auth.mongo import Transaction, in_transaction
from resolvers.employments.keeping import keep_employments
from resolvers.gateway import Gateway

BATCH_SIZE: Final = 200
MAX_BATCHES: Final = 50
"""In one run, so that a worker's other jobs of the same minute are not kept waiting for ever."""


async def fill_employments(gateway: Gateway, _now: datetime) -> int:
    """How many holders' permits were not in step."""
    count = 0
    for _ in range(MAX_BATCHES):
        holders = await gateway.sponsored_permits.load_holders_without_employment(BATCH_SIZE)
        holders = holders or await gateway.employments.load_holders_without_number(BATCH_SIZE)
        for holder_id in holders:
            count += await _fill(gateway, holder_id)
        if not holders:
            break
    return count


async def _fill(gateway: Gateway, holder_id: str) -> bool:
    async def work(transaction: Transaction) -> bool:
        await gateway.holders.lock(holder_id, transaction)
        return await keep_employments(gateway, holder_id, transaction)

    return await in_transaction(gateway.database, work)
