"""An assertion counts for the client that signed it, for us, now, and once."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from api.clock import utc_now
from api.ids import new_id
from auth.client_assertions import (
    MAX_ASSERTION_LENGTH,
    AssertionFault,
    AssertionRefused,
    Authenticated,
    ClientAssertions,
    fault_of,
    read_assertion,
)
from auth.client_keys import keys_of_jwks, keys_of_pem, private_jwk, public_jwk
from auth.clients import NAME as CLIENTS
from auth.clients import Client, ClientState, ClientStore, encode_client
from auth.mongo import Database
from auth.used_once import KEPT_AFTER_EXPIRY, NAME
from tests.employer_client import KID, Portal, portal_record

NOW = datetime(2026, 11, 23, 9, 30, 0, 250_000, tzinfo=UTC)
ISSUER = "http://127.0.0.1:8000"
AUDIENCES = frozenset({ISSUER, f"{ISSUER}/oauth/token"})
PORTAL, CLIENT = portal_record(new_id("emp"), NOW)
SECONDS = int(NOW.timestamp())


def judged(assertion: str, client: Client = CLIENT) -> AssertionFault | None:
    """MALFORMED, or what a client of these keys is told."""
    read = read_assertion(assertion)
    if read is None or read.client_id is None:
        return AssertionFault.MALFORMED
    return fault_of(read, client, AUDIENCES, NOW)


def segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def forged(header: dict[str, Any], signature: bytes | None = None) -> str:
    """Good claims under any header; signed by the portal's key unless a signature is given."""
    signed = f"{segment(header)}.{segment(PORTAL.claims(NOW))}"
    made = PORTAL.key.sign(signed.encode()) if signature is None else signature
    return f"{signed}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


def test_a_good_assertion_has_no_fault() -> None:
    assert judged(PORTAL.assertion(NOW)) is None
    assert judged(forged({"alg": "EdDSA", "kid": KID})) is None


@pytest.mark.parametrize(
    "good",
    [
        {"aud": f"{ISSUER}/oauth/token"},
        {"aud": [ISSUER]},
        {"iat": None},
        {"exp": SECONDS + 1},
        {"exp": SECONDS + 300},
        {"exp": SECONDS + 59.5, "iat": SECONDS + 0.25},
        {"iat": SECONDS + 5, "nbf": SECONDS + 5},
        {"jti": "12345678"},
        {"jti": "x" * 128},
        {"more": {"of": "theirs"}},
    ],
    ids=str,
)
def test_what_the_rfc_leaves_open_is_taken(good: dict[str, Any]) -> None:
    assert judged(PORTAL.assertion(NOW, **good)) is None


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        ({"aud": "http://127.0.0.1:8000/"}, AssertionFault.WRONG_AUDIENCE),
        ({"aud": "onecard-gateway"}, AssertionFault.WRONG_AUDIENCE),
        ({"aud": [ISSUER, "https://other.example"]}, AssertionFault.WRONG_AUDIENCE),
        ({"aud": [[ISSUER]]}, AssertionFault.WRONG_AUDIENCE),
        ({"aud": []}, AssertionFault.WRONG_AUDIENCE),
        ({"aud": None}, AssertionFault.WRONG_AUDIENCE),
        ({"exp": SECONDS}, AssertionFault.EXPIRED),
        ({"exp": 0}, AssertionFault.EXPIRED),
        ({"exp": SECONDS + 306, "iat": None}, AssertionFault.LIVES_TOO_LONG),
        ({"exp": 253_402_300_799, "iat": None}, AssertionFault.LIVES_TOO_LONG),
        # Good for five minutes from when it was made, whatever it says.
        ({"exp": SECONDS + 3_600}, None),
        ({"exp": SECONDS + 3_300, "iat": SECONDS - 299}, None),
        ({"exp": SECONDS + 3_300, "iat": SECONDS - 300}, AssertionFault.EXPIRED),
        ({"iat": 253_402_300_799}, AssertionFault.NOT_YET_VALID),
        ({"exp": None}, AssertionFault.BAD_CLAIMS),
        ({"exp": True}, AssertionFault.BAD_CLAIMS),
        ({"exp": str(SECONDS + 60)}, AssertionFault.BAD_CLAIMS),
        ({"exp": float("nan")}, AssertionFault.BAD_CLAIMS),
        ({"exp": 10**30}, AssertionFault.BAD_CLAIMS),
        ({"exp": -1}, AssertionFault.BAD_CLAIMS),
        ({"iat": SECONDS + 6}, AssertionFault.NOT_YET_VALID),
        ({"nbf": SECONDS + 6}, AssertionFault.NOT_YET_VALID),
        ({"iat": "now"}, AssertionFault.BAD_CLAIMS),
        ({"jti": None}, AssertionFault.BAD_CLAIMS),
        ({"jti": "1234567"}, AssertionFault.BAD_CLAIMS),
        ({"jti": "x" * 129}, AssertionFault.BAD_CLAIMS),
        ({"jti": 12345678}, AssertionFault.BAD_CLAIMS),
        ({"jti": "1234567\ud800"}, AssertionFault.BAD_CLAIMS),
        ({"sub": None}, AssertionFault.MALFORMED),
        ({"iss": None}, AssertionFault.MALFORMED),
        ({"sub": f"cli_{'0' * 26}"}, AssertionFault.MALFORMED),
        ({"iss": "cli_\ud800", "sub": "cli_\ud800"}, AssertionFault.MALFORMED),
        ({"iss": ["a"], "sub": ["a"]}, AssertionFault.MALFORMED),
    ],
    ids=str,
)
def test_a_claim_that_is_not_for_us_now_is_refused(
    bad: dict[str, Any], fault: AssertionFault
) -> None:
    assert judged(PORTAL.assertion(NOW, **bad)) is fault


def test_no_other_algorithm_passes_whatever_it_signs_with() -> None:
    public = PORTAL.key.public_key().public_bytes_raw()
    pem = PORTAL.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for algorithm in ("HS256", "none", "NONE", "RS256", "ES256", "eddsa", ""):
        header = {"alg": algorithm, "kid": KID, "typ": "JWT"}
        signed = f"{segment(header)}.{segment(PORTAL.claims(NOW))}".encode()
        for signature in (
            hmac.digest(public, signed, "sha256"),
            hmac.digest(pem, signed, "sha256"),
            PORTAL.key.sign(signed),
        ):
            assert judged(forged(header, signature)) is AssertionFault.WRONG_ALGORITHM
    unsigned = forged({"alg": "none", "kid": KID}).rpartition(".")[0]
    assert judged(f"{unsigned}.") is AssertionFault.MALFORMED


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "EdDSA"},
        {"alg": "EdDSA", "kid": 1},
        {"kid": KID},
        {"alg": ["EdDSA"], "kid": KID},
        {"alg": "EdDSA", "kid": KID, "typ": "at+jwt"},
        {"alg": "EdDSA", "kid": KID, "typ": None},
        {"alg": "EdDSA", "kid": KID, "crit": ["exp"]},
        {"alg": "EdDSA", "kid": KID, "b64": False},
        {"alg": "EdDSA", "kid": KID, "jku": "https://other.example/keys"},
        {"alg": "EdDSA", "kid": KID, "jwk": {"kty": "OKP"}},
    ],
    ids=str,
)
def test_a_header_says_algorithm_key_and_type_and_nothing_else(header: dict[str, Any]) -> None:
    assert judged(forged(header)) is AssertionFault.MALFORMED


def test_the_key_of_another_client_proves_nothing() -> None:
    other, other_client = portal_record(PORTAL.employer_id, NOW)
    in_our_name = Portal(PORTAL.client_id, PORTAL.employer_id, PORTAL.session_id, other.key)
    assert judged(in_our_name.assertion(NOW)) is AssertionFault.BAD_SIGNATURE
    stranger = PORTAL.assertion(NOW, {"kid": "portal-2"})
    assert judged(stranger) is AssertionFault.UNKNOWN_KEY
    assert judged(other.assertion(NOW), other_client) is None


def test_a_revoked_client_proves_nothing() -> None:
    revoked = encode_client(CLIENT) | {"state": "REVOKED", "revoked_at": NOW}
    ended = Client(**{**_fields(CLIENT), "state": ClientState.REVOKED, "revoked_at": NOW})
    assert judged(PORTAL.assertion(NOW), ended) is AssertionFault.CLIENT_REVOKED
    assert encode_client(ended) == revoked


def _fields(client: Client) -> dict[str, Any]:
    return {name: getattr(client, name) for name in Client.__dataclass_fields__}


@given(st.data())
def test_an_assertion_with_any_changed_character_is_refused(data: st.DataObject) -> None:
    assertion = PORTAL.assertion(NOW)
    place = data.draw(st.integers(0, len(assertion) - 1))
    other = data.draw(st.characters().filter(lambda c: c != assertion[place]))
    changed = assertion[:place] + other + assertion[place + 1 :]
    assert judged(changed) is not None


@given(st.text(max_size=300) | st.from_regex(r"[\w-]*\.[\w-]*\.[\w-]*", fullmatch=True))
def test_noise_is_refused_and_never_fails_otherwise(noise: str) -> None:
    assert judged(noise) is AssertionFault.MALFORMED


def test_an_assertion_beyond_4096_characters_is_not_looked_at() -> None:
    fitting = PORTAL.assertion(NOW, padding="x" * 1_000)
    assert judged(fitting) is None
    assert judged(PORTAL.assertion(NOW, padding="x" * 4_000)) is AssertionFault.MALFORMED
    assert MAX_ASSERTION_LENGTH == 4_096


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "PS256"])
def test_keys_of_other_kinds_sign_by_their_one_algorithm(algorithm: str) -> None:
    private: Any
    if algorithm == "ES256":
        private = ec.generate_private_key(ec.SECP256R1())
        public = {k: v for k, v in private_jwk(private).items() if k != "d"}
        [key] = keys_of_jwks(json.dumps(public).encode())
    else:
        private = rsa.generate_private_key(65_537, 2_048)
        [by_pem] = keys_of_pem(
            private.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )
        [key] = keys_of_jwks(json.dumps(public_jwk(by_pem) | {"alg": algorithm}).encode())
    client = Client(**{**_fields(CLIENT), "keys": (key,)})
    for used in ("ES256", "RS256", "PS256"):
        if (used == "ES256") != (algorithm == "ES256"):
            continue
        signed = jwt.encode(PORTAL.claims(NOW), private, used, {"kid": key.kid})
        wanted = None if used == algorithm else AssertionFault.WRONG_ALGORITHM
        assert judged(signed, client) is wanted


def test_eddsa_may_go_by_the_name_that_says_its_curve() -> None:
    assert judged(forged({"alg": "Ed25519", "kid": KID})) is None
    jwk = public_jwk(CLIENT.keys[0]) | {"alg": "Ed25519"}
    assert keys_of_jwks(json.dumps(jwk).encode()) == CLIENT.keys


async def test_an_assertion_counts_once_and_is_remembered_until_it_is_over(
    database: Database,
) -> None:
    assertions = await stored(database)
    assertion = PORTAL.assertion(NOW)
    assert await assertions.authenticate(assertion, NOW) == Authenticated(CLIENT, None)
    for later in (NOW, NOW + timedelta(seconds=50)):
        refused = await assertions.authenticate(assertion, later)
        assert refused == AssertionRefused(AssertionFault.REPLAYED, PORTAL.client_id)
    [used] = await database[NAME].find().to_list(2)
    assert used["expires_at"] == datetime.fromtimestamp(SECONDS + 60, UTC) + KEPT_AFTER_EXPIRY
    refused = await assertions.authenticate(assertion, NOW + timedelta(seconds=60))
    assert refused == AssertionRefused(AssertionFault.EXPIRED, PORTAL.client_id)


async def test_the_same_jti_under_other_claims_or_another_algorithm_is_a_replay(
    database: Database,
) -> None:
    assertions = await stored(database)
    first = PORTAL.assertion(NOW, jti="once-only")
    assert await assertions.authenticate(first, NOW) == Authenticated(CLIENT, None)
    again = PORTAL.assertion(NOW, jti="once-only", exp=SECONDS + 120)
    assert await assertions.authenticate(again, NOW) == AssertionRefused(
        AssertionFault.REPLAYED, PORTAL.client_id
    )
    other, client = portal_record(PORTAL.employer_id, NOW)
    await database[CLIENTS].insert_one(encode_client(client))
    theirs = other.assertion(NOW, jti="once-only")
    assert await assertions.authenticate(theirs, NOW) == Authenticated(client, None)


async def test_a_forgery_does_not_use_up_what_it_imitates(database: Database) -> None:
    assertions = await stored(database)
    good = PORTAL.assertion(NOW, jti="imitated")
    bad = good[:-8] + ("AAAAAAAA" if good[-8:] != "AAAAAAAA" else "BBBBBBBB")
    for forgery in (bad, PORTAL.assertion(NOW, jti="imitated", aud="https://other.example")):
        assert isinstance(await assertions.authenticate(forgery, NOW), AssertionRefused)
    assert await database[NAME].count_documents({}) == 0
    assert await assertions.authenticate(good, NOW) == Authenticated(CLIENT, None)


async def test_of_fifty_at_once_one_assertion_is_taken_by_one(database: Database) -> None:
    assertions = await stored(database)
    assertion = PORTAL.assertion(NOW)
    answers = await asyncio.gather(*(assertions.authenticate(assertion, NOW) for _ in range(50)))
    assert answers.count(Authenticated(CLIENT, None)) == 1
    assert answers.count(AssertionRefused(AssertionFault.REPLAYED, PORTAL.client_id)) == 49


async def test_who_is_not_registered_is_unknown(database: Database) -> None:
    assertions = ClientAssertions(database, ClientStore(database), audiences=AUDIENCES)
    refused = await assertions.authenticate(PORTAL.assertion(utc_now()), utc_now())
    assert refused == AssertionRefused(AssertionFault.UNKNOWN_CLIENT)


async def stored(database: Database) -> ClientAssertions:
    await database[CLIENTS].insert_one(encode_client(CLIENT))
    return ClientAssertions(database, ClientStore(database), audiences=AUDIENCES)
