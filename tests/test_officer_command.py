"""`onecard officer`: accounts are made, shown, closed and reset, one line on each mistake."""

from __future__ import annotations

import asyncio
from base64 import b32decode
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest

from api.clock import utc_now
from api.commands.officer import officer
from auth.keys import KeySet
from auth.master_keys import LocalMasterKeys, WrappedKey
from auth.mongo import Database, Document, connect, database_of, in_transaction
from auth.officer_sessions import OfficerSessionStore
from auth.one_time_codes import CodeSecrets, code_of
from auth.passwords import Passwords
from resolvers.store import meta
from resolvers.store.registry import SPECS
from tests.command_line import Answer, called, onecard
from tests.flows import everything_stored

_T = TypeVar("_T")
PASSWORD = "correct-horse-battery"
AT_STEP_7 = datetime.fromtimestamp(7 * 30, UTC)
POST = ("--authority", "foreign-experts-440300", "--city", "440300", "--duty", "check")


@dataclass
class Desk:
    """The command on the test's database, and what it left there."""

    uri: str
    name: str
    keys_file: Path
    data_dir: Path

    @property
    def settings(self) -> dict[str, str]:
        return {
            "ONECARD_MONGODB_URI": self.uri,
            "ONECARD_MONGODB_DATABASE": self.name,
            "ONECARD_KEYS_FILE": str(self.keys_file),
            "ONECARD_DATA_DIR": str(self.data_dir),
        }

    def run(self, *arguments: str, given: str = "") -> Answer:
        return called(officer, *arguments, settings=self.settings, typed=given)

    def told(self, *arguments: str, given: str = "") -> str:
        answer = self.run(*arguments, given=given)
        assert answer.code == 0, answer.stderr
        return answer.stdout

    def add(self, login_name: str, *post: str, password: str = PASSWORD) -> str:
        given = f"{password}\n"
        return self.told("add", login_name, *(post or POST), "--password-stdin", given=given)

    def refused(self, *arguments: str, given: str = "") -> str:
        before = self.do(everything_stored)
        answer = self.run(*arguments, given=given)
        assert (answer.code, answer.stdout) == (1, ""), answer
        assert self.do(everything_stored) == before, "a refusal changed something"
        return answer.only_line

    def do(self, work: Callable[[Database], Awaitable[_T]]) -> _T:
        async def connected() -> _T:
            client = connect(self.uri)
            try:
                return await work(database_of(client, self.name))
            finally:
                client.close()

        return asyncio.run(connected())

    def stored(self, collection: str) -> list[Document]:
        async def found(database: Database) -> list[Document]:
            return await database[collection].find().sort("_id", 1).to_list(100)

        return self.do(found)


@pytest.fixture
def desk(mongod_uri: str, database_name: str, keys_file: Path, tmp_path: Path) -> Iterator[Desk]:
    found = Desk(mongod_uri, database_name, keys_file, tmp_path)
    yield found

    async def empty(database: Database) -> None:
        for spec in SPECS:
            if spec.name != meta.NAME:
                await database[spec.name].delete_many({})

    found.do(empty)


def secret_in(told: str) -> bytes:
    """Of the enrolment address that was shown."""
    [address] = [line for line in told.splitlines() if line.startswith("otpauth://totp/")]
    [secret] = parse_qs(urlsplit(address).query)["secret"]
    return b32decode(secret + "====")


def lets_in(stored: Document, key_set: KeySet, password: str, secret: bytes) -> bool:
    """Whether both factors are those of the stored account."""
    secrets, checked = CodeSecrets(LocalMasterKeys(key_set)), Passwords()
    wrapped = WrappedKey(stored["key_version"], stored["wrapped"])
    step = secrets.matching_step(stored["_id"], wrapped, code_of(secret, 7), AT_STEP_7)
    right = asyncio.run(checked.is_right(stored["password_hash"], password))
    checked.close()
    return right and step == 7


def test_an_account_is_made_with_a_slow_hash_and_the_secret_is_shown_once(
    desk: Desk, key_set: KeySet
) -> None:
    told = desk.add("sz-desk.4")
    [stored] = desk.stored("officers")
    secret = secret_in(told)
    assert lets_in(stored, key_set, PASSWORD, secret)
    assert PASSWORD not in told
    assert stored["password_hash"].startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert (stored["login_name"], stored["state"], stored["revision"]) == ("sz-desk.4", "ACTIVE", 1)
    assert (stored["authority"], stored["city"]) == ("foreign-experts-440300", "440300")
    assert stored["duties"] == ["CHECK"]
    assert secret not in str(stored).encode()
    assert "otpauth" not in desk.told("list")


def test_every_change_of_an_account_is_audited_as_an_administrators(desk: Desk) -> None:
    desk.add("sz-desk-4")
    desk.told("disable", "sz-desk-4")
    desk.told("enable", "sz-desk-4")
    desk.told("reset", "sz-desk-4", "--password-stdin", given="another-long-one\n")
    lines = sorted(desk.stored("audit"), key=lambda line: line["at"])
    assert [line["action"] for line in lines] == [
        "officer.created",
        "officer.disabled",
        "officer.enabled",
        "officer.reset",
    ]
    [account] = desk.stored("officers")
    for line in lines:
        assert line["objects"] == [account["_id"]]
        assert (line["actor"]["kind"], line["actor"]["client_id"]) == (
            "administrator",
            "onecard-command",
        )
    assert len({line["address_digest"] for line in lines}) == 1, "the same account and machine"
    assert account["revision"] == 4


def test_the_list_shows_every_account_and_no_secret(desk: Desk) -> None:
    desk.add("sz-desk-5")
    bureau = ("--authority", "foreign-experts-440100", "--city", "440100")
    desk.add("gz-desk-1", *bureau, "--duty", "decide", "--duty", "check", "--duty", "decide")
    desk.told("disable", "sz-desk-5")
    rows = [line.split(maxsplit=4) for line in desk.told("list").splitlines()]
    assert rows == [
        ["LOGIN", "STATE", "CITY", "AUTHORITY", "DUTIES"],
        ["gz-desk-1", "ACTIVE", "440100", "foreign-experts-440100", "check, decide"],
        ["sz-desk-5", "DISABLED", "440300", "foreign-experts-440300", "check"],
    ]


def test_a_reset_gives_new_factors_ends_the_sessions_and_burns_no_code_twice(
    desk: Desk, key_set: KeySet
) -> None:
    first = secret_in(desk.add("sz-desk-4"))
    [before] = desk.stored("officers")

    async def session(database: Database) -> None:
        store = OfficerSessionStore(database, on_revoked=lambda _: None)
        await in_transaction(
            database,
            lambda transaction: store.open(
                "ses_" + "0" * 26, before["_id"], utc_now(), transaction
            ),
        )
        await database["officers"].update_one({}, {"$set": {"last_code_step": 5}})

    desk.do(session)
    told = desk.told("reset", "sz-desk-4", "--password-stdin", given="another-long-one\n")
    [after] = desk.stored("officers")
    assert lets_in(after, key_set, "another-long-one", secret_in(told))
    assert not lets_in(after, key_set, PASSWORD, secret_in(told))
    assert not lets_in(after, key_set, "another-long-one", first)
    assert after["last_code_step"] == 5
    [ended] = desk.stored("officer_sessions")
    assert ended["end_reason"] == "RESET"
    assert [one["_id"] for one in desk.stored("revocations")] == [ended["_id"]]


def test_the_password_is_asked_for_twice_and_never_shown(desk: Desk) -> None:
    answer = desk.run("add", "sz-desk-4", *POST, given=f"{PASSWORD}\n{PASSWORD}\n")
    assert answer.code == 0
    assert answer.stderr.count("Password") == 1
    assert "Repeat" in answer.stderr
    assert PASSWORD not in answer.stdout + answer.stderr
    assert len(desk.stored("officers")) == 1


@pytest.mark.parametrize(
    ("name", "post", "password", "reason"),
    [
        ("Lin", POST, PASSWORD, "staff code"),
        ("x", POST, PASSWORD, "staff code"),
        ("-desk", POST, PASSWORD, "staff code"),
        ("desk 4", POST, PASSWORD, "staff code"),
        ("d" * 41, POST, PASSWORD, "staff code"),
        ("sz-desk-4", ("--authority", "moon", *POST[2:]), PASSWORD, "no such authority"),
        ("sz-desk-4", (*POST[:3], "110000", *POST[4:]), PASSWORD, "no such city"),
        ("sz-desk-4", (*POST[:3], "440100", *POST[4:]), PASSWORD, "authority of city 440300"),
        ("sz-desk-4", POST, "short", "12 to 128"),
        ("sz-desk-4", POST, "x" * 129, "12 to 128"),
        ("sz-desk-4", POST, "", "12 to 128"),
        ("sz-desk-4", POST, "xx-sz-desk-4-xx", "login name"),
    ],
)
def test_what_no_account_can_have_is_refused_in_one_line_and_changes_nothing(
    desk: Desk, name: str, post: tuple[str, ...], password: str, reason: str
) -> None:
    line = desk.refused("add", *post, "--password-stdin", "--", name, given=f"{password}\n")
    assert reason in line
    assert not password or password not in line


def test_a_login_name_is_never_given_twice_nor_an_account_closed_twice(desk: Desk) -> None:
    desk.add("sz-desk-4")
    password = ("--password-stdin",)
    line = desk.refused("add", "sz-desk-4", *POST, *password, given=f"{PASSWORD}\n")
    assert "is taken" in line
    assert "is not disabled" in desk.refused("enable", "sz-desk-4")
    desk.told("disable", "sz-desk-4")
    assert "is disabled already" in desk.refused("disable", "sz-desk-4")
    for command in ("enable", "disable"):
        assert "no such officer" in desk.refused(command, "sz-desk-9")
    line = desk.refused("reset", "sz-desk-9", *password, given=f"{PASSWORD}\n")
    assert "no such officer" in line


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "sz-desk-4"),
        ("add", "sz-desk-4", "--authority", "foreign-experts-440300", "--city", "440300"),
        ("add", "sz-desk-4", *POST[:5], "sleep"),
        ("disable",),
        ("promote", "sz-desk-4"),
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_wrong_usage(desk: Desk, arguments: tuple[str, ...]) -> None:
    assert desk.run(*arguments).code == 2
    assert desk.stored("officers") == []


def test_without_a_database_one_line_says_so(desk: Desk) -> None:
    nowhere = desk.settings | {"ONECARD_MONGODB_URI": "mongodb://127.0.0.1:9/?replicaSet=none"}
    answer = onecard("officer", "list", settings=nowhere, patience_ms=300)
    assert (answer.code, answer.stdout) == (1, "")
    assert "cannot be reached" in answer.only_line
