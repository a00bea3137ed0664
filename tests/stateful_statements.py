"""What filers of the small world state: mostly fitting, sometimes of the wrong shape, day or
person. All of them fictional."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st

from auth.mongo import Document
from auth.principal import Principal
from resolvers.applications.statements import (
    Applicant,
    Cancellation,
    Change,
    ElectronicPermit,
    Extension,
    ForPermit,
    NewPermit,
    OriginalsCheck,
    StatedName,
    StatedPassport,
    Statement,
)
from resolvers.vocabulary import (
    CancellationReason,
    IdentifierKind,
    PermitCategory,
    PermitForm,
    PermitState,
    ProcedureKind,
)
from tests.stateful_parties import CITIES
from tests.stateful_world import World

Draw = Callable[[st.SearchStrategy[Any]], Any]
T = TypeVar("T")

_STRANGER = StatedName("Erfunden", "Ada", chinese_name="艾达")
_KNOWN = StatedName("Beispiel", "Nora")
_POST = {"en": "Welder", "zh": "焊工"}


def pick(draw: Draw, items: Sequence[T]) -> T:
    """The first one is the simplest."""
    # By number, so that a failing sequence prints no documents.
    return items[draw(st.integers(0, len(items) - 1))]


def rarely(draw: Draw, out_of: int = 8) -> bool:
    number: int = draw(st.integers(0, out_of - 1))
    return number == out_of - 1


def filing(draw: Draw, world: World) -> tuple[Principal, Statement]:
    """A statement, and who begins an application with it."""
    if rarely(draw, 3):
        return pick(draw, world.employers), new_permit(draw, world)
    permits = world.all("permits")
    live = [one for one in permits if one["state"] in ("ISSUED", "AWAITING_ORIGINALS")]
    permit = pick(draw, permits if rarely(draw) or not live else live)
    statement = for_permit(draw, world, permit)
    by_holder = isinstance(statement, OriginalsCheck) or (
        isinstance(statement, Cancellation) and statement.reason is CancellationReason.EMPLOYER_GONE
    )
    if by_holder != rarely(draw, 10):
        holder_id = pick(draw, world.holder_ids()) if rarely(draw, 10) else permit["holder_id"]
        return world.holder(holder_id), statement
    return employer_of(draw, world, permit["employer_id"]), statement


def employer_of(draw: Draw, world: World, employer_id: str) -> Principal:
    """That employer; rarely another one."""
    own = [one for one in world.employers if one.subject == employer_id]
    return pick(draw, world.employers if rarely(draw, 10) or not own else own)


def new_permit(draw: Draw, world: World) -> NewPermit:
    today = world.today
    statement = NewPermit(
        applicant=_applicant(draw, world),
        city="999999" if rarely(draw, 20) else pick(draw, CITIES),
        category=pick(draw, list(PermitCategory)),
        post=_POST,
        contract_until=_coming(draw, today, 700),
        requested_until=_coming(draw, today, 600),
    )
    if draw(st.booleans()):
        return replace(statement, stay_until=_coming(draw, today, 20))
    return replace(statement, planned_entry_on=_coming(draw, today, 30))


def _coming(draw: Draw, today: date, days: int) -> date:
    """About so many days ahead; rarely today, soon, past, or in another life."""
    odd = [0, 2, 2, -5, 365 * 40]
    return today + timedelta(days=pick(draw, odd) if rarely(draw, 9) else days)


def _past(draw: Draw, today: date) -> date:
    ago = 3 if rarely(draw, 8) is False else pick(draw, [0, 40, -5, 365 * 40])
    return today - timedelta(days=ago)


def _applicant(draw: Draw, world: World) -> Applicant:
    """One of few strangers, or somebody whose passport is on record, by the right name or not."""
    today = world.today
    if not rarely(draw, 3):
        number, name = pick(draw, [f"FX700000{digit}" for digit in range(8)]), _STRANGER
    else:
        idle = [one for one in world.people if not _may_work(world, one.holder_id)]
        person = pick(draw, world.people if rarely(draw, 3) or not idle else idle)
        number = person.numbers[IdentifierKind.PASSPORT]
        name = _STRANGER if rarely(draw, 5) else _KNOWN
    return Applicant(
        name=name,
        birth_date=date(1988, 4, 5),
        nationality="QQQ" if rarely(draw, 20) else "DEU",
        passport=StatedPassport(
            "DEU",
            number,
            valid_from=date(2024, 1, 10),
            valid_until=_coming(draw, today, 2_000),
        ),
    )


def _may_work(world: World, holder_id: str) -> bool:
    return any(
        one["holder_id"] == holder_id
        and one["state"] in (PermitState.ISSUED, PermitState.AWAITING_ORIGINALS)
        and one["valid_until"] > world.clock.now
        for one in world.all("permits")
    )


def for_permit(draw: Draw, world: World, permit: Document) -> ForPermit:
    """Mostly what fits a permit that stands so."""
    days_left = (permit["valid_until"] - world.clock.now).days
    fitting = [ProcedureKind.CHANGE, ProcedureKind.CANCELLATION]
    if permit["state"] == PermitState.AWAITING_ORIGINALS:
        fitting = [ProcedureKind.ORIGINALS_CHECK] * 3 + fitting
    elif permit["form"] == PermitForm.PLASTIC:
        fitting = [ProcedureKind.ELECTRONIC_PERMIT] * 2 + fitting
    if 30 <= days_left <= 90:
        fitting = [ProcedureKind.EXTENSION] * 4 + fitting
    elif days_left > 90 and rarely(draw):
        fitting = [ProcedureKind.EXTENSION]
    anything = [one for one in ProcedureKind if not one.startswith("NEW")]
    return _STATED[pick(draw, anything if rarely(draw, 6) else fitting)](draw, world, permit)


def _extension(draw: Draw, world: World, permit: Document) -> ForPermit:
    contract, requested = (_coming(draw, world.today, days) for days in (900, 700))
    return Extension(permit["_id"], contract_until=contract, requested_until=requested)


def _originals(draw: Draw, world: World, permit: Document) -> ForPermit:
    return OriginalsCheck(permit["_id"], entered_on=_past(draw, world.today))


def _cancellation(draw: Draw, world: World, permit: Document) -> ForPermit:
    reason = pick(draw, [CancellationReason.CONTRACT_ENDED, CancellationReason.EMPLOYER_GONE])
    return Cancellation(permit["_id"], _past(draw, world.today), reason)


def _electronic(draw: Draw, world: World, permit: Document) -> ForPermit:
    return ElectronicPermit(permit["_id"])


def _change(draw: Draw, world: World, permit: Document) -> ForPermit:
    change = Change(permit["_id"], changed_on=_past(draw, world.today))
    match pick(draw, ["post", "category", "passport", "name", "nothing"]):
        case "post":
            return replace(change, post={"en": "Foreman", "zh": "工长"})
        case "category":
            return replace(change, category=pick(draw, list(PermitCategory)))
        case "passport":
            return replace(change, passport=_passport(draw, world))
        case "name":
            return replace(change, name=StatedName("Beispiel", "Nora Neu"))
        case _:
            return change


def _passport(draw: Draw, world: World) -> StatedPassport:
    """A new one; rarely one that somebody has, or none at all."""
    number = f"NX{next(world.serial):07d}"
    if rarely(draw, 5):
        number = pick(draw, [world.people[0].numbers[IdentifierKind.PASSPORT], "FX7000001", "?"])
    until = _coming(draw, world.today, 2_000)
    return StatedPassport("DEU", number, valid_from=date(2024, 1, 10), valid_until=until)


_STATED: dict[ProcedureKind, Callable[[Draw, World, Document], ForPermit]] = {
    ProcedureKind.EXTENSION: _extension,
    ProcedureKind.ORIGINALS_CHECK: _originals,
    ProcedureKind.CANCELLATION: _cancellation,
    ProcedureKind.ELECTRONIC_PERMIT: _electronic,
    ProcedureKind.CHANGE: _change,
}


def restated(draw: Draw, world: World, statement: Statement) -> Statement:
    """Other days of the same; rarely something else."""
    if rarely(draw, 6):
        return filing(draw, world)[1]
    match statement:
        case NewPermit() | Extension():
            return replace(statement, requested_until=_coming(draw, world.today, 500))
        case OriginalsCheck():
            return replace(statement, entered_on=_past(draw, world.today))
        case Change():
            return replace(statement, changed_on=_past(draw, world.today))
        case Cancellation():
            return replace(statement, happened_on=_past(draw, world.today))
        case ElectronicPermit():
            return statement
