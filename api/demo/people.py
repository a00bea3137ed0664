"""One fictional holder with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from api.demo import made_numbers
from api.demo.card_making import CardPlan, make_cards
from api.demo.careers import CareerPlan, Span, spans_of
from api.demo.days import ONE_DAY, day_of, office_hour
from api.demo.draw import Draw, drawn_id
from api.demo.insurance_making import Employment, make_insurance
from api.demo.names import FictionalName
from api.demo.nations import Nation
from api.demo.papers import (
    Bearer,
    make_passports,
    make_residence_permits,
    make_resident_ids,
)
from api.demo.permit_making import Job, PermitSubject, make_permits
from resolvers.store.cards import CardRecord
from resolvers.store.holders import HolderRecord
from resolvers.store.identity_documents import IdentityDocumentRecord
from resolvers.store.insurance_enrolments import InsuranceRecord
from resolvers.store.permits import PermitRecord
from resolvers.store.residence_permits import ResidencePermitRecord
from resolvers.vocabulary import IdentifierKind, IdentityDocumentKind, Language

_EMPLOYMENTS_KEPT = 2


@dataclass(frozen=True)
class Life:
    """What makes a holder: the rest follows from the path and the slot.

    `jobs` are the employers, oldest first: as many as the career has, one without a career.
    `resident_since` is the day when a permanent resident ID was granted.
    """

    nation: Nation
    name: FictionalName
    career: CareerPlan | None
    jobs: Sequence[Job]
    cards: CardPlan
    born_on: date | None = None
    arrived_on: date | None = None
    resident_since: date | None = None
    plastic_converted: bool = False
    has_phone: bool = True
    ssn_padded: bool = True
    language: Language = Language.EN


@dataclass(frozen=True)
class Person:
    """All records of one holder, in the clear, each kind oldest first. Further ids follow from
    `path`."""

    path: str
    holder: HolderRecord
    documents: Sequence[IdentityDocumentRecord]
    permits: Sequence[PermitRecord]
    cards: Sequence[CardRecord]
    residence_permits: Sequence[ResidencePermitRecord]
    insurance: Sequence[InsuranceRecord]

    @property
    def passport(self) -> IdentityDocumentRecord:
        """The current one."""
        return self._current(IdentityDocumentKind.PASSPORT)

    def _current(self, kind: IdentityDocumentKind) -> IdentityDocumentRecord:
        return next(
            paper for paper in self.documents if paper.kind is kind and paper.superseded_at is None
        )


def make_person(path: str, slot: int, life: Life, spans: Sequence[Span], reference: date) -> Person:
    """`path` names the holder within all ids and draws; `spans` are those of the career, oldest
    first, and empty without one. `reference` is the day on which all this is told."""
    draw = Draw(f"{path}/records")
    holder_id = drawn_id("hld", path)
    born_on = life.born_on or made_numbers.birth_date(slot, reference)
    city = life.jobs[-1].city
    bearer = Bearer(path, holder_id, slot, life.nation, city, born_on)
    permits: list[PermitRecord] = []
    if life.career is not None:
        # The number is for life, so the city of the first employer stands in it.
        number = made_numbers.work_permit_number(slot, life.jobs[0].city)
        subject = PermitSubject(path, holder_id, number, life.career.category, life.jobs)
        permits = make_permits(draw, subject, spans, reference, converted=life.plastic_converted)
    arrived_on = life.arrived_on or (spans[0].first_day if spans else reference - 400 * ONE_DAY)
    passports = make_passports(
        draw, bearer, _passport_needs(life, permits, arrived_on, reference), reference
    )
    resident_ids: list[IdentityDocumentRecord] = []
    if life.resident_since is not None:
        resident_ids = make_resident_ids(draw, bearer, life.resident_since, reference)
    numbers = {
        IdentifierKind.SOCIAL_SECURITY: made_numbers.social_security_number(
            life.nation.code, passports[0].number, padded=life.ssn_padded
        )
    }
    if permits:
        numbers[IdentifierKind.WORK_PERMIT] = permits[0].number
    if resident_ids:
        numbers[IdentifierKind.PERMANENT_RESIDENT] = resident_ids[-1].number
    return Person(
        path=path,
        holder=_holder(
            draw, bearer, life, numbers, min(arrived_on, reference - ONE_DAY), reference
        ),
        documents=[*passports, *resident_ids],
        permits=permits,
        cards=make_cards(draw, bearer, life.cards, permits, arrived_on, reference),
        residence_permits=make_residence_permits(draw, bearer, permits, reference),
        insurance=make_insurance(
            draw, bearer, _employments(life, spans, arrived_on, reference), reference
        ),
    )


def _holder(
    draw: Draw,
    bearer: Bearer,
    life: Life,
    numbers: Mapping[IdentifierKind, str],
    created_on: date,
    reference: date,
) -> HolderRecord:
    created_at = office_hour(created_on, draw.below(480))
    told_at = office_hour(reference - draw.between(1, 60) * ONE_DAY, draw.below(480))
    return HolderRecord(
        holder_id=bearer.holder_id,
        surname=life.name.surname,
        given_names=life.name.given_names,
        chinese_name=life.name.chinese_name,
        native_name=life.name.native_name,
        birth_date=bearer.born_on.isoformat(),
        phone=made_numbers.phone_number(bearer.slot) if life.has_phone else None,
        nationality=bearer.nation.code,
        numbers=numbers,
        language=life.language,
        created_at=created_at,
        authority=f"human-resources-{bearer.city}",
        updated_at=max(created_at, told_at),
    )


def _passport_needs(
    life: Life, permits: Sequence[PermitRecord], arrived_on: date, reference: date
) -> list[tuple[date, date]]:
    needs = [(day_of(permit.issued_at), day_of(permit.valid_until)) for permit in permits]
    if not needs:
        needs.append((arrived_on, arrived_on + timedelta(days=365)))
    if life.resident_since is not None:
        needs.append((reference - 90 * ONE_DAY, reference + 200 * ONE_DAY))
    return needs


def _employments(
    life: Life, spans: Sequence[Span], arrived_on: date, reference: date
) -> list[Employment]:
    employments: list[Employment] = []
    for ordinal, job in enumerate(life.jobs if spans else ()):
        own = [span for span in spans if span.job == ordinal]
        over = own[-1].over_on < reference
        employments.append(Employment(job, own[0].first_day, own[-1].over_on if over else None))
    if life.resident_since is not None:
        # A permanent resident works without a permit.
        began_on = min(reference, max(life.resident_since, arrived_on)) + 30 * ONE_DAY
        employments.append(Employment(life.jobs[-1], began_on, None))
    return employments[-_EMPLOYMENTS_KEPT:]


def career_spans(path: str, career: CareerPlan | None) -> list[Span]:
    """The spans that follow from the path and the plan."""
    return [] if career is None else spans_of(Draw(f"{path}/career"), career)
