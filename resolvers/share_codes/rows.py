"""What was shown, as rows of a page or a paper: of the claims of a proof, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from resolvers.policy.named import Named
from resolvers.policy.permit_labels import CATEGORY_LABELS, PERMIT_STATUS_LABELS
from resolvers.policy.places import AUTHORITIES, CITIES
from resolvers.policy.record_labels import (
    CARD_KIND_LABELS,
    CARD_STATE_LABELS,
    INSURANCE_KIND_LABELS,
    INSURANCE_STATE_LABELS,
)
from resolvers.policy.share_code_texts import (
    CONFIRMED_BY,
    NOTHING,
    PERIOD,
    STAY_HOLDS,
    STAY_HOLDS_NOT,
)
from resolvers.policy.sharing_texts import BUNDLE_LABELS, FIELD_LABELS, RESIDENCE_STATE_LABELS
from resolvers.rules.bundles import Bundle
from resolvers.rules.permit_status import shanghai_day
from resolvers.share_codes.proving import PART_OF
from resolvers.vocabulary import (
    CardKind,
    CardState,
    InsuranceKind,
    InsuranceState,
    PermitCategory,
    PermitStatus,
    ResidenceState,
)

Part = Mapping[str, Any]
Row = tuple[Named, Named]
"""Label and value."""


@dataclass(frozen=True)
class Section:
    """One bundle; without rows where there was nothing on record."""

    title: Named
    rows: tuple[Row, ...] = field(repr=False)


def sections_of(claims: Mapping[str, Any]) -> list[Section]:
    sections = []
    for bundle in map(Bundle, claims["bundles"]):
        part = claims["shown"][PART_OF[bundle]]
        rows = tuple(_ROWS[bundle](part)) if part else ()
        sections.append(Section(BUNDLE_LABELS[bundle], rows or ((BUNDLE_LABELS[bundle], NOTHING),)))
    return sections


def _identity(part: Part) -> Iterator[Row]:
    yield _row("holders.full_name", part["full_name"])
    if part["chinese_name"]:
        yield _row("holders.chinese_name", part["chinese_name"])
    yield _row("holders.birth_date", part["birth_date"])
    yield _row("holders.nationality", part["nationality"])
    yield _source(part)


def _passport(part: Part) -> Iterator[Row]:
    yield _row("identity_documents.number", part["number"])
    yield _row("identity_documents.country", part["country"])
    yield _row("identity_documents.valid_until", part["valid_until"])
    yield _source(part)


def _permit(part: Part) -> Iterator[Row]:
    yield FIELD_LABELS["permits.status"], _status(part)
    yield _row("permits.number", part["number"])
    yield FIELD_LABELS["permits.category"], _category(part)
    yield FIELD_LABELS["permits.employer"], _employer(part)
    yield FIELD_LABELS["permits.post"], _named(part["post"])
    yield FIELD_LABELS["permits.city"], CITIES.get(part["city"], _same(part["city"]))
    yield _row("permits.valid_from", part["valid_from"])
    yield _row("permits.valid_until", part["valid_until"])
    yield _source(part)


def _permit_history(part: list[Part]) -> Iterator[Row]:
    for one in part:
        told = [_category(one), _employer(one), _status(one), _source(one)[1]]
        period = f"{one['valid_from']} – {one['valid_until']}"
        label = Named(f"{PERIOD.en} {period}", f"{PERIOD.zh} {period}")
        yield label, _joined(told)


def _residence_permit(part: Part) -> Iterator[Row]:
    state = RESIDENCE_STATE_LABELS[ResidenceState(part["state"])]
    holds = STAY_HOLDS if part["is_valid"] else STAY_HOLDS_NOT
    yield FIELD_LABELS["residence_permits.state"], _joined([state, holds])
    yield _row("residence_permits.valid_from", part["valid_from"])
    yield _row("residence_permits.valid_until", part["valid_until"])
    yield _source(part)


def _insurance(part: Part) -> Iterator[Row]:
    yield _row("holders.social_security_number", part["social_security_number"])
    for one in part["enrolments"]:
        kind = INSURANCE_KIND_LABELS[InsuranceKind(one["kind"])]
        yield kind, INSURANCE_STATE_LABELS[InsuranceState(one["state"])]
    yield _source(part)


def _cards(part: list[Part]) -> Iterator[Row]:
    for one in part:
        day = shanghai_day(datetime.fromisoformat(one["issued_at"])).isoformat()
        issued = FIELD_LABELS["cards.issued_at"]
        told = [
            CARD_STATE_LABELS[CardState(one["status"])],
            Named(f"{issued.en} {day}", f"{issued.zh} {day}"),
            _source(one)[1],
        ]
        yield CARD_KIND_LABELS[CardKind(one["kind"])], _joined(told)


def _contact(part: Part) -> Iterator[Row]:
    yield _row("holders.phone", part["phone"])
    yield _source(part)


_ROWS: Final[Mapping[Bundle, Callable[[Any], Iterator[Row]]]] = {
    Bundle.IDENTITY: _identity,
    Bundle.PASSPORT: _passport,
    Bundle.PERMIT: _permit,
    Bundle.PERMIT_HISTORY: _permit_history,
    Bundle.RESIDENCE_PERMIT: _residence_permit,
    Bundle.INSURANCE: _insurance,
    Bundle.CARD: _cards,
    Bundle.CONTACT: _contact,
}


def _row(name: str, value: str) -> Row:
    return FIELD_LABELS[name], _same(value)


def _source(part: Part) -> Row:
    """Whose record it is, and the day on which that authority last confirmed it."""
    source = part["source"]
    day = shanghai_day(datetime.fromisoformat(source["updated_at"])).isoformat()
    name = AUTHORITIES.get(source["authority"], _same(source["authority"]))
    return CONFIRMED_BY, Named(f"{name.en}, {day}", f"{name.zh}，{day}")


def _category(part: Part) -> Named:
    return CATEGORY_LABELS[PermitCategory(part["category"])]


def _status(part: Part) -> Named:
    return PERMIT_STATUS_LABELS[PermitStatus(part["status"])]


def _employer(part: Part) -> Named:
    employer = part["employer"]
    name = _named(employer["name"])
    return Named(
        f"{name.en} ({employer['credit_code']})", f"{name.zh}（{employer['credit_code']}）"
    )


def _named(texts: Mapping[str, str]) -> Named:
    return Named(texts["en"], texts["zh"])


def _same(text: str) -> Named:
    return Named(text, text)


def _joined(told: list[Named]) -> Named:
    return Named("; ".join(one.en for one in told), "；".join(one.zh for one in told))
