"""From events to notices: the oldest that the inbox still awaits, a batch in one transaction.

What the batch tells is posted, what it has outdated is withdrawn, and its marks are taken off: all
of it or nothing. Any number of processes may do so; two that take the same events conflict, and the
second one finds them done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from auth.mongo import Document, DuplicateKeyError, Transaction, in_transaction
from resolvers.gateway import Gateway
from resolvers.notices.posting import NewNotice, post_within
from resolvers.notices.telling import UNSETTLING, application_to_confirm, told_kind
from resolvers.notices.withdrawing import due_confirmations, withdraw_outdated
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.store.outgoing_events import Consumer, EventKind

BATCH_SIZE: Final = 100
_ORDER = {str(kind): place for place, kind in enumerate(EventKind)}
"""Of events of one change: the case, then its permit, then cards and tasks."""


async def project_events(gateway: Gateway, now: datetime) -> int:
    """Everything that is awaited: how many events were taken."""
    count = 0
    while await gateway.events.is_awaited(Consumer.INBOX):
        taken = await _project_batch(gateway, now)
        count += taken
        if not taken:
            break  # another process has them
    return count


async def _project_batch(gateway: Gateway, now: datetime) -> int:
    async def work(transaction: Transaction) -> int:
        return await _project_within(gateway, now, transaction)

    try:
        return await in_transaction(gateway.database, work)
    except DuplicateKeyError:
        # An inbox was made, or a notice posted, after our snapshot: now it is visible.
        return await in_transaction(gateway.database, work)


async def _project_within(gateway: Gateway, now: datetime, transaction: Transaction) -> int:
    taken = await gateway.events.load_awaited(Consumer.INBOX, BATCH_SIZE, transaction)
    if not taken:
        return 0
    events = await _of_registered(gateway, taken, transaction)
    unsettled = [one for one in events if one["kind"] in UNSETTLING or application_to_confirm(one)]
    holder_ids = sorted({event["holder_id"] for event in unsettled})
    if holder_ids:
        await gateway.inboxes.lock_all(holder_ids, now, transaction)
        await withdraw_outdated(gateway, holder_ids, now, transaction)
    asking = await _asking(gateway, events, transaction)
    notices = [
        NewNotice(event["holder_id"], kind, object_id, key=event["_id"])
        for event in events
        for kind, object_id in _told(event, asking)
    ]
    await post_within(gateway, notices, now, transaction)
    await gateway.events.take(Consumer.INBOX, [event["_id"] for event in taken], transaction)
    return len(taken)


async def _of_registered(
    gateway: Gateway, events: Sequence[Document], transaction: Transaction
) -> list[Document]:
    """In their order. Of who was only applied for nobody reads an inbox."""
    holder_ids = sorted({event["holder_id"] for event in events})
    registered = await gateway.due_records.load_registered(holder_ids, transaction)
    ours = [event for event in events if event["holder_id"] in registered]
    return sorted(ours, key=lambda event: (event["at"], _ORDER[event["kind"]]))


def _told(event: Document, asking: dict[str, str]) -> Sequence[tuple[NoticeKind, str]]:
    """One notice at most."""
    kind = told_kind(event)
    if kind is not None:
        return [(kind, event["object_id"])]
    if event["_id"] in asking:
        return [(NoticeKind.APPLICATION_TO_CONFIRM, asking[event["_id"]])]
    return []


async def _asking(
    gateway: Gateway, events: Sequence[Document], transaction: Transaction
) -> dict[str, str]:
    """By event, the application whose holder is to be asked for a confirmation: the first event
    after which it is due, where the holder was not asked already."""
    first: dict[str, Document] = {}
    for event in events:
        application_id = application_to_confirm(event)
        if application_id is not None:
            first.setdefault(application_id, event)
    if not first:
        return {}
    due = await due_confirmations(gateway, sorted(first), transaction)
    holder_ids = sorted({event["holder_id"] for event in first.values()})
    kinds = {NoticeKind.APPLICATION_TO_CONFIRM}
    asked = await gateway.notices.load_standing(holder_ids, kinds, transaction)
    due -= {notice["object_id"] for notice in asked}
    return {event["_id"]: one for one, event in first.items() if one in due}
