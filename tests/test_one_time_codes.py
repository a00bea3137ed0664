"""Codes of an authenticator app: RFC 6238's own figures, drift, and secrets that stay sealed."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from auth.keys import KeySet, Purpose
from auth.master_keys import LocalMasterKeys, WrapBroken
from auth.one_time_codes import (
    CodeSecrets,
    base32_of,
    code_of,
    enrolment_uri,
    matching_step,
    new_secret,
    step_at,
)
from tests.rotating import rotated

SECRET = b"12345678901234567890"
"""The secret of RFC 6238, appendix B, for HMAC-SHA-1."""
NOW = datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "eight_digits"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_of_rfc_6238_appendix_b_are_ours_by_their_last_six_digits(
    seconds: int, eight_digits: str
) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert code_of(SECRET, step_at(at)) == eight_digits[-6:]


def test_a_code_is_good_in_its_step_and_in_one_step_either_side() -> None:
    secret = new_secret()
    code, step = code_of(secret, step_at(NOW)), step_at(NOW)
    found = {
        seconds: matching_step(secret, code, NOW + timedelta(seconds=seconds))
        for seconds in (-41, -40, -11, 0, 19, 20, 49, 50)
    }
    assert found == {
        -41: None,
        -40: step,
        -11: step,
        0: step,
        19: step,
        20: step,
        49: step,
        50: None,
    }


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "abcdef", "１２３４５６", " 12345", "-12345"]
)
def test_what_is_no_code_matches_nothing(code: str) -> None:
    assert matching_step(SECRET, code, datetime.fromtimestamp(59, UTC)) is None


def test_where_two_steps_have_the_same_code_the_newest_is_burnt() -> None:
    step = next(n for n in range(5_000_000) if code_of(SECRET, n) == code_of(SECRET, n + 2))
    now = datetime.fromtimestamp((step + 1) * 30, UTC)
    assert matching_step(SECRET, code_of(SECRET, step), now) == step + 2


def test_the_enrolment_address_says_all_that_an_app_needs() -> None:
    secret = bytes(range(32))
    parts = urlsplit(enrolment_uri("gz-desk.7", secret))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/OneCard Gateway:gz-desk.7"
    told = {name: value for name, [value] in parse_qs(parts.query).items()}
    assert base64.b32decode(told.pop("secret") + "====") == secret
    assert told == {
        "issuer": "OneCard Gateway",
        "algorithm": "SHA1",
        "digits": "6",
        "period": "30",
    }
    assert "=" not in base32_of(secret)


def test_a_stored_secret_opens_for_its_officer_alone_and_under_its_master_key(
    key_set: KeySet,
) -> None:
    secrets, secret = CodeSecrets(LocalMasterKeys(key_set)), new_secret()
    wrapped = secrets.wrap("ofc_one", secret)
    code = code_of(secret, step_at(NOW))
    assert secret not in wrapped.value
    assert secrets.matching_step("ofc_one", wrapped, code, NOW) == step_at(NOW)
    with pytest.raises(WrapBroken):
        secrets.matching_step("ofc_two", wrapped, code, NOW)
    later = CodeSecrets(LocalMasterKeys(rotated(key_set, Purpose.MASTER)))
    assert later.matching_step("ofc_one", wrapped, code, NOW) == step_at(NOW)


def test_no_code_matches_where_there_is_no_officer(key_set: KeySet) -> None:
    secrets = CodeSecrets(LocalMasterKeys(key_set))
    every = (f"{number:06}" for number in range(0, 1_000_000, 9_973))
    assert {secrets.matching_step(None, None, code, NOW) for code in every} == {None}
