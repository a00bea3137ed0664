"""What an approval writes, besides the decision: permits, the holder, cards and tasks.

Every approval first locks the holder, so that two approvals for one person run one after the other
and never leave two active permits. All writes are in the transaction of the decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document, Transaction
from resolvers.applications.parties import refused
from resolvers.applications.registration import register_holder, take_over_particulars
from resolvers.applications.successors import first_permit, succession
from resolvers.cards.loading import load_permit_on_cards, unload_permit
from resolvers.employments.keeping import keep_employments
from resolvers.gateway import Gateway
from resolvers.policy.procedures import policy_for
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.eligibility import is_permit_eligible
from resolvers.rules.permit_status import shanghai_day, starts_at
from resolvers.rules.tasks import NewTask
from resolvers.rules.validity import ValidityBound
from resolvers.store.outgoing_events import Event, EventKind
from resolvers.tasks import (
    open_task,
    tasks_for_cancelled_permit,
    tasks_for_entry,
    tasks_for_issued_permit,
)
from resolvers.vocabulary import (
    FilerKind,
    PermitEvent,
    PermitForm,
    PermitState,
    ProcedureKind,
)


@dataclass(frozen=True)
class NewIds:
    """Made outside of the transaction, so that one run again writes the same."""

    permit_id: str
    document_id: str
    card_id: str
    permit_number: str

    @classmethod
    def of(cls, gateway: Gateway) -> NewIds:
        # FACTS.md: the layout of a number is unknown, so ours says nothing; 60 random bits.
        drawn = gateway.new_id("wpn")[-12:].upper()
        return cls(
            permit_id=gateway.new_id("pmt"),
            document_id=gateway.new_id("idd"),
            card_id=gateway.new_id("crd"),
            permit_number=f"GD{drawn}",
        )


@dataclass
class Granted:
    """What was granted, and what is told of it beside the decision."""

    permit_id: str | None
    valid_until: date | None = None
    bound: ValidityBound | None = None
    related: list[str] = field(default_factory=list)
    lines: list[AuditLine] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def tell(self, lines: Sequence[AuditLine], events: Sequence[Event]) -> None:
        self.lines += lines
        self.events += events


async def grant(
    gateway: Gateway, application: Document, ids: NewIds, transaction: Transaction
) -> Granted | Refused:
    """Refused leaves it to the caller to abort the transaction."""
    granted = await _grant(gateway, application, ids, transaction)
    if isinstance(granted, Granted):
        await keep_employments(gateway, application["holder_id"], transaction)
    return granted


async def _grant(
    gateway: Gateway, application: Document, ids: NewIds, transaction: Transaction
) -> Granted | Refused:
    procedure = ProcedureKind(application["procedure"])
    if application["is_registered"]:
        await gateway.holders.lock(application["holder_id"], transaction)
    if procedure in (ProcedureKind.NEW_FROM_ABROAD, ProcedureKind.NEW_IN_CHINA):
        return await _grant_first(gateway, application, ids, transaction)
    permit = await gateway.permits.find(
        application["permit_id"], {"holder_id": application["holder_id"]}, transaction
    )
    if permit is None or not is_permit_eligible(
        procedure,
        PermitForm(permit["form"]),
        PermitState(permit["state"]),
        permit["valid_from"],
        permit["valid_until"],
        gateway.now(),
        filed=True,
    ):
        return refused(application, RefusalCode.PERMIT_NOT_ELIGIBLE)
    match procedure:
        case ProcedureKind.ORIGINALS_CHECK:
            return await _grant_originals(gateway, application, permit, ids, transaction)
        case ProcedureKind.CANCELLATION:
            return await _grant_cancellation(gateway, application, permit, transaction)
        case _:
            return await _grant_successor(gateway, application, permit, ids, transaction)


async def _grant_first(
    gateway: Gateway, application: Document, ids: NewIds, transaction: Transaction
) -> Granted | Refused:
    now, holder_id = gateway.now(), application["holder_id"]
    if await gateway.permits.has_active(holder_id, now, transaction):
        return refused(application, RefusalCode.ACTIVE_PERMIT_EXISTS)
    number = await register_holder(
        gateway, application, ids.permit_number, ids.document_id, transaction
    )
    if isinstance(number, RefusalCode):
        return refused(application, number)
    made = first_permit(application, ids.permit_id, number, now)
    if isinstance(made, RefusalCode):
        return refused(application, made)
    permit, validity = made
    await gateway.permits.insert(permit, transaction)
    granted = Granted(permit["_id"], validity.last_day, validity.bound, [permit["_id"]])
    await _issued(gateway, permit, ids, granted, transaction)
    return granted


async def _grant_originals(
    gateway: Gateway, application: Document, permit: Document, ids: NewIds, transaction: Transaction
) -> Granted | Refused:
    """The permit becomes good, with the validity that it was approved with."""
    now = gateway.now()
    changes = {"state": str(PermitState.ISSUED), "valid_from": starts_at(shanghai_day(now))}
    turned = await gateway.permits.turn(
        permit,
        changes,
        [PermitEvent.ORIGINALS_CHECKED],
        application["authority"],
        now,
        transaction,
    )
    if not turned:
        return refused(application, RefusalCode.STALE_REVISION)
    granted = Granted(permit["_id"], related=[permit["_id"]])
    await _issued(gateway, {**permit, **changes}, ids, granted, transaction)
    policy = policy_for(permit["city"], shanghai_day(now))
    entered_on = date.fromisoformat(application["facts"]["entered_on"])
    await _open(gateway, tasks_for_entry(permit, policy, entered_on), granted, transaction)
    return granted


async def _grant_successor(
    gateway: Gateway, application: Document, permit: Document, ids: NewIds, transaction: Transaction
) -> Granted | Refused:
    """Another permit in the place of this one: extension, change, electronic for plastic."""
    now, holder_id = gateway.now(), application["holder_id"]
    # An extension may outwait its permit, and a new one may have been issued since.
    if await gateway.permits.has_active(holder_id, now, transaction, besides=permit["_id"]):
        return refused(application, RefusalCode.ACTIVE_PERMIT_EXISTS)
    passport = await gateway.identity_documents.find_current_passport(holder_id, transaction)
    made = succession(application, permit, passport, ids.permit_id, now)
    if isinstance(made, RefusalCode):
        return refused(application, made)
    successor, validity, happened = made
    code = await take_over_particulars(gateway, application, ids.document_id, transaction)
    if code is not None:
        return refused(application, code)
    turned = await gateway.permits.turn(
        permit,
        {"state": str(PermitState.SUPERSEDED), "superseded_by": successor["_id"]},
        [*happened, PermitEvent.SUPERSEDED],
        application["authority"],
        now,
        transaction,
    )
    if not turned:
        return refused(application, RefusalCode.STALE_REVISION)
    await gateway.permits.insert(successor, transaction)
    granted = Granted(
        successor["_id"], validity.last_day, validity.bound, [permit["_id"], successor["_id"]]
    )
    granted.tell(
        [AuditLine(AuditAction.PERMIT_SUPERSEDED, permit["holder_id"], objects=(permit["_id"],))],
        [
            await _ended_event(
                gateway, EventKind.PERMIT_SUPERSEDED, application, permit, transaction
            )
        ],
    )
    await _issued(gateway, successor, ids, granted, transaction)
    return granted


async def _grant_cancellation(
    gateway: Gateway, application: Document, permit: Document, transaction: Transaction
) -> Granted | Refused:
    now = gateway.now()
    cancelled = await gateway.permits.turn(
        permit,
        {"state": str(PermitState.CANCELLED)},
        [PermitEvent.CANCELLED],
        application["authority"],
        now,
        transaction,
    )
    if not cancelled:
        return refused(application, RefusalCode.STALE_REVISION)
    granted = Granted(None, related=[permit["_id"]])
    granted.tell(
        [AuditLine(AuditAction.PERMIT_CANCELLED, permit["holder_id"], objects=(permit["_id"],))],
        [await _ended_event(gateway, EventKind.PERMIT_CANCELLED, application, permit, transaction)],
    )
    unloaded = await unload_permit(gateway, permit["holder_id"], permit["_id"], now, transaction)
    granted.tell(*unloaded)
    policy = policy_for(permit["city"], shanghai_day(now))
    await _open(gateway, tasks_for_cancelled_permit(permit, policy, now), granted, transaction)
    return granted


async def _issued(
    gateway: Gateway, permit: Document, ids: NewIds, granted: Granted, transaction: Transaction
) -> None:
    """A permit that is good from now on goes onto the cards, and the employer has a task. One that
    waits for its originals is issued by their check, and told of by the decision until then."""
    if permit["state"] != PermitState.ISSUED:
        return
    now = gateway.now()
    granted.tell(
        [AuditLine(AuditAction.PERMIT_ISSUED, permit["holder_id"], objects=(permit["_id"],))],
        [_permit_event(EventKind.PERMIT_ISSUED, permit)],
    )
    loaded = await load_permit_on_cards(
        gateway, permit["holder_id"], permit, now, transaction, ids.card_id
    )
    granted.tell(*loaded)
    policy = policy_for(permit["city"], shanghai_day(now))
    await _open(gateway, tasks_for_issued_permit(permit, policy, now), granted, transaction)


async def _open(
    gateway: Gateway, task: NewTask, granted: Granted, transaction: Transaction
) -> None:
    opened = await open_task(gateway, task, gateway.now(), transaction)
    if opened is not None:
        granted.tell([opened[0]], [opened[1]])


async def _ended_event(
    gateway: Gateway,
    kind: EventKind,
    application: Document,
    permit: Document,
    transaction: Transaction,
) -> Event:
    """A sponsor of before hears of a permit's end only where it asked for that itself."""
    event = _permit_event(kind, permit)
    if application["filed_by"]["kind"] == FilerKind.EMPLOYER:
        return event
    employments = await gateway.employments.load_of_holder(permit["holder_id"], transaction)
    goes_on = any(
        one["_id"] == permit["employment_id"] and gateway.now() < one["ends_at"]
        for one in employments
    )
    return event if goes_on else replace(event, employer_id=None)


def _permit_event(kind: EventKind, permit: Document) -> Event:
    return Event(
        kind,
        permit["_id"],
        holder_id=permit["holder_id"],
        employer_id=permit["employer_id"],
        authority=f"foreign-experts-{permit['city']}",
    )
