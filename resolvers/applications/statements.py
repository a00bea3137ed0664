"""What a filer states, one shape for each procedure; the use cases' input, already well-typed.

Days are days of Asia/Shanghai. Texts are bounded by the schema floor before they come here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from resolvers.vocabulary import CancellationReason, PermitCategory, ProcedureKind


@dataclass(frozen=True, repr=False)
class StatedName:
    """As the passport writes it; the Chinese name and the name in its own script where there are
    such."""

    surname: str
    given_names: str
    chinese_name: str | None = None
    native_name: str | None = None


@dataclass(frozen=True, repr=False)
class StatedPassport:
    """`country` is ISO 3166 alpha-3 or what the MRZ writes. Both days are valid days."""

    country: str
    number: str
    valid_from: date
    valid_until: date


@dataclass(frozen=True, repr=False)
class Applicant:
    """A person for whom a first permit is asked."""

    name: StatedName
    birth_date: date
    nationality: str
    passport: StatedPassport
    phone: str | None = None


@dataclass(frozen=True)
class NewPermit:
    """From abroad (`planned_entry_on`) or in China (`stay_until`): exactly one of the two."""

    applicant: Applicant
    city: str
    category: PermitCategory
    post: Mapping[str, str]
    contract_until: date
    requested_until: date
    planned_entry_on: date | None = None
    stay_until: date | None = None


@dataclass(frozen=True)
class OriginalsCheck:
    permit_id: str
    entered_on: date


@dataclass(frozen=True)
class Extension:
    permit_id: str
    contract_until: date
    requested_until: date


@dataclass(frozen=True)
class Change:
    """What is given changes; at least one thing is."""

    permit_id: str
    changed_on: date
    name: StatedName | None = field(default=None, repr=False)
    passport: StatedPassport | None = field(default=None, repr=False)
    post: Mapping[str, str] | None = None
    category: PermitCategory | None = None


@dataclass(frozen=True)
class Cancellation:
    permit_id: str
    happened_on: date
    reason: CancellationReason


@dataclass(frozen=True)
class ElectronicPermit:
    """For an old plastic one, at any time."""

    permit_id: str


ForPermit = OriginalsCheck | Extension | Change | Cancellation | ElectronicPermit
Statement = NewPermit | ForPermit


def procedure_of(statement: Statement) -> ProcedureKind:
    match statement:
        case NewPermit(planned_entry_on=None):
            return ProcedureKind.NEW_IN_CHINA
        case NewPermit():
            return ProcedureKind.NEW_FROM_ABROAD
        case OriginalsCheck():
            return ProcedureKind.ORIGINALS_CHECK
        case Extension():
            return ProcedureKind.EXTENSION
        case Change():
            return ProcedureKind.CHANGE
        case Cancellation():
            return ProcedureKind.CANCELLATION
        case ElectronicPermit():
            return ProcedureKind.ELECTRONIC_PERMIT


def facts_of(statement: Statement) -> dict[str, object]:
    """The statements that name nobody, as stored: every field, null where not stated."""
    facts: dict[str, object] = dict.fromkeys(
        (
            *("post", "contract_until", "requested_until", "planned_entry_on", "stay_until"),
            *("entered_on", "changed_on", "happened_on", "reason", "category"),
        )
    )
    for name in facts:
        value = getattr(statement, name, None)
        if isinstance(value, date):
            facts[name] = value.isoformat()
        elif isinstance(value, CancellationReason | PermitCategory):
            facts[name] = str(value)
        elif isinstance(value, Mapping):
            facts[name] = dict(value)
    return facts
