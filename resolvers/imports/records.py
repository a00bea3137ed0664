"""Records as a line states them, checked for shape and found for nobody yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from resolvers.vocabulary import (
    IdentifierKind,
    InsuranceKind,
    InsuranceState,
    ResidenceState,
)


@dataclass(frozen=True)
class HolderNumber:
    """Canonical, as its digest is stored."""

    kind: IdentifierKind
    text: str = field(repr=False)


@dataclass(frozen=True)
class StatedResidence:
    number: str = field(repr=False)
    state: ResidenceState
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True)
class StatedEnrolment:
    kind: InsuranceKind
    state: InsuranceState
    since: datetime | None
    until: datetime | None
    treaty_country: str | None


@dataclass(frozen=True)
class StatedInsurance:
    """`credit_code` is canonical."""

    credit_code: str
    started_at: datetime
    enrolments: Sequence[StatedEnrolment]


@dataclass(frozen=True)
class StatedPortrait:
    """`picture` is the name of a file that comes with the lines."""

    picture: str = field(repr=False)


@dataclass(frozen=True)
class StatedRecord:
    """`updated_at` is when the authority last said so, to the millisecond, as it is stored."""

    line: int
    authority: str
    city: str
    holder: HolderNumber
    updated_at: datetime
    content: StatedResidence | StatedInsurance | StatedPortrait
