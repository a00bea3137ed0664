"""The numbers of FACTS.md: one `normalise_*` for each kind.

Each takes what a person typed or a document shows and answers the canonical form, or None when it
is not such a number. Forgiven: case, width, digits of other scripts, spaces, hyphens, invisible
characters. A check digit is checked where a rule is known; where none is, the number is opaque and
only its shape counts. Canonical forms normalise to themselves. Nothing here raises.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from resolvers.rules.check_digits import (
    luhn_check_digit,
    mrz_check_digit,
    resident_id_check_character,
    uscc_check_character,
)
from resolvers.rules.country_codes import (
    ALIASES,
    ALPHA_3_BY_NUMERIC,
    NOT_STATES,
    NUMERIC_BY_ALPHA_3,
)

MAX_NUMBER_LENGTH = 64
"""Characters of any typed number, separators included; a longer one is none."""

_WORK_PERMIT = re.compile("[A-Z0-9]{6,20}")
_SOCIAL_SECURITY = re.compile("[A-Z]{3}[0-9][A-Z0-9]{5,14}")
_PASSPORT = re.compile("[A-Z0-9]{5,14}")
_RESIDENT_ID_2023 = re.compile(
    "9[1-8][0-9][0-9]{3}((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})[0-9]{3}[0-9X]"
)
_RESIDENT_ID_2017 = re.compile("[A-Z]{3}[0-9]{12}")
_RESIDENCE_PERMIT = re.compile("[A-Z0-9]{5,20}")
_CARD = re.compile("[A-Z0-9]{8,9}")
_CREDIT_CODE = re.compile("[1-9ANY][1-59][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_BANK_CARD = re.compile("[1-9][0-9]{15,18}")
_CHINESE_MOBILE = re.compile(r"(?:\+86|0086|86)?(1[3-9][0-9]{9})")
_MRZ_LINE_2 = re.compile(
    "[A-Z0-9<]{9}[0-9][A-Z<]{3}[0-9<]{6}[0-9][MFX<][0-9<]{6}[0-9][A-Z0-9<]{14}[0-9<][0-9]"
)
_SSN_PREFIX = 4


def normalise_work_permit_number(text: str) -> str | None:
    """Opaque, 6 to 20 letters and digits."""
    return _shaped(_WORK_PERMIT, text)


def normalise_ssn(text: str) -> str | None:
    """A social security number: country, reserved digit, document number, 9 to 18 characters.
    The form as given is kept, padded or not; `ssn_search_form` makes the two alike."""
    return _shaped(_SOCIAL_SECURITY, text)


def ssn_search_form(number: str) -> str:
    """A canonical social security number without the zeros right behind the reserved digit, so that
    `DEU0C01X00T47` and `DEU000000C01X00T47` find each other. A search aid: a document number may
    begin with zeros of its own, so this is no proof of identity and never shown."""
    return number[:_SSN_PREFIX] + number[_SSN_PREFIX:].lstrip("0")


def normalise_passport_number(text: str) -> str | None:
    """5 to 14 letters and digits; the fillers behind a short number in an MRZ are dropped."""
    compact = _compact(text)
    return None if compact is None else _shaped(_PASSPORT, compact.rstrip("<"))


def normalise_country(text: str) -> str | None:
    """The ISO 3166 alpha-3 code, from that or from what an MRZ writes (`D`, `D<<`, `GBN`); the
    codes of documents without a state stay (`XXA`)."""
    compact = _compact(text)
    if compact is None:
        return None
    code = compact.rstrip("<")
    code = ALIASES.get(code, code)
    return code if code in NUMERIC_BY_ALPHA_3 or code in NOT_STATES else None


def normalise_permanent_resident_id(text: str) -> str | None:
    """The 2023 form (18 characters: structure, a real birth date, check character) or the one of
    2017 and before (3 letters, 12 digits; its check rule is disputed, so shape only).

    Province and country digits are not looked up: a code that is added tomorrow must not lock its
    holder out, and the check character already finds slips of the finger.
    """
    compact = _compact(text)
    if compact is None:
        return None
    if _RESIDENT_ID_2017.fullmatch(compact):
        return compact
    found = _RESIDENT_ID_2023.fullmatch(compact)
    if found is None or not _is_date(*map(int, found.groups())):
        return None
    return compact if resident_id_check_character(compact[:17]) == compact[17] else None


def resident_id_country(number: str) -> str | None:
    """The alpha-3 country inside a canonical permanent resident ID, None for an unknown code."""
    if _RESIDENT_ID_2017.fullmatch(number):
        return normalise_country(number[:3])
    return ALPHA_3_BY_NUMERIC.get(number[3:6])


def normalise_card_number(text: str) -> str | None:
    """The number on a social security card, 8 or 9 letters and digits; another one after each
    replacement."""
    return _shaped(_CARD, text)


def normalise_residence_permit_number(text: str) -> str | None:
    """Opaque, 5 to 20 letters and digits: no source says more."""
    return _shaped(_RESIDENCE_PERMIT, text)


def normalise_credit_code(text: str) -> str | None:
    """An employer's unified social credit code, 18 characters with a check character."""
    code = _shaped(_CREDIT_CODE, text)
    return code if code is not None and uscc_check_character(code[:17]) == code[17] else None


def normalise_bank_card(text: str) -> str | None:
    """16 to 19 digits that pass Luhn's check."""
    number = _shaped(_BANK_CARD, text)
    return number if number is not None and luhn_check_digit(number[:-1]) == number[-1] else None


def normalise_phone(text: str) -> str | None:
    """The 11 digits of a mobile number in mainland China, with or without its country prefix."""
    compact = _compact(text)
    found = None if compact is None else _CHINESE_MOBILE.fullmatch(re.sub("[().]", "", compact))
    return None if found is None else found[1]


@dataclass(frozen=True)
class MrzLine2:
    """What the second line of a passport's MRZ says. Dates are `YYMMDD`, whose century it does not
    say; unknown digits are `<`. `issued_to` is the nationality as `normalise_country` has it."""

    passport_number: str
    issued_to: str | None
    birth_date: str
    valid_until: str


def parse_mrz_line2(text: str) -> MrzLine2 | None:
    """A passport's second MRZ line (44 characters, ICAO Doc 9303-4, 4.2.2), None unless all of its
    check digits are right. An empty personal number may have `<` for its check digit."""
    line = _compact(text)
    if line is None or not _MRZ_LINE_2.fullmatch(line):
        return None
    personal, personal_check = line[28:42], line[42]
    checks = [
        mrz_check_digit(line[:9]) == line[9],
        mrz_check_digit(line[13:19]) == line[19],
        mrz_check_digit(line[21:27]) == line[27],
        mrz_check_digit(personal) == personal_check or (personal + personal_check).strip("<") == "",
        mrz_check_digit(line[:10] + line[13:20] + line[21:43]) == line[43],
    ]
    passport_number = normalise_passport_number(line[:9])
    if passport_number is None or not all(checks):
        return None
    return MrzLine2(passport_number, normalise_country(line[10:13]), line[13:19], line[21:27])


def _shaped(shape: re.Pattern[str], text: str) -> str | None:
    compact = _compact(text)
    return compact if compact is not None and shape.fullmatch(compact) else None


def _compact(text: str) -> str | None:
    """Upper case and narrow, without spaces, hyphens and invisible characters."""
    if len(text) > MAX_NUMBER_LENGTH:
        return None
    kept = []
    for char in unicodedata.normalize("NFKC", text):
        category = unicodedata.category(char)
        if char.isspace() or category in {"Pd", "Cf"} or char == "\u2212":
            continue
        kept.append(str(unicodedata.decimal(char)) if category == "Nd" else char)
    # Only A to Z have capitals here: `ß` or a dotless `ı` must not turn into letters they are not.
    return "".join(char.upper() if char.isascii() else char for char in kept)


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
