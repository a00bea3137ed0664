"""`onecard demo` and the example script: whom to log in as, and what is said when it fails."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from datetime import date
from typing import Any

import pytest

from api.commands.demo import demo
from api.demo import demo_identities, seeded_identities
from api.demo.lives import seeded_person
from api.demo.seeded_identities import MOST_SHOWN
from resolvers.rules.names import RegisteredName, names_match
from resolvers.vocabulary import CardKind, IdentifierKind
from tests.command_line import ROOT, Answer, called

EXAMPLE = ROOT / "docs" / "examples" / "log_in.py"


def shown(*options: str) -> str:
    answer = called(demo, *options, settings={})
    assert (answer.code, answer.stderr) == (0, "")
    return answer.stdout


def example(*arguments: str) -> Answer:
    ended = subprocess.run(
        [sys.executable, EXAMPLE, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in ended.stderr
    return Answer(ended.returncode, ended.stdout, ended.stderr)


def test_people_are_shown_under_the_number_that_the_example_takes() -> None:
    lines = shown().splitlines()
    for number, holder in enumerate(demo_identities()["holders"]):
        assert f"{number:2}  {holder['label']}" in lines


def test_seeded_holders_have_what_a_login_needs_in_the_shape_of_the_demo() -> None:
    told = json.loads(shown("--json", "--seeded", "100", "--seed", "7"))
    model = demo_identities()
    assert told["login"] == model["login"]
    assert len(told["holders"]) == 100
    for holder in told["holders"]:
        assert holder.keys() < model["holders"][0].keys()
    assert {len(holder["secondProof"] or ()) for holder in told["holders"]} == {0, 1}
    assert told != seeded_identities(1, 100)
    assert json.loads(shown("--json", "--seeded", "2")) == seeded_identities(1, 2)


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2026, 1, 1), date(2031, 7, 1)])
@pytest.mark.parametrize("seed", [0, 1])
def test_what_is_told_of_a_seeded_holder_holds_whenever_it_was_seeded(day: date, seed: int) -> None:
    for index, told in enumerate(seeded_identities(seed, MOST_SHOWN)["holders"]):
        person = seeded_person(seed, index, day)
        holder = person.holder
        assert told["holderId"] == holder.holder_id
        assert names_match(
            told["name"],
            RegisteredName(
                holder.surname, holder.given_names, holder.chinese_name, holder.native_name
            ),
        )
        [(kind, number)] = told["identifier"].items()
        own = {
            "workPermitNumber": IdentifierKind.WORK_PERMIT,
            "socialSecurityNumber": IdentifierKind.SOCIAL_SECURITY,
        }
        assert number == holder.numbers[own[kind]]
        physical = [card for card in person.cards if card.kind is CardKind.PHYSICAL]
        assert told["secondProof"] == _proof(holder.phone, physical)


def _proof(phone: str | None, physical: list[Any]) -> dict[str, str] | None:
    if not physical:
        return None
    return {"phone": phone} if phone else {"bankCard": physical[-1].bank_account}


@pytest.mark.parametrize("options", [("--seeded", "0"), ("--seeded", "101"), ("--seed", "1")])
def test_more_than_is_shown_or_a_seed_alone_is_wrong_usage(options: tuple[str, ...]) -> None:
    assert called(demo, *options, settings={}).code == 2


def test_the_example_says_in_one_line_that_no_gateway_runs() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        answer = example(f"http://127.0.0.1:{closed.getsockname()[1]}")
    assert answer.code == 1
    assert "start it with 'make run'" in answer.only_line


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("127.0.0.1:8000",), "BASE_URL must begin with"),
        (("http://127.0.0.1:9", "16"), "HOLDER must be 0 to 15"),
        (("http://127.0.0.1:9", "-1"), "HOLDER must be 0 to 15"),
        (("http://127.0.0.1:9", "first"), "HOLDER"),
        (("a", "1", "b"), "unrecognized"),
    ],
)
def test_a_wrong_call_of_the_example_is_wrong_usage(
    arguments: tuple[str, ...], reason: str
) -> None:
    answer = example(*arguments)
    assert (answer.code, answer.stdout) == (2, "")
    assert reason in answer.stderr


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_the_example_explains_itself(option: str) -> None:
    answer = example(option)
    assert (answer.code, answer.stderr) == (0, "")
    assert "BASE_URL" in answer.stdout
    assert "HOLDER" in answer.stdout
