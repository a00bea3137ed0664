"""The system's own steps of applications, when a time is over or a calendar arrives.

Each is one transaction with its audit line and event. Safe to stop anywhere and to run in any
number of processes at once: a second one finds nothing left to do.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document, Transaction, in_transaction
from auth.principal import Principal, PrincipalKind
from resolvers.applications.steps import (
    CLOSED_PROMISE,
    event_of,
    move,
    promise_on,
    refusal_of_step,
    told,
)
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.letters.removing import remove_letters
from resolvers.policy.papers import RETENTION_DAYS
from resolvers.refusals import Refused
from resolvers.rules.application_machine import ApplicationEvent
from resolvers.rules.state_machine import Party
from resolvers.store.outgoing_events import Event, EventKind, encode_event
from resolvers.vocabulary import ApplicationState

BATCH_SIZE: Final = 200

_Told = tuple[AuditLine, Event]
_Step = Callable[[Document, Transaction], Coroutine[Any, Any, _Told | None]]


async def lapse_applications(gateway: Gateway, now: datetime) -> int:
    """Drafts that nobody went on with, and returned applications that nobody sent again."""

    async def step(found: Document, transaction: Transaction) -> _Told | None:
        event = ApplicationEvent.LAPSE
        is_due = found["lapses_at"] is not None and found["lapses_at"] <= now
        if not is_due or refusal_of_step(found, event, None) is not None:
            return None
        moved = await move(gateway, found, event, Party.SYSTEM, None, CLOSED_PROMISE, transaction)
        return None if isinstance(moved, Refused) else told(moved, event)

    return await _each(gateway, lambda: gateway.applications.load_lapsing(now, BATCH_SIZE), step)


async def recompute_promises(gateway: Gateway, now: datetime) -> int:
    """Promises that were counted with a year not published then, by the calendar of today."""
    calendar = gateway.calendar

    async def step(found: Document, transaction: Transaction) -> _Told | None:
        promise = found["promise"]
        if promise is None or not promise["provisional"] or promise["calendar"] == calendar.version:
            return None
        began_on = date.fromisoformat(promise["began_on"])
        recounted = promise_on(gateway, promise["stage"], began_on, promise["days"])
        moved = await gateway.applications.advance(
            found, {"promise": recounted}, None, now, transaction
        )
        if moved is None:
            return None
        line = AuditLine(
            AuditAction.PROMISE_RECOMPUTED, found["holder_id"], objects=(found["_id"],)
        )
        return line, event_of(found, EventKind.PROMISE_RECOMPUTED)

    return await _each(
        gateway,
        lambda: gateway.applications.load_provisional(calendar.version, BATCH_SIZE),
        step,
    )


async def forget_strangers(gateway: Gateway, now: datetime) -> int:
    """People for whom a permit was asked and not granted: once the papers' time is over, what was
    stated about them and their key are removed. The application stays, naming nobody."""
    count = 0
    for state in (ApplicationState.WITHDRAWN, ApplicationState.REJECTED):
        before = now - timedelta(days=RETENTION_DAYS[state])
        count += await _forget(gateway, state, before, now)
    return count


async def _forget(
    gateway: Gateway, state: ApplicationState, before: datetime, now: datetime
) -> int:
    async def step(found: Document, transaction: Transaction) -> _Told | None:
        is_over = found["state"] == state and found["updated_at"] <= before
        if found["is_registered"] or found["particulars"] is None or not is_over:
            return None
        if await gateway.papers.count_stored(found["_id"], transaction):
            return None  # the sweep removes them first; without the key nobody could
        unworded = {**found["decision"], "text": None} if found["decision"] else None
        changes = {
            "particulars": None,
            "gaps": [{**gap, "note": None} for gap in found["gaps"]],
            "decision": unworded,
            "assessment": None,
        }
        moved = await gateway.applications.advance(found, changes, None, now, transaction)
        if moved is None:
            return None
        await remove_letters(gateway, found["_id"], transaction)
        await gateway.portraits.remove(found["holder_id"], transaction)
        await gateway.holder_keys.remove(found["holder_id"], transaction)
        line = AuditLine(
            AuditAction.APPLICANT_FORGOTTEN, found["holder_id"], objects=(found["_id"],)
        )
        return line, event_of(found, EventKind.APPLICATION_UPDATED)

    return await _each(
        gateway,
        lambda: gateway.applications.load_strangers(state, before, BATCH_SIZE),
        step,
    )


async def _each(
    gateway: Gateway,
    load: Callable[[], Coroutine[Any, Any, Sequence[str]]],
    step: _Step,
) -> int:
    """How many were changed. A batch of which none could be changed ends it: others do."""
    count = 0
    ask = Ask(Principal(PrincipalKind.SYSTEM), "", gateway.new_id("req"))
    while found := await load():
        changed = 0
        for application_id in found:
            changed += await _one(gateway, ask, application_id, step)
        count += changed
        if not changed:
            break
    return count


async def _one(gateway: Gateway, ask: Ask, application_id: str, step: _Step) -> bool:
    event_id = gateway.new_id("evt")

    async def work(transaction: Transaction) -> bool:
        found = await gateway.applications.find_any(application_id, transaction)
        done = None if found is None else await step(found, transaction)
        if done is None:
            return False
        line, event = done
        await append_audit(gateway, ask, line, transaction=transaction)
        encoded = encode_event(event_id, event, gateway.now(), ask.principal.kind)
        await gateway.events.append([encoded], transaction)
        return True

    return await in_transaction(gateway.database, work)
