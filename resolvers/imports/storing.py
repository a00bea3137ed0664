"""A batch of matched records is stored in one transaction: records, tasks that they show to be
done, audit lines and outgoing events.

A record counts when its authority said it later than what is stored. The same again, and what is
older, changes nothing, so that an import can be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document, Transaction, in_transaction
from auth.sealing import HolderVault
from resolvers.contests.following import mark_contests
from resolvers.contests.values import changed_fields
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.imports.matching import MatchedRecord
from resolvers.imports.outcomes import LineOutcome
from resolvers.imports.records import StatedInsurance, StatedResidence
from resolvers.rules.contests import ContestField, contested_kind
from resolvers.rules.tasks import ResidenceStatement, TaskKind, is_done_by_residence, is_enrolled
from resolvers.store.insurance_enrolments import (
    EnrolmentRecord,
    InsuranceRecord,
    encode_insurance,
    states_of,
)
from resolvers.store.outgoing_events import Event, EventDetail, EventKind, encode_event
from resolvers.store.residence_permits import ResidencePermitRecord, encode_residence_permit
from resolvers.tasks import close_tasks
from resolvers.vocabulary import ResidenceState

Key = tuple[str, ...]
"""Holder, authority, and of insurance the employer: what there is one record of."""


async def store_records(
    gateway: Gateway, ask: Ask, records: Sequence[MatchedRecord], *, dry_run: bool
) -> Sequence[LineOutcome]:
    """For each record, in their order, STORED or UNCHANGED. A dry run finds out the same and
    writes nothing."""
    if not records:
        return ()

    async def work(transaction: Transaction) -> Sequence[LineOutcome]:
        batch = await _Batch.load(gateway, records, transaction)
        outcomes = [batch.add(record) for record in records]
        if not dry_run and LineOutcome.STORED in outcomes:
            await batch.write(ask, transaction)
        return outcomes

    return await in_transaction(gateway.database, work)


@dataclass
class _Batch:
    """What is stored, and what becomes of it line by line. A later line of the batch is compared
    with what an earlier one has left."""

    gateway: Gateway
    now: datetime
    stored: dict[Key, Document]
    vaults: Mapping[str, HolderVault]
    open_tasks: list[Document]
    permits: dict[Key, Document] = field(default_factory=dict)
    enrolments: dict[Key, Document] = field(default_factory=dict)
    done: list[Document] = field(default_factory=list)
    lines: list[AuditLine] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    changed: dict[str, set[ContestField]] = field(default_factory=dict)

    @classmethod
    async def load(
        cls, gateway: Gateway, records: Sequence[MatchedRecord], transaction: Transaction
    ) -> _Batch:
        holder_ids = sorted({record.holder_id for record in records})
        resident = sorted(
            {one.holder_id for one in records if isinstance(one.stated.content, StatedResidence)}
        )
        insured = sorted({one.holder_id for one in records if one.employer_id is not None})
        stored: dict[Key, Document] = {}
        wrapped = {}
        if resident:
            stored |= await gateway.residence_permits.load_last_stated(resident, transaction)
            wrapped = await gateway.holder_keys.load(resident, transaction)
        if insured:
            stored |= await gateway.insurance.load_last_stated(insured, transaction)
        return cls(
            gateway=gateway,
            now=gateway.now(),
            stored=stored,
            vaults={
                holder_id: gateway.sealer.vault_for(holder_id, key)
                for holder_id, key in wrapped.items()
            },
            open_tasks=list(await gateway.tasks.load_open(holder_ids, transaction)),
        )

    def add(self, record: MatchedRecord) -> LineOutcome:
        key = _key(record)
        before = self.stored.get(key)
        if before is not None and record.stated.updated_at <= before["source"]["updated_at"]:
            return LineOutcome.UNCHANGED
        content = record.stated.content
        if isinstance(content, StatedResidence):
            after = self.permits[key] = self._residence(record, content, before)
            is_same = before is not None and _statement(before) == _statement(after)
            shown = self._done_by_residence(record, before, after)
        elif isinstance(content, StatedInsurance):
            after = self.enrolments[key] = self._insurance(record, content, before)
            is_same = before is not None and before["enrolments"] == after["enrolments"]
            shown = self._done_by_insurance(record, after)
        else:
            raise TypeError("portraits are stored by resolvers.imports.portraits")
        self.stored[key] = after
        if before is not None:
            self._note_changes(record.holder_id, before, after)
        self.done += shown
        self.open_tasks = [task for task in self.open_tasks if task not in shown]
        self.lines.append(
            AuditLine(AuditAction.RECORD_IMPORTED, record.holder_id, objects=(after["_id"],))
        )
        self.events.append(
            Event(
                EventKind.RECORD_IMPORTED,
                after["_id"],
                holder_id=record.holder_id,
                authority=record.stated.authority,
                detail=EventDetail.UNCHANGED if is_same else None,
            )
        )
        return LineOutcome.STORED

    def _note_changes(self, holder_id: str, before: Document, after: Document) -> None:
        """By record, what its authority says otherwise than before."""
        kind = contested_kind(after["_id"])
        if kind is not None:
            found = changed_fields(kind, before, after, self.vaults.get(holder_id))
            self.changed.setdefault(after["_id"], set()).update(found)

    async def write(self, ask: Ask, transaction: Transaction) -> None:
        gateway = self.gateway
        # First, so that of two imports of one holder, or an approval beside one, one starts anew.
        locked = sorted({line.holder_id for line in self.lines if line.holder_id is not None})
        await gateway.holder_matching.lock_all(locked, transaction)
        if self.permits:
            await gateway.residence_permits.save(list(self.permits.values()), transaction)
        if self.enrolments:
            await gateway.insurance.save(list(self.enrolments.values()), transaction)
        await mark_contests(gateway, self.changed, self.now, transaction)
        told = await close_tasks(gateway, self.done, self.now, transaction)
        lines = [*self.lines, *(line for line, _ in told)]
        events = [*self.events, *(event for _, event in told)]
        await append_audit(gateway, ask, *lines, transaction=transaction)
        await gateway.events.append(
            [
                encode_event(gateway.new_id("evt"), event, self.now, ask.principal.kind)
                for event in events
            ],
            transaction,
        )

    def _residence(
        self, record: MatchedRecord, content: StatedResidence, before: Document | None
    ) -> Document:
        stated = record.stated
        return encode_residence_permit(
            ResidencePermitRecord(
                residence_permit_id=self.gateway.new_id("rsp") if before is None else before["_id"],
                holder_id=record.holder_id,
                number=content.number,
                state=content.state,
                city=stated.city,
                valid_from=content.valid_from,
                valid_until=content.valid_until,
                authority=stated.authority,
                updated_at=stated.updated_at,
            ),
            self.vaults[record.holder_id],
        )

    def _insurance(
        self, record: MatchedRecord, content: StatedInsurance, before: Document | None
    ) -> Document:
        if record.employer_id is None:
            raise ValueError("an insurance has an employer")
        stated = record.stated
        return encode_insurance(
            InsuranceRecord(
                insurance_id=self.gateway.new_id("ins") if before is None else before["_id"],
                holder_id=record.holder_id,
                employer_id=record.employer_id,
                city=stated.city,
                enrolments=[
                    EnrolmentRecord(one.kind, one.state, one.since, one.until, one.treaty_country)
                    for one in content.enrolments
                ],
                started_at=content.started_at,
                authority=stated.authority,
                updated_at=stated.updated_at,
            )
        )

    def _done_by_residence(
        self, record: MatchedRecord, before: Document | None, after: Document
    ) -> list[Document]:
        earlier = None if before is None else _statement(before)
        return [
            task
            for task in self.open_tasks
            if task["holder_id"] == record.holder_id
            and is_done_by_residence(
                TaskKind(task["kind"]),
                task["opened_at"],
                record.stated.updated_at,
                earlier,
                _statement(after),
            )
        ]

    def _done_by_insurance(self, record: MatchedRecord, after: Document) -> list[Document]:
        if not is_enrolled(states_of(after)):
            return []
        return [
            task
            for task in self.open_tasks
            if (task["kind"], task["holder_id"], task["employer_id"])
            == (TaskKind.ENROL_SOCIAL_INSURANCE, record.holder_id, record.employer_id)
        ]


def _key(record: MatchedRecord) -> Key:
    key = (record.holder_id, record.stated.authority)
    return key if record.employer_id is None else (*key, record.employer_id)


def _statement(stored: Document) -> ResidenceStatement:
    return ResidenceStatement(
        ResidenceState(stored["state"]), stored["valid_from"], stored["valid_until"]
    )
