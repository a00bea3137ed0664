"""The private calendar of a holder: made, taken back, and read by whoever has its address.

The address holds a token of 256 random bits, is shown once and stored as a digest only. A holder
has one; a new one ends the former.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document, Transaction, in_transaction
from resolvers.changes import Changed, Command, Done, change
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.joins import EDGES
from resolvers.policy.reminders import reminder_policy_on
from resolvers.policy.throttling import CALENDAR_ADDRESS, counted_address
from resolvers.reading import read_one
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.calendar_entries import (
    OF_DOCUMENT,
    OF_TASK,
    REMINDED_AS,
    CalendarEntry,
    EntryKind,
    alarms_of,
)
from resolvers.rules.permit_status import printed_day, shanghai_day
from resolvers.selection import Edge, Selection
from resolvers.store.calendar_feeds import NAME, encode_feed
from resolvers.vocabulary import Language, ResidenceState

PATH: Final = "/calendar"
_TOKEN_BYTES: Final = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_PAPER: Final = Selection(frozenset({"valid_until", "source.updated_at"}))
_CALENDAR: Final = Selection(
    frozenset({"holder_id", "last_read_on"}),
    edges={
        "holder": Edge("holder", Selection(frozenset({"language"}))),
        "permits": Edge("permits", _PAPER),
        "residence_permit": Edge("residence_permit", Selection(_PAPER.paths | {"state"})),
        "identity_documents": Edge("identity_documents", Selection(_PAPER.paths | {"kind"})),
        "tasks": Edge("tasks", Selection(frozenset({"kind", "due_at", "opened_at"}))),
    },
)


@dataclass(frozen=True)
class FeedMade:
    """`url` is None where the request was repeated: nobody can read it back."""

    feed_id: str
    url: str | None


@dataclass(frozen=True)
class Calendar:
    language: Language
    entries: tuple[CalendarEntry, ...]


@dataclass(frozen=True)
class TooOften:
    retry_after: timedelta


async def create_feed(gateway: Gateway, ask: Ask, command: Command) -> FeedMade | Refused:
    holder_id, feed_id = ask.principal.holder_id(), gateway.new_id("cal")
    token, now = secrets.token_urlsafe(_TOKEN_BYTES), gateway.now()

    async def work(transaction: Transaction) -> Changed | Refused:
        former = await gateway.calendar_feeds.remove(holder_id, transaction)
        feed = encode_feed(feed_id, holder_id, _hash(token), now)
        await gateway.calendar_feeds.insert(feed, transaction)
        action = AuditAction.CALENDAR_FEED_CREATED
        lines = [AuditLine(action, holder_id, objects=(feed_id,))]
        return Changed(feed_id, [*lines, *([] if former is None else [_ended(holder_id, former)])])

    done = await change(gateway, ask, command, work)
    if isinstance(done, Refused):
        return done
    is_new = done.object_id == feed_id
    address = f"{gateway.outlets.public_address}{PATH}/{token}.ics"
    return FeedMade(done.object_id, address if is_new else None)


async def revoke_feed(gateway: Gateway, ask: Ask, command: Command) -> Done | Refused:
    holder_id = ask.principal.holder_id()

    async def work(transaction: Transaction) -> Changed | Refused:
        removed = await gateway.calendar_feeds.remove(holder_id, transaction)
        if removed is None:
            return Refused(RefusalCode.NOT_FOUND, None, holder_id)
        return Changed(removed, [_ended(holder_id, removed)])

    return await change(gateway, ask, command, work)


async def read_calendar(gateway: Gateway, ask: Ask, token: str) -> Calendar | TooOften | None:
    """None for a token that opens nothing, whatever the reason. The first look of a day leaves a
    line in the holder's ledger."""
    now = gateway.now()
    key = gateway.digester.blind("calendar-address", counted_address(ask.address)).value
    charge = await gateway.throttle.charge(key, CALENDAR_ADDRESS, now)
    if charge.waits is not None:
        return TooOften(charge.waits)
    if _TOKEN.fullmatch(token) is None:
        return None
    scope = {"token_hash": _hash(token)}
    feed = await read_one(gateway.calendar_feeds.aggregate, NAME, scope, _CALENDAR, now)
    if feed is None or not feed[EDGES]["holder"]:
        return None
    today = shanghai_day(now).isoformat()
    if feed["last_read_on"] != today:
        await _note_read(gateway, ask, feed, today)
    entries = sorted(_entries(feed, now), key=lambda one: (one.day, one.record_id))
    return Calendar(Language(feed[EDGES]["holder"][0]["language"]), tuple(entries))


async def _note_read(gateway: Gateway, ask: Ask, feed: Document, today: str) -> None:
    line = AuditLine(AuditAction.CALENDAR_FEED_READ, feed["holder_id"], objects=(feed["_id"],))

    async def work(transaction: Transaction) -> None:
        if await gateway.calendar_feeds.note_read(feed["_id"], today, transaction):
            await append_audit(gateway, ask, line, transaction=transaction)

    await in_transaction(gateway.database, work)


def _entries(feed: Document, now: datetime) -> Iterator[CalendarEntry]:
    rows: dict[str, list[Document]] = feed[EDGES]
    thresholds = reminder_policy_on(shanghai_day(now)).thresholds

    def entry(kind: EntryKind, row: Document, until: Any, said_at: Any) -> CalendarEntry:
        alarms = alarms_of(thresholds[REMINDED_AS[kind]])
        return CalendarEntry(row["_id"], kind, printed_day(until), said_at, alarms)

    for row in rows["permits"]:
        yield entry(EntryKind.PERMIT, row, row["valid_until"], row["source"]["updated_at"])
    for row in rows["residence_permit"]:
        if row["state"] == ResidenceState.ISSUED:
            yield entry(
                EntryKind.RESIDENCE_PERMIT, row, row["valid_until"], row["source"]["updated_at"]
            )
    for row in rows["identity_documents"]:
        kind = OF_DOCUMENT[row["kind"]]
        yield entry(kind, row, row["valid_until"], row["source"]["updated_at"])
    for row in rows["tasks"]:
        kind = OF_TASK.get(row["kind"], EntryKind.OTHER_TASK)
        yield entry(kind, row, row["due_at"], row["opened_at"])


def _hash(token: str) -> bytes:
    """Plain: of 256 random bits nothing can be guessed."""
    return hashlib.sha256(token.encode()).digest()


def _ended(holder_id: str, feed_id: str) -> AuditLine:
    return AuditLine(AuditAction.CALENDAR_FEED_REVOKED, holder_id, objects=(feed_id,))
