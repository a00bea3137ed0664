"""The one form of a number under which its digest is stored and searched. Pure."""

from __future__ import annotations

from resolvers.rules import numbers
from resolvers.vocabulary import IdentifierKind


def canonical_passport(country: str, number: str) -> str | None:
    """Country and number together: two countries may give the same number."""
    code = numbers.normalise_country(country)
    digits = numbers.normalise_passport_number(number)
    return None if code is None or digits is None else f"{code}{digits}"


def canonical(kind: IdentifierKind, text: str) -> str | None:
    """The canonical form, or None for what no such number can be."""
    match kind:
        case IdentifierKind.WORK_PERMIT:
            return numbers.normalise_work_permit_number(text)
        case IdentifierKind.SOCIAL_SECURITY:
            number = numbers.normalise_ssn(text)
            return None if number is None else numbers.ssn_search_form(number)
        case IdentifierKind.PASSPORT:
            return canonical_passport(text[:3], text[3:])
        case IdentifierKind.PERMANENT_RESIDENT:
            return numbers.normalise_permanent_resident_id(text)
