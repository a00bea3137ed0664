"""Refresh token families: one write per rotation, the same answer for parallel callers, replay."""

from __future__ import annotations

import asyncio

import pytest

from auth.collections import install, installed_differences
from auth.keys import KeySet, Purpose, new_key, new_key_set
from auth.mongo import Database, Transaction, connect, database_of, in_transaction
from auth.principal import Assurance
from auth.refresh_tokens import refresh_token
from auth.session_documents import IDLE_LIFETIME, SESSION_LIFETIME, EndReason
from auth.session_rotation import (
    OPENING_GRACE,
    ROTATION_GRACE,
    RefreshRefusal,
    RefreshRefused,
    Rotated,
    may_answer_opening,
)
from auth.session_tokens import SessionTokens
from auth.sessions import Ended, SessionStore
from tests.families import (
    DAY,
    KEYS,
    NOW,
    SECOND,
    SPECS,
    everything,
    new_session,
    new_store,
    open_session,
    token_of,
)
from tests.minting import authority, part

MILLISECOND = SECOND / 1000
TOKENS = SessionTokens(KEYS, authority(KEYS))


def pair_of(answer: Rotated | RefreshRefused) -> tuple[str, str]:
    assert isinstance(answer, Rotated), answer
    pair = TOKENS.pair(answer.session, answer.generation, answer.issued_at)
    return pair.access_token, pair.refresh_token


def code_of(answer: Rotated | RefreshRefused) -> RefreshRefusal | None:
    return answer.code if isinstance(answer, RefreshRefused) else None


def keys_with_new_refresh_key(keys: KeySet) -> KeySet:
    return keys.staged(new_key(Purpose.REFRESH, 2, now=NOW)).promoted(Purpose.REFRESH)


async def test_the_collections_are_installed_as_declared(database: Database) -> None:
    await install(database, SPECS)
    assert await installed_differences(database, SPECS) == []


async def test_twenty_parallel_refreshes_get_one_successor_and_nobody_is_logged_out(
    database: Database, mongod_uri: str
) -> None:
    session = await open_session(database, await new_store(database))
    client = connect(mongod_uri)
    stores = [
        SessionStore(home, KEYS, on_revoked=lambda _: None)
        for home in (database, database_of(client, database.name))
    ]
    calls = [
        stores[at % 2].rotate(token_of(session, 0), NOW + at * MILLISECOND) for at in range(20)
    ]
    pairs = {pair_of(answer) for answer in await asyncio.gather(*calls)}
    assert len(pairs) == 1
    (_, successor) = pairs.pop()
    assert successor == token_of(session, 1)
    assert await database["sessions"].count_documents({"ended_at": None}) == 1
    further = await stores[1].rotate(successor, NOW + 300 * SECOND)
    assert pair_of(further)[1] == token_of(session, 2)
    client.close()


async def test_the_previous_token_gets_the_same_pair_for_twenty_seconds(database: Database) -> None:
    store = await new_store(database)
    session = await open_session(database, store)
    first = await store.rotate(token_of(session, 0), NOW)
    again = await store.rotate(token_of(session, 0), NOW + ROTATION_GRACE)
    assert pair_of(first) == pair_of(again)


async def test_the_previous_token_later_ends_the_family(database: Database) -> None:
    store = await new_store(database)
    session = await open_session(database, store)
    await store.rotate(token_of(session, 0), NOW)
    late = NOW + ROTATION_GRACE + MILLISECOND
    assert code_of(await store.rotate(token_of(session, 0), late)) is RefreshRefusal.REPLAYED
    answer = await store.rotate(token_of(session, 1), late)
    assert code_of(answer) is RefreshRefusal.SESSION_ENDED
    stored = await database["sessions"].find_one({"_id": session.session_id})
    assert stored is not None
    assert (stored["ended_at"], stored["end_reason"]) == (late, EndReason.REFRESH_REPLAYED)
    assert await database["revocations"].count_documents({"_id": session.session_id}) == 1


async def test_an_older_token_ends_the_family_at_once(database: Database) -> None:
    store = await new_store(database)
    session = await open_session(database, store)
    await store.rotate(token_of(session, 0), NOW)
    await store.rotate(token_of(session, 1), NOW)
    assert code_of(await store.rotate(token_of(session, 0), NOW)) is RefreshRefusal.REPLAYED
    assert code_of(await store.rotate(token_of(session, 2), NOW)) is RefreshRefusal.SESSION_ENDED


async def test_ten_replays_at_once_end_the_family_once(own_database: Database) -> None:
    store = await new_store(own_database)
    session = await open_session(own_database, store)
    for generation in range(2):
        await store.rotate(token_of(session, generation), NOW)

    async def audit(ended: Ended, transaction: Transaction) -> None:
        line = {"sessions": ended.session_ids, "reason": ended.reason, "of": ended.holder_id}
        await own_database["lines"].insert_one(line, session=transaction)

    calls = [store.rotate(token_of(session, 0), NOW, audit) for _ in range(10)]
    codes = {code_of(answer) for answer in await asyncio.gather(*calls)}
    assert RefreshRefusal.REPLAYED in codes
    assert codes <= {RefreshRefusal.REPLAYED, RefreshRefusal.SESSION_ENDED}
    lines = [line async for line in own_database["lines"].find({}, {"_id": 0})]
    reason = EndReason.REFRESH_REPLAYED
    assert lines == [{"sessions": [session.session_id], "reason": reason, "of": session.holder_id}]


async def test_a_family_unused_for_seven_days_is_refused(database: Database) -> None:
    store = await new_store(database)
    session = await open_session(database, store)
    before = await everything(database)
    answer = await store.rotate(token_of(session, 0), NOW + IDLE_LIFETIME)
    assert code_of(answer) is RefreshRefusal.SESSION_EXPIRED
    assert await everything(database) == before
    used = await store.rotate(token_of(session, 0), NOW + IDLE_LIFETIME - MILLISECOND)
    assert isinstance(used, Rotated)
    assert used.session.idle_expires_at == NOW + 2 * IDLE_LIFETIME - MILLISECOND


async def test_use_does_not_prolong_a_family_past_thirty_days(database: Database) -> None:
    store = await new_store(database)
    session = await open_session(database, store)
    for generation in range(5):
        answer = await store.rotate(token_of(session, generation), NOW + (generation + 1) * 6 * DAY)
        assert isinstance(answer, Rotated) is (generation < 4)
    assert code_of(answer) is RefreshRefusal.SESSION_EXPIRED
    stored = await store.find_by_flow(session.flow_id)
    assert stored is not None
    assert stored.idle_expires_at == stored.expires_at == NOW + SESSION_LIFETIME


async def test_tokens_that_we_did_not_make_are_refused_and_change_nothing(
    database: Database,
) -> None:
    store = await new_store(database)
    session = await open_session(database, store)
    before = await everything(database)
    made = token_of(session, 0)
    unknown_family = refresh_token(KEYS, new_session().session_id, 0, 1)
    other_key = token_of(session, 0, new_key_set(now=NOW))
    for token in ("", "ort_", made[:-1], made + "A", other_key, unknown_family):
        assert code_of(await store.rotate(token, NOW)) is RefreshRefusal.INVALID
    assert code_of(await store.rotate(token_of(session, 7), NOW)) is RefreshRefusal.INVALID
    assert await everything(database) == before


async def test_a_token_forged_with_another_live_key_does_not_touch_the_family(
    database: Database,
) -> None:
    keys = keys_with_new_refresh_key(KEYS)
    store = await new_store(database, keys)
    session = await open_session(database, store)
    assert session.refresh_key_version == 2
    await store.rotate(token_of(session, 0, keys), NOW)
    before = await everything(database)
    for generation in range(2):
        forged = refresh_token(keys, session.session_id, generation, 1)
        assert code_of(await store.rotate(forged, NOW + 60 * SECOND)) is RefreshRefusal.INVALID
    assert await everything(database) == before


async def test_a_family_keeps_its_key_when_a_new_one_is_current(database: Database) -> None:
    session = await open_session(database, await new_store(database))
    store = await new_store(database, keys_with_new_refresh_key(KEYS))
    answer = await store.rotate(token_of(session, 0), NOW)
    assert isinstance(answer, Rotated)
    assert answer.session.refresh_key_version == 1
    assert isinstance(await store.rotate(token_of(session, 1), NOW + 60 * SECOND), Rotated)


async def test_fifty_parallel_completions_of_one_flow_open_one_family(database: Database) -> None:
    store = await new_store(database)
    flow_id = new_session().flow_id
    holder_id = new_session().holder_id
    opened = await asyncio.gather(
        *(
            open_session(
                database, store, NOW + at * MILLISECOND, flow_id=flow_id, holder_id=holder_id
            )
            for at in range(50)
        )
    )
    assert len({pair_of(Rotated(session, 0, session.created_at)) for session in opened}) == 1
    assert await database["sessions"].count_documents({}) == 1


async def test_a_flow_completed_again_gets_generation_zero_for_twenty_seconds(
    database: Database,
) -> None:
    store = await new_store(database)
    session = await open_session(database, store)
    opening = pair_of(Rotated(session, 0, session.created_at))
    await store.rotate(token_of(session, 0), NOW + 10 * SECOND)
    later = await store.find_by_flow(session.flow_id)
    assert later is not None
    assert may_answer_opening(later, NOW + OPENING_GRACE)
    assert not may_answer_opening(later, NOW + OPENING_GRACE + MILLISECOND)
    assert pair_of(Rotated(later, 0, later.created_at)) == opening
    answer = await store.rotate(opening[1], NOW + 20 * SECOND)
    assert pair_of(answer)[1] == token_of(session, 1)


async def test_the_database_holds_no_token_and_refuses_undeclared_fields(
    database: Database,
) -> None:
    store = await new_store(database)
    session = await open_session(database, store)
    await store.rotate(token_of(session, 0), NOW)
    shown = str(await everything(database))
    for generation in range(3):
        assert token_of(session, generation).rpartition(".")[2] not in shown
    with pytest.raises(Exception, match="failed validation"):
        await database["sessions"].update_one({}, {"$set": {"token": "a"}})


async def test_a_step_up_renews_the_proof_in_tokens_from_then_on(database: Database) -> None:
    store = await new_store(database)
    session = await open_session(database, store)
    before = await store.rotate(token_of(session, 0), NOW)
    proved_at = NOW + 5 * SECOND
    ids = (session.session_id, session.holder_id)
    renewed = await store.renew_proof(
        *ids, proved_at, Assurance.REAL_PERSON_LOCAL.acr, ["face"], proved_at
    )
    assert renewed is not None
    claims = part(TOKENS.access(renewed, 1, proved_at), 1)
    assert claims["auth_time"] == proved_at.timestamp()
    assert claims["acr"] == Assurance.REAL_PERSON_LOCAL.acr
    stale = await store.renew_proof(*ids, NOW, Assurance.REAL_PERSON.acr, ["face"], proved_at)
    assert stale is not None
    assert (stale.authenticated_at, stale.acr) == (proved_at, Assurance.REAL_PERSON_LOCAL.acr)
    # The previous token once more: it can be minted, and claims nothing fresher than there is.
    again = await store.rotate(token_of(session, 0), proved_at)
    assert pair_of(again)[1] == pair_of(before)[1]
    claims = part(pair_of(again)[0], 1)
    assert (claims["auth_time"], claims["acr"]) == (NOW.timestamp(), Assurance.REAL_PERSON.acr)


async def test_a_step_up_of_an_ended_or_foreign_session_changes_nothing(
    database: Database,
) -> None:
    store = await new_store(database)
    session, other = [await open_session(database, store) for _ in range(2)]
    await store.revoke(session.session_id, session.holder_id, EndReason.LOGGED_OUT, NOW)
    before = await everything(database)
    for owner in (session.holder_id, other.holder_id):
        assert (
            await store.renew_proof(
                session.session_id, owner, NOW, Assurance.REAL_PERSON.acr, [], NOW
            )
            is None
        )
    assert await everything(database) == before


async def test_opening_leaves_nothing_when_its_transaction_fails(database: Database) -> None:
    store = await new_store(database)

    async def work(transaction: Transaction) -> None:
        await store.open(new_session(), NOW, transaction)
        raise LookupError

    with pytest.raises(LookupError):
        await in_transaction(database, work)
    assert await database["sessions"].count_documents({}) == 0
