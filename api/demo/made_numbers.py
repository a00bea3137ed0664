"""Numbers for fictional people: right in shape and check digit (FACTS.md), unique by construction.

Each person has a slot. A slot is spread over the numbers of a kind by multiplying with a factor of
that kind that has no divisor in common with how many there are: two slots never meet, and
neighbours look unrelated. Seeded holders have the slots below `MAX_HOLDERS`, demo identities those
behind.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from functools import lru_cache
from math import gcd, prod

from resolvers.rules.check_digits import (
    luhn_check_digit,
    resident_id_check_character,
    uscc_check_character,
)
from resolvers.rules.country_codes import NUMERIC_BY_ALPHA_3

MAX_HOLDERS = 5_000_000
MAX_PASSPORTS = 3
MAX_CARDS = 4

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_DIGITS = "0123456789"
_CREDIT_CODE_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ALPHABETS = {"A": _LETTERS, "9": _DIGITS, "#": _CREDIT_CODE_CHARACTERS}

_BIRTH_DAYS = 14_610  # forty years
_YOUNGEST_YEARS = 23
_SEQUENCES = 989
_DEMO_SEQUENCES = 10
_CREDIT_CODES_PER_EMPLOYER = 256
_ZERO_SUM_EVERY = 16
_SSN_LENGTH = 18


def work_permit_number(slot: int, city: str) -> str:
    """Opaque, and for life: the city that issued the first one, and eight digits."""
    return city + _spelled("work permit", slot, "99999999")


def passport_number(slot: int, ordinal: int, shape: str) -> str:
    """`shape` is the country's: `A` a letter, `9` a digit."""
    if ordinal >= MAX_PASSPORTS:
        raise ValueError("a life with more passports than there are numbers for")
    return _spelled("passport", slot * MAX_PASSPORTS + ordinal, shape)


def social_security_number(country: str, first_passport: str, *, padded: bool) -> str:
    """Alpha-3, the reserved digit, the first passport's number, perhaps led by zeros to 18."""
    head = f"{country}0"
    return head + (first_passport.zfill(_SSN_LENGTH - len(head)) if padded else first_passport)


def birth_date(slot: int, reference: date) -> date:
    """Aged 23 to 63 at the reference date; every slot has one, also without a resident ID."""
    youngest = date(reference.year - _YOUNGEST_YEARS, 1, 1)
    return youngest - timedelta(
        days=1 + _spread("birth", slot, _BIRTH_DAYS * _SEQUENCES) % _BIRTH_DAYS
    )


def permanent_resident_id(slot: int, country: str, city: str, born_on: date) -> str:
    """The form of 2023. Slots with the same birth date differ in their sequence. Demo identities
    have birth dates of their own, and so the last ten sequences."""
    sequence = 1 + _spread("birth", slot, _BIRTH_DAYS * _SEQUENCES) // _BIRTH_DAYS
    if slot >= MAX_HOLDERS:
        sequence = _SEQUENCES + 1 + slot % _DEMO_SEQUENCES
    body = f"9{city[:2]}{NUMERIC_BY_ALPHA_3[country]}{born_on:%Y%m%d}{sequence:03d}"
    return body + resident_id_check_character(body)


def old_permanent_resident_id(slot: int, country: str) -> str:
    """The form of 2017 and before."""
    return country + _spelled("resident", slot, "999999999999")


def residence_permit_number(slot: int, ordinal: int) -> str:
    return _spelled("residence permit", slot * MAX_PASSPORTS + ordinal, "A99999999")


def card_number(slot: int, ordinal: int) -> str:
    return _spelled("card", slot * MAX_CARDS + ordinal, "A99999999")


def bank_card_number(slot: int, ordinal: int) -> str:
    body = "621000" + _spelled("bank card", slot * MAX_CARDS + ordinal, "999999999999")
    return body + luhn_check_digit(body)


def phone_number(slot: int) -> str:
    return "154" + _spelled("phone", slot, "99999999")


def credit_code(slot: int, city: str) -> str:
    """A company's unified social credit code. For every sixteenth employer one whose sum is 0 mod
    31, where common libraries fail."""
    first = slot * _CREDIT_CODES_PER_EMPLOYER
    if slot % _ZERO_SUM_EVERY == _ZERO_SUM_EVERY - 1:
        for ordinal in range(_CREDIT_CODES_PER_EMPLOYER):
            code = _credit_code(first + ordinal, city)
            if code.endswith("0"):
                return code
    return _credit_code(first, city)


def _credit_code(value: int, city: str) -> str:
    organisation = "MA" + _spelled("employer", value, "######")
    body = f"91{city}{organisation}{_organisation_check(organisation)}"
    return body + uscc_check_character(body)


def _organisation_check(body: str) -> str:
    """The ninth character of an organisation code (GB 11714)."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(char, 36) * weight for char, weight in zip(body, weights, strict=True))
    return "0123456789X0"[11 - total % 11]


def _spelled(kind: str, value: int, shape: str) -> str:
    rest = _spread(kind, value, _capacity(shape))
    characters = []
    for place in reversed(shape):
        rest, digit = divmod(rest, len(_ALPHABETS[place]))
        characters.append(_ALPHABETS[place][digit])
    return "".join(reversed(characters))


@lru_cache(maxsize=64)
def _capacity(shape: str) -> int:
    return prod(len(_ALPHABETS[place]) for place in shape)


def _spread(kind: str, value: int, capacity: int) -> int:
    if not 0 <= value < capacity:
        raise ValueError("more numbers are asked for than the shape has")
    factor, offset = _factor_and_offset(kind, capacity)
    return (value * factor + offset) % capacity


@lru_cache(maxsize=256)
def _factor_and_offset(kind: str, capacity: int) -> tuple[int, int]:
    digest = hashlib.sha256(kind.encode()).digest()
    factor, offset = (int.from_bytes(half, "big") % capacity for half in (digest[:16], digest[16:]))
    while gcd(factor, capacity) != 1:
        factor += 1
    return factor, offset
