"""What a letter's QR carries: forged, bent or foreign tokens are refused, and it stays small."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.keys import Purpose, new_key, new_key_set
from auth.letter_tokens import LETTER_TYPE, LetterClaims, LetterTokens
from auth.signed_json import Refused, SignedJson, TokenRefused
from resolvers.letters.addresses import SHORT_KINDS, check_address, kind_of
from resolvers.rules.check_addresses import token_in
from resolvers.vocabulary import LetterKind
from tests.minting import access_token, authority

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KEYS = new_key_set(now=NOW)
TOKENS = LetterTokens(KEYS)
CLAIMS = LetterClaims("PN", "ltr_" + "0" * 26, date(2026, 11, 23), bytes(range(32)))
TOKEN = TOKENS.mint(CLAIMS)


def refusal_of(token: str, tokens: LetterTokens = TOKENS) -> Refused:
    with pytest.raises(TokenRefused) as refused:
        tokens.verify(token)
    return refused.value.code


def test_a_token_tells_what_it_was_given_and_is_the_same_from_every_process() -> None:
    assert TOKENS.verify(TOKEN) == CLAIMS
    assert LetterTokens(KEYS).mint(CLAIMS) == TOKEN


@given(st.data())
def test_a_token_with_any_changed_character_is_refused(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(TOKEN) - 1))
    alphabet = st.sampled_from(string.ascii_letters + string.digits + "-_.=+/ \n") | st.characters()
    other = data.draw(alphabet.filter(lambda c: c != TOKEN[place]))
    refusal_of(TOKEN[:place] + other + TOKEN[place + 1 :])


def test_the_last_character_counts_although_it_carries_two_bits_only() -> None:
    for other in set(string.ascii_letters + string.digits + "-_") - {TOKEN[-1]}:
        refusal_of(TOKEN[:-1] + other)


def test_a_letters_key_signs_no_session_and_a_session_key_no_letter() -> None:
    members: dict[str, object] = {"k": "PN", "i": CLAIMS.letter_id, "d": "2026-11-23", "h": "A"}
    assert refusal_of(SignedJson(KEYS).sign(LETTER_TYPE, members)) is Refused.UNKNOWN_KEY
    assert refusal_of(access_token()) is Refused.MALFORMED
    with pytest.raises(TokenRefused):
        authority().verify_access(TOKEN, NOW)


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"k": "PN"},
        {"k": "pn", "i": CLAIMS.letter_id, "d": "2026-11-23", "h": "A" * 43},
        {"k": "PN", "i": "ltr_1", "d": "2026-11-23", "h": "A" * 43},
        {"k": "PN", "i": CLAIMS.letter_id, "d": "2026-02-30", "h": "A" * 43},
        {"k": "PN", "i": CLAIMS.letter_id, "d": "20261123", "h": "A" * 43},
        {"k": "PN", "i": CLAIMS.letter_id, "d": "2026-11-23", "h": "A" * 42},
        {"k": "PN", "i": CLAIMS.letter_id, "d": "2026-11-23", "h": "A" * 42 + "B"},
        {"k": "PN", "i": CLAIMS.letter_id, "d": "2026-11-23", "h": "A" * 43, "x": "1"},
        {"k": 1, "i": CLAIMS.letter_id, "d": "2026-11-23", "h": "A" * 43},
    ],
)
def test_other_claims_are_refused_even_when_we_signed_them(members: dict[str, object]) -> None:
    signed = SignedJson(KEYS, Purpose.LETTERS).sign(LETTER_TYPE, members)
    assert refusal_of(signed) is Refused.BAD_CLAIMS


def test_claims_that_would_not_verify_are_not_signed() -> None:
    for bent in (
        replace(CLAIMS, kind="DECISION"),
        replace(CLAIMS, letter_id="ltr_"),
        replace(CLAIMS, digest=b"1"),
    ):
        with pytest.raises(ValueError, match="cannot carry"):
            TOKENS.mint(bent)


def test_a_letter_of_an_old_key_is_verified_after_many_rotations() -> None:
    keys = KEYS
    for version in range(2, 6):
        keys = keys.staged(new_key(Purpose.LETTERS, version, now=NOW)).promoted(Purpose.LETTERS)
    tokens = LetterTokens(keys)
    assert tokens.key_version == 5
    assert tokens.verify(TOKEN) == CLAIMS
    assert refusal_of(tokens.mint(CLAIMS)) is Refused.UNKNOWN_KEY


def test_every_kind_has_a_short_name_of_its_own() -> None:
    assert [kind_of(SHORT_KINDS[kind]) for kind in LetterKind] == list(LetterKind)
    assert kind_of("XX") is None


def test_an_address_fits_into_a_qr_that_any_phone_reads() -> None:
    issuer, code = "https://onecard.example.gov.cn/", "2222-2222-2222-2222"
    for kind in LetterKind:
        address = check_address(TOKENS, issuer, kind, CLAIMS.letter_id, CLAIMS.issued_on, {}, code)
        # Version 14 holds 362 bytes with correction M (ISO/IEC 18004, table 7): 73 modules.
        assert len(address) <= 350
        claims = TOKENS.verify(address.removeprefix(f"{issuer}check/"))
        assert (claims.kind, claims.letter_id) == (SHORT_KINDS[kind], CLAIMS.letter_id)


def test_the_token_is_found_in_whatever_was_scanned_pasted_or_typed() -> None:
    for typed in (
        TOKEN,
        f"https://a.example/check/{TOKEN}",
        f" https://a.example/check/{TOKEN}?x=1#y ",
        f"https://a.example/check/{TOKEN[:99]}\n{TOKEN[99:]}",
    ):
        assert token_in(typed) == TOKEN
    for nothing in ("", "  ", "https://a.example/check/", "x" * 601):
        assert token_in(nothing) is None
