"""Check digits and characters, each with its source. All arguments are canonical: upper case, no
spaces. What is not of the alphabet raises ValueError, because only checked text may come here."""

from __future__ import annotations

_MRZ_WEIGHTS = (7, 3, 1)
_RESIDENT_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_ID_CHECKS = "10X98765432"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_BODY_LENGTH = 17


def mrz_check_digit(field: str) -> str:
    """The digit behind an MRZ field: weights 7-3-1, `<` is 0, A is 10, Z is 35, sum mod 10
    (ICAO Doc 9303-3, 4.9)."""
    return str(
        sum(_MRZ_WEIGHTS[place % 3] * _mrz_value(char) for place, char in enumerate(field)) % 10
    )


def _mrz_value(char: str) -> int:
    if char == "<":
        return 0
    if char.isascii() and (char.isdigit() or char.isupper()):
        return int(char, 36)
    raise ValueError("not a character of the MRZ")


def resident_id_check_character(body: str) -> str:
    """The 18th character of a 2023 permanent resident ID: ISO 7064 MOD 11-2 over 17 digits, X for
    ten."""
    weighted = zip(_digits(body, 17), _RESIDENT_ID_WEIGHTS, strict=True)
    return _RESIDENT_ID_CHECKS[sum(digit * weight for digit, weight in weighted) % 11]


def uscc_check_character(body: str) -> str:
    """The 18th character of a unified social credit code: weights 3^i mod 31 over 17 characters,
    (31 - sum mod 31) mod 31. The outer mod makes a sum of 0 answer `0` (GB 32100)."""
    if len(body) != _USCC_BODY_LENGTH:
        raise ValueError("a credit code has 17 characters before its check character")
    total = sum(_USCC_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return _USCC_ALPHABET[(31 - total % 31) % 31]


def luhn_check_digit(body: str) -> str:
    """The last digit of a bank card number (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(_digits(body, len(body)))):
        doubled = digit * 2 if place % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def _digits(text: str, length: int) -> list[int]:
    if len(text) != length or not (text.isascii() and text.isdigit()):
        raise ValueError(f"expected {length} digits")
    return [int(char) for char in text]
