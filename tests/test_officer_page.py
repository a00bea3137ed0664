"""docs/officers.md says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from auth.officer_sessions import SESSION_LIFETIME
from auth.officers import DUTY_SCOPES
from auth.one_time_codes import DRIFT_STEPS, STEP_SECONDS
from auth.passwords import MAX_LENGTH, MIN_LENGTH
from auth.tokens import ACCESS_TOKEN_LIFETIME
from resolvers.officer_login import METHODS, OfficerLoginRefusalCode
from schema.officer_login import OFFICER_REFUSAL_TEXTS

PAGE = (Path(__file__).parent.parent / "docs" / "officers.md").read_text(encoding="utf-8")


def test_every_refusal_is_documented_and_has_words_in_both_languages() -> None:
    codes = re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE)
    assert codes == [code.value for code in OfficerLoginRefusalCode]
    assert set(OFFICER_REFUSAL_TEXTS) == set(OfficerLoginRefusalCode)
    assert all(text.en and text.zh for text in OFFICER_REFUSAL_TEXTS.values())


def test_every_duty_stands_on_the_page_with_its_scope() -> None:
    rows = re.findall(r"^\| `([a-z]+)` \| `([a-z:]+)` \|", PAGE, re.MULTILINE)
    assert rows == [(duty.value.lower(), scope) for duty, scope in DUTY_SCOPES.items()]


@pytest.mark.parametrize(
    "sentence",
    [
        f"It is good for {ACCESS_TOKEN_LIFETIME.seconds // 60} minutes.",
        f"is logged out after {ACCESS_TOKEN_LIFETIME.seconds // 60} minutes;",
        f"past {SESSION_LIFETIME.seconds // 3600} hours after its login",
        f"{MIN_LENGTH} to {MAX_LENGTH} characters, without the login name",
        f"in its {STEP_SECONDS} seconds and in those before and after",
        f"`amr` `{'` and `'.join(METHODS)}`",
    ],
)
def test_the_figures_on_the_page_are_those_of_the_code(sentence: str) -> None:
    assert DRIFT_STEPS == 1
    assert sentence in " ".join(PAGE.split())
