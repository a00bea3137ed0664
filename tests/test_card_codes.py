"""The code of a card: what can be read in it, what is refused, how small its picture is."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.ids import new_id
from auth.card_codes import CARD_CODE_TYPE, CODE_LIFETIME, CardCodes
from auth.keys import Purpose, new_key, new_key_set
from auth.letter_tokens import LETTER_TYPE
from auth.signed_json import Refused, SignedJson, TokenRefused, claimed_type
from resolvers.cards.showing import qr_picture

NOW = datetime(2026, 11, 27, 4, 0, 0, 250_000, tzinfo=UTC)
KEYS = new_key_set(now=NOW)
CODES = CardCodes(KEYS)
CARD_ID = new_id("crd")


def refusal_of(token: str, codes: CardCodes = CODES) -> Refused:
    with pytest.raises(TokenRefused) as caught:
        codes.read(token)
    return caught.value.code


def payload_of(token: str) -> dict[str, object]:
    part = token.split(".")[1]
    read: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return read


@given(st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=26, max_size=26), st.integers(1, 9_999))
def test_a_code_stands_for_its_card_and_revision_for_a_minute(random: str, revision: int) -> None:
    minted = CODES.mint(f"crd_{random}", revision, NOW)
    shown = CODES.read(minted.token)
    assert (shown.card_id, shown.revision) == (f"crd_{random}", revision)
    assert shown.expires_at == minted.expires_at == (NOW + CODE_LIFETIME).replace(microsecond=0)


def test_nothing_in_a_code_is_the_same_in_the_next_of_the_card_and_not_in_anothers() -> None:
    first = CODES.mint(CARD_ID, 3, NOW).token
    later = NOW + timedelta(seconds=45)
    same, other = (CODES.mint(one, 3, later).token for one in (CARD_ID, new_id("crd")))
    members = [payload_of(one) for one in (first, same, other)]
    assert {frozenset(one) for one in members} == {frozenset({"x", "v", "c"})}
    assert len({one["c"] for one in members}) == 3
    assert members[1] | {"c": ""} == members[2] | {"c": ""}
    assert {len(one) for one in (first, same, other)} == {len(first)}
    for token in (first, same):
        assert CARD_ID[4:] not in token
        assert CARD_ID[4:].encode() not in base64.urlsafe_b64decode(f"{members[0]['c']}==")
    opened = [base64.urlsafe_b64decode(f"{one['c']}==") for one in members]
    assert all(a != b for a, b in zip(opened[0], opened[1], strict=True) if a != b)
    common = sum(a == b for a, b in zip(opened[0], opened[1], strict=True))
    assert common < 6  # of 49 bytes, by chance


@given(st.data())
def test_a_code_with_any_changed_character_is_refused(data: st.DataObject) -> None:
    token = CODES.mint(CARD_ID, 3, NOW).token
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda char: char != token[place]))
    refusal_of(token[:place] + other + token[place + 1 :])


def test_a_code_of_other_keys_another_type_or_another_end_is_refused() -> None:
    token = CODES.mint(CARD_ID, 3, NOW).token
    assert claimed_type(token) == CARD_CODE_TYPE
    assert refusal_of(token, CardCodes(new_key_set(now=NOW))) is Refused.UNKNOWN_KEY
    signed, members = SignedJson(KEYS, Purpose.LETTERS), payload_of(token)
    assert refusal_of(signed.sign(LETTER_TYPE, members)) is Refused.WRONG_TYPE
    for changed in (
        {"x": int(str(members["x"])) + 60},
        {"x": True},
        {"x": 10**12},
        {"x": -1},
        {"v": 9},
        {"v": "1"},
        {"c": "AAAA"},
        {"c": ""},
        {"c": "é"},
        {"c": 5},
        {"more": 1},
    ):
        assert refusal_of(signed.sign(CARD_CODE_TYPE, members | changed)) is Refused.BAD_CLAIMS
    assert refusal_of("x" * 401) is Refused.MALFORMED


def test_a_code_lives_through_a_rotation_and_ends_when_its_key_is_retired() -> None:
    token = CODES.mint(CARD_ID, 3, NOW).token
    rotated = KEYS
    for purpose in (Purpose.REFRESH, Purpose.LETTERS):
        rotated = rotated.staged(new_key(purpose, 2, now=NOW)).promoted(purpose)
    assert CardCodes(rotated).read(token).card_id == CARD_ID
    retired = rotated.retired(Purpose.REFRESH, 1)
    assert refusal_of(token, CardCodes(retired)) is Refused.BAD_CLAIMS


def test_a_code_is_made_for_a_card_only_and_its_repr_says_nothing() -> None:
    for other in (new_id("hld"), "crd_short", CARD_ID.upper(), ""):
        with pytest.raises(ValueError, match="made for a card"):
            CODES.mint(other, 1, NOW)
    minted = CODES.mint(CARD_ID, 3, NOW)
    assert repr(minted) == "MintedCode()"
    assert repr(replace(CODES.read(minted.token))) == "ShownCard()"


def test_the_picture_has_61_modules_a_side_at_an_address_of_a_usual_length() -> None:
    token = CODES.mint(CARD_ID, 3, NOW).token
    drawn = qr_picture(f"https://onecard.example.gov.cn/check/{token}")
    assert (drawn.version, drawn.size) == (11, 61)
    assert drawn.svg.startswith("<svg")
    assert "style" not in drawn.svg
