"""Forged tokens: every way of bending header, signature or form is refused by code."""

from __future__ import annotations

import hmac
import json
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.jwks import jwks
from auth.keys import Purpose, base64url, new_key_set
from auth.signed_json import MAX_TOKEN_LENGTH, Refused, SignedJson, SigningKey, claimed_type
from tests.minting import CLAIMS, HEADER, KEYS, NOW, access_token, authority, forged, refusal_of


@given(st.data())
def test_a_token_with_any_changed_character_is_refused(data: st.DataObject) -> None:
    token = access_token()
    place = data.draw(st.integers(0, len(token) - 1))
    alphabet = st.sampled_from(string.ascii_letters + string.digits + "-_.=+/ \n") | st.characters()
    other = data.draw(alphabet.filter(lambda c: c != token[place]))
    refusal_of(token[:place] + other + token[place + 1 :])


@given(st.text(max_size=300) | st.from_regex(r"[\w-]*\.[\w-]*\.[\w-]*", fullmatch=True))
def test_noise_is_refused_and_never_fails_otherwise(noise: str) -> None:
    assert refusal_of(noise) is Refused.MALFORMED


def test_an_algorithm_that_is_not_ours_is_refused_whatever_signed_it() -> None:
    public = SigningKey.of(KEYS.current(Purpose.SIGNING)).private.public_key().public_bytes_raw()
    for algorithm in ("HS256", "none", "None", "RS256", "ES256", "Ed25519", "eddsa", ""):
        head = base64url(json.dumps(HEADER | {"alg": algorithm}).encode())
        signed = f"{head}.{base64url(json.dumps(CLAIMS).encode())}"
        by_hmac = base64url(hmac.digest(public, signed.encode(), "sha256"))
        unsigned = ""
        by_us = forged(HEADER | {"alg": algorithm}, CLAIMS).rsplit(".", 1)[1]
        for signature in (by_hmac, unsigned, by_us):
            assert refusal_of(f"{signed}.{signature}") is Refused.WRONG_ALGORITHM


def test_a_missing_or_foreign_signature_is_refused() -> None:
    signed = access_token().rsplit(".", 1)[0]
    assert refusal_of(signed + ".") is Refused.BAD_SIGNATURE
    stranger = access_token(authority(new_key_set(now=NOW))).rsplit(".", 1)[1]
    assert refusal_of(f"{signed}.{stranger}") is Refused.BAD_SIGNATURE
    assert refusal_of(f"{signed}.{base64url(bytes(64))}") is Refused.BAD_SIGNATURE


@pytest.mark.parametrize(
    "changed",
    [
        {"crit": ["exp"], "exp": 1},
        {"crit": []},
        {"b64": True},
        {"b64": False, "crit": ["b64"]},
        {"jwk": jwks(KEYS)["keys"][0]},
        {"jku": "https://elsewhere.example/keys"},
        {"x5u": "https://elsewhere.example/cert"},
        {"zip": "DEF"},
        {"kid": 1},
        {"kid": None},
        {"typ": None},
        {"alg": None},
        {"alg": ["EdDSA"]},
    ],
    ids=lambda changed: " ".join(changed),
)
def test_a_header_with_anything_else_is_refused(changed: dict[str, Any]) -> None:
    assert refusal_of(forged(HEADER | changed, CLAIMS)) is Refused.MALFORMED


@pytest.mark.parametrize("member", ["alg", "typ", "kid"])
def test_a_header_without_a_member_or_with_one_twice_is_refused(member: str) -> None:
    without = {name: value for name, value in HEADER.items() if name != member}
    assert refusal_of(forged(without, CLAIMS)) is Refused.MALFORMED
    twice = f'{{"{member}":"x",'.encode() + json.dumps(HEADER).encode()[1:]
    assert refusal_of(forged(twice, CLAIMS)) is Refused.MALFORMED


def test_a_payload_that_is_no_object_or_repeats_a_claim_is_refused() -> None:
    twice = b'{"sub":"hld_2",' + json.dumps(CLAIMS).encode()[1:]
    for payload in (b"[]", b"1", b"null", b"{", b"\xff", b"[" * 2000, twice):
        assert refusal_of(forged(HEADER, payload)) is Refused.MALFORMED


def test_the_type_is_compared_as_a_media_type() -> None:
    for good in ("at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"):
        authority().verify_access(forged(HEADER | {"typ": good}, CLAIMS), NOW)
    for bad in ("JWT", "", "at+jwt ", "text/at+jwt", "application/application/at+jwt", "at"):
        assert refusal_of(forged(HEADER | {"typ": bad}, CLAIMS)) is Refused.WRONG_TYPE


def test_an_oversize_token_is_refused_before_anything_is_done_with_it() -> None:
    padded = forged(HEADER, CLAIMS | {"x": "y" * 4096})
    assert len(padded) > MAX_TOKEN_LENGTH
    assert refusal_of(padded) is Refused.MALFORMED
    authority().verify_access(forged(HEADER, CLAIMS | {"x": "y" * 1000}), NOW)
    with pytest.raises(ValueError, match="4096"):
        access_token(amr=("x" * 250,) * 20)


def test_a_token_says_what_it_is_before_anything_is_verified() -> None:
    token = SignedJson(KEYS).sign("letter", {"k": "PN"})
    assert claimed_type(token) == "letter"
    assert claimed_type(token[:-4] + "AAAA") == "letter"
    for other in ("", "a.b.c", token.partition(".")[2], "x" * 5_000):
        assert claimed_type(other) is None
