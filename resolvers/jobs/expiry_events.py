"""Employers' webhooks are told of a last day as holders are: once for a permit and threshold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from auth.mongo import Document, Transaction
from auth.principal import PrincipalKind
from resolvers.gateway import Gateway
from resolvers.notices.posting import NewNotice
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.rules.reminders import EXPIRED
from resolvers.store.outgoing_events import Event, EventKind, encode_event


async def tell_employers(
    gateway: Gateway,
    posted: Sequence[NewNotice],
    records: Sequence[Document],
    now: datetime,
    transaction: Transaction,
) -> None:
    """Of the reminders that were new, in their transaction. What comes after the end of the
    employment is not the employer's any more: neither the day after the last one, nor a permit that
    still stands where another employer's counts."""
    due = [
        one
        for one in posted
        if one.kind is NoticeKind.PERMIT_EXPIRING and one.threshold_days != EXPIRED
    ]
    if not due:
        return
    permit_of = {one["_id"]: one for one in records}
    employed = {one.object_id: permit_of[one.object_id].get("employment_id") for one in due}
    known = sorted({one for one in employed.values() if one is not None})
    over = await gateway.employments.over_at(known, now, transaction) if known else frozenset()
    events = [
        Event(
            EventKind.PERMIT_EXPIRING,
            one.object_id,
            holder_id=one.holder_id,
            employer_id=permit_of[one.object_id].get("employer_id"),
        )
        for one in due
        if employed[one.object_id] not in over
    ]
    if events:
        ids = [gateway.new_id("evt") for _ in events]
        told = zip(ids, events, strict=True)
        await gateway.events.append(
            [encode_event(event_id, one, now, PrincipalKind.SYSTEM) for event_id, one in told],
            transaction,
        )
