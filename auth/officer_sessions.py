"""Sessions of officers: one for each login, eight hours at most.

                 renew, with an access token that is still good
                     ┌────┐
    open ──► LIVE ───┴────┴──► ENDED: logged out, account disabled or reset
              └─► EXPIRED: 8 hours after the login, whatever is done

There is no refresh token: an access token lives five minutes, so a desk that nobody works at is
logged out after five (Level-3 systems: session timeout, FACTS.md "Privacy law"). Ending writes a
revocation in the same transaction, so the feed stops the session everywhere within a second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from pymongo import ReturnDocument

from auth.bson_schema import INSTANT, document, identifier, one_of, optional
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction
from auth.revocation_documents import RevocationStore

NAME: Final = "officer_sessions"
SESSION_LIFETIME: Final = timedelta(hours=8)
KEPT_LIFETIME: Final = timedelta(days=90)
MAX_LIVE: Final = 1_000
"""More cannot be: each login burns the code of a step of 30 seconds, 960 of them in 8 hours."""


class OfficerEndReason(StrEnum):
    LOGGED_OUT = "LOGGED_OUT"
    DISABLED = "DISABLED"
    RESET = "RESET"


SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="administrators",
    validator=document(
        {
            "_id": identifier("ses"),
            "officer_id": identifier("ofc"),
            "created_at": INSTANT,
            "authenticated_at": INSTANT,
            "last_used_at": INSTANT,
            "expires_at": INSTANT,
            "ended_at": optional(INSTANT),
            "end_reason": optional(one_of(OfficerEndReason)),
        }
    ),
    indexes=(
        Index(
            "officer_live",
            (("officer_id", 1), ("ended_at", 1), ("expires_at", -1)),
            serves="ending all sessions of an officer",
        ),
        Index(
            "expiry",
            (("expires_at", 1),),
            serves="forgetting sessions that are long over",
            expire_after=KEPT_LIFETIME,
        ),
    ),
)

OnRevoked = Callable[[Sequence[str]], None]


@dataclass(frozen=True, slots=True)
class OfficerSession:
    session_id: str
    officer_id: str
    authenticated_at: datetime
    expires_at: datetime


class OfficerSessionStore:
    """`on_revoked` hears of sessions that this process has ended, once that is committed."""

    def __init__(self, database: Database, *, on_revoked: OnRevoked) -> None:
        self._sessions: Collection = database[NAME]
        self._revocations = RevocationStore(database)
        self.tell_ended = on_revoked

    async def open(
        self, session_id: str, officer_id: str, now: datetime, transaction: Transaction
    ) -> OfficerSession:
        # As MongoDB keeps it: a renewal answers from what is stored.
        created_at = now.replace(microsecond=now.microsecond // 1000 * 1000)
        opened = {
            "_id": session_id,
            "officer_id": officer_id,
            "created_at": created_at,
            "authenticated_at": created_at,
            "last_used_at": created_at,
            "expires_at": created_at + SESSION_LIFETIME,
            "ended_at": None,
            "end_reason": None,
        }
        await self._sessions.insert_one(opened, session=transaction)
        return _decode(opened)

    async def renew(self, session_id: str, officer_id: str, now: datetime) -> OfficerSession | None:
        """The session, noted as used; None when it is not live."""
        renewed: Document | None = await self._sessions.find_one_and_update(
            {"_id": session_id, "officer_id": officer_id, **_live_at(now)},
            {"$max": {"last_used_at": now}},
            return_document=ReturnDocument.AFTER,
        )
        return None if renewed is None else _decode(renewed)

    async def end(
        self,
        officer_id: str,
        reason: OfficerEndReason,
        now: datetime,
        transaction: Transaction,
        *,
        session_id: str | None = None,
    ) -> tuple[str, ...]:
        """End this live session of the officer, or all of them; which that were. After the commit
        give them to `tell_ended`."""
        wanted: Document = {"officer_id": officer_id, **_live_at(now)}
        if session_id is not None:
            wanted["_id"] = session_id
        cursor = self._sessions.find(
            wanted, {"_id": 1}, limit=MAX_LIVE, batch_size=MAX_LIVE, session=transaction
        )
        ended = tuple(found["_id"] for found in await cursor.to_list(MAX_LIVE))
        if ended:
            await self._sessions.update_many(
                {"_id": {"$in": ended}},
                {"$set": {"ended_at": now, "end_reason": str(reason)}},
                session=transaction,
            )
            await self._revocations.record(ended, transaction)
        return ended


def _live_at(now: datetime) -> Document:
    return {"ended_at": None, "expires_at": {"$gt": now}}


def _decode(stored: Mapping[str, Any]) -> OfficerSession:
    return OfficerSession(
        session_id=stored["_id"],
        officer_id=stored["officer_id"],
        authenticated_at=stored["authenticated_at"],
        expires_at=stored["expires_at"],
    )
