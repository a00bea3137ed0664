"""Posting notices into their holders' inboxes: each once, in one transaction with what caused it.

Whatever tells a holder something comes here, reminders and events; nothing else writes a notice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from auth.mongo import DuplicateKeyError, Transaction, in_transaction
from resolvers.gateway import Gateway
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.store.inboxes import STEP
from resolvers.store.notices import encode_notice

MAX_POSTED_AT_ONCE: Final = 500
"""Notices of one transaction."""


@dataclass(frozen=True)
class NewNotice:
    """`object_id` is the record that it is about. `key` is the same for what must be told once,
    such as `evt_…`, or `pmt_…/30/2027-01-31`: it names records and days, never a value. `due_on` is
    the day that a reminder reminds of, `threshold_days` how long before it."""

    holder_id: str
    kind: NoticeKind
    object_id: str
    key: str
    due_on: date | None = None
    threshold_days: int | None = None


async def post(gateway: Gateway, notices: Sequence[NewNotice], now: datetime) -> int:
    """In a transaction of their own; how many were new. Repeated at will it posts nothing twice."""

    async def work(transaction: Transaction) -> int:
        return len(await post_within(gateway, notices, now, transaction))

    try:
        return await in_transaction(gateway.database, work)
    except DuplicateKeyError:
        # Another one posted the same after our snapshot: now its notices are visible.
        return await in_transaction(gateway.database, work)


async def post_within(
    gateway: Gateway, notices: Sequence[NewNotice], now: datetime, transaction: Transaction
) -> Sequence[NewNotice]:
    """The same as part of a larger change, in four commands: which were new. Raises
    DuplicateKeyError when another transaction was first: run the whole change again."""
    if len(notices) > MAX_POSTED_AT_ONCE:
        raise ValueError(f"at most {MAX_POSTED_AT_ONCE} notices are posted at once")
    by_key = {notice.key: notice for notice in notices}
    known = await gateway.notices.load_known_keys(list(by_key), transaction)
    fresh = [notice for key, notice in by_key.items() if key not in known]
    if not fresh:
        return ()
    waiting = Counter(notice.holder_id for notice in fresh)
    last_at = await gateway.inboxes.take_places(waiting, now, transaction)
    documents = []
    for notice in fresh:
        waiting[notice.holder_id] -= 1
        documents.append(
            encode_notice(
                gateway.new_id("ntc"),
                notice.holder_id,
                notice.kind,
                notice.object_id,
                notice.key,
                due_on=None if notice.due_on is None else notice.due_on.isoformat(),
                threshold_days=notice.threshold_days,
                at=last_at[notice.holder_id] - waiting[notice.holder_id] * STEP,
            )
        )
    await gateway.notices.insert(documents, transaction)
    return fresh
