"""A checked token is remembered until it expires, within bounds."""

from __future__ import annotations

from datetime import datetime

import pytest

from auth.signed_json import Refused, TokenRefused
from auth.tokens import ACCESS_TOKEN_LIFETIME, AccessClaims, TokenAuthority
from auth.verified_tokens import VerifiedTokens
from tests.minting import AUDIENCE, ISSUER, KEYS, NOW, SECOND, access_token


class CountingAuthority(TokenAuthority):
    checked = 0

    def verify_access(self, token: str, now: datetime) -> AccessClaims:
        self.checked += 1
        return super().verify_access(token, now)


@pytest.fixture
def counting() -> CountingAuthority:
    return CountingAuthority(KEYS, issuer=ISSUER, audience=AUDIENCE)


def test_a_remembered_token_is_not_checked_again_and_dies_on_time(
    counting: CountingAuthority,
) -> None:
    tokens = VerifiedTokens(counting)
    token = access_token()
    assert tokens.verify(token, NOW) is tokens.verify(token, NOW + 299 * SECOND)
    assert counting.checked == 1
    for _ in range(2):
        with pytest.raises(TokenRefused) as refused:
            tokens.verify(token, NOW + ACCESS_TOKEN_LIFETIME)
        assert refused.value.code is Refused.EXPIRED
    assert len(tokens) == 0


def test_a_refused_token_is_not_remembered(counting: CountingAuthority) -> None:
    tokens = VerifiedTokens(counting)
    for bad in (access_token()[:-2], "", "é", "\ud800", "x" * 5000):
        for _ in range(2):
            with pytest.raises(TokenRefused):
                tokens.verify(bad, NOW)
    assert len(tokens) == 0


def test_the_memory_is_bounded_and_forgets_the_oldest(counting: CountingAuthority) -> None:
    tokens = VerifiedTokens(counting, limit=3)
    minted = [access_token(token_id=f"jti_{number}") for number in range(5)]
    for token in minted:
        tokens.verify(token, NOW)
    assert len(tokens) == 3
    for token, count in ((minted[4], 5), (minted[2], 5), (minted[0], 6)):
        tokens.verify(token, NOW)
        assert counting.checked == count


def test_a_remembered_token_is_kept_without_its_text(counting: CountingAuthority) -> None:
    tokens = VerifiedTokens(counting)
    tokens.verify(access_token(), NOW)
    assert access_token() not in repr(vars(tokens))
