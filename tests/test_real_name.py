"""Nothing but its owner's own name tells that a number is known: answers, commands and work alike.

Latencies are compared in test_real_name_latency.py.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from api.clock import utc_now
from auth.digests import Digester
from auth.keys import KeySet
from auth.login_flow import MAX_NAME_ATTEMPTS
from auth.master_keys import LocalMasterKeys
from auth.mongo import Database, Document
from auth.sealing import HolderVault
from resolvers import name_source
from resolvers.policy.throttling import NUMBER
from resolvers.vocabulary import CardState, IdentifierKind
from tests.app_client import PROVE_NAME, START, AppClient
from tests.commands import CommandLog
from tests.factories import Person
from tests.flows import audit_actions, everything_stored
from tests.serving import Serving

WRONG = "Someone Else"
UNKNOWN: dict[IdentifierKind, dict[str, Any]] = {
    IdentifierKind.WORK_PERMIT: {"workPermitNumber": "GD4499999999"},
    IdentifierKind.SOCIAL_SECURITY: {"socialSecurityNumber": "DEU0X99999999"},
    IdentifierKind.PASSPORT: {"passport": {"country": "DEU", "number": "X99999999"}},
    IdentifierKind.PERMANENT_RESIDENT: {"permanentResidentId": "DEU999999999999"},
}
MALFORMED: dict[IdentifierKind, dict[str, Any]] = {
    IdentifierKind.WORK_PERMIT: {"workPermitNumber": "!"},
    IdentifierKind.SOCIAL_SECURITY: {"socialSecurityNumber": "x" * 300},
    IdentifierKind.PASSPORT: {"passport": {"country": "Atlantis", "number": ""}},
    IdentifierKind.PERMANENT_RESIDENT: {"permanentResidentId": "\u202e号码"},
}
COMMANDS = [
    ("findAndModify", "login_flows"),
    ("findAndModify", "throttle"),
    ("findAndModify", "throttle"),
    ("aggregate", "holders"),
    ("insert", "audit"),
]
WORK = {"digest": 4, "unwrap": 1, "open": 1, "match": 1}
"""Digests: number and address to count by, the number to find by, the address for the audit."""


@pytest.fixture(autouse=True)
def still_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway's time passes only as its test says, however slow the machine is."""
    now = utc_now()
    monkeypatch.setattr("tests.serving.utc_now", lambda: now)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each costly thing was done."""
    done: Counter[str] = Counter()

    def counting(owner: object, name: str, as_: str) -> None:
        plain: Callable[..., Any] = getattr(owner, name)

        def counted(*args: Any, **options: Any) -> Any:
            done[as_] += 1
            return plain(*args, **options)

        monkeypatch.setattr(owner, name, counted)

    counting(Digester, "_made", "digest")
    counting(LocalMasterKeys, "wrap", "wrap")
    counting(LocalMasterKeys, "unwrap", "unwrap")
    counting(HolderVault, "seal", "seal")
    counting(HolderVault, "open", "open")
    counting(name_source, "names_match", "match")
    return done


@dataclass(frozen=True)
class Seen:
    """What one attempt shows to the client, and what it cost."""

    status: int
    headers: dict[str, str]
    answer: dict[str, Any]
    commands: list[tuple[str, Any]]
    work: dict[str, int]


@dataclass
class Observer:
    serving: Serving
    command_log: CommandLog
    work: Counter[str]

    async def flow(self) -> AppClient:
        client = self.serving.client()
        await client.step(START)
        return client

    async def attempt(
        self, name: str, identifier: dict[str, Any], client: AppClient | None = None
    ) -> Seen:
        client = client or await self.flow()
        self.command_log.clear()
        self.work.clear()
        given = {"input": {"name": name, "identifier": identifier}}
        response = await client.post(PROVE_NAME, given)
        headers = dict(response.headers)
        for varying in ("date", "x-request-id"):
            headers.pop(varying, None)
        return Seen(
            response.status_code,
            headers,
            response.json(),
            list(self.command_log.sent),
            dict(self.work),
        )

    async def block(self, identifier: dict[str, Any]) -> None:
        for _ in range(3):
            await self.attempt(WRONG, identifier)


@pytest.fixture
def observer(serving: Serving, command_log: CommandLog, work: Counter[str]) -> Observer:
    return Observer(serving, command_log, work)


def payload_of(seen: Seen) -> dict[str, Any]:
    payload: dict[str, Any] = seen.answer["data"]["proveRealName"]
    return payload


@pytest.mark.parametrize("kind", list(IdentifierKind))
@pytest.mark.parametrize("physical", [None, CardState.NORMAL], ids=["no card", "a card"])
async def test_an_unknown_a_malformed_and_a_known_number_with_a_wrong_name_are_told_and_cost_alike(
    observer: Observer, kind: IdentifierKind, physical: CardState | None
) -> None:
    person = await observer.serving.person(physical=physical)
    unknown = await observer.attempt(WRONG, UNKNOWN[kind])
    wrong_name = await observer.attempt(WRONG, person.identifier(kind))
    malformed = await observer.attempt(WRONG, MALFORMED[kind])
    assert unknown == wrong_name == malformed
    assert unknown.status == 200
    assert unknown.commands == COMMANDS
    assert unknown.work == WORK
    payload = payload_of(unknown)
    assert payload.pop("message")
    assert payload == {
        "__typename": "LoginRefused",
        "code": "IDENTITY_NOT_CONFIRMED",
        "retryAfterSeconds": None,
    }


async def test_a_throttled_number_is_told_and_costs_alike_known_or_not_right_name_or_not(
    observer: Observer,
) -> None:
    person = await observer.serving.person()
    fresh = await observer.attempt(WRONG, {"workPermitNumber": "GD4477777777"})
    known, unknown = person.identifier(), UNKNOWN[IdentifierKind.WORK_PERMIT]
    malformed = MALFORMED[IdentifierKind.WORK_PERMIT]
    for identifier in (known, unknown, malformed):
        await observer.block(identifier)
    throttled = [
        await observer.attempt(name, identifier)
        for name, identifier in (
            (person.name, known),
            (WRONG, known),
            (person.name, unknown),
            (WRONG, unknown),
            (WRONG, malformed),
        )
    ]
    assert all(seen == throttled[0] for seen in throttled)
    assert payload_of(throttled[0]) == payload_of(fresh) | {"retryAfterSeconds": 2}
    assert throttled[0].status == fresh.status
    assert (throttled[0].commands, throttled[0].work) == (fresh.commands, fresh.work)


async def test_the_first_unknown_number_of_a_process_costs_no_more_than_the_next(
    observer: Observer,
) -> None:
    seen = [await observer.attempt(WRONG, {"workPermitNumber": f"GD448888888{n}"}) for n in "12"]
    assert seen[0] == seen[1]
    assert seen[0].work == WORK, "no decoy is made while somebody waits"


async def test_the_name_of_the_decoy_opens_nothing(observer: Observer) -> None:
    for name in ("Jane Ann Doe", "无名氏"):
        seen = await observer.attempt(name, UNKNOWN[IdentifierKind.WORK_PERMIT])
        assert payload_of(seen)["code"] == "IDENTITY_NOT_CONFIRMED"


async def test_a_flow_without_attempts_left_is_locked_whoever_is_named(
    observer: Observer, database: Database
) -> None:
    person = await observer.serving.person()
    client = await observer.flow()
    numbers = [{"workPermitNumber": f"GD446666666{n}"} for n in range(MAX_NAME_ATTEMPTS)]
    for number in numbers:
        await observer.attempt(WRONG, number, client)
    before = await everything_stored(database)
    locked = [
        await observer.attempt(name, identifier, client)
        for name, identifier in (
            (person.name, person.identifier()),
            (WRONG, person.identifier()),
            (WRONG, UNKNOWN[IdentifierKind.WORK_PERMIT]),
            (WRONG, MALFORMED[IdentifierKind.WORK_PERMIT]),
        )
    ]
    assert all(seen == locked[0] for seen in locked)
    assert payload_of(locked[0])["code"] == "FLOW_LOCKED"
    assert locked[0].commands == [("findAndModify", "login_flows"), ("find", "login_flows")]
    assert locked[0].work == {}
    assert await everything_stored(database) == before


async def test_a_refused_name_leaves_a_count_and_a_line_that_names_nobody(
    observer: Observer, database: Database
) -> None:
    person = await observer.serving.person()
    lines: list[Document] = []
    for identifier in (person.identifier(), UNKNOWN[IdentifierKind.WORK_PERMIT]):
        client = await observer.flow()
        before = await everything_stored(database, "throttle")
        await observer.attempt(WRONG, identifier, client)
        after = await everything_stored(database, "throttle")
        [line] = [one for key, one in after["audit"].items() if key not in before["audit"]]
        del after["audit"][line["_id"]]
        flow = after["login_flows"][line["actor"]["flow_id"]]
        assert flow["attempts"]["name"] == 1
        flow["attempts"]["name"] = 0
        assert after == before
        lines.append(line)
    for line in lines:
        del line["_id"], line["request_id"], line["at"], line["actor"]["flow_id"]
    assert lines[0] == lines[1]
    assert lines[0]["holder_id"] is None
    assert lines[0]["objects"] == []


async def test_the_wait_grows_alike_for_a_known_and_an_unknown_number(observer: Observer) -> None:
    person = await observer.serving.person()
    for identifier in (person.identifier(), UNKNOWN[IdentifierKind.WORK_PERMIT]):
        for delay in (*NUMBER.delays, NUMBER.delays[-1]):
            seen = await observer.attempt(WRONG, identifier)
            wait = int(delay.total_seconds())
            assert payload_of(seen)["retryAfterSeconds"] == (wait or None)
            observer.serving.clock.advance(seconds=wait)


async def blocked_person(observer: Observer) -> tuple[Person, AppClient]:
    person = await observer.serving.person()
    await observer.block(person.identifier())
    return person, await observer.flow()


async def test_the_right_name_is_let_in_when_the_wait_is_over_and_makes_the_number_forgiven(
    observer: Observer, database: Database, key_set: KeySet
) -> None:
    person, client = await blocked_person(observer)
    early = await observer.attempt(person.name, person.identifier(), client)
    assert payload_of(early)["code"] == "IDENTITY_NOT_CONFIRMED"
    observer.serving.clock.advance(seconds=payload_of(early)["retryAfterSeconds"])
    number = person.numbers[IdentifierKind.WORK_PERMIT]
    key = Digester(key_set).blind("login-WORK_PERMIT", number).value
    counter = await database["throttle"].find_one({"_id": key})
    assert counter is not None
    assert (counter["attempts"], counter["refused"]) == (3, 1)
    proved = await observer.attempt(person.name, person.identifier(), client)
    assert payload_of(proved)["__typename"] == "RealNameProved"
    assert await database["throttle"].find_one({"_id": key}) is None
    assert await audit_actions(database) == [
        *[("login_flow.real_name_refused", "IDENTITY_NOT_CONFIRMED")] * 4,
        ("login_flow.real_name_proved", "OK"),
    ]


async def test_no_attempt_logs_the_name_or_the_number(
    observer: Observer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "onecard")
    person, client = await blocked_person(observer)
    await observer.attempt(person.name, person.identifier(), client)
    await observer.attempt("Zacharias Quux", {"workPermitNumber": "GD4455555555"})
    assert caplog.records
    for secret in (person.numbers[IdentifierKind.WORK_PERMIT], "GD4455555555", "Quux", "Beispiel"):
        assert secret not in caplog.text
