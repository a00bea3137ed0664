"""A draft as it is stored, and until when."""

from __future__ import annotations

from datetime import datetime, timedelta

from auth.mongo import Document
from resolvers.applications.parties import filer_of
from resolvers.applications.steps import actor_of, step_document
from resolvers.gateway import Ask
from resolvers.policy.papers import RETENTION_DAYS
from resolvers.rules.permit_status import ends_at, shanghai_day
from resolvers.rules.state_machine import Party
from resolvers.vocabulary import ApplicationState


def draft_document(application_id: str, ask: Ask, stated: Document, now: datetime) -> Document:
    """`stated` is whose, where and what, as drafting resolved it."""
    step = step_document(now, "CREATE", Party.FILER, actor_of(ask), ApplicationState.DRAFT)
    return {
        "_id": application_id,
        "revision": 1,
        "state": str(ApplicationState.DRAFT),
        **stated,
        "filed_by": filer_of(ask),
        "authority": f"foreign-experts-{stated['city']}",
        "result_permit_id": None,
        "confirmed_at": None,
        "filed_at": None,
        "is_late": False,
        "promise": None,
        "returned_at": None,
        "lapses_at": draft_lapses_at(now),
        "gaps": [],
        "checkers": [],
        "reviewer": None,
        "originals_seen_at": None,
        "assessment": None,
        "decision": None,
        "steps": [step],
        "created_at": now,
        "updated_at": now,
    }


def draft_lapses_at(now: datetime) -> datetime:
    """What nobody goes on with is not kept."""
    return ends_at(shanghai_day(now) + timedelta(days=RETENTION_DAYS[ApplicationState.DRAFT]))
