"""Refresh tokens: derived alike in every process, accepted only as we made them."""

from __future__ import annotations

import hashlib
import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.keys import KeySet, Purpose, UnknownKeyVersion, new_key, new_key_set
from auth.refresh_tokens import (
    MAX_GENERATION,
    MAX_REFRESH_TOKEN_LENGTH,
    RefreshClaim,
    parse_refresh,
    refresh_hash,
    refresh_token,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KEYS = new_key_set(now=NOW)
FAMILIES = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=48)
GENERATIONS = st.integers(0, MAX_GENERATION)


def with_second_key(keys: KeySet) -> KeySet:
    return keys.staged(new_key(Purpose.REFRESH, 2, now=NOW)).promoted(Purpose.REFRESH)


@given(FAMILIES, GENERATIONS)
def test_a_token_names_its_family_generation_and_key_version(family: str, number: int) -> None:
    token = refresh_token(KEYS, family, number, 1)
    assert token.startswith("ort_")
    assert len(token) <= MAX_REFRESH_TOKEN_LENGTH
    assert parse_refresh(KEYS, token) == RefreshClaim(family, number, 1)
    assert refresh_token(KEYS, family, number, 1) == token


@given(st.data())
def test_a_token_with_any_changed_character_is_refused(data: st.DataObject) -> None:
    token = refresh_token(KEYS, "ses_abc", 12, 1)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda c: c != token[place]))
    assert parse_refresh(KEYS, token[:place] + other + token[place + 1 :]) is None


@given(st.text(max_size=200))
def test_noise_is_refused_and_never_fails_otherwise(noise: str) -> None:
    assert parse_refresh(KEYS, noise) is None


def test_a_token_cut_lengthened_or_spelt_otherwise_is_refused() -> None:
    token = refresh_token(KEYS, "ses_abc", 12, 1)
    assert all(parse_refresh(KEYS, token[:length]) is None for length in range(len(token)))
    head, proof = token.rsplit(".", 1)
    for other in (
        token + "A",
        token + "=",
        token + "\n",
        " " + token,
        token.upper(),
        f"ort_ses_abc.012.1.{proof}",
        f"ort_ses_abc.12.01.{proof}",
        f"ort_ses_abc.+12.1.{proof}",
        f"ort_ses_abc.１２.1.{proof}",
        f"ort_ses_abc.9999999999.1.{proof}",
        f"ort_ses_abc.12.9999999999.{proof}",
        f"{head}.1.{proof}",
    ):
        assert parse_refresh(KEYS, other) is None


def test_a_proof_serves_no_other_family_or_generation() -> None:
    proof = refresh_token(KEYS, "ses_1", 23, 1).rsplit(".", 1)[1]
    # The second is what bare joining of family and generation would confuse.
    for family, generation in (("ses_2", 23), ("ses_12", 3), ("ses_1", 24), ("ses_1", 2)):
        assert parse_refresh(KEYS, f"ort_{family}.{generation}.1.{proof}") is None


def test_a_token_of_another_key_set_is_refused() -> None:
    assert parse_refresh(new_key_set(now=NOW), refresh_token(KEYS, "ses_1", 0, 1)) is None


def test_tokens_outlive_a_rotation_until_their_key_is_retired() -> None:
    token = refresh_token(KEYS, "ses_1", 3, 1)
    after = with_second_key(KEYS)
    assert parse_refresh(after, token) == RefreshClaim("ses_1", 3, 1)
    assert refresh_token(after, "ses_1", 3, 1) == token
    assert refresh_token(after, "ses_1", 3, 2) != token
    proof = token.rsplit(".", 1)[1]
    assert parse_refresh(after, f"ort_ses_1.3.2.{proof}") is None
    retired = after.retired(Purpose.REFRESH, 1)
    assert parse_refresh(retired, token) is None
    with pytest.raises(UnknownKeyVersion):
        refresh_token(retired, "ses_1", 4, 1)


@pytest.mark.parametrize(
    ("family", "generation"),
    [("", 0), ("a.b", 0), ("é", 0), ("a" * 49, 0), ("a\n", 0), ("a", -1), ("a", 2**31)],
)
def test_a_family_or_generation_that_would_not_parse_is_never_minted(
    family: str, generation: int
) -> None:
    with pytest.raises(ValueError, match="cannot carry"):
        refresh_token(KEYS, family, generation, 1)


def test_only_a_hash_of_the_token_is_stored() -> None:
    token = refresh_token(KEYS, "ses_1", 0, 1)
    assert refresh_hash(token) == hashlib.sha256(token.encode()).digest()
    assert refresh_hash(token) != refresh_hash(refresh_token(KEYS, "ses_1", 1, 1))
