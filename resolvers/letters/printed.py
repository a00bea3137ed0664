"""What a letter prints that a verifier types back, and the digest over it. Pure.

The format is for other people's programs too: docs/letters-verify.md states it, with a vector.
`printed_digest` is SHA-256 over framed parts, so that no two papers give the same text.

Diacritics count for nothing, and neither do case, width, spaces or punctuation: who reads
`Nguyễn Thị Ánh` off a paper often has no keyboard for it, and a verifier who cannot type a true
name would learn to accept papers that do not verify. What a forger gains is a name that differs by
its marks alone, which no machine-readable zone tells apart either. Another letter or digit counts.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final

from auth.keys import framed
from resolvers.letters.printed_code import read_code
from resolvers.letters.printed_words import CHOICES
from resolvers.vocabulary import LetterKind

MAX_VALUE_LENGTH: Final = 640
"""Of a name of an employer or a post, both languages in one row: 300 characters each."""


class PrintedField(StrEnum):
    """A field that stands on a letter under its own label; the value is what the row is named.

    FULL_NAME is the Latin name as the passport writes it. A row that a letter does not have (no
    Chinese name, no permit after a rejection) counts as empty.
    """

    FILE_NUMBER = "file_number"
    FULL_NAME = "full_name"
    CHINESE_NAME = "chinese_name"
    NATIONALITY = "nationality"
    PASSPORT_NUMBER = "passport_number"
    PERMIT_NUMBER = "permit_number"
    CATEGORY = "category"
    EMPLOYER = "employer"
    POST = "post"
    CITY = "city"
    VALID_FROM = "valid_from"
    VALID_UNTIL = "valid_until"
    LETTER_UNTIL = "letter_until"
    STATUS = "status"
    AS_OF = "as_of"
    PROCEDURE = "procedure"
    FILED_ON = "filed_on"
    DECIDED_ON = "decided_on"
    OUTCOME = "outcome"
    CANCELLED_ON = "cancelled_on"
    ORDER_NUMBER = "order_number"
    ORDERED_ON = "ordered_on"
    REASON = "reason"
    CHANNEL = "channel"
    MAKING = "making"
    COLLECTION = "collection"
    PROMISED_ON = "promised_on"
    TICKET = "ticket"


_F = PrintedField

UNCHECKED: Final = frozenset({"native_name"})
"""Rows that are printed and enter no digest: a name in a script that a verifier can neither read
nor type would keep everybody from checking the letter. Its bearer's passport has it."""

DAYS: Final = frozenset(
    {
        _F.VALID_FROM,
        _F.VALID_UNTIL,
        _F.LETTER_UNTIL,
        _F.AS_OF,
        _F.FILED_ON,
        _F.DECIDED_ON,
        _F.CANCELLED_ON,
        _F.ORDERED_ON,
        _F.PROMISED_ON,
    }
)
"""Days of Asia/Shanghai, printed as ISO 8601."""
BILINGUAL: Final = frozenset({_F.EMPLOYER, _F.POST})
"""Printed in Chinese and in English; typed in either order."""
OUR_NUMBERS: Final = frozenset({_F.FILE_NUMBER, _F.ORDER_NUMBER})
"""Drawn by us from an alphabet without O, I and L, so who types those means 0 and 1."""

_PERSON: Final = (_F.FILE_NUMBER, _F.FULL_NAME, _F.CHINESE_NAME, _F.NATIONALITY, _F.PASSPORT_NUMBER)
_PERMIT: Final = (
    _F.PERMIT_NUMBER,
    _F.CATEGORY,
    _F.EMPLOYER,
    _F.POST,
    _F.CITY,
    _F.VALID_FROM,
    _F.VALID_UNTIL,
)

FIELDS_OF: Final[Mapping[LetterKind, Sequence[PrintedField]]] = {
    LetterKind.PERMIT_NOTIFICATION: (*_PERSON, *_PERMIT, _F.LETTER_UNTIL),
    LetterKind.DECISION: (
        *_PERSON,
        _F.PROCEDURE,
        _F.EMPLOYER,
        _F.FILED_ON,
        _F.DECIDED_ON,
        _F.OUTCOME,
        _F.PERMIT_NUMBER,
        _F.CATEGORY,
        _F.VALID_FROM,
        _F.VALID_UNTIL,
    ),
    LetterKind.CANCELLATION_PROOF: (
        *_PERSON,
        _F.PERMIT_NUMBER,
        _F.CATEGORY,
        _F.EMPLOYER,
        _F.POST,
        _F.VALID_FROM,
        _F.CANCELLED_ON,
    ),
    LetterKind.PERMIT_CERTIFICATE: (*_PERSON, *_PERMIT, _F.STATUS, _F.AS_OF),
    LetterKind.CARD_RECEIPT: (
        *_PERSON,
        _F.ORDER_NUMBER,
        _F.ORDERED_ON,
        _F.REASON,
        _F.CHANNEL,
        _F.MAKING,
        _F.COLLECTION,
        _F.CITY,
        _F.PROMISED_ON,
        _F.TICKET,
    ),
}
"""What each letter prints, in the order of the paper; rows may be missing. The day of issue is
printed as well, but stands in the token, as kind and random id do. Changing a row changes what
letters that are out there must be typed as: add a kind of letter instead."""

LETTERS_WITHOUT_MARKS: Final[Mapping[str, str]] = {
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "þ": "th",
    "ð": "d",
    "đ": "d",
    "ħ": "h",
    "ł": "l",
    "ı": "i",
    "ŋ": "n",
    "ŧ": "t",
    "ə": "e",
}
"""Case-folded letters that passports write with a mark and Unicode does not take apart."""

_UNMARKED: Final = str.maketrans(dict(LETTERS_WITHOUT_MARKS))
_MEANT: Final = str.maketrans({"o": "0", "i": "1", "l": "1"})
_COUNTS: Final = frozenset({"Lu", "Ll", "Lt", "Lo", "Nd", "Nl", "No"})
_DAY: Final = re.compile(
    r"\s*([0-9]{4})(?:\s*[-./年\s]\s*([0-9]{1,2})\s*[-./月\s]\s*([0-9]{1,2})\s*日?"
    r"|([0-9]{2})([0-9]{2}))\s*",
    re.ASCII,
)


def normalised(text: str) -> str:
    """What is compared: NFKD, folded case, NFKD again, then letters and digits alone (categories
    Lu, Ll, Lt, Lo, Nd, Nl, No), with `LETTERS_WITHOUT_MARKS` written plainly."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(char for char in folded if unicodedata.category(char) in _COUNTS)
    return kept.translate(_UNMARKED)


def compared(field: PrintedField, text: str) -> str:
    """A value of the field as the digest takes it. What is typed wrongly stays as it is and does
    not match. A day may be typed `2027-03-05`, `2027.3.5`, `2027年3月5日` or `20270305`; one of
    `CHOICES` as its word, as either of its printed texts or as both."""
    if field in DAYS:
        return _day(text)
    typed = normalised(text)
    if field in BILINGUAL:
        return _chinese_first(typed)
    if field in OUR_NUMBERS:
        return typed.translate(_MEANT)
    for word, named in CHOICES.get(field.value, {}).items():
        en, zh = normalised(named.en), normalised(named.zh)
        if typed in {normalised(word), en, zh, zh + en, en + zh}:
            return normalised(word)
    return typed


def checked_values(kind: LetterKind, rows: Mapping[str, str]) -> dict[PrintedField, str]:
    """What the digest of a letter with these rows is over: row name → what is printed, with the
    `file_number`. Raises ValueError for a row that would be printed and escape the digest."""
    fields = FIELDS_OF[kind]
    stray = set(rows) - {field.value for field in fields} - UNCHECKED
    if stray:
        raise ValueError(f"no letter of kind {kind} prints {', '.join(sorted(stray))}")
    return {field: rows.get(field.value, "") for field in fields}


def printed_digest(
    kind: LetterKind,
    letter_id: str,
    issued_on: date,
    values: Mapping[PrintedField, str],
    code: str,
) -> bytes:
    """32 bytes over kind, id, day, each field's name and compared value, and the printed code.

    `values` may be what was printed or what was typed back. Raises ValueError when they are not
    exactly the fields of the kind, a value is too long, or `code` is none (`read_code`).
    """
    fields = FIELDS_OF[kind]
    if set(values) != set(fields):
        raise ValueError(f"a letter of kind {kind} is checked by other fields")
    if any(len(value) > MAX_VALUE_LENGTH for value in values.values()):
        raise ValueError(f"a printed value may have {MAX_VALUE_LENGTH} characters")
    read = read_code(code)
    if read is None:
        raise ValueError("that is no printed code")
    parts: list[str] = ["onecard", "letter", kind.value, letter_id, issued_on.isoformat()]
    for field in fields:
        parts += [field.value, compared(field, values[field])]
    return hashlib.sha256(framed(*parts, "CODE", read)).digest()


def _chinese_first(typed: str) -> str:
    return "".join(sorted(typed, key=lambda char: not _is_ideograph(char)))


def _is_ideograph(char: str) -> bool:
    return unicodedata.name(char, "").startswith("CJK UNIFIED IDEOGRAPH")


def _day(text: str) -> str:
    """Eight digits; what is no day, as `normalised`."""
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text))
    if found is None:
        return normalised(text)
    year, month, day = found[1], found[2] or found[4], found[3] or found[5]
    return f"{year}{int(month):02}{int(day):02}"
