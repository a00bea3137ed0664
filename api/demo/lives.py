"""Drawing the life of a seeded holder, with plausible shares of everything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from functools import lru_cache

from api.demo import made_numbers
from api.demo.card_making import draw_card_plan
from api.demo.careers import VALIDITY_DAYS, CareerPlan, Ending, Span
from api.demo.days import DAYS_PER_YEAR, ONE_DAY
from api.demo.draw import Draw, Weighted, shelf
from api.demo.employers import (
    EMPLOYERS_PER_BLOCK,
    block_of,
    draw_employer,
    drawn_city,
    employer_id,
)
from api.demo.names import draw_name
from api.demo.nations import NATIONS
from api.demo.people import Life, Person, career_spans, make_person
from api.demo.permit_making import PLASTIC_ENDED_ON, Job
from resolvers.vocabulary import Language, PermitCategory


class Scene(Enum):
    """Where a holder stands at the reference date."""

    RUNNING = auto()
    OLD_PLASTIC = auto()
    EXPIRED = auto()
    CANCELLED = auto()
    EXTENDED_AHEAD = auto()
    NOT_YET_VALID = auto()
    RESIDENT = auto()


_SCENES = Weighted(
    (Scene.RUNNING, 64),
    (Scene.OLD_PLASTIC, 9),
    (Scene.EXPIRED, 10),
    (Scene.CANCELLED, 7),
    (Scene.EXTENDED_AHEAD, 4),
    (Scene.NOT_YET_VALID, 2),
    (Scene.RESIDENT, 4),
)
_CATEGORIES = Weighted((PermitCategory.A, 18), (PermitCategory.B, 62), (PermitCategory.C, 20))
_PERMIT_COUNTS = Weighted((1, 38), (2, 28), (3, 17), (4, 9), (5, 5), (6, 3))
_MAX_YEARS = {PermitCategory.A: 5, PermitCategory.B: 2, PermitCategory.C: 1}
_AGE_AT_FIRST_PERMIT = 21
_AGE_WITH_OLD_PLASTIC = 34
"""Who is so old at the reference date was of age when the last plastic permits were issued, until a
reference date of 2039. By age alone, as a holder's numbers do not hang on that date."""
_PLASTIC_DAYS = 5 * DAYS_PER_YEAR
_CONVERTED_PERCENT = 35


@dataclass(frozen=True)
class _Course:
    """A career, or none, and what came of it."""

    career: CareerPlan | None
    converted: bool = False
    arrived_on: date | None = None
    resident_since: date | None = None


def seeded_person(seed: int, index: int, reference: date) -> Person:
    """The holder that follows from seed, index and reference date, and from nothing else."""
    data_set = data_set_of(seed)
    path = path_of(seed, index)
    draw = Draw(f"{path}/life")
    nation = draw.weighted(NATIONS)
    name = draw_name(draw, draw.pick(nation.cultures))
    age = reference.year - made_numbers.birth_date(index, reference).year
    course = _course(draw, age, reference)
    spans = career_spans(path, course.career)
    life = Life(
        nation=nation,
        name=name,
        career=course.career,
        jobs=_jobs(draw, data_set, index, spans),
        cards=draw_card_plan(draw),
        arrived_on=course.arrived_on,
        resident_since=course.resident_since,
        plastic_converted=course.converted,
        has_phone=draw.chance(92),
        ssn_padded=draw.chance(50),
        language=Language.ZH if draw.chance(15) else Language.EN,
    )
    return make_person(path, index, life, spans, reference)


def data_set_of(seed: int) -> str:
    return f"seed/{seed}"


def path_of(seed: int, index: int) -> str:
    """Names the holder within all ids and draws; the holders of one block lie on one shelf."""
    return f"{shelf(block_of(index))}:{data_set_of(seed)}/{index}"


def _jobs(draw: Draw, data_set: str, index: int, spans: list[Span]) -> list[Job]:
    jobs: list[Job] = []
    former = -1
    for _ in range(spans[-1].job + 1 if spans else 1):
        number = draw_employer(draw, index)
        if number == former:
            block = block_of(index)
            number = block * EMPLOYERS_PER_BLOCK + (number + 1) % EMPLOYERS_PER_BLOCK
        jobs.append(_job(data_set, number))
        former = number
    return jobs


@lru_cache(maxsize=1024)
def _job(data_set: str, number: int) -> Job:
    return Job(employer_id(data_set, number), drawn_city(data_set, number))


def _course(draw: Draw, age: int, reference: date) -> _Course:
    scene = draw.weighted(_SCENES)
    if scene is Scene.OLD_PLASTIC and age < _AGE_WITH_OLD_PLASTIC:
        scene = Scene.RUNNING
    if scene is Scene.RESIDENT:
        return _resident(draw, age, reference)
    if scene is Scene.OLD_PLASTIC:
        return _old_plastic(draw, age, reference)
    category = _category(draw, age)
    permits = _permits(draw, category, age)
    validity = draw.pick(VALIDITY_DAYS[category])

    def plan(ending: Ending, ends_on: date, count: int = permits) -> _Course:
        return _Course(CareerPlan(category, count, ending, ends_on, validity))

    match scene:
        case Scene.RUNNING:
            return plan(Ending.RUNS_OUT, reference + draw.below(validity - 10) * ONE_DAY)
        case Scene.EXPIRED:
            return plan(Ending.RUNS_OUT, reference - draw.between(1, 700) * ONE_DAY)
        case Scene.CANCELLED:
            return plan(Ending.CANCELLED, reference - draw.between(3, 500) * ONE_DAY)
        case Scene.EXTENDED_AHEAD:
            ends_on = reference + (draw.between(5, 50) + validity) * ONE_DAY
            return plan(Ending.EXTENDED_AHEAD, ends_on, max(2, permits))
        case Scene.NOT_YET_VALID:
            ends_on = reference + (draw.between(2, 20) + validity) * ONE_DAY
            return plan(Ending.RUNS_OUT, ends_on, 1)


def _category(draw: Draw, age: int) -> PermitCategory:
    category = draw.weighted(_CATEGORIES)
    too_young = age < _AGE_AT_FIRST_PERMIT + _MAX_YEARS[category]
    return PermitCategory.B if too_young else category


def _permits(draw: Draw, category: PermitCategory, age: int, most_years: int = 15) -> int:
    """As many as age and `most_years` allow; so three passports are always enough."""
    years = min(most_years, max(0, age - _AGE_AT_FIRST_PERMIT))
    return max(1, min(draw.weighted(_PERMIT_COUNTS), years // _MAX_YEARS[category]))


def _old_plastic(draw: Draw, age: int, reference: date) -> _Course:
    """Five years of category A that began before the plastic permit ended; expired by now when the
    reference date is late."""
    latest = PLASTIC_ENDED_ON - 5 * ONE_DAY
    earliest = min(latest, reference - (_PLASTIC_DAYS - 15) * ONE_DAY)
    first_day = earliest + draw.below((min(latest, reference) - earliest).days + 1) * ONE_DAY
    ends_on = first_day + (_PLASTIC_DAYS - 1) * ONE_DAY
    count = 2 if age >= _AGE_WITH_OLD_PLASTIC + _MAX_YEARS[PermitCategory.A] else 1
    count = min(count, draw.weighted(_PERMIT_COUNTS))
    plan = CareerPlan(PermitCategory.A, count, Ending.RUNS_OUT, ends_on, _PLASTIC_DAYS)
    return _Course(plan, converted=draw.chance(_CONVERTED_PERCENT))


def _resident(draw: Draw, age: int, reference: date) -> _Course:
    """Needs no permit; some had one before."""
    granted_on = reference - draw.between(60, 1600) * ONE_DAY
    arrived_on = granted_on - draw.between(200, 900) * ONE_DAY
    if draw.chance(60):
        return _Course(None, arrived_on=arrived_on, resident_since=granted_on)
    category = _category(draw, age)
    permits = _permits(draw, category, age, most_years=10)
    plan = CareerPlan(category, permits, Ending.CANCELLED, granted_on + 15 * ONE_DAY)
    return _Course(plan, resident_since=granted_on)
