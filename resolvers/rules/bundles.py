"""What a holder may show to others: named bundles of fields, and what it is shown for. Pure.

A bundle is the least that one can share, so that a holder chooses among a few plain words instead
of ticking fields (PIPL art. 28: only as much as the named purpose needs).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Bundle(StrEnum):
    IDENTITY = "IDENTITY"
    PASSPORT = "PASSPORT"
    PERMIT = "PERMIT"
    PERMIT_HISTORY = "PERMIT_HISTORY"
    RESIDENCE_PERMIT = "RESIDENCE_PERMIT"
    INSURANCE = "INSURANCE"
    CARD = "CARD"
    CONTACT = "CONTACT"


class SharingPurpose(StrEnum):
    """What a holder shows its record for."""

    WORK = "WORK"
    HOUSING = "HOUSING"
    BANKING = "BANKING"
    EDUCATION = "EDUCATION"
    INSURANCE = "INSURANCE"
    PUBLIC_SERVICE = "PUBLIC_SERVICE"


FIELDS: Final[Mapping[Bundle, tuple[str, ...]]] = {
    Bundle.IDENTITY: (
        "holders.full_name",
        "holders.chinese_name",
        "holders.birth_date",
        "holders.nationality",
    ),
    Bundle.PASSPORT: (
        "identity_documents.number",
        "identity_documents.country",
        "identity_documents.valid_until",
    ),
    Bundle.PERMIT: (
        "permits.number",
        "permits.category",
        "permits.employer",
        "permits.post",
        "permits.city",
        "permits.valid_from",
        "permits.valid_until",
        "permits.status",
    ),
    Bundle.PERMIT_HISTORY: (
        "permits.history.category",
        "permits.history.employer",
        "permits.history.valid_from",
        "permits.history.valid_until",
        "permits.history.status",
    ),
    Bundle.RESIDENCE_PERMIT: (
        "residence_permits.state",
        "residence_permits.valid_from",
        "residence_permits.valid_until",
    ),
    Bundle.INSURANCE: (
        "holders.social_security_number",
        "insurance_enrolments.kind",
        "insurance_enrolments.state",
    ),
    Bundle.CARD: ("cards.kind", "cards.status", "cards.issued_at"),
    Bundle.CONTACT: ("holders.phone",),
}
"""Bundle -> what it shows, by the names that the audit trail and the holder's ledger use."""
