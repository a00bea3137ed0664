"""New notices become deliveries: for each endpoint of the holder one, or none.

A batch is one transaction: the deliveries stand and the notices' marks are gone, or neither. What
the holder has said of kinds and quiet hours decides whether and when; it is asked again when the
message goes out.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Final

from auth.mongo import Document, Transaction, in_transaction
from resolvers.delivery.endpoints import MAX_READ
from resolvers.delivery.wishes import Wishes, load_wishes
from resolvers.gateway import Gateway
from resolvers.policy.delivery import RETRIES
from resolvers.push_channel import EndpointKind
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.store.deliveries import encode_delivery

BATCH_SIZE: Final = 100


async def dispatch_notices(gateway: Gateway, now: datetime) -> int:
    """How many notices were dispatched."""
    count = 0
    while dispatched := await _dispatch_batch(gateway, now):
        count += dispatched
        if dispatched < BATCH_SIZE:
            break
    return count


async def _dispatch_batch(gateway: Gateway, now: datetime) -> int:
    async def work(transaction: Transaction) -> int:
        waiting = await gateway.notices.load_undispatched(BATCH_SIZE, transaction)
        if not waiting:
            return 0
        holder_ids = sorted({notice["holder_id"] for notice in waiting})
        endpoints = await gateway.push_endpoints.load_of_holders(
            holder_ids, MAX_READ * len(holder_ids), transaction
        )
        if endpoints:
            reached = sorted({one["holder_id"] for one in endpoints})
            wishes = await load_wishes(gateway, reached, transaction)
            deliveries = _deliveries(gateway, waiting, endpoints, wishes, now)
            await gateway.deliveries.insert(deliveries, transaction)
        await gateway.notices.mark_dispatched([one["_id"] for one in waiting], transaction)
        return len(waiting)

    return await in_transaction(gateway.database, work)


def _deliveries(
    gateway: Gateway,
    waiting: list[Document],
    endpoints: list[Document],
    wishes: Wishes,
    now: datetime,
) -> list[Document]:
    of_holder: dict[str, list[Document]] = defaultdict(list)
    for endpoint in endpoints:
        of_holder[endpoint["holder_id"]].append(endpoint)
    made = []
    for notice in waiting:
        if notice["withdrawn_at"] is not None:
            continue
        for endpoint in of_holder[notice["holder_id"]]:
            kind, channel = NoticeKind(notice["kind"]), EndpointKind(endpoint["kind"])
            at = wishes.allowed_at(notice["holder_id"], kind, channel, now)
            if at is None:
                continue
            due_at = max(at, endpoint["not_before"])
            made.append(
                encode_delivery(
                    gateway.new_id("dlv"),
                    notice["_id"],
                    endpoint["_id"],
                    due_at=due_at,
                    give_up_at=due_at + RETRIES.lifetime,
                    now=now,
                )
            )
    return made
