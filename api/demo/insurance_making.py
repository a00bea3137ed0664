"""Social insurance of a fictional holder: one enrolment for each of the last employers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from api.demo.days import ONE_DAY, midnight
from api.demo.draw import Draw, Weighted, drawn_id
from api.demo.nations import TREATY_EXEMPTIONS
from api.demo.papers import Bearer
from api.demo.permit_making import Job
from resolvers.store.insurance_enrolments import EnrolmentRecord, InsuranceRecord
from resolvers.vocabulary import InsuranceKind, InsuranceState

_EXEMPT_PERCENT = 60
_DECIDED_IN_DAYS = 10
_LIVING = Weighted((InsuranceState.ENROLLED, 97), (InsuranceState.SUSPENDED, 3))


@dataclass(frozen=True)
class Employment:
    """With one employer; `ended_on` is None while it lasts."""

    job: Job
    began_on: date
    ended_on: date | None


def make_insurance(
    draw: Draw, bearer: Bearer, employments: Sequence[Employment], reference: date
) -> list[InsuranceRecord]:
    exempt = draw.chance(_EXEMPT_PERCENT)
    kinds = TREATY_EXEMPTIONS.get(bearer.nation.code, ()) if exempt else ()
    return [
        _enrolment(draw, bearer, ordinal, employment, kinds, reference)
        for ordinal, employment in enumerate(employments)
        if employment.began_on < reference
    ]


def _enrolment(
    draw: Draw,
    bearer: Bearer,
    ordinal: int,
    employment: Employment,
    exempt_kinds: Sequence[str],
    reference: date,
) -> InsuranceRecord:
    # The employer enrols within 30 days of the permit.
    enrolled_on = employment.began_on + draw.between(1, 30) * ONE_DAY
    since, until, state = midnight(enrolled_on), None, draw.weighted(_LIVING)
    if employment.ended_on is not None:
        since = midnight(min(enrolled_on, employment.ended_on))
        until, state = midnight(employment.ended_on + ONE_DAY), InsuranceState.ENDED
    elif (reference - enrolled_on).days < _DECIDED_IN_DAYS:
        state = InsuranceState.PENDING
    city = employment.job.city
    is_pending = state is InsuranceState.PENDING
    return InsuranceRecord(
        insurance_id=drawn_id("ins", f"{bearer.path}/{ordinal}"),
        holder_id=bearer.holder_id,
        employer_id=employment.job.employer_id,
        city=city,
        enrolments=[
            EnrolmentRecord(kind, InsuranceState.EXEMPT_BY_TREATY, since, until, bearer.nation.code)
            if kind in exempt_kinds and not is_pending
            else EnrolmentRecord(kind, state, None if is_pending else since, until, None)
            for kind in InsuranceKind
        ],
        started_at=midnight(employment.began_on),
        authority=f"human-resources-{city}",
        updated_at=midnight(reference - draw.between(0, 30) * ONE_DAY),
    )
