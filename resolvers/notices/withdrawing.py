"""Notices that hold no longer are taken back, by what their records are now.

A reminder holds while its record stands, ends on the day that it reminds of, and concerns the
holder, no later record being in its place; a request to confirm while the confirmation is due.
So it does not matter which event ended it, nor in which order events are seen.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from auth.mongo import Document, Transaction
from resolvers.applications.filing import is_confirmation_due
from resolvers.gateway import Gateway
from resolvers.rules.notice_kinds import REMINDERS, NoticeKind
from resolvers.store.due_records import last_day_of
from resolvers.vocabulary import FilerKind

HOLDING_WITH_RECORD: Final = REMINDERS | {NoticeKind.APPLICATION_TO_CONFIRM}


async def withdraw_outdated(
    gateway: Gateway, holder_ids: Sequence[str], now: datetime, transaction: Transaction
) -> int:
    """How many notices of these holders were withdrawn. Whoever calls it has locked their inboxes,
    so that a reminder posted meanwhile from what was true before makes one of the two run again."""
    standing = await gateway.notices.load_standing(holder_ids, HOLDING_WITH_RECORD, transaction)
    by_kind: dict[NoticeKind, list[Document]] = defaultdict(list)
    for notice in standing:
        by_kind[NoticeKind(notice["kind"])].append(notice)
    outdated: list[Document] = []
    for kind, notices in by_kind.items():
        if kind is NoticeKind.APPLICATION_TO_CONFIRM:
            due = await due_confirmations(gateway, _objects(notices), transaction)
            outdated += [notice for notice in notices if notice["object_id"] not in due]
        else:
            days = await _last_days(gateway, kind, _objects(notices), transaction)
            outdated += [one for one in notices if days.get(one["object_id"]) != one["due_on"]]
    if not outdated:
        return 0
    await gateway.notices.withdraw([notice["_id"] for notice in outdated], now, transaction)
    unread = Counter(notice["holder_id"] for notice in outdated if notice["read_at"] is None)
    await gateway.inboxes.take_off_unread(unread, transaction)
    return len(outdated)


async def due_confirmations(
    gateway: Gateway, application_ids: Sequence[str], transaction: Transaction
) -> set[str]:
    """Which of these applications wait for their holder's confirmation."""
    kind = NoticeKind.APPLICATION_LAPSING
    found = await gateway.due_records.load_standing(kind, application_ids, transaction)
    return {one["_id"] for one in found if is_confirmation_due(one)}


def concerns_holder(kind: NoticeKind, record: Document) -> bool:
    """An application lapses for its filer, and for the holder who has not confirmed it yet."""
    if kind is not NoticeKind.APPLICATION_LAPSING:
        return True
    return record["filed_by"]["kind"] == FilerKind.HOLDER or is_confirmation_due(record)


async def _last_days(
    gateway: Gateway, kind: NoticeKind, record_ids: Sequence[str], transaction: Transaction
) -> dict[str, str]:
    """By record, the day of which its holder is rightly reminded."""
    found = await gateway.due_records.load_standing(kind, record_ids, transaction)
    concerning = [one for one in found if concerns_holder(kind, one)]
    lasting = await gateway.due_records.without_outlasted(kind, concerning, transaction)
    return {one["_id"]: last_day_of(kind, one).isoformat() for one in lasting}


def _objects(notices: Sequence[Document]) -> list[str]:
    return sorted({notice["object_id"] for notice in notices})
