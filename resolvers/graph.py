"""How collections relate: the one declaration from which every read's pipeline is compiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from auth import audit, officers, session_documents, throttle
from resolvers import live_rows as rows
from resolvers.rules.card_machines import OPEN_ORDERS
from resolvers.store import (
    applications,
    calendar_feeds,
    card_orders,
    cards,
    contests,
    deliveries,
    device_keys,
    employers,
    employments,
    exports,
    grants,
    holder_keys,
    holders,
    identity_documents,
    inboxes,
    insurance_enrolments,
    letters,
    notices,
    papers,
    permits,
    push_endpoints,
    residence_permits,
    share_codes,
    tasks,
    webhook_deliveries,
    webhook_secrets,
    webhooks,
)
from resolvers.vocabulary import PermitState


@dataclass(frozen=True)
class Relation:
    """Documents of `collection` whose `foreign` field equals our `local` one.

    `order` is the instant of a list, newest first (`ascending`: earliest first), ties broken by
    ascending id; None leads to one document. `newest_only` keeps the first of the list; `live_at`
    makes the filter of rows that count at an instant, where others are kept for the record.
    `same_holder` leads to documents of our own holder only, whatever the reference says; `lower` to
    those whose value of that field is lower than ours; `only_in` anywhere only while our own state
    is one of these.
    """

    collection: str
    local: str
    foreign: str
    order: str | None = None
    newest_only: bool = False
    live_at: Callable[[datetime], Mapping[str, Any]] | None = None
    same_holder: bool = False
    ascending: bool = False
    lower: str | None = None
    only_in: tuple[StrEnum, ...] = ()


def _of_holder(collection: str, order: str, *, newest_only: bool = False) -> Relation:
    return Relation(collection, "_id", "holder_id", order, newest_only)


def _dated(collection: str, standing: Mapping[str, Any]) -> Relation:
    """Papers that stand and have a last day, not long past."""

    def live_at(now: datetime) -> Mapping[str, Any]:
        return {**standing, "valid_until": {"$gt": now - PAST_DAYS_KEPT}}

    return Relation(collection, "holder_id", "holder_id", "valid_from", live_at=live_at)


STANDING_PERMITS = [str(PermitState.ISSUED), str(PermitState.AWAITING_ORIGINALS)]
PAST_DAYS_KEPT = timedelta(days=60)
"""How long a calendar still shows a day that is over."""
_EMPLOYER = Relation(employers.NAME, "employer_id", "_id")
_TASKS = Relation(tasks.NAME, "_id", "responsible.subject", "opened_at")

RELATIONS: Mapping[str, Mapping[str, Relation]] = {
    holders.NAME: {
        "key": Relation(holder_keys.NAME, "_id", "_id"),
        "permits": _of_holder(permits.NAME, "valid_from"),
        "cards": _of_holder(cards.NAME, "issued_at"),
        "identity_documents": _of_holder(identity_documents.NAME, "valid_from"),
        "current_identity_document": Relation(
            identity_documents.NAME,
            "_id",
            "holder_id",
            "valid_from",
            newest_only=True,
            live_at=rows.current,
        ),
        "residence_permit": _of_holder(residence_permits.NAME, "valid_from", newest_only=True),
        "sessions": Relation(
            session_documents.NAME,
            "_id",
            "holder_id",
            "created_at",
            live_at=session_documents.live_at,
        ),
        "insurance": _of_holder(insurance_enrolments.NAME, "started_at", newest_only=True),
        "tasks": _TASKS,
        "applications": _of_holder(applications.NAME, "created_at"),
        "application": Relation(applications.NAME, "_id", "holder_id"),
        "card": Relation(cards.NAME, "_id", "holder_id"),
        "card_orders": _of_holder(card_orders.NAME, "ordered_at"),
        "card_order": Relation(card_orders.NAME, "_id", "holder_id"),
        "notices": Relation(notices.NAME, "_id", "holder_id", "at", live_at=rows.standing),
        "notice": Relation(notices.NAME, "_id", "holder_id", live_at=rows.standing),
        "inbox": Relation(inboxes.NAME, "_id", "_id"),
        "push_endpoints": _of_holder(push_endpoints.NAME, "registered_at"),
        "push_endpoint": Relation(push_endpoints.NAME, "_id", "holder_id"),
        "calendar_feed": Relation(calendar_feeds.NAME, "_id", "holder_id"),
        "share_codes": _of_holder(share_codes.NAME, "made_at"),
        "share_code": Relation(share_codes.NAME, "_id", "holder_id"),
        "device_keys": _of_holder(device_keys.NAME, "registered_at"),
        "device_key": Relation(device_keys.NAME, "_id", "holder_id"),
        "letters": _of_holder(letters.NAME, "issued_at"),
        "contests": _of_holder(contests.NAME, "opened_at"),
        "contest": Relation(contests.NAME, "_id", "holder_id"),
        "letter": Relation(letters.NAME, "_id", "holder_id"),
        "grants": _of_holder(grants.NAME, "asked_at"),
        "grant": Relation(grants.NAME, "_id", "holder_id"),
        "accesses": Relation(audit.NAME, "_id", "people", "at"),
    },
    employers.NAME: {
        "tasks": _TASKS,
        "public": Relation(employers.NAME, "_id", "_id"),
        "permits": Relation(
            permits.NAME, "_id", "employer_id", "shown.listed_from", live_at=rows.of_an_employment
        ),
        "employees": Relation(employments.NAME, "_id", "employer_id", "started_at"),
        "applications": Relation(
            applications.NAME,
            "_id",
            "employer_id",
            "created_at",
            live_at=rows.filed_by_employer,
        ),
        "application": Relation(
            applications.NAME, "_id", "employer_id", live_at=rows.filed_by_employer
        ),
        "letters": Relation(
            letters.NAME, "_id", "employer_id", "issued_at", live_at=rows.of_an_employer
        ),
        "letter": Relation(letters.NAME, "_id", "employer_id"),
        "export": Relation(exports.NAME, "_id", "employer_id"),
        "grants": Relation(grants.NAME, "_id", "employer_id", "asked_at"),
        "grant": Relation(grants.NAME, "_id", "employer_id"),
        "webhooks": Relation(webhooks.NAME, "_id", "employer_id", "created_at"),
        "webhook": Relation(webhooks.NAME, "_id", "employer_id"),
    },
    webhooks.NAME: {
        "secrets": Relation(webhook_secrets.NAME, "_id", "webhook_id", "created_at"),
        "webhook_deliveries": Relation(webhook_deliveries.NAME, "_id", "webhook_id", "created_at"),
    },
    officers.NAME: {
        "work_list": Relation(
            applications.NAME,
            "authority",
            "authority",
            "promise.due_at",
            ascending=True,
            live_at=rows.promised,
        ),
        "application": Relation(applications.NAME, "authority", "authority", live_at=rows.filed),
        "counter_queue": Relation(
            card_orders.NAME,
            "authority",
            "authority",
            "promised_at",
            ascending=True,
            live_at=rows.open_orders,
        ),
        "card_order": Relation(card_orders.NAME, "authority", "authority"),
        "contests": Relation(
            contests.NAME,
            "authority",
            "authority",
            "opened_at",
            ascending=True,
            live_at=rows.running_contests,
        ),
        "contest": Relation(contests.NAME, "authority", "authority"),
        "card": Relation(cards.NAME, "authority", "source.authority"),
        "orders_of_holder": Relation(card_orders.NAME, "authority", "authority", "ordered_at"),
        "cards_of_holder": Relation(cards.NAME, "authority", "source.authority", "issued_at"),
    },
    applications.NAME: {
        "key": Relation(holder_keys.NAME, "holder_id", "_id"),
        "holder": Relation(holders.NAME, "holder_id", "_id"),
        # The last; whose, an employer's read says.
        "sponsorship": Relation(
            employments.NAME, "holder_id", "holder_id", "ends_at", newest_only=True
        ),
        "employer": _EMPLOYER,
        "permit": Relation(permits.NAME, "permit_id", "_id", same_holder=True),
        "reviewer": Relation(officers.NAME, "reviewer", "_id"),
        "result_permit": Relation(permits.NAME, "result_permit_id", "_id", same_holder=True),
        "papers": Relation(
            papers.NAME,
            "_id",
            "application_id",
            "stored_at",
            ascending=True,
            live_at=rows.stored,
        ),
    },
    permits.NAME: {
        "key": Relation(holder_keys.NAME, "holder_id", "_id"),
        "sponsorship": Relation(employments.NAME, "employment_id", "_id", same_holder=True),
        "employer": _EMPLOYER,
        "holder": Relation(holders.NAME, "holder_id", "_id"),
        "running_contest": Relation(
            contests.NAME, "_id", "record.id", live_at=rows.running_contests
        ),
    },
    contests.NAME: {
        "key": Relation(holder_keys.NAME, "holder_id", "_id"),
    },
    cards.NAME: {
        "key": Relation(holder_keys.NAME, "holder_id", "_id"),
        "permit": Relation(permits.NAME, "permit_id", "_id", same_holder=True),
    },
    card_orders.NAME: {
        "key": Relation(holder_keys.NAME, "holder_id", "_id"),
        # Whose card was handed over or given up is none of the counter's business any more.
        "holder": Relation(holders.NAME, "holder_id", "_id", only_in=OPEN_ORDERS),
        "card": Relation(cards.NAME, "card_id", "_id", same_holder=True),
        "ahead": Relation(
            card_orders.NAME,
            "authority",
            "authority",
            "ordered_at",
            live_at=rows.waiting_tickets,
            lower="ticket",
        ),
    },
    employments.NAME: {
        "key": Relation(holder_keys.NAME, "holder_id", "_id"),
        "permit": Relation(permits.NAME, "permit.id", "_id", same_holder=True),
        "permits": Relation(
            permits.NAME, "_id", "employment_id", "shown.listed_from", same_holder=True
        ),
        "holder": Relation(holders.NAME, "holder_id", "_id"),
    },
    insurance_enrolments.NAME: {"employer": _EMPLOYER},
    grants.NAME: {
        "key": Relation(holder_keys.NAME, "holder_id", "_id"),
        "employer": _EMPLOYER,
        "employment": Relation(employments.NAME, "employment_id", "_id"),
    },
    audit.NAME: {
        "actor_employer": Relation(employers.NAME, "actor.subject", "_id"),
        "actor_officer": Relation(officers.NAME, "actor.subject", "_id"),
        "again": Relation(audit.NAME, "_id", "repeats", "at", live_at=rows.repeating),
    },
    push_endpoints.NAME: {
        "key": Relation(holder_keys.NAME, "holder_id", "_id"),
        "holder": Relation(holders.NAME, "holder_id", "_id"),
        "session": Relation(session_documents.NAME, "session_id", "_id"),
        "due": Relation(
            deliveries.NAME, "_id", "endpoint_id", "due_at", ascending=True, live_at=rows.due
        ),
    },
    share_codes.NAME: {
        "employer": _EMPLOYER,
        "attempts": Relation(throttle.NAME, "attempts_key", "_id"),
    },
    deliveries.NAME: {"notice": Relation(notices.NAME, "notice_id", "_id")},
    calendar_feeds.NAME: {
        "holder": Relation(holders.NAME, "holder_id", "_id"),
        "permits": _dated(permits.NAME, {"state": {"$in": STANDING_PERMITS}}),
        "residence_permit": Relation(
            residence_permits.NAME, "holder_id", "holder_id", "valid_from", newest_only=True
        ),
        "identity_documents": _dated(identity_documents.NAME, {"superseded_at": None}),
        "tasks": Relation(
            tasks.NAME,
            "holder_id",
            "responsible.subject",
            "opened_at",
            live_at=rows.open_tasks,
        ),
    },
}
