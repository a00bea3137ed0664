"""Of which events a holder is told, as what. Data.

Not every event is news. Nobody is told what he just did himself, unless it concerns the safety of
his cards; nor of steps inside an authority, of the consequences of what he is told, or of what an
authority says again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auth.principal import PrincipalKind
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.store.outgoing_events import EventDetail, EventKind

_E, _N = EventKind, NoticeKind


@dataclass(frozen=True)
class Telling:
    """`own_too`: also of what the holder did."""

    kind: NoticeKind
    own_too: bool = False


TELLINGS: Mapping[tuple[EventKind, EventDetail | None], Telling] = {
    (_E.APPLICATION_SUBMITTED, None): Telling(_N.APPLICATION_SUBMITTED),
    (_E.APPLICATION_RETURNED, None): Telling(_N.APPLICATION_RETURNED),
    (_E.APPLICATION_ACCEPTED, None): Telling(_N.APPLICATION_ACCEPTED),
    (_E.APPLICATION_APPROVED, None): Telling(_N.APPLICATION_APPROVED),
    (_E.APPLICATION_REJECTED, None): Telling(_N.APPLICATION_REJECTED),
    (_E.APPLICATION_WITHDRAWN, None): Telling(_N.APPLICATION_WITHDRAWN),
    (_E.APPLICATION_LAPSED, None): Telling(_N.APPLICATION_LAPSED),
    (_E.PERMIT_ISSUED, None): Telling(_N.PERMIT_ISSUED),
    (_E.PERMIT_CANCELLED, None): Telling(_N.PERMIT_CANCELLED),
    (_E.CARD_ISSUED, None): Telling(_N.CARD_ISSUED, own_too=True),
    (_E.CARD_CHANGED, None): Telling(_N.CARD_CHANGED, own_too=True),
    (_E.CARD_ORDER_CHANGED, EventDetail.PHOTO_REFUSED): Telling(_N.CARD_ORDER_CHANGED),
    (_E.CARD_ORDER_CHANGED, EventDetail.READY): Telling(_N.CARD_ORDER_CHANGED),
    (_E.CARD_ORDER_CHANGED, EventDetail.SENT): Telling(_N.CARD_ORDER_CHANGED),
    (_E.CARD_ORDER_CHANGED, EventDetail.CANCELLED): Telling(_N.CARD_ORDER_CHANGED),
    (_E.RECORD_IMPORTED, None): Telling(_N.RECORD_UPDATED),
    (_E.CONTEST_TAKEN, None): Telling(_N.CONTEST_TAKEN),
    (_E.CONTEST_DECIDED, None): Telling(_N.CONTEST_DECIDED),
    (_E.TASK_OPENED, None): Telling(_N.TASK_OPENED),
    (_E.LETTER_ISSUED, None): Telling(_N.LETTER_ISSUED),
    (_E.GRANT_ASKED, None): Telling(_N.GRANT_ASKED),
    (_E.DEVICE_KEY_REGISTERED, None): Telling(_N.DEVICE_KEY_REGISTERED, own_too=True),
}

ASKING = frozenset(
    {_E.APPLICATION_DRAFTED, _E.APPLICATION_UPDATED, _E.PAPER_STORED, _E.PAPER_DELETED}
)
"""After these an application may wait for the holder's confirmation: its draft began, or what was
confirmed is another now."""

UNSETTLING = frozenset(
    {
        _E.APPLICATION_UPDATED,
        _E.APPLICATION_CONFIRMED,
        _E.APPLICATION_SUBMITTED,
        _E.APPLICATION_APPROVED,
        _E.APPLICATION_REJECTED,
        _E.APPLICATION_WITHDRAWN,
        _E.APPLICATION_LAPSED,
        _E.PERMIT_ISSUED,
        _E.PERMIT_SUPERSEDED,
        _E.PERMIT_CANCELLED,
        _E.RECORD_IMPORTED,
        _E.TASK_DONE,
    }
)
"""After these something that the holder was told may hold no longer."""


def told_kind(event: Mapping[str, Any]) -> NoticeKind | None:
    """Of an event as it is stored. None: not news."""
    kind, detail = EventKind(event["kind"]), event["detail"]
    telling = TELLINGS.get((kind, None if detail is None else EventDetail(detail)))
    if telling is None:
        return None
    if event["by"] == PrincipalKind.HOLDER and not telling.own_too:
        return None
    if kind is EventKind.TASK_OPENED and event["employer_id"] is not None:
        return None  # the employer's to do
    return telling.kind


def application_to_confirm(event: Mapping[str, Any]) -> str | None:
    """Which application may wait for a confirmation after it."""
    kind = EventKind(event["kind"])
    if kind not in ASKING:
        return None
    is_of_paper = kind in (EventKind.PAPER_STORED, EventKind.PAPER_DELETED)
    application_id: str = event["related"][0] if is_of_paper else event["object_id"]
    return application_id
