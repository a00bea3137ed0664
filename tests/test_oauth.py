"""`/oauth/token`: an employer's portal gets a token, or one of the errors of RFC 6749."""

from __future__ import annotations

from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.ids import new_id
from auth.clients import NAME as CLIENTS
from auth.permissions import RULES
from auth.scopes import ClientScope
from resolvers.policy.throttling import CLIENT, CLIENT_ADDRESS
from tests.employer_client import Portal, employer_client, new_portal
from tests.flows import audit_actions, everything_stored
from tests.leaks import watched
from tests.oauth_requests import FORM, error_of, post
from tests.serving import Serving

METADATA = "/.well-known/oauth-authorization-server"
NOT_AUTHENTICATED = "The client could not be authenticated."
COUNTED = ("throttle", "audit")


@pytest.fixture
async def portal(serving: Serving) -> Portal:
    return await new_portal(serving, new_id("emp"))


async def test_a_portal_asks_for_a_token_and_speaks_for_its_employer(serving: Serving) -> None:
    client = await employer_client(serving, new_id("emp"))
    assert (await client.post("{ __typename }")).status_code == 200
    refused = (await client.post("{ me { id } }")).json()
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_the_answer_is_that_of_the_rfc_and_the_token_that_of_the_client(
    serving: Serving, portal: Portal
) -> None:
    answer = await portal.ask(serving.http, serving.clock(), client_id=portal.client_id)
    assert answer.status_code == 200
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    told = answer.json()
    token = told.pop("access_token")
    scope = " ".join(ClientScope)
    assert told == {"token_type": "Bearer", "expires_in": 300, "scope": scope}
    assert jwt.get_unverified_header(token)["typ"] == "at+jwt"
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 300
    for name in ("iat", "exp", "auth_time", "jti"):
        claims.pop(name)
    assert claims == {
        "iss": "http://127.0.0.1:8000",
        "aud": "onecard-gateway",
        "sub": portal.employer_id,
        "kind": "employer",
        "client_id": portal.client_id,
        "sid": portal.session_id,
        "scope": scope,
        "acr": "urn:onecard:acr:none",
        "amr": ["pop"],
    }
    [line] = await serving.database["audit"].find().to_list(2)
    assert (line["action"], line["result"]) == ("client.token_issued", "OK")
    assert line["objects"] == [portal.client_id]
    assert line["actor"]["subject"] == portal.employer_id
    assert line["actor"]["session_id"] == portal.session_id


async def test_a_token_may_be_asked_for_with_less_than_was_granted(
    serving: Serving, portal: Portal
) -> None:
    for asked, given in (
        ("permits:read", "permits:read"),
        ("papers:write permits:read permits:read", "permits:read papers:write"),
    ):
        answer = await portal.ask(serving.http, serving.clock(), scope=asked)
        assert answer.json()["scope"] == given


async def test_a_scope_that_was_not_granted_is_refused(serving: Serving) -> None:
    portal = await new_portal(serving, new_id("emp"), (ClientScope.PERMITS_READ,))
    for scope in ("papers:write", "permits:read everything", "permits:read  ", "x" * 401, "许可"):
        answer = await portal.ask(serving.http, serving.clock(), scope=scope)
        assert error_of(answer) == (400, "invalid_scope")
        assert scope not in answer.text


def test_every_scope_that_a_rule_asks_of_an_employer_can_be_granted() -> None:
    asked = {
        rule.scope
        for rule in RULES.values()
        if rule.scope is not None and [kind.value for kind in rule.kinds] == ["employer"]
    }
    assert asked
    assert asked <= set(ClientScope)


async def test_unknown_revoked_and_forged_clients_are_told_the_same(
    serving: Serving, portal: Portal
) -> None:
    revoked = await new_portal(serving, new_id("emp"))
    await serving.database[CLIENTS].update_one(
        {"_id": revoked.client_id}, {"$set": {"state": "REVOKED", "revoked_at": serving.clock()}}
    )
    unknown = Portal(new_id("cli"), portal.employer_id, portal.session_id, portal.key)
    forger = Portal(portal.client_id, portal.employer_id, portal.session_id, revoked.key)
    before = await everything_stored(serving.database, *COUNTED)
    answers = [
        await revoked.ask(serving.http, serving.clock()),
        await unknown.ask(serving.http, serving.clock()),
        await forger.ask(serving.http, serving.clock()),
        await post(serving, portal.form(portal.assertion(serving.clock(), {"kid": "other"}))),
        await post(serving, portal.form("no assertion")),
    ]
    told = {"error": "invalid_client", "error_description": NOT_AUTHENTICATED}
    for answer in answers:
        assert error_of(answer) == (401, "invalid_client")
        assert answer.json() == told
        assert answer.headers["www-authenticate"] == 'private_key_jwt realm="onecard"'
    assert await everything_stored(serving.database, *COUNTED) == before
    refused = "client.token_refused"
    assert await audit_actions(serving.database) == [
        (refused, "CLIENT_REVOKED"),
        (refused, "BAD_SIGNATURE"),
        (refused, "UNKNOWN_KEY"),
    ]


async def test_a_client_that_proved_itself_is_told_what_is_wrong(
    serving: Serving, portal: Portal
) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"aud": "https://other.example"}, "aud"),
        ({"jti": "short"}, "claim"),
        ({"exp": 1}, "expired"),
        ({"exp": 253_402_300_799, "iat": None}, "5 minutes"),
        ({"nbf": 253_402_300_799}, "clock"),
    ]
    for claims, word in wrong:
        answer = await post(serving, portal.form(portal.assertion(serving.clock(), **claims)))
        assert error_of(answer) == (401, "invalid_client")
        assert word in answer.json()["error_description"]


async def test_an_assertion_is_good_for_one_token(serving: Serving, portal: Portal) -> None:
    form = portal.form(portal.assertion(serving.clock()))
    assert (await post(serving, form)).status_code == 200
    again = await post(serving, form)
    assert error_of(again) == (401, "invalid_client")
    assert "already" in again.json()["error_description"]
    assert (await audit_actions(serving.database))[-1] == ("client.token_refused", "REPLAYED")


async def test_a_client_id_beside_the_assertion_must_be_its_own(
    serving: Serving, portal: Portal
) -> None:
    answer = await portal.ask(serving.http, serving.clock(), client_id=new_id("cli"))
    assert error_of(answer) == (401, "invalid_client")


async def test_a_client_that_asks_too_often_waits_and_nobody_else_can_use_up_its_attempts(
    serving: Serving, portal: Portal
) -> None:
    free = [delay for delay in CLIENT.delays if not delay]
    stranger = Portal(
        portal.client_id,
        portal.employer_id,
        portal.session_id,
        Ed25519PrivateKey.generate(),
    )
    for _ in range(3):
        assert (await stranger.ask(serving.http, serving.clock())).status_code == 401
    statuses = [(await portal.ask(serving.http, serving.clock())).status_code for _ in free]
    assert set(statuses) == {200}
    assert (await portal.ask(serving.http, serving.clock())).status_code == 200
    waiting = await portal.ask(serving.http, serving.clock())
    assert error_of(waiting) == (429, "temporarily_unavailable")
    assert waiting.headers["retry-after"] == "1"
    form = portal.form(portal.assertion(serving.clock(), act={"sub": "e-1047"}))
    assert (await post(serving, form)).status_code == 200
    serving.clock.advance(seconds=1)
    assert (await portal.ask(serving.http, serving.clock())).status_code == 200


async def test_an_address_that_asks_too_often_waits_whatever_it_sends(
    serving: Serving, portal: Portal
) -> None:
    free = [delay for delay in CLIENT_ADDRESS.delays if not delay]
    assert error_of(await post(serving, FORM)) == (401, "invalid_client")
    counters = serving.database["throttle"]
    await counters.update_one({"attempts": 1}, {"$set": {"attempts": len(free)}})
    assert error_of(await post(serving, FORM)) == (401, "invalid_client")
    assert error_of(await portal.ask(serving.http, serving.clock()))[0] == 429
    assert await audit_actions(serving.database) == []


async def test_the_metadata_say_where_and_how(serving: Serving, portal: Portal) -> None:
    answer = await serving.http.get(METADATA)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=300"
    algorithms = ["EdDSA", "ES256", "PS256", "RS256", "Ed25519"]
    assert answer.json() == {
        "issuer": "http://127.0.0.1:8000",
        "token_endpoint": "http://127.0.0.1:8000/oauth/token",
        "jwks_uri": "http://127.0.0.1:8000/.well-known/jwks.json",
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "scopes_supported": [str(scope) for scope in ClientScope],
        "dpop_signing_alg_values_supported": algorithms,
    }
    for audience in (answer.json()["issuer"], answer.json()["token_endpoint"]):
        assertion = portal.assertion(serving.clock(), aud=audience)
        assert (await post(serving, portal.form(assertion))).status_code == 200


async def test_no_assertion_token_or_scope_is_ever_logged_or_stored(
    serving: Serving, portal: Portal
) -> None:
    async with watched(serving) as watch:
        secret = "kunigunde-drosselmeyer"
        good, replayed = portal.assertion(serving.clock()), portal.assertion(serving.clock())
        wrong = portal.assertion(serving.clock(), jti=secret, aud=secret, exp=1)
        token = (await post(serving, portal.form(good))).json()["access_token"]
        for form in (
            portal.form(replayed),
            portal.form(replayed),
            portal.form(wrong),
            portal.form(secret),
            portal.form(portal.assertion(serving.clock()), scope=secret),
            portal.form(portal.assertion(serving.clock()), client_id=secret),
            FORM | {"grant_type": secret},
            FORM | {secret: secret},
        ):
            await post(serving, form)
        sent = [part for one in (good, replayed, wrong, token) for part in one.split(".")[1:]]
        watch.known.add(secret, *sent)
        assert watch.lines.getvalue().count("INVALID_CLIENT") >= 4
        assert watch.found() == {}
        assert await watch.known.found_in_database(serving.database) == {}
        metrics = (await serving.http.get("/metrics")).text
        assert 'onecard_errors_total{code="INVALID_CLIENT"}' in metrics
        assert watch.known.found_in(metrics) == set()
