"""What Python peers make of documents: the same rules as the gateway's, as plain functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from resolvers.policy.notice_texts import NoticeTexts, notice_texts
from resolvers.rules.card_rules import (
    ElectronicCardAbsence,
    electronic_card_absence,
    next_actions,
    state_of,
)
from resolvers.rules.notice_kinds import NoticeKind, subject_of
from resolvers.rules.permit_status import days_left, permit_status, printed_day, shanghai_day
from resolvers.selection import BadCursor, Cursor
from resolvers.vocabulary import CardKind, PermitState, PermitStatus
from schema.labels import ABSENCE_LABELS, CARD_ACTION_LABELS
from schema.scalars import written

Row = Mapping[str, Any]

PERMIT: Final = {
    "holder_id": 1,
    "employer_id": 1,
    "number.masked": 1,
    "category": 1,
    "state": 1,
    "form": 1,
    "valid_from": 1,
    "valid_until": 1,
}
SPONSORED: Final = {
    **dict.fromkeys(("holder_id", "employer_id", "number.masked", "employment_id"), 1),
    **{f"shown.{name}": 1 for name in ("state", "category", *("valid_from", "valid_until"))},
    "shown.listed_from": 1,
}
"""What an employer's list takes of a permit; its first day as issued is the order of the list."""
EMPLOYMENT: Final = {"ends_at": 1, "employer_id": 1, "holder_id": 1, "name.masked": 1}
LISTED: Final = {"shown.listed_from": {"$gt": datetime(1900, 1, 1, tzinfo=UTC)}}
CARD: Final = {
    "kind": 1,
    "state": 1,
    "released_at": 1,
    "activated_at": 1,
    "permit_id": 1,
    "issued_at": 1,
}
NOTICE: Final = {"kind": 1, "object_id": 1, "due_on": 1, "at": 1, "read_at": 1}


def as_sponsor_sees(permit: Row) -> Row:
    """What is kept of it for its employer: as it is, and once the employment is over, as it was."""
    return {**permit, **permit["shown"]}


def name_as_sponsor_sees(holder: Row, employment: Row, now: datetime) -> str:
    then: Row | None = employment.get("name") if now >= employment["ends_at"] else None
    masked: str = (then or holder["full_name"])["masked"]
    return masked


def status_of(permit: Row, now: datetime) -> PermitStatus:
    return permit_status(
        PermitState(permit["state"]), permit["valid_from"], permit["valid_until"], now
    )


def days_left_of(permit: Row, now: datetime) -> int | None:
    if status_of(permit, now) is not PermitStatus.ACTIVE:
        return None
    return days_left(permit["valid_until"], now)


def last_day_of(permit: Row) -> str:
    return printed_day(permit["valid_until"]).isoformat()


def actions_of(card: Row, now: datetime) -> list[str]:
    actions = next_actions(CardKind(card["kind"]), state_of(card, now))
    return [CARD_ACTION_LABELS[action].en for action in actions]


def absence_of(
    permits: Sequence[dict[str, Any]], cards: Sequence[dict[str, Any]], now: datetime
) -> ElectronicCardAbsence | None:
    return electronic_card_absence(permits, cards, now)


def absence_message(absence: ElectronicCardAbsence) -> str:
    return ABSENCE_LABELS[absence].en


def texts_of(notice: Row, now: datetime) -> NoticeTexts:
    due_on = due_of(notice)
    return notice_texts(NoticeKind(notice["kind"]), notice["object_id"], due_on, shanghai_day(now))


def due_of(notice: Row) -> date | None:
    return None if notice["due_on"] is None else date.fromisoformat(notice["due_on"])


def days_to(notice: Row, now: datetime) -> int | None:
    due_on = due_of(notice)
    return None if due_on is None else (due_on - shanghai_day(now)).days


def subject(notice: Row) -> str:
    return str(subject_of(notice["object_id"]))


def instant(at: datetime | None) -> str | None:
    return None if at is None else written(at)


def permit_cursor(permit: Row) -> str:
    """Of an employer's list; a holder's own is shown without cursors."""
    at = permit["shown"]["listed_from"] if "shown" in permit else permit["valid_from"]
    return Cursor("permits", at, permit["_id"]).encode()


def notice_cursor(notice: Row) -> str:
    return Cursor("notices", notice["at"], notice["_id"]).encode()


_ORDER: Final = "shown.listed_from"


def beyond(after: str | None) -> dict[str, Any]:
    """The filter of the permits behind a cursor. Raises ValueError for one of another list."""
    if after is None:
        return LISTED
    try:
        place = Cursor.decode(after, "permits")
    except BadCursor as bad:
        raise ValueError("bad cursor") from bad
    same = {_ORDER: place.at, "_id": {"$gt": place.document_id}}
    return {_ORDER: {"$lte": place.at}, "$or": [{_ORDER: {"$lt": place.at}}, same]}


def card_cursor(card: Row) -> str:
    return Cursor("cards", card["issued_at"], card["_id"]).encode()
