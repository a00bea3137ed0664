"""Share codes as text: what a code is made of, and which slips its check character finds."""

from __future__ import annotations

import itertools
import math
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.rules.bundles import SharingPurpose
from resolvers.rules.share_codes import (
    ALPHABET,
    CODE_LENGTH,
    PURPOSE_LETTERS,
    RANDOM_BYTES,
    RANDOM_LENGTH,
    ShareCodeFacts,
    ShareCodeState,
    check_character,
    new_share_code,
    purpose_of,
    read_share_code,
    share_code_state,
    shown_code,
)

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
WEIGHTS = range(CODE_LENGTH, 0, -1)
randomness = st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES)
codes = st.builds(new_share_code, st.sampled_from(SharingPurpose), randomness)


def test_the_alphabet_is_prime_and_has_none_of_what_looks_alike() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 23
    for alike in ("0OQD", "1IL", "2Z", "5S", "6G", "8B", "UV"):
        assert len(set(alike) & set(ALPHABET)) <= 1
    assert not set("AEIOU") & set(ALPHABET), "no word can be spelt"
    assert RANDOM_LENGTH * math.log2(len(ALPHABET)) > 31.6


def test_each_purpose_has_a_letter_of_its_own_in_the_first_place() -> None:
    assert set(PURPOSE_LETTERS) == set(SharingPurpose)
    assert len(set(PURPOSE_LETTERS.values())) == len(SharingPurpose)
    for purpose in SharingPurpose:
        code = new_share_code(purpose, secrets.token_bytes(RANDOM_BYTES))
        assert len(code) == CODE_LENGTH
        assert set(code) <= set(ALPHABET)
        assert read_share_code(code) == code
        assert purpose_of(code) is purpose


def test_every_single_slip_and_every_change_of_places_changes_the_sum() -> None:
    """Exhaustive: the sum is linear, so a slip of `distance` at a place moves it by weight times
    distance, and two changed over by the difference of their weights times that of their values."""
    for weight, distance in itertools.product(WEIGHTS, range(1, 23)):
        assert weight * distance % 23 != 0
    for (one, other), distance in itertools.product(
        itertools.combinations(WEIGHTS, 2), range(1, 23)
    ):
        assert (one - other) * distance % 23 != 0


@given(codes)
def test_no_code_with_one_wrong_character_or_two_changed_over_is_read(code: str) -> None:
    for place, char in itertools.product(range(CODE_LENGTH), ALPHABET):
        if char != code[place]:
            assert read_share_code(code[:place] + char + code[place + 1 :]) is None
    for one, other in itertools.combinations(range(CODE_LENGTH), 2):
        if code[one] != code[other]:
            swapped = list(code)
            swapped[one], swapped[other] = swapped[other], swapped[one]
            assert read_share_code("".join(swapped)) is None


@given(codes)
def test_a_code_is_understood_however_it_is_typed(code: str) -> None:
    for typed in (
        shown_code(code),
        code.lower(),
        f" {code[:4]}-{code[4:]}\n",
        f"{code[:2]}–{code[2:5]}\u3000{code[5:]}",
        "".join(chr(ord(char) + 0xFEE0) for char in code),
        code.replace("2", "z").replace("5", "S").replace("8", "B").replace("V", "u"),
        code.replace("D", "0").replace("6", "g"),
    ):
        assert read_share_code(typed) == code


@pytest.mark.parametrize("typed", ["", "W", "W" * 9, "A23456789", "W2345678", "W23 456 78 9 9"])
def test_what_is_no_code_is_not_read(typed: str) -> None:
    if len(typed) == CODE_LENGTH and typed[0] in ALPHABET:
        assert check_character(typed[:-1]) != typed[-1]
    assert read_share_code(typed) is None


def test_the_seven_random_characters_are_spread_evenly() -> None:
    drawn = "".join(
        new_share_code(SharingPurpose.WORK, secrets.token_bytes(RANDOM_BYTES))[1:-1]
        for _ in range(3_000)
    )
    expected = len(drawn) / len(ALPHABET)
    chi_square = sum((drawn.count(char) - expected) ** 2 / expected for char in ALPHABET)
    assert chi_square < 75, "22 degrees of freedom: once in ten million"


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, ShareCodeState.ACTIVE),
        ({"expires_at": NOW}, ShareCodeState.EXPIRED),
        ({"uses_left": 0}, ShareCodeState.USED_UP),
        ({"locked_until": NOW + timedelta(days=1)}, ShareCodeState.LOCKED),
        ({"locked_until": NOW}, ShareCodeState.ACTIVE),
        ({"revoked_at": NOW, "expires_at": NOW, "uses_left": 0}, ShareCodeState.REVOKED),
    ],
)
def test_a_code_is_good_until_something_ends_it(
    changed: dict[str, datetime], state: ShareCodeState
) -> None:
    facts = {"revoked_at": None, "expires_at": NOW + timedelta(days=1), "uses_left": 1}
    assert share_code_state(ShareCodeFacts(**{**facts, **changed}), NOW) is state  # type: ignore[arg-type]
