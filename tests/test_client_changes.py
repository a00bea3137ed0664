"""Keys rotated without a gap, and terms changed: what lives on, what stops, what is noted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.ids import new_id
from api.runtime import open_runtime
from api.settings import Settings
from auth.client_keys import ClientKey, KeyAlgorithm, keys_of_jwks, private_jwk
from auth.clients import NAME, Client, decode_client
from auth.mongo import Database
from auth.principal import ANONYMOUS
from auth.stored_keys import MAX_KEYS_EVER, RetiredKey
from resolvers.client_changes import ChangeFault, ClientChanged, add_keys, retire_key
from resolvers.gateway import Ask
from tests.client_place import NEW, Place, new_public, opened_place
from tests.command_line import Answer, onecard
from tests.employer_client import KID, Portal, new_portal
from tests.serving import Serving


@pytest.fixture
def place(mongod_uri: str, database_name: str, keys_file: Path, tmp_path: Path) -> Iterator[Place]:
    yield from opened_place(mongod_uri, database_name, keys_file, tmp_path)


def registered(place: Place, *keys: dict[str, str]) -> str:
    return place.told(*place.add(place.file({"keys": list(keys)}), *NEW))[1].split()[1]


def stored_client(place: Place, client_id: str) -> Client:
    found = place.do(lambda database: database[NAME].find_one({"_id": client_id}))
    assert found is not None
    return decode_client(found)


def lines_of(place: Place, action: str) -> list[tuple[list[str], list[str]]]:
    found = place.do(lambda database: database["audit"].find({"action": action}).to_list(99))
    return [(line["objects"], line["fields"]) for line in found]


def test_keys_are_added_and_retired_and_each_step_is_audited(place: Place) -> None:
    first, second = new_public(), new_public()
    client_id = registered(place, first)
    told = place.told("keys", "add", client_id, "--jwks", place.file(second))
    assert told[0] == "added"
    assert place.told("keys", "add", client_id, "--jwks", place.file(second))[0] == (
        "it has them already"
    )
    assert place.told("keys", "retire", client_id, first["kid"])[0] == "retired"
    shown = place.told("keys", "list", client_id)
    assert [line.split()[:2] for line in shown] == [
        ["key", second["kid"]],
        ["retired", first["kid"]],
    ]
    after = stored_client(place, client_id)
    for action, jwk in (("client.keys_added", second), ("client.key_retired", first)):
        [key] = keys_of_jwks(json.dumps(jwk).encode())
        named = f"key:{key.fingerprint.hex()[:32]}"
        assert lines_of(place, action) == [
            ([client_id, after.employer_id, named], ["employer_clients.keys"])
        ]


def test_a_key_is_one_clients_for_ever_and_the_last_one_stays(place: Place) -> None:
    first, second, others = new_public(), new_public(), new_public()
    client_id, other = registered(place, first), registered(place, others)
    add = ("keys", "add", client_id, "--jwks")
    assert "only key" in place.refused("keys", "retire", client_id, first["kid"])
    assert "no such key" in place.refused("keys", "retire", client_id, "nobody's")
    assert "another client's" in place.refused(*add, place.file(others))
    assert "another kid" in place.refused(*add, place.file(second | {"kid": first["kid"]}))
    place.told(*add, place.file(second))
    place.told("keys", "retire", client_id, first["kid"])
    # Retired, it is nobody else's, and not this one's again.
    assert "or was retired" in place.refused(*add, place.file(first))
    assert "another client's" in place.refused("keys", "add", other, "--jwks", place.file(first))
    assert "another client's" in place.refused(*place.add(place.file(first)))
    assert "another kid" in place.refused(*add, place.file(new_public() | {"kid": first["kid"]}))
    many = {"keys": [new_public() for _ in range(5)]}
    assert "at most 5 keys at a time" in place.refused(*add, place.file(many))
    place.told("revoke", client_id)
    assert "revoked, for good" in place.refused(*add, place.file(new_public()))
    assert "no such client" in place.refused("keys", "list", "cli_nobody")
    assert place.client("keys", "add", client_id).code == 2


def test_what_is_set_is_kept_and_what_is_not_named_stays(place: Place) -> None:
    client_id = registered(place, new_public())
    before = stored_client(place, client_id)
    digest = "a" * 64
    told = place.told("set", client_id, "--callback", "https://portal.example/")
    assert told == ["changed: callbacks"]
    assert place.told("set", client_id, "--callback", "https://portal.example/") == [
        "it is just so already"
    ]
    wider = ("--scope", "permits:read", "--scope", "applications:write", "--scope", "tasks:read")
    assert place.told("set", client_id, *wider) == ["changed: scopes"]
    assert stored_client(place, client_id).session_id == before.session_id
    stops = "its live tokens stop within a second"
    for arguments, changed in (
        (("--scope", "permits:read"), "scopes"),
        (("--allowed-documents", place.file(digest.encode())), "allowed_documents"),
        (("--operations-per-minute", "7"), "limits"),
        (("--require-dpop",), "requires_dpop"),
        (("--any-document",), "allowed_documents"),
        (("--no-require-dpop",), "requires_dpop"),
    ):
        family = stored_client(place, client_id).session_id
        assert place.told("set", client_id, *arguments) == [f"changed: {changed}", stops]
        after = stored_client(place, client_id)
        assert after.session_id != family
        ended = place.do(partial(_revocation, family))
        assert ended is not None, arguments
    assert after.callbacks == ("https://portal.example/",)
    assert (after.limits.operations_per_minute, after.allowed_documents) == (7, None)
    assert [str(scope) for scope in after.scopes] == ["permits:read"]
    assert place.told("set", client_id, "--no-callbacks") == ["changed: callbacks"]
    fields = [fields for _, fields in lines_of(place, "client.changed")]
    assert fields.count(["employer_clients.callbacks"]) == 2
    assert len(fields) == 9
    for wrong in ((), ("--callback", "https://a.example/", "--no-callbacks")):
        assert place.client("set", client_id, *wrong).code == 2
    assert "https" in place.refused("set", client_id, "--callback", "ftp://a.example/")
    assert "no such client" in place.refused("set", "cli_nobody", "--no-callbacks")


async def _revocation(session_id: str, database: Database) -> object:
    return await database["revocations"].find_one({"_id": session_id})


def command(serving: Serving, mongod_uri: str, keys_file: Path, *words: str) -> Answer:
    settings = {
        "ONECARD_MONGODB_URI": mongod_uri,
        "ONECARD_MONGODB_DATABASE": serving.database.name,
        "ONECARD_KEYS_FILE": str(keys_file),
    }
    answer = onecard("client", *words, settings=settings)
    assert answer.code == 0, answer
    return answer


async def test_a_portal_changes_its_key_without_a_request_that_fails(
    serving: Serving, mongod_uri: str, keys_file: Path, tmp_path: Path
) -> None:
    portal = await new_portal(serving, new_id("emp"))
    app = serving.client()
    app.token = (await portal.ask(serving.http, serving.clock())).json()["access_token"]
    fresh = Ed25519PrivateKey.generate()
    jwk = {name: value for name, value in private_jwk(fresh).items() if name != "d"}
    file = tmp_path / "fresh.json"
    file.write_text(json.dumps(jwk))
    run = partial(command, serving, mongod_uri, keys_file)
    await asyncio.to_thread(run, "keys", "add", portal.client_id, "--jwks", str(file))
    renewed = Portal(portal.client_id, portal.employer_id, portal.session_id, fresh)
    by_new = renewed.assertion(serving.clock(), {"kid": jwk["kid"]})
    for form in (portal.form(portal.assertion(serving.clock())), renewed.form(by_new)):
        assert (await serving.http.post("/oauth/token", data=form)).status_code == 200
    await asyncio.to_thread(run, "keys", "retire", portal.client_id, KID)
    late = await portal.ask(serving.http, serving.clock())
    assert (late.status_code, late.json()["error"]) == (401, "invalid_client")
    assert late.json()["error_description"] == "The client could not be authenticated."
    again = renewed.form(renewed.assertion(serving.clock(), {"kid": jwk["kid"]}))
    assert (await serving.http.post("/oauth/token", data=again)).status_code == 200
    # What it got by the key that is retired lives on.
    assert (await app.post("{ __typename }")).status_code == 200
    [line] = await serving.database["audit"].find({"action": "client.token_refused"}).to_list(9)
    assert line["result"] == "KEY_RETIRED"


async def test_a_scope_that_is_taken_away_is_gone_from_live_tokens_within_a_second(
    serving: Serving, mongod_uri: str, keys_file: Path
) -> None:
    portal = await new_portal(serving, new_id("emp"))
    app = serving.client()
    app.token = (await portal.ask(serving.http, serving.clock())).json()["access_token"]
    assert (await app.post("{ __typename }")).status_code == 200
    run = partial(command, serving, mongod_uri, keys_file, "set", portal.client_id)
    await asyncio.to_thread(run, "--scope", "tasks:read")
    await asyncio.sleep(1)
    assert (await app.post("{ __typename }")).status_code == 401
    answer = (await portal.ask(serving.http, serving.clock())).json()
    assert answer["scope"] == "tasks:read"
    app.token = answer["access_token"]
    assert (await app.post("{ __typename }")).status_code == 200


async def test_two_administrators_who_retire_a_key_each_leave_one(
    serving: Serving, settings: Settings, mongod_uri: str
) -> None:
    ask = Ask(ANONYMOUS, "test", new_id("req"))
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        gateway = runtime.gateway
        for _ in range(5):
            portal = await new_portal(serving, new_id("emp"))
            [other] = keys_of_jwks(json.dumps(new_public()).encode())
            added = await add_keys(gateway, ask, portal.client_id, (other,))
            assert isinstance(added, ClientChanged)
            outcomes = await asyncio.gather(
                *(retire_key(gateway, ask, portal.client_id, kid) for kid in (KID, other.kid))
            )
            faults = [one for one in outcomes if isinstance(one, ChangeFault)]
            assert faults == [ChangeFault.LAST_KEY]


async def test_a_client_has_no_more_keys_in_its_life_than_are_kept(
    serving: Serving, settings: Settings, mongod_uri: str
) -> None:
    had = tuple(
        RetiredKey(ClientKey(f"old-{n}", KeyAlgorithm.EDDSA, bytes([n])), serving.clock())
        for n in range(MAX_KEYS_EVER - 1)
    )
    portal = await new_portal(serving, new_id("emp"), retired_keys=had)
    [key] = keys_of_jwks(json.dumps(new_public()).encode())
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        ask = Ask(ANONYMOUS, "test", new_id("req"))
        outcome = await add_keys(runtime.gateway, ask, portal.client_id, (key,))
    assert outcome is ChangeFault.TOO_MANY_EVER
