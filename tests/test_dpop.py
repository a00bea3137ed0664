"""A token that is bound to a key is good with a proof of that key, made for this request, once."""

from __future__ import annotations

import asyncio
import hmac
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from api.ids import new_id
from auth.used_once import NAME as USED
from tests.bound_portal import (
    ASK,
    GRAPHQL,
    GRAPHQL_RESPONSE,
    TOKEN,
    Bound,
    bound_portal,
    reason_of,
    token_for,
)
from tests.dpop_proofs import Holding, encoded
from tests.employer_client import new_portal
from tests.flows import audit_actions
from tests.leaks import watched
from tests.live_clients import web_socket
from tests.serving import Serving


@pytest.fixture
async def bound(serving: Serving) -> Bound:
    return await bound_portal(serving)


async def test_a_token_is_bound_to_the_key_of_the_proof_and_good_with_it(bound: Bound) -> None:
    claims = jwt.decode(bound.token, options={"verify_signature": False})
    assert claims["cnf"] == {"jkt": bound.holding.thumbprint}
    for _ in range(2):
        answer = await bound.ask()
        assert answer.json() == {"data": {"__typename": "Query"}}
    metadata = await bound.serving.http.get("/.well-known/oauth-authorization-server")
    assert "ES256" in metadata.json()["dpop_signing_alg_values_supported"]


async def test_get_event_streams_papers_and_letters_take_the_same_proof(bound: Bound) -> None:
    http, holding, now = bound.serving.http, bound.holding, bound.serving.clock()
    got = await http.get(
        GRAPHQL, params=ASK, headers=holding.headers(now, "GET", GRAPHQL, bound.token)
    )
    assert got.json() == {"data": {"__typename": "Query"}}
    events = await bound.send(
        **holding.headers(now, "POST", GRAPHQL, bound.token), Accept="text/event-stream"
    )
    assert "Query" in events.text
    files = (("papers", "pap"), ("letters", "let"), ("proofs", "prf"), ("exports", "exp"))
    for path in (f"/{name}/{new_id(prefix)}" for name, prefix in files):
        answer = await http.get(path, headers=holding.headers(now, "GET", path, bound.token))
        assert answer.status_code == 404
        wrong = await http.get(path, headers=holding.headers(now, "GET", GRAPHQL, bound.token))
        assert reason_of(wrong) == "WRONG_ADDRESS"


async def test_a_proof_for_another_request_token_or_time_is_refused(bound: Bound) -> None:
    seconds = int(bound.serving.clock().timestamp())
    other = encoded(b"x" * 32)
    address = "http://127.0.0.1:8000"
    for reason, changes in (
        ("WRONG_METHOD", {"htm": "GET"}),
        ("WRONG_METHOD", {"htm": "post"}),
        ("WRONG_METHOD", {"htm": None}),
        ("WRONG_ADDRESS", {"htu": f"{address}/papers"}),
        ("WRONG_ADDRESS", {"htu": f"{address}/graphql/"}),
        ("WRONG_ADDRESS", {"htu": f"{bound.serving.base_url}/graphql"}),
        ("WRONG_ADDRESS", {"htu": "https://127.0.0.1:8000/graphql"}),
        ("WRONG_ADDRESS", {"htu": "http://a@127.0.0.1:8000/graphql"}),
        ("WRONG_ADDRESS", {"htu": "http://[/graphql"}),
        ("WRONG_ADDRESS", {"htu": 1}),
        ("WRONG_ADDRESS", {"htu": None}),
        ("WRONG_TOKEN", {"ath": other}),
        ("WRONG_TOKEN", {"ath": None}),
        ("TOO_OLD", {"iat": seconds - 61}),
        ("NOT_YET_VALID", {"iat": seconds + 30}),
        ("BAD_CLAIMS", {"iat": None}),
        ("BAD_CLAIMS", {"iat": "now"}),
        ("BAD_CLAIMS", {"jti": None}),
        ("BAD_CLAIMS", {"jti": "short"}),
    ):
        assert await bound.refused(**changes) == reason, changes
    assert (await bound.ask(htu=f"{address}/graphql?query=1#part")).status_code == 200
    assert (await bound.ask(htu="HTTP://127.0.0.1:8000/graphql")).status_code == 200


async def test_a_proof_by_another_key_or_with_a_bent_header_is_refused(bound: Bound) -> None:
    own, other = bound.holding.jwk, Holding()
    private = bound.holding.key.private_numbers().private_value.to_bytes(32, "big")
    now, path = bound.serving.clock(), GRAPHQL
    by_other = await bound.send(**other.headers(now, "POST", path, bound.token))
    assert reason_of(by_other) == "WRONG_KEY"
    for reason, header in (
        ("BAD_SIGNATURE", {"jwk": other.jwk}),
        ("UNSOUND_KEY", {"jwk": own | {"d": encoded(private)}}),
        ("UNSOUND_KEY", {"jwk": {"kty": "oct", "k": encoded(b"k" * 32)}}),
        ("UNSOUND_KEY", {"jwk": own | {"crv": "P-384"}}),
        ("UNSOUND_KEY", {"jwk": own | {"x": own["x"] + "="}}),
        ("UNSOUND_KEY", {"jwk": own | {"alg": "EdDSA"}}),
        ("UNSOUND_KEY", {"jwk": own | {"use": "enc"}}),
        ("UNSOUND_KEY", {"jwk": [own]}),
        ("MALFORMED", {"typ": "JWT"}),
        ("MALFORMED", {"typ": None}),
        ("MALFORMED", {"crit": ["exp"], "exp": 1}),
        ("MALFORMED", {"jku": "https://keys.example/"}),
    ):
        assert await bound.refused(header=header) == reason, header
    claims = bound.holding.claims(now, "POST", path, bound.token)
    for forged in (unsigned(claims, own), by_secret(claims, own), "x", "a.b.c", "x" * 5_000):
        answer = await bound.send(Authorization=f"DPoP {bound.token}", DPoP=forged)
        assert reason_of(answer) == "MALFORMED", forged[:20]
    # None of all these has used anything up.
    assert await bound.serving.database[USED].count_documents({}) == 2


def unsigned(claims: dict[str, Any], jwk: dict[str, str]) -> str:
    header = {"typ": "dpop+jwt", "alg": "none", "jwk": jwk}
    return ".".join(encoded(json.dumps(part).encode()) for part in (header, claims)) + "."


def by_secret(claims: dict[str, Any], jwk: dict[str, str]) -> str:
    """Signed with the public key as if it were a shared secret."""
    header = {"typ": "dpop+jwt", "alg": "HS256", "jwk": jwk}
    signed = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    made = hmac.digest(json.dumps(jwk).encode(), signed.encode(), "sha256")
    return f"{signed}.{encoded(made)}"


async def test_a_proof_counts_once_however_many_send_it(bound: Bound) -> None:
    made = bound.holding.headers(bound.serving.clock(), "POST", GRAPHQL, bound.token)
    answers = await asyncio.gather(*(bound.send(**made) for _ in range(20)))
    good = [answer for answer in answers if answer.status_code == 200]
    assert len(good) == 1
    assert {reason_of(one) for one in answers if one is not good[0]} == {"REPLAYED"}
    bound.serving.clock.advance(seconds=30)
    assert reason_of(await bound.send(**made)) == "REPLAYED"
    bound.serving.clock.advance(seconds=31)
    assert reason_of(await bound.send(**made)) == "TOO_OLD"


async def test_a_bound_token_is_no_bearer_and_a_bearer_is_not_bound(bound: Bound) -> None:
    refused = await bound.send(Authorization=f"Bearer {bound.token}")
    assert refused.status_code == 401
    assert refused.json()["errors"][0]["extensions"] == {
        "code": "UNAUTHENTICATED",
        "scheme": "DPoP",
    }
    assert refused.headers["www-authenticate"].startswith(
        'DPoP realm="onecard", error="invalid_token", algs="'
    )
    proof = bound.holding.proof(bound.serving.clock(), "POST", GRAPHQL, bound.token)
    with_proof = await bound.send(Authorization=f"Bearer {bound.token}", DPoP=proof)
    assert with_proof.status_code == 401
    assert reason_of(await bound.send(Authorization=f"DPoP {bound.token}")) == "MISSING"
    plain = (await bound.portal.ask(bound.serving.http, bound.serving.clock())).json()
    assert plain["token_type"] == "Bearer"
    made = bound.holding.headers(bound.serving.clock(), "POST", GRAPHQL, plain["access_token"])
    as_bound = await bound.send(**made)
    assert as_bound.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert as_bound.headers["www-authenticate"].startswith('DPoP realm="onecard", error="invalid_t')


async def test_two_proofs_are_none(bound: Bound) -> None:
    now = bound.serving.clock()
    proofs = [bound.holding.proof(now, "POST", GRAPHQL, bound.token) for _ in range(2)]
    headers = [("Authorization", f"DPoP {bound.token}"), *(("DPoP", one) for one in proofs)]
    answer = await bound.serving.http.post(
        GRAPHQL, json=ASK, headers=[*headers, ("Accept", GRAPHQL_RESPONSE)]
    )
    assert reason_of(answer) == "SEVERAL"


async def test_a_token_is_not_given_for_a_proof_that_does_not_hold(serving: Serving) -> None:
    portal, holding = await new_portal(serving, new_id("emp")), Holding()
    now = serving.clock()
    good = holding.proof(now, "POST", TOKEN)
    assert (await token_for(serving, portal, good)).status_code == 200
    for proofs in (
        (good,),
        (holding.proof(now, "GET", TOKEN),),
        (holding.proof(now, "POST", GRAPHQL),),
        (holding.proof(now, "POST", TOKEN, iat=1),),
        ("x",),
        tuple(holding.proof(now, "POST", TOKEN) for _ in range(2)),
    ):
        answer = await token_for(serving, portal, *proofs)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")
    assert ("client.token_refused", "PROOF_REFUSED") in await audit_actions(serving.database)


async def test_a_portal_that_must_bind_its_tokens_gets_no_others(serving: Serving) -> None:
    portal = await new_portal(serving, new_id("emp"), requires_dpop=True)
    without = await token_for(serving, portal)
    assert (without.status_code, without.json()["error"]) == (400, "invalid_dpop_proof")
    assert without.json()["error_description"] == "A DPoP proof is missing."
    proof = Holding().proof(serving.clock(), "POST", TOKEN)
    assert (await token_for(serving, portal, proof)).json()["token_type"] == "DPoP"


async def test_every_algorithm_that_is_announced_is_taken(serving: Serving) -> None:
    portal = await new_portal(serving, new_id("emp"))
    secret = rsa.generate_private_key(65_537, 2_048)
    numbers = secret.public_key().public_numbers()
    modulus = encoded(numbers.n.to_bytes(256, "big"))
    edwards = ed25519.Ed25519PrivateKey.generate()
    okp = {"kty": "OKP", "crv": "Ed25519", "x": encoded(edwards.public_key().public_bytes_raw())}
    public = {"kty": "RSA", "n": modulus, "e": "AQAB"}
    extras = {"kid": "any name, or none", "ext": True, "key_ops": ["verify"]}
    for algorithm, key, jwk in (
        ("EdDSA", edwards, okp | extras),
        ("RS256", secret, public),
        ("PS256", secret, public),
    ):
        claims = Holding().claims(serving.clock(), "POST", TOKEN)
        proof = jwt.encode(claims, key, algorithm, {"typ": "dpop+jwt", "jwk": jwk})
        answer = await token_for(serving, portal, proof)
        assert answer.status_code == 200, (algorithm, answer.text)
    header = {"typ": "dpop+jwt", "alg": "Ed25519", "jwk": okp | {"alg": "Ed25519"}}
    parts = (header, Holding().claims(serving.clock(), "POST", TOKEN))
    text = ".".join(encoded(json.dumps(part).encode()) for part in parts)
    proof = f"{text}.{encoded(edwards.sign(text.encode()))}"
    assert (await token_for(serving, portal, proof)).status_code == 200


async def test_a_bound_token_opens_no_web_socket(bound: Bound) -> None:
    for scheme in ("DPoP", "Bearer"):
        async with web_socket(bound.serving.base_url, initialise=False) as client:
            payload = {"Authorization": f"{scheme} {bound.token}"}
            await client.say({"type": "connection_init", "payload": payload})
            assert await client.ended() == 4403


async def test_no_proof_is_ever_logged_or_stored(bound: Bound) -> None:
    async with watched(bound.serving) as watch:
        secret = "kunigunde-drosselmeyer"
        now = bound.serving.clock()
        good = bound.holding.headers(now, "POST", GRAPHQL, bound.token, jti=secret)
        for headers in (good, good, good | {"DPoP": secret}, good | {"Authorization": "DPoP x"}):
            await bound.send(**headers)
        await bound.ask(htu=f"https://{secret}.example/", ath=secret)
        watch.known.add(secret, *good["DPoP"].split("."), *bound.token.split(".")[1:])
        assert watch.lines.getvalue().count("INVALID_DPOP_PROOF") >= 3
        assert watch.found() == {}
        assert await watch.known.found_in_database(bound.serving.database) == {}
