"""What a permit credential says (docs/credentials.md lists it)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from auth.mongo import Document
from auth.sealing import HolderVault
from resolvers.policy.places import CITIES
from resolvers.rules.permit_status import first_day, printed_day, shanghai_day
from resolvers.store import holders, permits
from resolvers.store.holders import decode_name_parts

CLAIMED_FIELDS: Final = (
    "holders.full_name",
    "holders.chinese_name",
    "holders.birth_date",
    "holders.nationality",
    "permits.number",
    "permits.category",
    "permits.employer",
    "permits.post",
    "permits.city",
    "permits.valid_from",
    "permits.valid_until",
)
"""By the names that the audit trail uses."""
ADULT_YEARS: Final = 18


def disclosable_claims(subject: Document, vault: HolderVault, now: datetime) -> dict[str, object]:
    """Each is disclosed or not as the holder chooses. `subject` is that of the store."""
    holder, permit, employer = subject["holder"], subject["permit"], subject["employer"]
    parts = vault.open(holders.NAME, "name_parts", bytes(holder["name_parts"]))
    surname, given_names, chinese_name, _native = decode_name_parts(parts)
    born = vault.open(holders.NAME, "birth_date", bytes(holder["birth_date"]["sealed"]))
    number = vault.open(permits.NAME, "number", bytes(permit["number"]["sealed"]))
    claims: dict[str, object | None] = {
        "name": f"{given_names} {surname}".strip(),
        "given_name": given_names or None,
        "family_name": surname or None,
        "chinese_name": chinese_name,
        "birthdate": born,
        "age_over_18": is_of_age(date.fromisoformat(born), shanghai_day(now)),
        "nationality": holder["nationality"],
        "permit_number": number,
        "permit_category": permit["category"],
        "employer_name": dict(employer["name"]),
        "employer_credit_code": employer["credit_code"],
        "post": dict(permit["post"]),
        "city": _city(permit["city"]),
        "valid_from": first_day(permit["valid_from"]).isoformat(),
        "valid_until": printed_day(permit["valid_until"]).isoformat(),
    }
    return {name: value for name, value in claims.items() if value is not None}


def is_of_age(born: date, today: date) -> bool:
    """Of somebody born on 29 February: from 1 March on."""
    return (today.year - born.year, today.month, today.day) >= (ADULT_YEARS, born.month, born.day)


def _city(code: str) -> Mapping[str, Any]:
    named = CITIES.get(code)
    return {"code": code} | ({} if named is None else {"en": named.en, "zh": named.zh})
