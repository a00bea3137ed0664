"""The holder's side: contest a record of one's own, and withdraw that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from auth.audit import AuditAction
from auth.mongo import Document, Transaction
from resolvers.changes import Changed, Command, Done, change
from resolvers.contests.steps import moved, refusal_of_step, told
from resolvers.contests.values import seal_texts, texts_of
from resolvers.gateway import Ask, Gateway
from resolvers.policy.contests import (
    MAX_OPENED,
    MAX_STATEMENT_LENGTH,
    OPENED_WITHIN,
    answer_days,
)
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.contests import (
    ContestedKind,
    ContestEvent,
    ContestField,
    are_contestable,
    contested_kind,
)
from resolvers.rules.permit_status import ends_at, shanghai_day
from resolvers.rules.working_days import add_working_days
from resolvers.store import contests
from resolvers.store.contests import ContestRecord, encode_contest
from resolvers.store.outgoing_events import EventKind


@dataclass(frozen=True)
class ContestAsked:
    record_id: str
    fields: Sequence[ContestField]
    statement: str = field(repr=False)


async def contest_record(
    gateway: Gateway, ask: Ask, command: Command, asked: ContestAsked
) -> Done | Refused:
    holder_id, contest_id = ask.principal.holder_id(), gateway.new_id("cts")
    kind, now = contested_kind(asked.record_id), gateway.now()

    async def work(transaction: Transaction) -> Changed | Refused:
        if kind is None:
            return Refused(RefusalCode.NOT_FOUND, None, holder_id)
        record = await gateway.contested_records.find(kind, asked.record_id, holder_id, transaction)
        if record is None:
            return Refused(RefusalCode.NOT_FOUND, None, holder_id)
        # Whoever contests for the same holder at once would count the same contests.
        await gateway.holders.lock(holder_id, transaction)
        fault = await _fault(gateway, kind, asked, holder_id, now, transaction)
        if fault is not None:
            return Refused(fault, asked.record_id, holder_id)
        key = await gateway.holder_keys.find(holder_id, transaction)
        if key is None:
            raise LookupError("a holder has a key")
        vault = gateway.sealer.vault_for(holder_id, key)
        contest = encode_contest(
            ContestRecord(
                contest_id=contest_id,
                holder_id=holder_id,
                kind=kind,
                record_id=asked.record_id,
                authority=record["source"]["authority"],
                fields=asked.fields,
                statement=vault.seal(contests.NAME, contests.STATEMENT, asked.statement),
                values=seal_texts(texts_of(kind, record, vault), vault),
                opened_at=now,
                due_at=_due_at(gateway, record, now),
            )
        )
        await gateway.contests.insert(contest, transaction)
        line, event = told(contest, AuditAction.CONTEST_OPENED, EventKind.CONTEST_OPENED)
        return Changed(contest_id, [line], [event])

    return await change(gateway, ask, command, work)


async def withdraw_contest(
    gateway: Gateway, ask: Ask, command: Command, contest_id: str, revision: int
) -> Done | Refused:
    holder_id, now = ask.principal.holder_id(), gateway.now()

    async def work(transaction: Transaction) -> Changed | Refused:
        contest = await gateway.contests.find(contest_id, {"holder_id": holder_id}, transaction)
        if contest is None:
            return Refused(RefusalCode.NOT_FOUND, None, holder_id)
        refused = refusal_of_step(contest, ContestEvent.WITHDRAW, revision)
        if refused is not None:
            return refused
        return await moved(
            gateway,
            contest,
            ContestEvent.WITHDRAW,
            {"ended_at": now},
            (AuditAction.CONTEST_WITHDRAWN, EventKind.CONTEST_WITHDRAWN),
            transaction,
        )

    return await change(gateway, ask, command, work)


async def _fault(
    gateway: Gateway,
    kind: ContestedKind,
    asked: ContestAsked,
    holder_id: str,
    now: datetime,
    transaction: Transaction,
) -> RefusalCode | None:
    if not are_contestable(kind, asked.fields):
        return RefusalCode.FIELDS_NOT_OF_RECORD
    if not asked.statement.strip():
        return RefusalCode.TEXT_EMPTY
    if len(asked.statement) > MAX_STATEMENT_LENGTH:
        return RefusalCode.TEXT_TOO_LONG
    if await gateway.contests.is_running(asked.record_id, transaction):
        return RefusalCode.CONTEST_RUNNING
    opened = await gateway.contests.count_since(
        holder_id, now - OPENED_WITHIN, MAX_OPENED, transaction
    )
    return RefusalCode.TOO_MANY_CONTESTS if opened >= MAX_OPENED else None


def _due_at(gateway: Gateway, record: Document, now: datetime) -> datetime | None:
    """Kept through the whole of the last day; None where nothing is promised."""
    days = answer_days(record.get("city", ""))
    if days is None:
        return None
    return ends_at(add_working_days(gateway.calendar, shanghai_day(now), days).day)
