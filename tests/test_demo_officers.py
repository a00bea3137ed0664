"""The demo officers: four in each city, who log in as it is printed."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from base64 import b32decode
from datetime import timedelta
from typing import Any

import pytest
from graphql import parse, validate

from api.clock import utc_now
from api.commands.demo import demo
from api.demo import demo_identities, load_demo
from auth.keys import KeySet
from auth.mongo import Database
from auth.one_time_codes import code_of, step_at
from auth.passwords import password_fault
from resolvers.officer_accounts import Post, check_post
from resolvers.policy.places import CITIES
from schema.build import build_gateway_schema
from tests.command_line import ROOT, called
from tests.minting import part
from tests.serving import Serving

EXAMPLE = ROOT / "docs" / "examples" / "officer_login.py"


def officers() -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads(json.dumps(demo_identities()))["officers"]
    return told


def test_each_city_has_one_officer_for_each_duty() -> None:
    posts = [(one["city"], one["authority"], one["duties"]) for one in officers()]
    assert posts == [
        (city, f"{bureau}-{city}", duties)
        for city in CITIES
        for bureau, duties in (
            ("foreign-experts", ["CHECK"]),
            ("foreign-experts", ["DECIDE"]),
            ("human-resources", ["COUNTER"]),
            ("foreign-experts", ["RECORDS"]),
        )
    ]
    assert len({one["loginName"] for one in officers()}) == len(posts) == 16


def test_the_accounts_are_such_as_an_administrator_could_make() -> None:
    for one in officers():
        check_post(Post(one["loginName"], one["authority"], one["city"], one["duties"]))
        assert password_fault(one["password"], one["loginName"]) is None
        assert len(b32decode(one["totpSecret"] + "====")) == 32


def test_people_are_shown_name_and_password_of_each() -> None:
    lines = called(demo, settings={}).stdout.splitlines()
    for one in officers():
        assert f"    {one['loginName']}  {one['password']}" in lines


async def test_loading_anew_replaces_them_and_leaves_other_officers_alone(
    database: Database, key_set: KeySet
) -> None:
    now = utc_now()
    await load_demo(database, key_set, now=now)
    before = {one["_id"]: one async for one in database["officers"].find()}
    assert set(before) == {one["officerId"] for one in officers()}
    first = next(iter(before.values()))
    await database["officers"].insert_one(first | {"_id": "ofc_" + "0" * 26, "login_name": "own"})
    await database["officers"].update_one({"_id": first["_id"]}, {"$set": {"state": "DISABLED"}})
    await load_demo(database, key_set, now=now + timedelta(days=8))
    after = {one["_id"]: one async for one in database["officers"].find()}
    assert set(after) == {*before, "ofc_" + "0" * 26}
    assert after[first["_id"]]["state"] == "ACTIVE"


def test_the_printed_steps_are_operations_of_the_schema() -> None:
    schema = build_gateway_schema()._schema
    for step in demo_identities()["officerLogin"]["steps"]:
        assert validate(schema, parse(step["query"])) == [], step["step"]


@pytest.mark.parametrize("ordinal", range(12))
async def test_the_printed_steps_followed_literally_log_in_renew_and_log_out(
    serving: Serving, ordinal: int
) -> None:
    await load_demo(serving.database, serving.key_set, now=serving.clock())
    told = json.loads(json.dumps(demo_identities()))
    officer = told["officers"][ordinal]
    secret = b32decode(officer["totpSecret"] + "====")
    known: dict[str, Any] = {"officer": officer, "code": code_of(secret, step_at(serving.clock()))}

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: filled(inner) for name, inner in value.items()}
        found = re.fullmatch(r"<(\w+)(?:\.(\w+))?>", value)
        if found is None:
            return value
        return known[found[1]] if found[2] is None else known[found[1]][found[2]]

    login = told["officerLogin"]
    for step in login["steps"]:
        headers = {"Authorization": f"Bearer {filled(step['bearer'])}"} if step["bearer"] else {}
        body = {"query": step["query"], "variables": filled(step["variables"])}
        answer = (await serving.http.post(login["address"], json=body, headers=headers)).json()
        [known[step["step"]]] = answer["data"].values()
    assert known["officerLogin"]["duties"] == officer["duties"]
    assert part(known["renewOfficerSession"]["accessToken"], 1)["sub"] == officer["officerId"]
    assert known["officerLogout"] == {"wasLive": True}


async def example(*arguments: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        EXAMPLE,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, out.decode(), err.decode()


async def test_the_example_logs_in_goes_on_and_logs_out(serving: Serving) -> None:
    await load_demo(serving.database, serving.key_set, now=serving.clock())
    code, out, err = await example(serving.base_url, "zhuhai-counter")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].endswith("in Zhuhai: COUNTER for human-resources-440400")
    assert lines[2] == "logged out: True"
    # A code changes every 30 s: of two more runs at once, one at least has a code that was used.
    again = [await example(serving.base_url, "zhuhai-counter") for _ in range(2)]
    refused = [(out, err) for code, out, err in again if code == 1]
    assert refused, "the code was used"
    assert all(out == "" and err.startswith("LOGIN_REFUSED: ") for out, err in refused)


async def test_a_wrong_call_of_the_example_is_wrong_usage() -> None:
    for arguments in (("127.0.0.1:8000",), ("http://127.0.0.1:9", "moon-check")):
        code, out, err = await example(*arguments)
        assert (code, out) == (2, "")
        assert "must be" in err or "must begin" in err
