"""Beginning an application and changing what it states, until it is submitted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document, Transaction
from resolvers.applications.drafts import draft_document, draft_lapses_at
from resolvers.applications.judging import judged_again
from resolvers.applications.parties import filer_of, find_filed, refused
from resolvers.applications.people import Subject, subject_of, vault_of
from resolvers.applications.statements import (
    Cancellation,
    Change,
    NewPermit,
    OriginalsCheck,
    Statement,
    procedure_of,
)
from resolvers.applications.stating import stated_by
from resolvers.applications.steps import actor_of, event_of, move, refusal_of_step, told
from resolvers.changes import Changed, Command, Done, change
from resolvers.gateway import Ask, Gateway
from resolvers.policy.throttling import APPLICANTS
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.application_machine import ApplicationEvent
from resolvers.rules.eligibility import are_days_possible
from resolvers.rules.state_machine import Party
from resolvers.store.outgoing_events import EventKind
from resolvers.vocabulary import ApplicationState, CancellationReason, FilerKind


async def create_application(
    gateway: Gateway, ask: Ask, command: Command, statement: Statement
) -> Done | Refused:
    """A draft. The person of a first permit is looked up or made; nothing is checked against
    windows and papers before it is submitted."""
    application_id = gateway.new_id("apl")
    subject = await _subject(gateway, ask, statement)

    async def work(transaction: Transaction) -> Changed | Refused:
        refusal = _refusal_of_filer(ask, statement) or _refusal_of_days(statement, gateway.now())
        if refusal is not None:
            return Refused(refusal)
        # Behind the filer: who may not file learns nothing about anybody's passport.
        if isinstance(subject, Refused):
            return subject
        stated = await stated_by(gateway, ask, statement, subject, transaction)
        if isinstance(stated, Refused):
            return stated
        permit_id, kind = stated["permit_id"], FilerKind(filer_of(ask)["kind"])
        if permit_id is not None and await gateway.applications.has_open(
            permit_id, kind, transaction
        ):
            return Refused(RefusalCode.APPLICATION_OPEN, permit_id, stated["holder_id"])
        if subject is not None and subject.new_key is not None:
            await gateway.holder_keys.insert(subject.holder_id, subject.new_key, transaction)
        draft = draft_document(application_id, ask, stated, gateway.now())
        await gateway.applications.insert(draft, transaction)
        action = AuditAction.APPLICATION_DRAFTED
        line = AuditLine(action, draft["holder_id"], objects=(application_id,))
        event = event_of(draft, EventKind.APPLICATION_DRAFTED)
        return Changed(application_id, [line], [event])

    return await change(gateway, ask, command, work)


async def update_application(
    gateway: Gateway,
    ask: Ask,
    command: Command,
    application_id: str,
    revision: int,
    statement: Statement,
) -> Done | Refused:
    """Other statements in a draft or a returned application, for the same person, permit and
    procedure. A confirmation falls: the holder confirms what is stated now."""
    subject = await _subject(gateway, ask, statement)

    async def work(transaction: Transaction) -> Changed | Refused:
        found = await find_filed(gateway, ask, application_id, transaction)
        if isinstance(found, Refused):
            return found
        refusal = _refusal_of_update(ask, found, statement, revision, gateway.now())
        if refusal is not None:
            return refusal
        if isinstance(subject, Refused):
            return subject
        known = await _same_subject(gateway, found, subject, transaction)
        is_filed = found["filed_at"] is not None
        stated = await stated_by(gateway, ask, statement, known, transaction, is_filed=is_filed)
        if isinstance(stated, Refused):
            return stated
        fixed = ("procedure", "permit_id", "holder_id", "is_registered", "city")
        if any(stated[name] != found[name] for name in fixed):
            return refused(found, RefusalCode.ANOTHER_PROCEDURE)
        judged = judged_again(gateway, found, stated) if is_filed else {}
        if isinstance(judged, RefusalCode):
            return refused(found, judged)
        changes = {name: value for name, value in stated.items() if name not in fixed} | judged
        if found["state"] == ApplicationState.DRAFT:
            changes["lapses_at"] = draft_lapses_at(gateway.now())
        moved = await move(
            gateway,
            found,
            ApplicationEvent.UPDATE,
            Party.FILER,
            actor_of(ask),
            {**changes, "confirmed_at": None},
            transaction,
        )
        if isinstance(moved, Refused):
            return moved
        line, event = told(moved, ApplicationEvent.UPDATE)
        return Changed(application_id, [line], [event])

    return await change(gateway, ask, command, work)


def _refusal_of_update(
    ask: Ask, found: Document, statement: Statement, revision: int, now: datetime
) -> Refused | None:
    refusal = refusal_of_step(found, ApplicationEvent.UPDATE, revision)
    if refusal is not None:
        return refusal
    if found["procedure"] != procedure_of(statement):
        return refused(found, RefusalCode.ANOTHER_PROCEDURE)
    code = _refusal_of_filer(ask, statement) or _refusal_of_days(statement, now)
    return None if code is None else refused(found, code)


async def _subject(gateway: Gateway, ask: Ask, statement: Statement) -> Subject | Refused | None:
    """Whom a first permit is for; None where a permit says so already. Each stated passport is
    counted before anybody is looked up: how it ends tells whether it is registered."""
    names_passport = isinstance(statement, NewPermit) or (
        isinstance(statement, Change) and statement.passport is not None
    )
    if not names_passport or _refusal_of_filer(ask, statement) is not None:
        return None
    key = gateway.digester.blind("applicants", str(ask.principal.subject)).value
    charge = await gateway.throttle.charge(key, APPLICANTS, gateway.now())
    if charge.waits is not None:
        return Refused(RefusalCode.TOO_MANY_APPLICANTS)
    if not isinstance(statement, NewPermit):
        return None
    return await subject_of(gateway, statement.applicant)


async def _same_subject(
    gateway: Gateway, found: Document, subject: Subject | None, transaction: Transaction
) -> Subject | None:
    """A person who is still new keeps the id and the key of the draft."""
    if subject is None or subject.is_registered or found["is_registered"]:
        return subject
    vault = await vault_of(gateway, found["holder_id"], transaction)
    return Subject(found["holder_id"], False, vault, None)


def _refusal_of_filer(ask: Ask, statement: Statement) -> RefusalCode | None:
    """The applicant has the originals checked; the holder cancels where the employer is gone; all
    else is filed by the employer (FACTS.md)."""
    by_holder = filer_of(ask)["kind"] == FilerKind.HOLDER
    match statement:
        case OriginalsCheck():
            allowed = by_holder
        case Cancellation(reason=CancellationReason.EMPLOYER_GONE):
            allowed = by_holder
        case _:
            allowed = not by_holder
    return None if allowed else RefusalCode.NOT_THE_FILER


def _refusal_of_days(statement: Statement, now: datetime) -> RefusalCode | None:
    def stated(name: str) -> Any:
        return getattr(statement, name, None)

    passport = stated("passport")
    if isinstance(statement, NewPermit):
        passport = statement.applicant.passport
    past = [
        *(stated("entered_on"), stated("changed_on"), stated("happened_on")),
        passport and passport.valid_from,
    ]
    coming = [
        *(stated("contract_until"), stated("requested_until")),
        *(stated("planned_entry_on"), stated("stay_until")),
        passport and passport.valid_until,
    ]
    return None if are_days_possible(past, coming, now) else RefusalCode.BAD_DATES
