"""An officer's session: as long as he works, eight hours at most, over everywhere at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from api.runtime import Runtime, open_runtime
from api.settings import Settings
from auth.mongo import Database
from auth.officers import Duty, OfficerState
from auth.one_time_codes import base32_of
from auth.permissions import RULES, Denial, Permission, denial_for
from auth.principal import Assurance, Principal, PrincipalKind
from auth.revocation import Verdict
from auth.throttle import ThrottlePolicy
from resolvers.gateway import Ask
from resolvers.officer_accounts import disable_officer, enable_officer, reset_officer
from tests.app_client import AppClient
from tests.flows import audit_actions, everything_stored
from tests.leaks import assert_nothing_left, watched
from tests.minting import part
from tests.officer_client import (
    OFFICER_LOGIN,
    OFFICER_LOGOUT,
    PASSWORD,
    RENEW,
    log_in,
    make_officer,
    officer_client,
    officer_clients,
    renew,
)
from tests.serving import CHEAP_PASSWORDS, Serving

ADMINISTRATOR = Ask(Principal(PrincipalKind.ADMINISTRATOR), "here", "req_test")


@pytest.fixture
async def elsewhere(
    settings: Settings, serving: Serving, mongod_uri: str
) -> AsyncIterator[Runtime]:
    """Another process on the same database, as a command of an administrator is."""
    async with open_runtime(
        settings, mongod_uri, now=serving.clock, password_cost=CHEAP_PASSWORDS
    ) as runtime:
        yield runtime


async def status_of(app: AppClient) -> int:
    return (await app.post(RENEW)).status_code


def ends(payload: dict[str, str]) -> tuple[datetime, datetime]:
    return (
        datetime.fromisoformat(payload["accessTokenExpiresAt"]),
        datetime.fromisoformat(payload["sessionEndsAt"]),
    )


async def test_a_desk_that_nobody_works_at_is_logged_out_after_five_minutes(
    serving: Serving,
) -> None:
    app = await officer_client(serving)
    serving.clock.advance(minutes=4, seconds=50)
    assert (await renew(app))["__typename"] == "OfficerSessionRenewed"
    serving.clock.advance(minutes=5, seconds=1)
    answer = await app.post(RENEW)
    assert answer.status_code == 401
    assert "data" not in answer.json()


async def test_whoever_works_is_logged_out_eight_hours_after_his_login_to_the_second(
    serving: Serving,
) -> None:
    made = await make_officer(serving)
    began = serving.clock()
    app = await log_in(serving, made)
    _, session_ends = ends(app.answers[0])
    assert timedelta(0) <= session_ends - began - timedelta(hours=8) < timedelta(minutes=1)
    for _ in range(119):
        serving.clock.advance(minutes=4)
        renewed = await renew(app)
        assert ends(renewed)[1] == session_ends
    serving.clock.advance(minutes=3)
    token_ends, _ = ends(await renew(app))
    assert token_ends == session_ends.replace(microsecond=0), "no token outlives its session"
    serving.clock.advance(minutes=2)
    assert await status_of(app) == 401


async def test_a_renewal_gives_the_duties_that_the_account_has_now(serving: Serving) -> None:
    made = await make_officer(serving, duties=(Duty.CHECK,))
    app = await log_in(serving, made)
    await serving.database["officers"].update_one(
        {"_id": made.officer_id}, {"$set": {"duties": ["DECIDE"]}}
    )
    await renew(app)
    scopes = [part(answer["accessToken"], 1)["scope"] for answer in app.answers]
    assert scopes == ["case:check", "case:decide"]


async def test_a_logged_out_session_is_refused_at_once_here_and_within_a_second_elsewhere(
    serving: Serving, elsewhere: Runtime, database: Database
) -> None:
    app, other = await officer_clients(serving, 2)
    assert (await app.execute(OFFICER_LOGOUT))["officerLogout"] == {"wasLive": True}
    assert await status_of(app) == 401
    await asyncio.sleep(1)
    sessions = [str(part(str(desk.token), 1)["sid"]) for desk in (app, other)]
    verdicts = [await elsewhere.feed.check(session_id) for session_id in sessions]
    assert verdicts == [Verdict.REVOKED, Verdict.LIVE]
    assert await status_of(other) == 200
    assert await database["revocations"].count_documents({}) == 1
    assert await audit_actions(database) == [("officer.session_ended", "LOGGED_OUT")]


async def test_disabling_an_officer_stops_all_his_sessions_within_a_second_and_no_other(
    serving: Serving, elsewhere: Runtime, database: Database
) -> None:
    made = await make_officer(serving)
    desks = []
    for _ in range(3):
        desks.append(await log_in(serving, made))
        serving.clock.advance(seconds=30)
    other = await officer_client(serving)
    assert [await status_of(desk) for desk in (*desks, other)] == [200] * 4
    name = made.officer.login_name
    assert await disable_officer(elsewhere.gateway, ADMINISTRATOR, name) == 3
    await asyncio.sleep(1)
    assert [await status_of(desk) for desk in (*desks, other)] == [401, 401, 401, 200]
    refused = await serving.client().step(OFFICER_LOGIN, made.given(serving.clock()))
    assert refused["code"] == "LOGIN_REFUSED"
    await enable_officer(elsewhere.gateway, ADMINISTRATOR, name)
    serving.clock.advance(seconds=30)
    again = await log_in(serving, made)
    assert [await status_of(desk) for desk in (*desks, again)] == [401, 401, 401, 200]
    assert [line for line in await audit_actions(database) if "logged_in" not in line[0]] == [
        ("officer.disabled", "OK"),
        ("officer.session_ended", "DISABLED"),
        ("officer.login_refused", "LOGIN_REFUSED"),
        ("officer.enabled", "OK"),
    ]


async def test_after_a_reset_only_the_new_factors_let_in_and_old_sessions_are_over(
    serving: Serving, elsewhere: Runtime
) -> None:
    made = await make_officer(serving)
    desk = await log_in(serving, made)
    new = "another-long-password"
    enrolled = await reset_officer(elsewhere.gateway, ADMINISTRATOR, made.officer.login_name, new)
    await asyncio.sleep(1)
    assert await status_of(desk) == 401
    serving.clock.advance(seconds=30)
    renewed = type(made)(enrolled.officer, enrolled.secret, new)
    now = serving.clock()
    app = serving.client()
    for wrong in (
        made.given(now),
        renewed.given(now, password=PASSWORD),
        made.given(now) | {"password": new},
    ):
        assert (await app.step(OFFICER_LOGIN, wrong))["code"] == "LOGIN_REFUSED"
    assert await status_of(await log_in(serving, renewed)) == 200


async def test_of_twenty_logins_with_one_code_at_a_barrier_one_wins(
    serving: Serving, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = ThrottlePolicy(window=timedelta(hours=1), delays=(timedelta(0),))
    monkeypatch.setattr("resolvers.officer_login.OFFICER_NAME", patient)
    made = await make_officer(serving)
    given = made.given(serving.clock())
    told = await asyncio.gather(*(serving.client().step(OFFICER_LOGIN, given) for _ in range(20)))
    kinds = [one["__typename"] for one in told]
    assert (kinds.count("OfficerLoggedIn"), kinds.count("OfficerLoginRefused")) == (1, 19)
    assert {one.get("code") for one in told} == {None, "LOGIN_REFUSED"}
    assert await database["officer_sessions"].count_documents({}) == 1
    lines = sorted(await audit_actions(database))
    assert lines == [
        ("officer.logged_in", "OK"),
        *[("officer.login_refused", "LOGIN_REFUSED")] * 19,
    ]


async def test_no_session_of_a_disabled_officer_lives_whichever_comes_first(
    serving: Serving, elsewhere: Runtime, database: Database
) -> None:
    for _ in range(10):
        made = await make_officer(serving)
        given = made.given(serving.clock())
        await asyncio.gather(
            serving.client().step(OFFICER_LOGIN, given),
            disable_officer(elsewhere.gateway, ADMINISTRATOR, made.officer.login_name),
        )
    assert await database["officers"].count_documents({"state": str(OfficerState.ACTIVE)}) == 0
    assert await database["officer_sessions"].count_documents({"ended_at": None}) == 0


async def test_a_session_that_is_not_his_is_neither_renewed_nor_ended(
    serving: Serving, database: Database
) -> None:
    one, two = await officer_clients(serving, 2)
    theirs = await database["officer_sessions"].find_one({})
    assert theirs is not None
    await database["officer_sessions"].update_one(
        {"_id": theirs["_id"]}, {"$set": {"officer_id": "ofc_" + "0" * 26}}
    )
    before = await everything_stored(database, "officer_sessions")
    told = [(await app.step(RENEW))["__typename"] for app in (one, two)]
    assert sorted(told) == ["OfficerLoginRefused", "OfficerSessionRenewed"]
    stranger = one if told[0] == "OfficerLoginRefused" else two
    assert stranger.answers[-1]["code"] == "SESSION_ENDED"
    assert (await stranger.execute(OFFICER_LOGOUT))["officerLogout"] == {"wasLive": False}
    assert await everything_stored(database, "officer_sessions") == before


def test_an_administrator_of_the_command_line_is_granted_nothing_over_http() -> None:
    principal = Principal(
        PrincipalKind.ADMINISTRATOR,
        subject="x",
        assurance=Assurance.REAL_PERSON,
        authenticated_at=datetime.now().astimezone(),
        scopes=tuple(rule.scope for rule in RULES.values() if rule.scope),
    )
    now = datetime.now().astimezone()
    denied = {denial_for(principal, [permission], now) for permission in Permission}
    assert denied == {Denial.FORBIDDEN}


async def test_no_login_of_an_officer_leaves_a_factor_or_a_name_in_logs_or_documents(
    serving: Serving, elsewhere: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with watched(serving) as watch:
        made = await make_officer(serving)
        now = serving.clock()
        secrets = [PASSWORD, "wrong-horse-battery", base32_of(made.secret), made.secret.hex()]
        watch.known.add(*secrets, *(made.code(now, step) for step in (-1, 0, 1)))
        wrong = made.given(now, password="wrong-horse-battery")
        for given in (wrong, wrong | {"loginName": "somebody-else"}):
            await serving.client().step(OFFICER_LOGIN, given)
        app = await log_in(serving, made)
        await renew(app)
        await serving.client().post(OFFICER_LOGIN, {"input": made.given(now, password=7)})
        await serving.http.get("/graphql", params={"query": f"mutation {{ {PASSWORD} }}"})
        await app.execute(OFFICER_LOGOUT)
        await disable_officer(elsewhere.gateway, ADMINISTRATOR, made.officer.login_name)
        await assert_nothing_left(serving, watch)
        watch.known.add(made.officer.login_name, "somebody-else")
        assert watch.found() == {}
