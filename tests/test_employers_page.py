"""docs/employers.md, the demo portals and the example script do what they say."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import subprocess
import sys
from typing import Any
from urllib.parse import parse_qs, urlencode

import click
import jwt
import pytest

from api.demo import demo_identities, load_demo
from api.oauth import MAX_BODY_BYTES
from api.oauth_errors import OAuthError
from auth import client_assertions, client_terms, compact_jws, dpop, stored_keys
from auth.client_keys import MAX_KEYS
from auth.scopes import ClientScope
from resolvers.policy.throttling import CLIENT, CLIENT_ADDRESS
from tests.command_line import ROOT, command_named
from tests.serving import Serving

PAGE = (ROOT / "docs" / "employers.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "docs" / "examples" / "employer_token.py"


def first_cells(heading: str) -> list[str]:
    """Of the rows that begin with a word of ours, in the section below a heading."""
    section = PAGE.split(f"\n{heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)


def test_every_scope_and_every_error_is_told_and_no_other() -> None:
    assert first_cells("## Registering") == [str(one) for one in ClientScope]
    assert sorted(first_cells("## Errors")) == sorted(OAuthError)


@pytest.mark.parametrize(
    "sentence",
    [
        f"a JWK set of 1 to {MAX_KEYS} keys",
        f"at most {MAX_BODY_BYTES:,} bytes",
        f"at most {client_assertions.MAX_ASSERTION_LENGTH:,} characters",
        f"at most {client_assertions.MAX_LIFETIME.seconds // 60} minutes ahead",
        f"up to {client_terms.MAX_CALLBACKS};",
        f"up to {client_terms.MAX_DOCUMENTS}.",
        f"1 to {client_terms.MAX_OPERATIONS_PER_MINUTE:,}; {client_terms.OPERATIONS_PER_MINUTE}",
        f"can have had {stored_keys.MAX_KEYS_EVER} keys",
        f"at most {dpop.PROOF_LIFETIME.seconds} seconds ago",
        f"give or take {compact_jws.CLOCK_LEEWAY.seconds} seconds",
        f"{compact_jws.JTI_LENGTHS[0]} to {compact_jws.JTI_LENGTHS[-1]} printable",
        f"ask {CLIENT_ADDRESS.delays.count(CLIENT_ADDRESS.delays[0])} times in 10 minutes",
        f"one client {CLIENT.delays.count(CLIENT.delays[0])} times",
    ],
)
def test_the_figures_on_the_page_are_those_of_the_code(sentence: str) -> None:
    assert sentence in " ".join(PAGE.split())


def test_every_command_on_the_page_exists() -> None:
    group = command_named("client")
    assert isinstance(group, click.Group)
    assert set(re.findall("onecard client ([a-z]+)", PAGE)) == set(group.commands)


def assertion_of(employer: dict[str, Any], issuer: str, now: int) -> str:
    """Made by a script that knows nothing but what `onecard demo --json` prints."""
    told = employer["tokenRequest"]
    filled = {
        "<issuer>": issuer,
        "<now>": now,
        "<now + 60>": now + 60,
        "<random>": secrets.token_hex(16),
    }
    claims = {name: filled.get(value, value) for name, value in told["claims"].items()}
    key = jwt.PyJWK(employer["privateJwk"])
    return jwt.encode(claims, key, told["header"]["alg"], told["header"])


async def test_a_token_is_asked_for_and_given_as_the_page_shows(serving: Serving) -> None:
    await load_demo(serving.database, serving.key_set, now=serving.clock())
    [employer, *_] = demo_identities()["employers"]
    request, answer = re.findall(r"```http\n(.*?)```", PAGE, re.DOTALL)
    head, _, body = request.partition("\n\n")
    line, *headers = head.splitlines()
    shown = {name: values[0] for name, values in parse_qs(body.strip()).items()}
    metadata = (await serving.http.get("/.well-known/oauth-authorization-server")).json()
    now = int(serving.clock().timestamp())
    form = shown | {"client_assertion": assertion_of(employer, metadata["issuer"], now)}
    method, path, _ = line.split()
    given = await serving.http.request(
        method,
        path,
        content=urlencode(form),
        headers=dict(header.split(": ", 1) for header in headers),
    )
    status_and_headers, _, told = answer.partition("\n\n")
    status, *answered = status_and_headers.splitlines()
    assert status == f"HTTP/1.1 {given.status_code} {given.reason_phrase}"
    for header in answered:
        name, value = header.split(": ", 1)
        assert given.headers[name] == value
    same = json.loads(told)
    prefix = same.pop("access_token").removesuffix("…")
    token = given.json().pop("access_token")
    assert {name: given.json()[name] for name in same} == same
    assert token[:3] == prefix[:3] == "eyJ"


async def test_every_demo_employer_gets_a_token_by_what_is_printed(serving: Serving) -> None:
    await load_demo(serving.database, serving.key_set, now=serving.clock())
    employers = json.loads(json.dumps(demo_identities()))["employers"]
    stored = serving.database["employers"]
    for employer in employers:
        known = await stored.find_one({"credit_code": employer["creditCode"]})
        assert known is not None
        assert known["_id"] == employer["employerId"]
        told, now = employer["tokenRequest"], int(serving.clock().timestamp())
        assertion = assertion_of(employer, "http://127.0.0.1:8000", now)
        form = told["form"] | {"client_assertion": assertion}
        answer = await serving.http.post(told["address"], data=form)
        assert answer.status_code == 200, answer.text
        assert answer.json()["scope"].split() == employer["scopes"]
        client = serving.client()
        client.token = answer.json()["access_token"]
        assert (await client.post("{ __typename }")).status_code == 200
    assert len(employers) == len({employer["clientId"] for employer in employers}) == 8
    assert {"permits:read", "applications:read"} <= set(employers[7]["scopes"])
    assert not [scope for scope in employers[7]["scopes"] if scope.endswith(":write")]


async def test_the_example_gets_a_token_and_asks_the_graph(serving: Serving) -> None:
    await load_demo(serving.database, serving.key_set, now=serving.clock())
    told = await asyncio.to_thread(example, serving.base_url, "7")
    assert (told.returncode, told.stderr) == (0, "")
    assert "scope: permits:read applications:read" in told.stdout
    assert json.loads(told.stdout.splitlines()[-1]) == {"data": {"__typename": "Query"}}
    bound = await asyncio.to_thread(example, serving.base_url, "7", "--dpop")
    assert (bound.returncode, bound.stderr) == (0, "")
    assert "DPoP for 300 seconds" in bound.stdout
    assert bound.stdout.splitlines()[-1] == told.stdout.splitlines()[-1]
    await serving.database["employer_clients"].update_many({}, {"$set": {"state": "REVOKED"}})
    refused = await asyncio.to_thread(example, serving.base_url)
    assert refused.returncode == 1
    [line] = refused.stderr.splitlines()
    assert "HTTP 401: The client could not be authenticated." in line


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("127.0.0.1:8000",), 2, "BASE_URL must begin with"),
        (("http://127.0.0.1:9", "8"), 2, "EMPLOYER must be 0 to 7"),
        (("http://127.0.0.1:9",), 1, "start it with 'make run'"),
    ],
)
def test_a_wrong_call_of_the_example_is_told_in_words(
    arguments: tuple[str, ...], code: int, reason: str
) -> None:
    told = example(*arguments)
    assert (told.returncode, told.stdout) == (code, "")
    assert reason in told.stderr
    assert "Traceback" not in told.stderr


def example(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, EXAMPLE, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
