"""Access and flow tokens: what they say, how long, to whom, and through a rotation."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.jwks import jwks
from auth.keys import KeySet, Purpose, new_key
from auth.signed_json import Refused, SigningKey, TokenRefused
from auth.tokens import (
    ACCESS_TOKEN_LIFETIME,
    CLOCK_LEEWAY,
    FLOW_TOKEN_LIFETIME,
    AccessClaims,
    FlowClaims,
    SubjectKind,
)
from tests.minting import (
    AUDIENCE,
    CLAIMS,
    HEADER,
    ISSUER,
    KEYS,
    NOW,
    SECOND,
    access_token,
    authority,
    flow_token,
    forged,
    part,
    refusal_of,
)


def test_an_access_token_says_again_what_it_was_minted_with() -> None:
    assert authority().verify_access(access_token(), NOW) == AccessClaims(
        subject="hld_1",
        kind=SubjectKind.HOLDER,
        client_id="onecard-app",
        session_id="ses_1",
        scope=("read", "write"),
        acr="urn:onecard:acr:real-person",
        amr=("face", "otp"),
        authenticated_at=NOW - 60 * SECOND,
        token_id="jti_1",
        issued_at=NOW,
        expires_at=NOW + ACCESS_TOKEN_LIFETIME,
    )


def test_an_access_token_has_the_header_and_claims_of_rfc_9068() -> None:
    kid = SigningKey.of(KEYS.current(Purpose.SIGNING)).kid
    assert {"alg": "EdDSA", "typ": "at+jwt", "kid": kid} == HEADER
    assert CLAIMS["scope"] == "read write"
    assert CLAIMS["exp"] - CLAIMS["iat"] == 300
    rfc_9068 = {"iss", "sub", "aud", "exp", "iat", "jti", "client_id"}
    rfc_9068 |= {"scope", "acr", "amr", "auth_time"}
    assert set(CLAIMS) == rfc_9068 | {"sid", "kind"}


def test_a_flow_token_names_its_flow_and_nobody() -> None:
    token = flow_token()
    assert authority().verify_flow(token, NOW) == FlowClaims(
        "flw_1", "r", "j", NOW, NOW + FLOW_TOKEN_LIFETIME
    )
    assert set(part(token, 1)) == {"iss", "aud", "iat", "exp", "jti", "flow", "acr"}
    assert part(token, 0)["typ"] == "flow+jwt"


def test_the_same_inputs_give_the_same_bytes_in_every_process() -> None:
    assert access_token() == access_token(authority())
    assert access_token(issued_at=NOW + timedelta(microseconds=999_999)) == access_token()
    assert flow_token() == flow_token()
    assert access_token(token_id="jti_2") != access_token()


def test_another_implementation_accepts_the_token_by_the_published_keys() -> None:
    """PyJWT's whole decoder, by the system clock, with nothing but the JWKS."""
    token = access_token(issued_at=datetime.now(UTC))
    (published, _letters) = jwt.PyJWKSet.from_dict(dict(jwks(KEYS))).keys
    assert published.key_id == part(token, 0)["kid"]
    claims = jwt.decode(
        token,
        published,
        algorithms=["EdDSA"],
        issuer=ISSUER,
        audience=AUDIENCE,
        options={"require": ["exp", "iat", "sub", "jti"], "strict_aud": True},
    )
    assert claims["sub"] == "hld_1"


def test_a_token_lives_exactly_its_lifetime() -> None:
    for issued_at in (NOW, NOW + timedelta(microseconds=700_000)):
        token = access_token(issued_at=issued_at)
        authority().verify_access(token, NOW + ACCESS_TOKEN_LIFETIME - SECOND)
        assert refusal_of(token, NOW + ACCESS_TOKEN_LIFETIME) is Refused.EXPIRED
        assert refusal_of(token, NOW + ACCESS_TOKEN_LIFETIME + SECOND) is Refused.EXPIRED
    authority().verify_flow(flow_token(), NOW + FLOW_TOKEN_LIFETIME - SECOND)
    with pytest.raises(TokenRefused) as refused:
        authority().verify_flow(flow_token(), NOW + FLOW_TOKEN_LIFETIME)
    assert refused.value.code is Refused.EXPIRED


def test_only_the_instant_passed_in_counts() -> None:
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    token = access_token(issued_at=long_ago, authenticated_at=long_ago)
    assert authority().verify_access(token, long_ago).issued_at == long_ago
    assert refusal_of(token) is Refused.EXPIRED


def test_a_token_from_the_future_is_refused_beyond_the_leeway() -> None:
    token = access_token()
    authority().verify_access(token, NOW - CLOCK_LEEWAY)
    assert refusal_of(token, NOW - CLOCK_LEEWAY - SECOND) is Refused.NOT_YET_VALID
    not_before = forged(HEADER, CLAIMS | {"nbf": CLAIMS["iat"] + 60})
    assert refusal_of(not_before) is Refused.NOT_YET_VALID
    authority().verify_access(not_before, NOW + 60 * SECOND)
    issued_later = forged(HEADER, CLAIMS | {"nbf": CLAIMS["iat"] - 60})
    assert refusal_of(issued_later, NOW - 60 * SECOND) is Refused.NOT_YET_VALID


@given(st.dictionaries(st.sampled_from(sorted(CLAIMS)), st.none() | st.integers() | st.text()))
def test_claims_of_any_other_type_are_refused_or_read_but_never_fail(
    changed: dict[str, Any],
) -> None:
    with suppress(TokenRefused):
        authority().verify_access(forged(HEADER, CLAIMS | changed), NOW)


def test_a_flow_token_is_no_access_token_nor_the_other_way_round() -> None:
    assert refusal_of(flow_token()) is Refused.WRONG_TYPE
    with pytest.raises(TokenRefused) as refused:
        authority().verify_flow(access_token(), NOW)
    assert refused.value.code is Refused.WRONG_TYPE
    with pytest.raises(TokenRefused) as retyped:
        authority().verify_flow(forged(HEADER | {"typ": "flow+jwt"}, CLAIMS), NOW)
    assert retyped.value.code is Refused.BAD_CLAIMS


@pytest.mark.parametrize("claim", sorted(CLAIMS))
def test_a_token_without_a_required_claim_is_refused(claim: str) -> None:
    without = {name: value for name, value in CLAIMS.items() if name != claim}
    expected = {"iss": Refused.WRONG_ISSUER, "aud": Refused.WRONG_AUDIENCE}
    assert refusal_of(forged(HEADER, without)) is expected.get(claim, Refused.BAD_CLAIMS)


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "admin"},
        {"sub": ""},
        {"sub": "x" * 257},
        {"scope": "read  write"},
        {"scope": ["read"]},
        {"scope": " ".join("x" * 33)},
        {"amr": "face"},
        {"amr": ["face", 1]},
        {"amr": ["x"] * 33},
        {"iat": True},
        {"iat": CLAIMS["iat"] + 0.5},
        {"exp": str(CLAIMS["exp"])},
        {"exp": 10**400},
        {"exp": CLAIMS["exp"] + 1},
        {"exp": CLAIMS["iat"]},
        {"exp": -1},
        {"nbf": "soon"},
        {"auth_time": CLAIMS["iat"] + 1},
        {"auth_time": True},
    ],
    ids=lambda changed: str(changed)[:30],
)
def test_a_claim_out_of_bounds_is_refused(changed: dict[str, Any]) -> None:
    assert refusal_of(forged(HEADER, CLAIMS | changed)) is Refused.BAD_CLAIMS


def test_a_token_of_another_issuer_or_audience_is_refused() -> None:
    assert refusal_of(access_token(authority(issuer="https://x"))) is Refused.WRONG_ISSUER
    assert refusal_of(access_token(authority(audience="https://x"))) is Refused.WRONG_AUDIENCE
    listed = forged(HEADER, CLAIMS | {"aud": [AUDIENCE, "https://x"]})
    assert refusal_of(listed) is Refused.WRONG_AUDIENCE


@pytest.mark.parametrize(
    "changed",
    [
        {"subject": ""},
        {"scope": ("a b",)},
        {"scope": ("",)},
        {"scope": ("x",) * 33},
        {"amr": ("",)},
        {"authenticated_at": NOW + SECOND},
        {"issued_at": datetime(1960, 1, 1, tzinfo=UTC)},
        {"issued_at": NOW.replace(tzinfo=None)},
    ],
    ids=str,
)
def test_what_would_not_verify_is_never_minted(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"cannot carry|needs a zone"):
        access_token(**changed)
    with pytest.raises(ValueError, match="cannot carry"):
        flow_token(flow_id="")


def rotated(keys: KeySet) -> KeySet:
    return keys.staged(new_key(Purpose.SIGNING, 2, now=NOW)).promoted(Purpose.SIGNING)


def test_tokens_outlive_a_rotation_until_their_key_is_retired() -> None:
    after = rotated(KEYS)
    old = access_token()
    assert authority(after).verify_access(old, NOW).subject == "hld_1"
    assert part(access_token(authority(after)), 0)["kid"] != HEADER["kid"]
    assert refusal_of(access_token(authority(after))) is Refused.UNKNOWN_KEY
    with pytest.raises(TokenRefused) as refused:
        authority(after.retired(Purpose.SIGNING, 1)).verify_access(old, NOW)
    assert refused.value.code is Refused.UNKNOWN_KEY


def test_a_staged_key_verifies_and_does_not_sign() -> None:
    staged = KEYS.staged(new_key(Purpose.SIGNING, 2, now=NOW))
    assert access_token(authority(staged)) == access_token()
    soon = staged.promoted(Purpose.SIGNING)
    authority(staged).verify_access(access_token(authority(soon)), NOW)
