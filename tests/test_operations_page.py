"""What docs/operations.md tells is what the code declares."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from pydantic.fields import FieldInfo

from api.cli import COMMANDS
from api.settings import Settings
from auth.login_flow import MAX_NAME_ATTEMPTS
from auth.throttle import ThrottlePolicy
from resolvers.jobs.upkeep import JOBS
from resolvers.policy.throttling import (
    ADDRESS,
    CALENDAR_ADDRESS,
    CARD_CHECK_ADDRESS,
    CARD_CHECK_CLIENT,
    CHECK_ADDRESS,
    CHECKED_LETTER,
    CLIENT,
    CLIENT_ADDRESS,
    EMAIL_CODE,
    FEED_ADDRESS,
    FLOW_START,
    NUMBER,
    OFFICER_ADDRESS,
    OFFICER_NAME,
    PERSON_CHECK,
    SECOND_PROOF,
    SHARE_CODE,
    SHARE_CODE_ADDRESS,
    SHARE_CODE_CLIENT,
    STEP_UP,
)
from resolvers.store.registry import SPECS
from tests.command_line import command_named

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "operations.md").read_text(encoding="utf-8")
KEYS_PAGE = (DOCS / "keys.md").read_text(encoding="utf-8")


def table_after(heading: str) -> list[list[str]]:
    """Cells of the first table below a heading, without its head."""
    lines = PAGE.split(f"## {heading}\n")[1].splitlines()
    rows = [line for line in lines[: _end(lines)] if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def _end(lines: list[str]) -> int:
    return next((n for n, line in enumerate(lines) if line.startswith("## ")), len(lines))


def default_of(field: FieldInfo) -> str:
    return "none" if field.default in (None, ()) else f"`{field.default}`"


def test_every_setting_stands_in_the_table_with_default_and_meaning() -> None:
    declared = [
        [f"`ONECARD_{name.upper()}`", default_of(field), field.description]
        for name, field in Settings.model_fields.items()
    ]
    assert sorted(table_after("Settings")) == sorted(declared)


def test_every_collection_stands_in_the_table_with_its_audience() -> None:
    table = table_after("What each collection holds")
    assert [row[:2] for row in table] == [[f"`{spec.name}`", spec.audience] for spec in SPECS]
    assert all(row[2] for row in table)


def test_every_job_of_the_upkeep_stands_in_its_table() -> None:
    assert [row[0] for row in table_after("Upkeep")] == list(JOBS)


def test_every_time_to_live_is_told() -> None:
    told = {row[0].strip("`"): row[2] for row in table_after("What each collection holds")}
    for spec in SPECS:
        expires = any(index.expire_after is not None for index in spec.indexes)
        assert ("gone " in told[spec.name]) is expires, spec.name


THROTTLES = (
    NUMBER,
    ADDRESS,
    FLOW_START,
    SECOND_PROOF,
    PERSON_CHECK,
    STEP_UP,
    OFFICER_NAME,
    OFFICER_ADDRESS,
    CLIENT_ADDRESS,
    CLIENT,
    FEED_ADDRESS,
    EMAIL_CODE,
    CALENDAR_ADDRESS,
    SHARE_CODE_ADDRESS,
    SHARE_CODE_CLIENT,
    SHARE_CODE,
    CHECK_ADDRESS,
    CARD_CHECK_ADDRESS,
    CARD_CHECK_CLIENT,
    CHECKED_LETTER,
)
"""In the order of the table."""


@pytest.mark.parametrize(("row", "policy"), list(enumerate(THROTTLES)), ids=str)
def test_the_throttle_table_is_the_policy(row: int, policy: ThrottlePolicy) -> None:
    table = table_after("Throttling")
    assert len(table) == len(THROTTLES)
    _, free, waits, forgotten = table[row]
    delays = [int(delay.total_seconds()) for delay in policy.delays]
    assert int(free) == delays.count(0)
    assert [int(n) for n in re.findall(r"\d+", waits)] == [n for n in delays if n]
    number, unit = forgotten.split()
    minutes = {"day": 1_440, "days": 1_440, "hour": 60, "minutes": 1}[unit]
    assert int(number) * minutes * 60 == policy.window.total_seconds()


def test_a_refused_attempt_is_said_to_use_up_as_many_as_a_flow_has() -> None:
    assert MAX_NAME_ATTEMPTS == 5
    assert "uses up one of the five that its" in PAGE


def test_every_command_that_the_pages_of_an_operator_name_exists() -> None:
    named = set(re.findall(r"onecard ([a-z]+)(?: ([a-z]+))?", PAGE + KEYS_PAGE))
    assert ("keys", "create") in named
    for command, subcommand in named:
        found = command_named(command)
        assert found is not None, command
        if isinstance(found, click.Group) and subcommand:
            assert subcommand in found.commands, subcommand


def test_the_page_on_keys_speaks_of_every_command_on_keys() -> None:
    keys = command_named("keys")
    assert isinstance(keys, click.Group)
    told = set(re.findall(r"onecard keys ([a-z]+)", KEYS_PAGE))
    assert told == set(keys.commands)


def test_the_readme_shows_every_command_and_no_other() -> None:
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`onecard ([a-z]+)", readme)) == set(COMMANDS)


def test_every_command_is_found_under_its_own_name() -> None:
    """They are imported one by one, when they are asked for."""
    for name in COMMANDS:
        command = command_named(name)
        assert command is not None
        assert command.name == name
