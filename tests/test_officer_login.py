"""Two right factors let an officer in; whatever is wrong, the answer, commands and work are one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from api.clock import utc_now
from auth import passwords
from auth.digests import Digester
from auth.keys import KeySet
from auth.master_keys import LocalMasterKeys
from auth.mongo import Database, Document
from auth.officers import Duty, OfficerState
from resolvers.policy.throttling import OFFICER_ADDRESS, OFFICER_NAME
from tests.app_client import AppClient
from tests.commands import CommandLog
from tests.flows import audit_actions, everything_stored
from tests.minting import part
from tests.officer_client import OFFICER_LOGIN, MadeOfficer, log_in, make_officer
from tests.serving import Serving

COMMANDS = [
    ("findAndModify", "throttle"),
    ("findAndModify", "throttle"),
    ("find", "officers"),
    ("insert", "audit"),
]
BLOCKED_COMMANDS = [*COMMANDS[:2], COMMANDS[3]]
WORK = {"digest": 3, "hash": 1, "unwrap": 1, "code": 3}
"""Digests: name and address to count by, the address for the audit. Codes: three steps."""


@pytest.fixture(autouse=True)
def still_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway's time passes only as its test says, however slow the machine is."""
    now = utc_now()
    monkeypatch.setattr("tests.serving.utc_now", lambda: now)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each costly thing was done."""
    done: Counter[str] = Counter()

    def counting(owner: Any, name: str, as_: str) -> None:
        plain: Callable[..., Any] = getattr(owner, name)

        def counted(*args: Any, **options: Any) -> Any:
            done[as_] += 1
            return plain(*args, **options)

        monkeypatch.setattr(owner, name, counted)

    counting(Digester, "_made", "digest")
    counting(passwords, "_verified", "hash")
    counting(LocalMasterKeys, "unwrap", "unwrap")
    monkeypatch.setattr("auth.one_time_codes.compare_digest", _compared(done))
    return done


def _compared(done: Counter[str]) -> Callable[[bytes, bytes], bool]:
    def compare(one: bytes, other: bytes) -> bool:
        done["code"] += 1
        return one == other

    return compare


@dataclass(frozen=True)
class Seen:
    """What one attempt shows to the client, and what it cost."""

    status: int
    headers: dict[str, str]
    payload: dict[str, Any]
    commands: list[tuple[str, Any]]
    work: dict[str, int]


@dataclass
class Observer:
    serving: Serving
    command_log: CommandLog
    work: Counter[str]

    async def attempt(self, given: dict[str, Any]) -> Seen:
        self.command_log.clear()
        self.work.clear()
        response = await self.serving.client().post(OFFICER_LOGIN, {"input": given})
        headers = {
            name: value
            for name, value in response.headers.items()
            if name not in ("date", "x-request-id")
        }
        payload: dict[str, Any] = response.json()["data"]["officerLogin"]
        commands = list(self.command_log.sent)
        return Seen(response.status_code, headers, payload, commands, dict(self.work))


@pytest.fixture
def observer(serving: Serving, command_log: CommandLog, work: Counter[str]) -> Observer:
    return Observer(serving, command_log, work)


def wrong_code(made: MadeOfficer, serving: Serving) -> str:
    near = {made.code(serving.clock(), steps) for steps in (-1, 0, 1)}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in near)


async def test_an_officer_with_both_factors_gets_a_token_of_his_duties_for_five_minutes(
    serving: Serving,
) -> None:
    made = await make_officer(serving, duties=(Duty.CHECK, Duty.COUNTER))
    app = serving.client()
    told = await app.step(OFFICER_LOGIN, made.given(serving.clock()))
    assert told["__typename"] == "OfficerLoggedIn"
    assert told["duties"] == ["CHECK", "COUNTER"]
    assert told["loginName"] == made.officer.login_name
    assert (told["authority"], told["city"]) == ("foreign-experts-440100", "440100")
    claims = part(told["accessToken"], 1)
    assert claims["sub"] == told["officerId"] == made.officer_id
    assert (claims["kind"], claims["client_id"]) == ("officer", "officer-desk")
    assert claims["scope"] == "case:check card:make"
    assert (claims["amr"], claims["acr"]) == (["pwd", "otp"], "urn:onecard:acr:none")
    assert claims["exp"] - claims["iat"] == 300
    assert await audit_actions(serving.database) == [("officer.logged_in", "OK")]
    [line] = await serving.database["audit"].find().to_list(2)
    assert line["objects"] == [made.officer_id, claims["sid"]]


async def test_the_login_name_is_taken_in_any_case_and_the_code_of_the_step_before_too(
    serving: Serving,
) -> None:
    made = await make_officer(serving)
    now = serving.clock()
    given = made.given(now, loginName=made.officer.login_name.upper(), code=made.code(now, -1))
    told = await serving.client().step(OFFICER_LOGIN, given)
    assert told["__typename"] == "OfficerLoggedIn"


async def test_whatever_is_wrong_the_answer_the_commands_and_the_work_are_the_same(
    observer: Observer,
) -> None:
    serving = observer.serving
    now = serving.clock()
    made = await make_officer(serving)
    disabled = await make_officer(serving, state=OfficerState.DISABLED)
    used = await make_officer(serving)
    await log_in(serving, used)
    given = made.given(now)
    seen = {
        "unknown name": await observer.attempt(given | {"loginName": "gz-nobody"}),
        "no name at all": await observer.attempt(given | {"loginName": "$ne 名 !"}),
        "wrong password": await observer.attempt(given | {"password": "wrong-horse-battery"}),
        "wrong code": await observer.attempt(given | {"code": wrong_code(made, serving)}),
        "both wrong": await observer.attempt(given | {"password": "x", "code": "y"}),
        "old code": await observer.attempt(given | {"code": made.code(now, -2)}),
        "disabled": await observer.attempt(disabled.given(now)),
        "used code": await observer.attempt(used.given(now)),
    }
    first = seen["unknown name"]
    assert [name for name, one in seen.items() if one != first] == []
    assert first.status == 200
    assert first.commands == COMMANDS
    assert first.work == WORK
    assert first.payload.pop("message")
    assert first.payload == {
        "__typename": "OfficerLoginRefused",
        "code": "LOGIN_REFUSED",
        "retryAfterSeconds": None,
    }


async def test_a_blocked_name_is_told_to_wait_known_or_not_with_right_factors_or_not(
    observer: Observer,
) -> None:
    serving = observer.serving
    known, other = await make_officer(serving), await make_officer(serving)
    given = known.given(serving.clock())
    wrong = given | {"password": "wrong-horse-battery"}
    unknown = given | {"loginName": "gz-nobody"}
    for attempt in (wrong, unknown):
        for number in range(1, 7):
            refused = await observer.attempt(attempt)
            assert refused.payload["code"] == "LOGIN_REFUSED", number
        assert refused.payload["retryAfterSeconds"] == 30
    blocked = [await observer.attempt(attempt) for attempt in (given, wrong, unknown)]
    assert all(seen == blocked[0] for seen in blocked)
    assert blocked[0].commands == BLOCKED_COMMANDS
    assert blocked[0].work == {"digest": 3}
    assert blocked[0].payload["code"] == "TOO_MANY_ATTEMPTS"
    assert blocked[0].payload["retryAfterSeconds"] == 30
    assert (await observer.attempt(other.given(serving.clock()))).payload["officerId"]


async def test_the_lockout_grows_and_ends_and_a_login_makes_the_name_forgiven(
    observer: Observer, database: Database, key_set: KeySet
) -> None:
    serving = observer.serving
    made = await make_officer(serving)
    for delay in (*OFFICER_NAME.delays, OFFICER_NAME.delays[-1]):
        seen = await observer.attempt(made.given(serving.clock(), password="wrong-horse"))
        wait = int(delay.total_seconds())
        assert seen.payload["code"] == "LOGIN_REFUSED"
        assert seen.payload["retryAfterSeconds"] == (wait or None)
        serving.clock.advance(seconds=wait)
    await log_in(serving, made)
    key = Digester(key_set).blind("officer-name", made.officer.login_name).value
    assert await database["throttle"].find_one({"_id": key}) is None


async def test_one_address_cannot_try_many_names_without_waiting(
    serving: Serving, key_set: KeySet
) -> None:
    made = await make_officer(serving)
    free = sum(not delay for delay in OFFICER_ADDRESS.delays)
    key = Digester(key_set).blind("officer-address", "127.0.0.1").value
    app = serving.client()
    await app.step(OFFICER_LOGIN, made.given(serving.clock(), password="wrong-horse"))
    await serving.database["throttle"].update_one({"_id": key}, {"$set": {"attempts": free}})
    told = await app.step(OFFICER_LOGIN, made.given(serving.clock(), loginName="gz-other"))
    assert (told["code"], told["retryAfterSeconds"]) == ("LOGIN_REFUSED", 1)
    told = await app.step(OFFICER_LOGIN, made.given(serving.clock()))
    assert (told["code"], told["retryAfterSeconds"]) == ("TOO_MANY_ATTEMPTS", 1)


async def test_a_refused_login_leaves_counts_and_one_line_and_nothing_else(
    serving: Serving, database: Database
) -> None:
    made = await make_officer(serving)
    app = serving.client()
    lines: list[Document] = []
    for name in (made.officer.login_name, "gz-nobody"):
        before = await everything_stored(database, "throttle")
        given = made.given(serving.clock(), loginName=name, code=wrong_code(made, serving))
        await app.step(OFFICER_LOGIN, given)
        after = await everything_stored(database, "throttle")
        [line_id] = after["audit"].keys() - before["audit"].keys()
        lines.append(after["audit"].pop(line_id))
        assert after == before
    known, unknown = lines
    assert known["objects"] == [made.officer_id], "auditors see whose account was tried"
    assert unknown["objects"] == []
    for line in lines:
        assert (line["action"], line["result"]) == ("officer.login_refused", "LOGIN_REFUSED")
        assert line["actor"]["kind"] == "anonymous"
        assert line["address_digest"] is not None


@pytest.mark.parametrize(
    "changed",
    [
        {"loginName": ""},
        {"loginName": "x" * 41},
        {"password": ""},
        {"password": "x" * 129},
        {"code": ""},
        {"code": "1" * 21},
    ],
    ids=str,
)
async def test_an_input_out_of_bounds_is_refused_before_anything_is_looked_at(
    serving: Serving, database: Database, changed: dict[str, str]
) -> None:
    made = await make_officer(serving)
    before = await everything_stored(database)
    app: AppClient = serving.client()
    response = await app.post(OFFICER_LOGIN, {"input": made.given(serving.clock()) | changed})
    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    [value] = changed.values()
    assert not value or value not in response.text
    assert await everything_stored(database) == before
