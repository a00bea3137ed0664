"""Reminding holders of last days, each once: whatever is due, by any number of workers at once.

The work of a day stands in lanes, one for each kind of record and threshold. A worker takes a lane
for a while and goes on where the last one stopped, in batches: reading the records that end on the
days that are due, posting their notices and moving the lane on are one transaction. Days that were
missed are gone through from the first whose reminders still fit (`resolvers.rules.reminders`), so
after an outage a record is told of once, by the nearest threshold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from auth.mongo import Document, DuplicateKeyError, Transaction, in_transaction
from resolvers.gateway import Gateway
from resolvers.jobs.expiry_events import tell_employers
from resolvers.notices.posting import NewNotice, post_within
from resolvers.notices.withdrawing import concerns_holder
from resolvers.policy.reminders import ReminderPolicy, held_since, reminder_policy_on
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.rules.permit_status import ends_at, shanghai_day
from resolvers.rules.reminders import first_day_still_sent
from resolvers.store.due_records import last_day_of

BATCH_SIZE: Final = 500
LEASE_LIFETIME: Final = timedelta(minutes=2)
"""Longer than clocks differ and a batch takes. After it another worker goes on."""
RUN_LIFETIME: Final = timedelta(seconds=30)
"""No batch is begun later in a run; the next run goes on."""


@dataclass(frozen=True)
class Lane:
    kind: NoticeKind
    threshold: int

    @property
    def lane_id(self) -> str:
        return f"{self.kind}/{self.threshold}"


@dataclass(frozen=True)
class _Batch:
    """`ended`: nothing is left to do in the lane today, or not by us."""

    posted: int
    ended: bool


_NOT_OURS: Final = _Batch(0, ended=True)


def lanes_of(policy: ReminderPolicy) -> Sequence[Lane]:
    """Kind by kind, the nearest last days first."""
    return [
        Lane(kind, threshold)
        for kind, thresholds in policy.thresholds.items()
        for threshold in sorted(thresholds)
    ]


async def send_reminders(gateway: Gateway) -> int:
    """How many were sent. By the gateway's clock throughout, since a run may last."""
    begun = gateway.now()
    policy = reminder_policy_on(shanghai_day(begun))
    if not policy.hours.hold_at(begun):
        return 0
    worker = gateway.new_id("rmd")
    sent = 0
    for lane in await _waiting(gateway, policy, begun):
        now = gateway.now()
        if now - begun >= RUN_LIFETIME:
            break
        if await gateway.reminder_progress.claim(lane.lane_id, worker, now, now + LEASE_LIFETIME):
            sent += await _walk(gateway, lane, worker, begun)
    return sent


async def _waiting(gateway: Gateway, policy: ReminderPolicy, now: datetime) -> Sequence[Lane]:
    """Lanes with a day that is due and no worker."""
    lanes = lanes_of(policy)
    today = shanghai_day(now)
    known = await gateway.reminder_progress.load([lane.lane_id for lane in lanes])
    new = {
        lane.lane_id: _first_day(policy, lane, today) for lane in lanes if lane.lane_id not in known
    }
    if new:
        await gateway.reminder_progress.begin(new, now)
    return [lane for lane in lanes if _waits(known.get(lane.lane_id), today, now)]


def _waits(known: Document | None, today: date, now: datetime) -> bool:
    if known is None:
        return True
    return bool(known["day"] <= today.isoformat() and known["leased_until"] <= now)


def _first_day(policy: ReminderPolicy, lane: Lane, today: date) -> date:
    """The earliest day whose reminders are still sent today."""
    fits = first_day_still_sent(
        policy.thresholds[lane.kind], lane.threshold, today, policy.max_days_late
    )
    return max(fits, held_since(lane.kind, lane.threshold, today))


async def _walk(gateway: Gateway, lane: Lane, worker: str, begun: datetime) -> int:
    """The lane up to today, or as far as the run lasts: how many were sent."""
    sent = 0
    while gateway.now() - begun < RUN_LIFETIME:
        batch = await _send_batch(gateway, lane, worker)
        sent += batch.posted
        if batch.ended:
            return sent
    await gateway.reminder_progress.release(lane.lane_id, worker, gateway.now())
    return sent


async def _send_batch(gateway: Gateway, lane: Lane, worker: str) -> _Batch:
    async def work(transaction: Transaction) -> _Batch:
        return await _send_within(gateway, lane, worker, transaction)

    try:
        return await in_transaction(gateway.database, work)
    except DuplicateKeyError:
        # Another one posted the same after our snapshot: now its notices are visible.
        return await in_transaction(gateway.database, work)


async def _send_within(
    gateway: Gateway, lane: Lane, worker: str, transaction: Transaction
) -> _Batch:
    """Everything is read here, and the clock too: the transaction may run again after a while."""
    now = gateway.now()
    today = shanghai_day(now)
    policy = reminder_policy_on(today)
    held = await gateway.reminder_progress.find_held(lane.lane_id, worker, transaction)
    is_policy = lane.threshold in policy.thresholds[lane.kind]
    if held is None or not is_policy or not policy.hours.hold_at(now):
        return _NOT_OURS
    day, position = date.fromisoformat(held["day"]), held["position"]
    first = _first_day(policy, lane, today)
    if day < first:
        day, position = first, None
    if day > today:
        return _NOT_OURS
    ahead = timedelta(days=lane.threshold)
    found = await gateway.due_records.load_ending(
        lane.kind, (ends_at(day + ahead), ends_at(today + ahead)), position, BATCH_SIZE, transaction
    )
    notices = await _notices(gateway, lane, found, transaction)
    posted = await post_within(gateway, notices, now, transaction) if notices else ()
    await tell_employers(gateway, posted, found, now, transaction)
    if len(found) == BATCH_SIZE:
        day, position = last_day_of(lane.kind, found[-1]) - ahead, found[-1]["_id"]
    else:
        day, position = (today if position is None else day) + timedelta(days=1), None
    await gateway.reminder_progress.advance(
        lane.lane_id, day, position, now + LEASE_LIFETIME, transaction
    )
    return _Batch(len(posted), ended=day > today)


async def _notices(
    gateway: Gateway, lane: Lane, found: Sequence[Document], transaction: Transaction
) -> Sequence[NewNotice]:
    """Of those records that still matter to a holder, in the order in which all transactions write
    holders. The holders are locked: what ends a record meanwhile makes one of the two run again."""
    concerning = [one for one in found if concerns_holder(lane.kind, one)]
    standing = await gateway.due_records.without_outlasted(lane.kind, concerning, transaction)
    if not standing:
        return ()
    holder_ids = sorted({one["holder_id"] for one in standing})
    await gateway.holder_matching.lock_all(holder_ids, transaction)
    registered = await gateway.due_records.load_registered(holder_ids, transaction)
    return [
        _notice(lane, one)
        for one in sorted(standing, key=lambda one: (one["holder_id"], one["_id"]))
        if one["holder_id"] in registered
    ]


def _notice(lane: Lane, record: Document) -> NewNotice:
    due_on = last_day_of(lane.kind, record)
    return NewNotice(
        holder_id=record["holder_id"],
        kind=lane.kind,
        object_id=record["_id"],
        key=f"{record['_id']}/{lane.threshold}/{due_on.isoformat()}",
        due_on=due_on,
        threshold_days=lane.threshold,
    )
