"""What a demo holder was told so far, as the gateway would have told it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from api.demo.days import ONE_DAY, office_hour
from api.demo.draw import drawn_id
from api.demo.people import Person
from api.demo.tasks import task_documents
from auth.mongo import Document
from resolvers.policy.reminders import reminder_policy_on
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.rules.permit_status import printed_day
from resolvers.rules.tasks import ResponsibleParty, TaskState
from resolvers.store.inboxes import STEP
from resolvers.store.notices import encode_notice
from resolvers.vocabulary import CardKind, PermitEvent, PermitState

_TOLD_OF = timedelta(days=600)
"""Nothing older, which would be removed soon."""
_UNREAD = timedelta(days=30)


@dataclass(frozen=True)
class _Told:
    at: datetime
    kind: NoticeKind
    object_id: str
    key: str
    due_on: date | None = None
    threshold: int | None = None


def inbox_documents(person: Person, today: date) -> tuple[list[Document], list[Document]]:
    """The notices, oldest first, and their inbox; both empty for who was told nothing."""
    holder_id, now = person.holder.holder_id, office_hour(today, 0)
    told = sorted(
        (one for one in _told(person, today) if now - _TOLD_OF < one.at < now),
        key=lambda one: (one.at, one.key),
    )
    notices: list[Document] = []
    unread = 0
    for one in told:
        at = max(one.at, notices[-1]["at"] + STEP) if notices else one.at
        is_read = now - at > _UNREAD
        unread += not is_read
        notices.append(
            encode_notice(
                drawn_id("ntc", f"{one.object_id}/{one.kind}"),
                holder_id,
                one.kind,
                one.object_id,
                one.key,
                due_on=None if one.due_on is None else one.due_on.isoformat(),
                threshold_days=one.threshold,
                at=at,
            )
            # Nobody's device is told of what is made up.
            | {"awaits_dispatch": False, "read_at": at + ONE_DAY if is_read else None}
        )
    if not notices:
        return [], []
    last_at = notices[-1]["at"]
    return notices, [{"_id": holder_id, "revision": 1, "last_at": last_at, "unread": unread}]


def _told(person: Person, today: date) -> Iterator[_Told]:
    for permit in person.permits:
        yield _news(permit.issued_at, NoticeKind.PERMIT_ISSUED, permit.permit_id)
        for at, event, _ in permit.history:
            if event is PermitEvent.CANCELLED:
                yield _news(at, NoticeKind.PERMIT_CANCELLED, permit.permit_id)
        if permit.state is PermitState.ISSUED:
            yield from _reminder(permit.permit_id, printed_day(permit.valid_until), today)
    for card in person.cards:
        if card.kind is CardKind.ELECTRONIC:
            yield _news(card.issued_at, NoticeKind.CARD_ISSUED, card.card_id)
    for residence in person.residence_permits:
        kind = NoticeKind.RECORD_UPDATED
        yield _news(residence.updated_at, kind, residence.residence_permit_id)
    for task in task_documents(person):
        is_own = task["responsible"]["kind"] == ResponsibleParty.HOLDER
        if is_own and task["state"] == TaskState.OPEN:
            yield _news(task["opened_at"], NoticeKind.TASK_OPENED, task["_id"])


def _news(at: datetime, kind: NoticeKind, object_id: str) -> _Told:
    return _Told(at, kind, object_id, f"{object_id}/{kind}")


def _reminder(permit_id: str, last_day: date, today: date) -> Iterator[_Told]:
    """The last one that was due before today, under the key by which it is not sent again."""
    kind = NoticeKind.PERMIT_EXPIRING
    days_left = (last_day - today).days
    due = [one for one in reminder_policy_on(today).thresholds[kind] if one > days_left >= 0]
    if due:
        threshold = min(due)
        at = office_hour(last_day - threshold * ONE_DAY, 1)
        key = f"{permit_id}/{threshold}/{last_day.isoformat()}"
        yield _Told(at, kind, permit_id, key, last_day, threshold)
