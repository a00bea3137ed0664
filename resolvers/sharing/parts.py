"""What is shown of a holder to somebody else, with the holder's consent: one part for each bundle.

Values in the clear, as the sources have them now. A part says which authority it comes from and
when that last confirmed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from resolvers.rules.bundles import Bundle
from resolvers.vocabulary import (
    CardKind,
    CardState,
    InsuranceKind,
    InsuranceState,
    PermitCategory,
    PermitStatus,
    ResidenceState,
)


@dataclass(frozen=True)
class SharedSource:
    authority: str
    updated_at: datetime


@dataclass(frozen=True)
class SharedIdentity:
    full_name: str = field(repr=False)
    chinese_name: str | None = field(repr=False)
    birth_date: str = field(repr=False)
    """YYYY-MM-DD."""
    nationality: str
    source: SharedSource


@dataclass(frozen=True)
class SharedPassport:
    """The newest that no other has superseded."""

    number: str = field(repr=False)
    country: str
    valid_until: date
    """The last valid day, as printed; so in the other parts."""
    source: SharedSource


@dataclass(frozen=True)
class SharedEmployer:
    credit_code: str
    name: Mapping[str, str]


@dataclass(frozen=True)
class SharedPermit:
    """The one that is active; where none is, the newest."""

    number: str = field(repr=False)
    category: PermitCategory
    employer: SharedEmployer
    post: Mapping[str, str]
    city: str
    valid_from: date
    valid_until: date
    status: PermitStatus
    """At `SharedRecord.as_of`."""
    source: SharedSource


@dataclass(frozen=True)
class SharedPastPermit:
    """One of all permits of the holder, the present one among them."""

    category: PermitCategory
    employer: SharedEmployer
    valid_from: date
    valid_until: date
    status: PermitStatus
    source: SharedSource


@dataclass(frozen=True)
class SharedResidencePermit:
    state: ResidenceState
    is_valid: bool
    """Whether it holds at `SharedRecord.as_of`."""
    valid_from: date
    valid_until: date
    source: SharedSource


@dataclass(frozen=True)
class SharedEnrolment:
    kind: InsuranceKind
    state: InsuranceState


@dataclass(frozen=True)
class SharedInsurance:
    """`enrolments` are those with the newest employer; none before the first record of them."""

    social_security_number: str = field(repr=False)
    enrolments: tuple[SharedEnrolment, ...]
    source: SharedSource


@dataclass(frozen=True)
class SharedCard:
    """The newest of its kind."""

    kind: CardKind
    status: CardState
    issued_at: datetime
    source: SharedSource


@dataclass(frozen=True)
class SharedContact:
    phone: str = field(repr=False)
    source: SharedSource


@dataclass(frozen=True)
class SharedRecord:
    """`bundles` are those that are shown, in their own order. A part of them is None, or empty,
    where there is nothing on record; a part of any other bundle always is."""

    holder_id: str
    as_of: datetime
    bundles: tuple[Bundle, ...]
    identity: SharedIdentity | None = None
    passport: SharedPassport | None = None
    permit: SharedPermit | None = None
    permit_history: tuple[SharedPastPermit, ...] = ()
    """Newest first; at most 100."""
    residence_permit: SharedResidencePermit | None = None
    insurance: SharedInsurance | None = None
    cards: tuple[SharedCard, ...] = ()
    """At most one of each kind."""
    contact: SharedContact | None = None
