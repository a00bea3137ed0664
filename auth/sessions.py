"""Sessions in MongoDB: opening, rotating, ending and listing token families.

                     rotate, present generation (one atomic write)
                                  ┌────┐
    open ──► LIVE, generation 0 ──┴────┴─► ENDED: log out, end by the holder, replay
                  │   rotate, previous generation within 20 s: the same successor again
                  │   rotate, previous generation later, or any older one: a replay, ends it
                  └─► EXPIRED: 7 days unused, or 30 days old

Ending a session writes the session and its revocation in one transaction, so the feed
(`auth/revocation.py`) tells every process.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from pymongo import ReturnDocument

from auth.keys import KeySet, Purpose
from auth.mongo import (
    LINEARIZABLE,
    Collection,
    Database,
    Document,
    Transaction,
    in_transaction,
)
from auth.refresh_tokens import RefreshClaim, parse_refresh, refresh_hash, refresh_token
from auth.revocation_documents import RevocationStore
from auth.session_documents import (
    IDLE_LIFETIME,
    NAME,
    EndReason,
    NewSession,
    Session,
    decode_session,
    encode_session,
    live_at,
)
from auth.session_rotation import RefreshRefusal, RefreshRefused, Rotated, judge_token
from auth.tokens import ACCESS_TOKEN_LIFETIME

MAX_PAGE: Final = 100
MAX_ENDED_AT_ONCE: Final = 500
"""Sessions ended by one transaction; ending all of a holder's may take several."""
REREAD_LIFETIME_MS: Final = 3_000
MAX_ATTEMPTS: Final = 3


class EndOutcome(StrEnum):
    ENDED = "ENDED"
    ENDED_BEFORE = "ENDED_BEFORE"
    NOT_FOUND = "NOT_FOUND"
    """No such session, or not this holder's: the same to the caller."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Sessions of one holder that one transaction ends."""

    holder_id: str
    session_ids: tuple[str, ...]
    reason: EndReason


Audit = Callable[[Ended, Transaction], Awaitable[None]]
"""Writes the audit line of an ending, in its transaction; may be called again on a conflict."""
OnRevoked = Callable[[Sequence[str]], None]


class SessionStore:
    """`on_revoked` hears of sessions that this process has ended, once that is committed: give it
    `RevocationFeed.remember`."""

    def __init__(self, database: Database, key_set: KeySet, *, on_revoked: OnRevoked) -> None:
        self._database = database
        self._sessions: Collection = database[NAME]
        self._key_set = key_set
        self._revocations = RevocationStore(database)
        self._on_revoked = on_revoked

    async def open(self, new: NewSession, now: datetime, transaction: Transaction) -> Session:
        """The session of this login flow: a new one, or the one that it has already.

        Parallel transactions of one flow conflict and are run again by `in_transaction`. Whether
        an existing one may still be answered says `may_answer_opening`.
        """
        existing = await self.find_by_flow(new.flow_id, transaction)
        if existing is not None:
            return existing
        version = self._key_set.current(Purpose.REFRESH).version
        first = refresh_token(self._key_set, new.session_id, 0, version)
        opened = encode_session(
            new, refresh_key_version=version, token_hash=refresh_hash(first), now=now
        )
        await self._sessions.insert_one(opened, session=transaction)
        return decode_session(opened)

    async def find_by_flow(
        self, flow_id: str, transaction: Transaction | None = None
    ) -> Session | None:
        found = await self._sessions.find_one({"flow_id": flow_id}, session=transaction)
        return None if found is None else decode_session(found)

    async def rotate(
        self, token: str, now: datetime, audit: Audit | None = None
    ) -> Rotated | RefreshRefused:
        """Exchange a refresh token for its successor, or find out that it was replayed, which
        ends the session (then `audit` is called). No answer depends on which of several parallel
        calls came first."""
        claim = parse_refresh(self._key_set, token)
        if claim is None:
            return RefreshRefused(RefreshRefusal.INVALID)
        for _ in range(MAX_ATTEMPTS):
            answer = await self._try_rotate(claim, refresh_hash(token), now)
            match answer:
                case Rotated():
                    return answer
                case RefreshRefused(RefreshRefusal.REPLAYED, Session() as session):
                    await self.revoke(
                        session.session_id,
                        session.holder_id,
                        EndReason.REFRESH_REPLAYED,
                        now,
                        audit,
                    )
                    return answer
                case RefreshRefused():
                    return answer
                case None:
                    continue
        raise RuntimeError("a session kept changing under its rotation")

    async def _try_rotate(
        self, claim: RefreshClaim, token_hash: bytes, now: datetime
    ) -> Rotated | RefreshRefused | None:
        rotated = await self._rotate_present(claim, token_hash, now)
        if rotated is not None:
            return Rotated(rotated, rotated.generation, rotated.rotated_at)
        # What another call has just written may not be with the majority yet. Linearizable waits
        # until it is, so that no answer stands on a write that could still be lost.
        stored = await self._sessions.with_options(read_concern=LINEARIZABLE).find_one(
            {"_id": claim.family_id}, max_time_ms=REREAD_LIFETIME_MS
        )
        if stored is None:
            return RefreshRefused(RefreshRefusal.INVALID)
        return judge_token(decode_session(stored), claim, now)

    async def _rotate_present(
        self, claim: RefreshClaim, token_hash: bytes, now: datetime
    ) -> Session | None:
        """The one write: it succeeds for a single caller per generation."""
        successor = refresh_token(
            self._key_set, claim.family_id, claim.generation + 1, claim.version
        )
        rotated: Document | None = await self._sessions.find_one_and_update(
            {
                "_id": claim.family_id,
                "generation": claim.generation,
                "token_hash": token_hash,
                **live_at(now),
            },
            [
                {
                    "$set": {
                        "generation": claim.generation + 1,
                        "token_hash": refresh_hash(successor),
                        "rotated_at": now,
                        "last_used_at": now,
                        "idle_expires_at": {"$min": ["$expires_at", now + IDLE_LIFETIME]},
                    }
                }
            ],
            return_document=ReturnDocument.AFTER,
        )
        return None if rotated is None else decode_session(rotated)

    async def revoke(
        self,
        session_id: str,
        holder_id: str,
        reason: EndReason,
        now: datetime,
        audit: Audit | None = None,
    ) -> EndOutcome:
        """End one session of this holder. Of parallel calls one ends it, and calls `audit`."""
        own: Document = {"_id": session_id, "holder_id": holder_id}
        if await self._end(holder_id, {"_id": session_id}, 1, reason, now, audit):
            return EndOutcome.ENDED
        known = await self._sessions.find_one(own, {"_id": 1})
        return EndOutcome.NOT_FOUND if known is None else EndOutcome.ENDED_BEFORE

    async def revoke_all(
        self, holder_id: str, reason: EndReason, now: datetime, audit: Audit | None = None
    ) -> int:
        """End every session of the holder that is not ended; how many that were."""
        ended = 0
        while count := await self._end(holder_id, {}, MAX_ENDED_AT_ONCE, reason, now, audit):
            ended += count
        return ended

    async def _end(
        self,
        holder_id: str,
        wanted: Document,
        limit: int,
        reason: EndReason,
        now: datetime,
        audit: Audit | None,
    ) -> int:
        """End at most `limit` of the holder's wanted sessions, in one transaction."""

        async def work(transaction: Transaction) -> tuple[str, ...]:
            cursor = self._sessions.find(
                {"holder_id": holder_id, "ended_at": None, **wanted},
                {"_id": 1},
                limit=limit,
                batch_size=limit,
                session=transaction,
            )
            session_ids = tuple(found["_id"] for found in await cursor.to_list(limit))
            if session_ids:
                await self._sessions.update_many(
                    {"_id": {"$in": session_ids}},
                    {"$set": {"ended_at": now, "end_reason": str(reason)}},
                    session=transaction,
                )
                await self._revocations.record(session_ids, transaction)
                if audit is not None:
                    await audit(Ended(holder_id, session_ids, reason), transaction)
            return session_ids

        session_ids = await in_transaction(self._database, work)
        if session_ids:
            self._on_revoked(session_ids)
        return len(session_ids)

    async def load_token_ends(
        self, session_ids: Sequence[str], now: datetime
    ) -> Mapping[str, datetime]:
        """By session that is live, when the newest access token that it got is over: those of its
        last rotation, or of a step-up since then."""
        found = self._sessions.find(
            {"_id": {"$in": list(session_ids)}, **live_at(now)},
            {"rotated_at": 1, "authenticated_at": 1},
            batch_size=len(session_ids) + 1,
            max_time_ms=REREAD_LIFETIME_MS,
        )
        return {
            one["_id"]: max(one["rotated_at"], one["authenticated_at"]) + ACCESS_TOKEN_LIFETIME
            async for one in found
        }

    async def renew_proof(
        self,
        session_id: str,
        holder_id: str,
        authenticated_at: datetime,
        acr: str,
        amr: Sequence[str],
        now: datetime,
        transaction: Transaction | None = None,
    ) -> Session | None:
        """After a step-up: the later of both proofs counts. None when the session is not live."""
        renewed: Document | None = await self._sessions.find_one_and_update(
            {"_id": session_id, "holder_id": holder_id, **live_at(now)},
            # The level is that of the proof whose instant it is: a later, milder one is milder.
            [
                {
                    "$set": {
                        "authenticated_at": {"$max": ["$authenticated_at", authenticated_at]},
                        "acr": {
                            "$cond": [
                                {"$gte": [authenticated_at, "$authenticated_at"]},
                                {"$literal": acr},
                                "$acr",
                            ]
                        },
                        "amr": {"$literal": list(amr)},
                    }
                }
            ],
            return_document=ReturnDocument.AFTER,
            session=transaction,
        )
        return None if renewed is None else decode_session(renewed)
