"""Permit records out of the spans of a career."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from api.demo.careers import Span
from api.demo.days import ONE_DAY, day_of, midnight, office_hour
from api.demo.draw import Draw, drawn_id
from resolvers.store.permits import PermitRecord
from resolvers.vocabulary import PermitCategory, PermitEvent, PermitForm, PermitState

PLASTIC_ENDED_ON = date(2024, 12, 1)
"""From this day every permit is issued onto the card; an older plastic one stays good."""

_CHANGED_PERCENT = 12
_POSTS: Mapping[PermitCategory, tuple[tuple[str, str], ...]] = {
    PermitCategory.A: (
        ("Chief Scientist", "首席科学家"),
        ("General Manager", "总经理"),
        ("Principal Engineer", "首席工程师"),
        ("Research Professor", "研究教授"),
        ("Technical Director", "技术总监"),
    ),
    PermitCategory.B: (
        ("Software Engineer", "软件工程师"),
        ("English Teacher", "英语教师"),
        ("Quality Manager", "质量经理"),
        ("Product Designer", "产品设计师"),
        ("Executive Chef", "行政总厨"),
        ("Sales Manager", "销售经理"),
        ("Optical Engineer", "光学工程师"),
    ),
    PermitCategory.C: (
        ("Stage Performer", "舞台演员"),
        ("Trainee", "实习生"),
        ("Ship Technician", "船舶技工"),
        ("Sous-chef", "副厨师长"),
    ),
}


@dataclass(frozen=True)
class Job:
    employer_id: str
    city: str


@dataclass(frozen=True)
class PermitSubject:
    """Whose permits: `path` names the holder within all draws and ids."""

    path: str
    holder_id: str
    number: str
    category: PermitCategory
    jobs: Sequence[Job]


@dataclass(frozen=True)
class Issue:
    permit_id: str
    at: datetime
    post: tuple[str, str]


@dataclass(frozen=True)
class Extension:
    """The permit that goes on from another."""

    permit_id: str
    issued_at: datetime
    begins_at: datetime


def make_permits(
    draw: Draw, subject: PermitSubject, spans: Sequence[Span], reference: date, *, converted: bool
) -> list[PermitRecord]:
    """Oldest first. `converted`: an old plastic permit that still runs was exchanged for an
    electronic one."""
    post = draw.pick(_POSTS[subject.category])
    issued = [_issued_at(draw, span, reference) for span in spans]
    permits: list[PermitRecord] = []
    for ordinal, span in enumerate(spans):
        if not span.extends:
            post = draw.pick(_POSTS[subject.category])
        following = ordinal + 1
        extension = None
        if following < len(spans) and spans[following].extends:
            extension = Extension(
                drawn_id("pmt", f"{subject.path}/{following}"),
                issued[following],
                midnight(spans[following].first_day),
            )
        issue = Issue(drawn_id("pmt", f"{subject.path}/{ordinal}"), issued[ordinal], post)
        permits.append(_permit(draw, subject, issue, span, extension, reference))
    if converted:
        _convert(draw, subject, permits, reference)
    return permits


def _issued_at(draw: Draw, span: Span, reference: date) -> datetime:
    """Before it begins, and not after the day on which all this is told."""
    lead = draw.between(15, 75) if span.extends else draw.between(3, 20)
    return office_hour(min(span.first_day - lead * ONE_DAY, reference - ONE_DAY), draw.below(480))


def _permit(
    draw: Draw,
    subject: PermitSubject,
    issue: Issue,
    span: Span,
    extension: Extension | None,
    reference: date,
) -> PermitRecord:
    job = subject.jobs[span.job]
    authority = f"foreign-experts-{job.city}"
    history = [(issue.at, PermitEvent.ISSUED, authority)]
    state, superseded_by = PermitState.ISSUED, None
    days_held = (min(span.over_on, reference) - span.first_day).days
    if days_held > 100 and draw.chance(_CHANGED_PERCENT):
        changed_on = span.first_day + draw.between(10, days_held - 85) * ONE_DAY
        history.append((office_hour(changed_on, 30), PermitEvent.CHANGED, authority))
    if extension is not None:
        history.append((extension.issued_at, PermitEvent.EXTENDED, authority))
        if extension.begins_at <= midnight(reference):
            state, superseded_by = PermitState.SUPERSEDED, extension.permit_id
            history.append((extension.begins_at, PermitEvent.SUPERSEDED, authority))
    if span.left_on is not None:
        state = PermitState.CANCELLED
        history.append((office_hour(span.left_on, 200), PermitEvent.CANCELLED, authority))
    return PermitRecord(
        permit_id=issue.permit_id,
        holder_id=subject.holder_id,
        employer_id=job.employer_id,
        number=subject.number,
        category=subject.category,
        form=PermitForm.PLASTIC if day_of(issue.at) < PLASTIC_ENDED_ON else PermitForm.INTEGRATED,
        state=state,
        post={"en": issue.post[0], "zh": issue.post[1]},
        city=job.city,
        valid_from=midnight(span.first_day),
        valid_until=midnight(span.last_day + ONE_DAY),
        issued_at=issue.at,
        history=history,
        superseded_by=superseded_by,
        authority=authority,
        updated_at=_told_at(draw, reference, history[-1][0]),
    )


def _convert(
    draw: Draw, subject: PermitSubject, permits: list[PermitRecord], reference: date
) -> None:
    plastic = permits[-1]
    earliest = max(PLASTIC_ENDED_ON + 5 * ONE_DAY, day_of(plastic.valid_from) + 2 * ONE_DAY)
    days = (reference - earliest).days
    runs = plastic.valid_until > midnight(reference)
    if not (plastic.form is PermitForm.PLASTIC and plastic.state is PermitState.ISSUED and runs):
        return
    if days < 1:
        return
    converted_on = earliest + draw.below(days) * ONE_DAY
    permit_id = drawn_id("pmt", f"{subject.path}/{len(permits)}")
    at = midnight(converted_on)
    superseded = (at, PermitEvent.SUPERSEDED, plastic.authority)
    permits[-1] = replace(
        plastic,
        state=PermitState.SUPERSEDED,
        superseded_by=permit_id,
        history=(*(event for event in plastic.history if event[0] < at), superseded),
        updated_at=max(plastic.updated_at, at),
    )
    permits.append(
        replace(
            plastic,
            permit_id=permit_id,
            form=PermitForm.ELECTRONIC,
            valid_from=at,
            issued_at=at,
            history=((at, PermitEvent.ISSUED, plastic.authority),),
            updated_at=max(plastic.updated_at, at),
        )
    )


def _told_at(draw: Draw, reference: date, latest: datetime) -> datetime:
    """When the source last said so: within 60 days, and after the last event."""
    return max(latest, office_hour(reference - timedelta(days=draw.between(1, 60)), 600))
