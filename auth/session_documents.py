"""Sessions: one document per refresh token family. It holds no token, only the current one's hash.

A session is live until it is ended (`ended_at`), unused for `IDLE_LIFETIME`, or as old as
`SESSION_LIFETIME`; nothing prolongs the last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from auth.bson_schema import (
    INSTANT,
    INTEGER,
    array,
    binary,
    document,
    identifier,
    one_of,
    optional,
    text,
)
from auth.collections import CollectionSpec, Index
from auth.mongo import Document
from auth.principal import Assurance

NAME: Final = "sessions"

SESSION_LIFETIME: Final = timedelta(days=30)
IDLE_LIFETIME: Final = timedelta(days=7)
KEPT_LIFETIME: Final = timedelta(days=90)
"""How long a session is kept past its absolute expiry, to tell what a replayed token belonged to
and from which device. The audit trail, which has no device, is kept on its own terms."""


class EndReason(StrEnum):
    LOGGED_OUT = "LOGGED_OUT"
    LOGGED_OUT_EVERYWHERE = "LOGGED_OUT_EVERYWHERE"
    ENDED_BY_HOLDER = "ENDED_BY_HOLDER"
    REFRESH_REPLAYED = "REFRESH_REPLAYED"


SPEC = CollectionSpec(
    name=NAME,
    version=2,
    audience="the holder, who may list and end them",
    validator=document(
        {
            "_id": identifier("ses"),
            "holder_id": identifier("hld"),
            "flow_id": identifier("flw"),
            "client_id": text(60),
            "device": document({"name": text(80), "platform": text(40)}),
            "created_at": INSTANT,
            "last_used_at": INSTANT,
            "authenticated_at": INSTANT,
            "acr": one_of([level.acr for level in Assurance]),
            "amr": array(text(20), maximum=10),
            "generation": INTEGER,
            "refresh_key_version": INTEGER,
            "token_hash": binary(),
            "rotated_at": INSTANT,
            "expires_at": INSTANT,
            "idle_expires_at": INSTANT,
            "ended_at": optional(INSTANT),
            "end_reason": optional(one_of(EndReason)),
        }
    ),
    indexes=(
        Index(
            "flow",
            (("flow_id", 1),),
            serves="one family per login flow, however parallel its completions are",
            unique=True,
        ),
        Index(
            "holder_live",
            (("holder_id", 1), ("ended_at", 1), ("created_at", -1), ("_id", 1)),
            serves="a holder's live sessions, newest first; ending all of them",
        ),
        Index(
            "refresh_key_version",
            (("refresh_key_version", 1), ("ended_at", 1)),
            serves="whether a refresh key may be retired",
        ),
        Index(
            "expiry",
            (("expires_at", 1),),
            serves="forgetting sessions that are long over",
            expire_after=KEPT_LIFETIME,
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class NewSession:
    """What a completed login flow brings. `device` has `name` and `platform`."""

    session_id: str
    holder_id: str
    flow_id: str
    client_id: str
    device: Mapping[str, str]
    authenticated_at: datetime
    acr: str
    amr: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Session:
    """A stored session, without its hash. `rotated_at` is when the present generation began."""

    session_id: str
    holder_id: str
    flow_id: str
    client_id: str
    device: Mapping[str, str]
    created_at: datetime
    last_used_at: datetime
    authenticated_at: datetime
    acr: str
    amr: tuple[str, ...]
    generation: int
    refresh_key_version: int
    rotated_at: datetime
    expires_at: datetime
    idle_expires_at: datetime
    ended_at: datetime | None
    end_reason: EndReason | None

    def is_expired(self, now: datetime) -> bool:
        """By age or by disuse, whichever came first (`idle_end` sees to it)."""
        return now >= self.idle_expires_at


def live_at(now: datetime) -> dict[str, Any]:
    """The filter that is true of the sessions which may still be used."""
    return {"ended_at": None, "idle_expires_at": {"$gt": now}}


def idle_end(created_at: datetime, used_at: datetime) -> datetime:
    """When a session used at that instant ends by disuse; never after its absolute expiry."""
    return min(used_at + IDLE_LIFETIME, created_at + SESSION_LIFETIME)


def encode_session(
    new: NewSession, *, refresh_key_version: int, token_hash: bytes, now: datetime
) -> Document:
    # As MongoDB keeps it: all answers are derived from what is stored.
    created_at = now.replace(microsecond=now.microsecond // 1000 * 1000)
    return {
        "_id": new.session_id,
        "holder_id": new.holder_id,
        "flow_id": new.flow_id,
        "client_id": new.client_id,
        "device": {"name": new.device["name"], "platform": new.device["platform"]},
        "created_at": created_at,
        "last_used_at": created_at,
        "authenticated_at": new.authenticated_at,
        "acr": new.acr,
        "amr": list(new.amr),
        "generation": 0,
        "refresh_key_version": refresh_key_version,
        "token_hash": token_hash,
        "rotated_at": created_at,
        "expires_at": created_at + SESSION_LIFETIME,
        "idle_expires_at": idle_end(created_at, created_at),
        "ended_at": None,
        "end_reason": None,
    }


def decode_session(stored: Mapping[str, Any]) -> Session:
    reason = stored["end_reason"]
    return Session(
        session_id=stored["_id"],
        holder_id=stored["holder_id"],
        flow_id=stored["flow_id"],
        client_id=stored["client_id"],
        device=dict(stored["device"]),
        created_at=stored["created_at"],
        last_used_at=stored["last_used_at"],
        authenticated_at=stored["authenticated_at"],
        acr=stored["acr"],
        amr=tuple(stored["amr"]),
        generation=stored["generation"],
        refresh_key_version=stored["refresh_key_version"],
        rotated_at=stored["rotated_at"],
        expires_at=stored["expires_at"],
        idle_expires_at=stored["idle_expires_at"],
        ended_at=stored["ended_at"],
        end_reason=None if reason is None else EndReason(reason),
    )
