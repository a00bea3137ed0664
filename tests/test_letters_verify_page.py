"""docs/letters-verify.md tells the format as it is, and its vector holds."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from auth.jwks import jwks
from auth.keys import Key, KeyRing, KeySet, Purpose, new_key_set
from auth.letter_tokens import LetterTokens
from resolvers.letters.addresses import SHORT_KINDS, check_address
from resolvers.letters.printed import (
    BILINGUAL,
    DAYS,
    FIELDS_OF,
    LETTERS_WITHOUT_MARKS,
    OUR_NUMBERS,
    PrintedField,
    checked_values,
    compared,
    printed_digest,
)
from resolvers.letters.printed_code import ALPHABET
from resolvers.letters.printed_words import CHOICES
from resolvers.vocabulary import LetterKind
from tests.command_line import ROOT
from tests.test_letters_verified import offline

PAGE = (ROOT / "docs" / "letters-verify.md").read_text(encoding="utf-8")
SEED = bytes(range(32))
ISSUER = "https://onecard.example"
LETTER_ID = "ltr_0123456789abcdefghjkmnpqrs"
DAY = date(2026, 11, 27)
KIND = LetterKind.CARD_RECEIPT
CODE = "7HQM-2XKD-94RT-BWVU"
ROWS = {
    "file_number": "OCG-2026-7H0K1M2P",
    "full_name": "Nguyễn Thị Ánh Đào",
    "chinese_name": "阮氏英桃",
    "nationality": "VNM",
    "passport_number": "C1234567",
    "order_number": "ord_0123456789abcdefghjkmnpqrs",
    "ordered_on": "2026-11-27",
    "reason": "首次申领 / First card",
    "channel": "线上 / Online",
    "making": "工厂制卡 / By the factory",
    "collection": "邮寄 / By post",
    "city": "广州市 / Guangzhou",
    "promised_on": "2026-12-15",
}
TYPED = ROWS | {
    "file_number": "ocg 2026 7hok1m2p",
    "full_name": "NGUYEN THI ANH DAO",
    "ordered_on": "2026.11.27",
    "reason": "First card",
    "city": "440100",
    "code": "7hqm2xkd94rtbwvu",
}


def vector() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        PAGE.partition("<!-- vector -->\n```json\n")[2].split("```")[0]
    )
    return found


def keys() -> KeySet:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    ring = KeyRing(Purpose.LETTERS, 1, (Key(Purpose.LETTERS, 1, now, SEED),))
    return new_key_set(now=now).with_ring(ring)


def computed() -> dict[str, Any]:
    values = checked_values(KIND, ROWS)
    address = check_address(LetterTokens(keys()), ISSUER, KIND, LETTER_ID, DAY, ROWS, CODE)
    published = [key for key in jwks(keys())["keys"] if key["kid"].startswith("L-")]
    return {
        "jwks": {"keys": published},
        "address": address,
        "fields": TYPED,
        "compared": {field.value: compared(field, values[field]) for field in FIELDS_OF[KIND]},
        "digest": printed_digest(KIND, LETTER_ID, DAY, values, CODE).hex(),
    }


def test_the_vector_is_what_the_code_computes_and_the_example_accepts(tmp_path: Path) -> None:
    told = vector()
    assert told == computed()
    code, said = offline(tmp_path, told["jwks"], told["address"], told["fields"])
    assert (code, said) == (0, f"genuine: {KIND}, issued on {DAY}")
    for name in told["fields"]:
        if name != "code" and name not in CHOICES:
            altered = told["fields"] | {name: f"{told['fields'][name]}9"}
            assert offline(tmp_path, told["jwks"], told["address"], altered)[0] == 1, name


def test_every_kind_with_its_fields_stands_on_the_page() -> None:
    for kind in LetterKind:
        fields = ", ".join(field.value for field in FIELDS_OF[kind])
        assert f"| {kind} | {fields} |" in PAGE
        assert f"`{SHORT_KINDS[kind]}` {kind}" in PAGE
    text = " ".join(PAGE.split())
    for letter, plain in LETTERS_WITHOUT_MARKS.items():
        assert f"{letter}→{plain}" in text
    assert f"`{ALPHABET}`" in PAGE
    for field in (*BILINGUAL, *OUR_NUMBERS, *(PrintedField(name) for name in CHOICES)):
        assert f"`{field.value}`" in PAGE


def test_the_fields_that_are_days_are_those_that_the_page_describes() -> None:
    described = re.compile(r".*(_on|_from|_until)|as_of")
    assert set(DAYS) == {field for field in PrintedField if described.fullmatch(field.value)}
