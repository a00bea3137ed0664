"""Answers written by hand from what one aggregation read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bench.peers import facts
from resolvers.rules.card_rules import state_of
from resolvers.rules.permit_status import days_left
from resolvers.vocabulary import PermitStatus

Row = Mapping[str, Any]
SHOWN = 5


def home_answer(holder: Row, now: datetime) -> dict[str, Any]:
    permits, cards = holder["permits"], holder["cards"]
    names = {one["_id"]: one["name"]["en"] for one in holder["employers"]}
    by_id = {one["_id"]: one for one in permits}
    absence = facts.absence_of(permits, cards, now)
    shown = [
        {"node": _permit(one, now) | {"employer": {"name": names[one["employer_id"]]}}}
        for one in permits[:SHOWN]
    ]
    return {
        "me": {
            "fullName": {"masked": holder["full_name"]["masked"]},
            "permits": {"edges": shown},
            "cards": {
                "edges": [{"node": _card(one, by_id, now)} for one in cards[:SHOWN]],
                "electronicAbsence": (
                    None
                    if absence is None
                    else {"code": absence.value, "message": facts.absence_message(absence)}
                ),
            },
        }
    }


def _permit(permit: Row, now: datetime) -> dict[str, Any]:
    status = facts.status_of(permit, now)
    active = status is PermitStatus.ACTIVE
    return {
        "number": {"masked": permit["number"]["masked"]},
        "category": permit["category"],
        "status": status.value,
        "daysLeft": days_left(permit["valid_until"], now) if active else None,
        "validUntil": facts.last_day_of(permit),
    }


def _card(card: Row, permits: Mapping[str, Row], now: datetime) -> dict[str, Any]:
    permit = permits.get(card["permit_id"])
    return {
        "kind": card["kind"],
        "status": state_of(card, now).value,
        "permit": None if permit is None else {"number": {"masked": permit["number"]["masked"]}},
        "nextActions": [{"label": label} for label in facts.actions_of(card, now)],
    }


def list_answer(employer: Row, first: int, now: datetime) -> dict[str, Any]:
    page = _Page(employer, now)
    return {"employer": {"permits": page.of(employer["permits"], first)}}


def list500_answer(employer: Row, first: int, pages: int, now: datetime) -> dict[str, Any]:
    page, permits = _Page(employer, now), employer["permits"]
    last = len(permits) - 1
    starts = [0, *(min(number * first, last + 1) for number in range(1, pages))]
    return {
        "employer": {
            f"page{number}": page.of(permits[start : start + first + 1], first)
            for number, start in enumerate(starts, 1)
        }
    }


class _Page:
    def __init__(self, employer: Row, now: datetime) -> None:
        self._name = employer["name"]["en"]
        self._holders = {one["_id"]: one for one in employer["holders"]}
        self._employments = {one["_id"]: one for one in employer["employments"]}
        self._now = now

    def of(self, permits: Sequence[Row], first: int) -> dict[str, Any]:
        shown = permits[:first]
        return {
            "edges": [{"node": self._node(one)} for one in shown],
            "pageInfo": {
                "hasNextPage": len(permits) > first,
                "endCursor": facts.permit_cursor(shown[-1]) if shown else None,
            },
        }

    def _node(self, permit: Row) -> dict[str, Any]:
        employment, holder = (
            self._employments[permit["employment_id"]],
            self._holders[permit["holder_id"]],
        )
        name = facts.name_as_sponsor_sees(holder, employment, self._now)
        return {
            "id": permit["_id"],
            **_permit(facts.as_sponsor_sees(permit), self._now),
            "holder": {"fullName": {"masked": name}},
            "employer": {"name": self._name},
        }


def inbox_answer(holder: Row, first: int, now: datetime) -> dict[str, Any]:
    told, shown = holder["notices"], holder["notices"][:first]
    return {
        "me": {
            "notices": {
                "unreadCount": sum(one["unread"] for one in holder["inbox"]),
                "edges": [{"node": _notice(one, now)} for one in shown],
                "pageInfo": {
                    "hasNextPage": len(told) > first,
                    "endCursor": facts.notice_cursor(shown[-1]) if shown else None,
                },
            }
        }
    }


def _notice(notice: Row, now: datetime) -> dict[str, Any]:
    texts = facts.texts_of(notice, now)
    return {
        "id": notice["_id"],
        "kind": notice["kind"],
        "title": texts.title.en,
        "text": texts.text.en,
        "createdAt": facts.instant(notice["at"]),
        "readAt": facts.instant(notice["read_at"]),
        "daysLeft": facts.days_to(notice, now),
        "about": {"kind": facts.subject(notice), "id": notice["object_id"]},
    }
