"""Which of a portal's own users asks stands in its token and in each line of the audit trail."""

from __future__ import annotations

from typing import Any

import jwt
import pytest

from api.ids import new_id
from auth.audit import NAME as AUDIT
from auth.mongo import Database
from auth.tokens import AccessClaims
from resolvers.store.migrations import MIGRATIONS
from tests.employer_client import Portal, new_portal
from tests.filing import Desk, application_of, employer_of, new_in_china
from tests.minting import CLAIMS, HEADER, NOW, access_token, authority, forged, refusal_of
from tests.serving import Serving

STAFF = "e-1047.north_2"


async def asked(serving: Serving, portal: Portal, act: object) -> dict[str, Any]:
    form = portal.form(portal.assertion(serving.clock(), act=act))
    told: dict[str, Any] = (await serving.http.post("/oauth/token", data=form)).json()
    return told


async def actors(database: Database) -> list[tuple[str, str | None]]:
    lines = database[AUDIT].find({"actor.kind": "employer"}).sort("at", 1)
    return [(line["action"], line["actor"]["sub_user"]) async for line in lines]


async def test_a_sub_user_stands_in_the_token_and_in_every_line_of_what_it_did(
    serving: Serving,
) -> None:
    employer_id = await employer_of(serving, await serving.person())
    portal = await new_portal(serving, employer_id)
    for staff in (STAFF, None):
        told = await asked(serving, portal, None if staff is None else {"sub": staff})
        claims = jwt.decode(told["access_token"], options={"verify_signature": False})
        assert claims.get("act") == (None if staff is None else {"sub": staff})
        app = serving.client()
        app.token = told["access_token"]
        application_of(await Desk(app).create(new_in_china(serving)))
    lines = await actors(serving.database)
    actions = ["client.token_issued", "application.drafted"]
    wanted = [(action, staff) for staff in (STAFF, None) for action in actions]
    assert [line for line in lines if line[0] in actions] == wanted


@pytest.mark.parametrize(
    "act",
    [
        "e-1047",
        {},
        {"sub": ""},
        {"sub": "x" * 65},
        {"sub": "Li Wei"},
        {"sub": "li@portal.example"},
        {"sub": "\u674e"},
        {"sub": "e\n"},
        {"sub": 1047},
        {"sub": "e", "iss": "https://portal.example"},
        {"sub": "e", "act": {"sub": "f"}},
        ["e"],
    ],
    ids=range(12),
)
async def test_a_sub_user_that_may_be_a_name_is_refused(serving: Serving, act: object) -> None:
    told = await asked(serving, await new_portal(serving, new_id("emp")), act)
    assert told["error"] == "invalid_client"
    assert told["error_description"].startswith("act must be")


def test_a_token_says_who_and_which_key_or_nothing_of_it() -> None:
    token = access_token(sub_user=STAFF, key_thumbprint="t" * 43)
    claims: AccessClaims = authority().verify_access(token, NOW)
    assert (claims.sub_user, claims.key_thumbprint) == (STAFF, "t" * 43)
    plain = authority().verify_access(access_token(), NOW)
    assert (plain.sub_user, plain.key_thumbprint) == (None, None)
    for name, value in (
        ("act", {"sub": ""}),
        ("act", {}),
        ("act", STAFF),
        ("act", None),
        ("cnf", {"jkt": 1}),
        ("cnf", {"jkt": "t", "jwk": {}}),
        ("cnf", {"jwk": {}}),
        ("cnf", []),
    ):
        assert refusal_of(forged(HEADER, CLAIMS | {name: value})) == "BAD_CLAIMS", (name, value)


async def test_lines_of_before_name_no_sub_user(database: Database) -> None:
    actor = {"kind": "holder", "subject": None, "client_id": None}
    line = {"_id": new_id("aud"), "at": NOW, "actor": actor}
    await database[AUDIT].insert_one(line, bypass_document_validation=True)
    [migration] = [one for one in MIGRATIONS if (one.collection, one.to_version) == (AUDIT, 3)]
    await migration.run(database)
    [found] = await database[AUDIT].find().to_list(2)
    assert found["actor"] == actor | {"sub_user": None}
