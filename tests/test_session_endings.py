"""Ending sessions: once, by their holder alone, with revocation and audit line together."""

from __future__ import annotations

import asyncio

import pytest

from auth import sessions
from auth.mongo import Database, Transaction
from auth.session_documents import EndReason
from auth.session_rotation import RefreshRefusal, RefreshRefused
from auth.sessions import Ended, EndOutcome, SessionStore
from tests.families import KEYS, NOW, SECOND, everything, new_store, open_session, token_of


async def test_a_session_is_ended_once_and_its_holder_alone_can_do_it(database: Database) -> None:
    store = await new_store(database)
    session, other = [await open_session(database, store) for _ in range(2)]
    before = await everything(database)
    by_other = await store.revoke(
        session.session_id, other.holder_id, EndReason.ENDED_BY_HOLDER, NOW
    )
    assert by_other is EndOutcome.NOT_FOUND
    assert await everything(database) == before
    own = (session.session_id, session.holder_id)
    assert await store.revoke(*own, EndReason.LOGGED_OUT, NOW) is EndOutcome.ENDED
    ended = await everything(database)
    later = NOW + SECOND
    assert await store.revoke(*own, EndReason.ENDED_BY_HOLDER, later) is EndOutcome.ENDED_BEFORE
    assert await everything(database) == ended
    answer = await store.rotate(token_of(session, 0), NOW)
    assert isinstance(answer, RefreshRefused)
    assert answer.code is RefreshRefusal.SESSION_ENDED
    still = await store.find_by_flow(other.flow_id)
    assert still == other


async def test_an_ending_whose_audit_line_fails_has_not_happened(database: Database) -> None:
    heard: list[str] = []
    await new_store(database)
    store = SessionStore(database, KEYS, on_revoked=heard.extend)
    session = await open_session(database, store)
    before = await everything(database)

    async def audit(ended: Ended, transaction: Transaction) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await store.revoke(session.session_id, session.holder_id, EndReason.LOGGED_OUT, NOW, audit)
    assert await everything(database) == before
    assert heard == []


async def test_this_process_hears_of_what_it_ended(database: Database) -> None:
    heard: list[str] = []
    await new_store(database)
    store = SessionStore(database, KEYS, on_revoked=heard.extend)
    session = await open_session(database, store)
    for _ in range(2):
        await store.revoke(session.session_id, session.holder_id, EndReason.LOGGED_OUT, NOW)
    assert heard == [session.session_id]


async def test_logging_out_everywhere_ends_all_of_the_holder_and_none_of_another(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MAX_ENDED_AT_ONCE", 2)
    store = await new_store(database)
    first = await open_session(database, store)
    own = [first] + [
        await open_session(database, store, holder_id=first.holder_id) for _ in range(4)
    ]
    other = await open_session(database, store)
    await store.revoke(first.session_id, first.holder_id, EndReason.LOGGED_OUT, NOW)
    audited: list[Ended] = []

    async def audit(ended: Ended, transaction: Transaction) -> None:
        audited.append(ended)

    reason = EndReason.LOGGED_OUT_EVERYWHERE
    assert await store.revoke_all(first.holder_id, reason, NOW + SECOND, audit) == 4
    assert [len(ended.session_ids) for ended in audited] == [2, 2]
    assert await store.revoke_all(first.holder_id, reason, NOW + SECOND, audit) == 0
    revoked = {found["_id"] async for found in database["revocations"].find()}
    assert revoked == {session.session_id for session in own}
    stored = {found["_id"]: found async for found in database["sessions"].find()}
    assert stored[first.session_id]["end_reason"] == EndReason.LOGGED_OUT
    assert {stored[session.session_id]["end_reason"] for session in own[1:]} == {reason}
    assert stored[other.session_id]["ended_at"] is None


async def test_a_refresh_that_races_with_logging_out_leaves_no_live_token(
    database: Database,
) -> None:
    store = await new_store(database)
    for _ in range(20):
        session = await open_session(database, store)
        barrier = asyncio.Barrier(6)

        async def refresh(token: str, barrier: asyncio.Barrier = barrier) -> None:
            await barrier.wait()
            await store.rotate(token, NOW)

        async def log_out(
            session_id: str, holder_id: str, barrier: asyncio.Barrier = barrier
        ) -> EndOutcome:
            await barrier.wait()
            return await store.revoke(session_id, holder_id, EndReason.LOGGED_OUT, NOW)

        outcomes = await asyncio.gather(
            *(log_out(session.session_id, session.holder_id) for _ in range(2)),
            *(refresh(token_of(session, 0)) for _ in range(4)),
        )
        assert sorted(filter(None, outcomes)) == [EndOutcome.ENDED, EndOutcome.ENDED_BEFORE]
        for generation in range(2):
            answer = await store.rotate(token_of(session, generation), NOW)
            assert isinstance(answer, RefreshRefused)
    assert await database["sessions"].count_documents({"ended_at": None}) == 0
    assert await database["revocations"].count_documents({}) == 20
