"""Random sequences of commands by random parties on the real database never break what must always
hold: `tests.stateful_invariants` says what that is, after every single step."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from auth.mongo import Document
from resolvers.changes import Done
from resolvers.jobs.upkeep import JOBS
from resolvers.rules.application_machine import EDITABLE, OPEN
from tests.stateful_absence import away
from tests.stateful_cards import (
    CARD_STEPS,
    electronic_move,
    open_orders,
    order_move,
    order_placing,
    physical_move,
)
from tests.stateful_invariants import check_state, check_step
from tests.stateful_moves import (
    APPLICATION_STEPS,
    any_move,
    creation,
    due_move,
    missing_papers,
    take_over,
)
from tests.stateful_opening import opened_world
from tests.stateful_statements import pick, rarely
from tests.stateful_world import Move, Step, World

STARTS = [
    # Before Spring Festival and National Day of 2026, and before years not published yet.
    (datetime(2026, 1, 30, 1, tzinfo=UTC), 2026),
    (datetime(2026, 9, 18, 1, tzinfo=UTC), 2026),
    (datetime(2025, 12, 12, 1, tzinfo=UTC), 2025),
    (datetime(2026, 12, 15, 1, tzinfo=UTC), 2026),
]
SPANS = [
    *(timedelta(minutes=7), timedelta(hours=9), timedelta(days=1), timedelta(days=3)),
    *(timedelta(weeks=1), timedelta(weeks=2), timedelta(days=31), timedelta(days=61)),
]

MUTATIONS = {"createApplication", *APPLICATION_STEPS, *CARD_STEPS}
RARE_CODES = {"APPLICANT_ALREADY_REGISTERED", "VALIDITY_OVER", "ANOTHER_REVIEWER"}
SEEN_CODES = {
    *("IDEMPOTENCY_KEY_REUSED", "STALE_REVISION", "NOT_FOUND", "WRONG_STATE", "DUTY_MISSING"),
    *("OFFICER_NOT_ACTIVE", "TEXT_EMPTY", "TEXT_TOO_LONG", "NOT_THE_FILER", "UNKNOWN_CITY"),
    *("BAD_APPLICANT", "REVIEWER_AVAILABLE"),
    *("APPLICANT_MISMATCH", "PERMIT_NOT_ELIGIBLE", "ACTIVE_PERMIT_EXISTS", "APPLICATION_OPEN"),
    *("BAD_DATES", "NOTHING_CHANGES", "ANOTHER_PROCEDURE", "TOO_EARLY", "TOO_LATE"),
    *("PAPERS_MISSING", "HOLDER_NOT_CONFIRMED", "ALREADY_CONFIRMED", "ALREADY_RETURNED"),
    *("GAPS_MISSING", "GROUNDS_MISSING", "ORIGINALS_NOT_SEEN", "CHECKER_CANNOT_DECIDE"),
}
"""All of applications that the ordinary run meets; the rare ones need the long run."""


@dataclass
class Tally:
    """What was really done."""

    steps: int = 0
    lives: int = 0
    began: float = field(default_factory=time.monotonic)
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    looks: Counter[str] = field(default_factory=Counter)
    repeated: int = 0

    def add(self, step: Step) -> None:
        if step.sent is None and step.before.hashes == step.after.hashes:
            self.looks[step.name] += 1  # no more than a look at the clock
            return
        self.steps += 1
        if step.sent is None:
            self.done[step.name] += 1
        elif isinstance(step.sent.outcome, Done):
            self.repeated += step.earlier is not None
            self.done[step.name] += step.earlier is None
        else:
            self.refused[str(step.sent.outcome.code)] += 1


def told(step: Step) -> str:
    """One line, for whoever has to understand a failure."""
    if step.sent is None:
        return f"{step.now:%Y-%m-%d %H:%M} {step.name}"
    move, outcome = step.sent.move, step.sent.outcome
    ended = outcome.object_id if isinstance(outcome, Done) else outcome.code
    again = "" if step.earlier is None else " again"
    by = f"{move.principal.kind} {str(move.principal.subject)[-4:]}"
    return f"{step.now:%Y-%m-%d %H:%M} {move.name}{again} by {by}: {ended} {move.given}"[:400]


class Procedures(RuleBasedStateMachine):
    """One life of the world."""

    def __init__(self, world: World, tally: Tally) -> None:
        super().__init__()
        self.world = world
        self.tally = tally
        self.trail: list[str] = []

    @initialize(start=st.sampled_from(STARTS))
    def begin(self, start: tuple[datetime, int]) -> None:
        self.world.begin(*start)
        self.tally.lives += 1

    def taken(self, step: Step) -> Step:
        self.tally.add(step)
        self.trail.append(told(step))
        try:
            check_step(step)
            check_state(step.after, step.now, self.world.calendars)
        except AssertionError as error:
            error.add_note("\n".join(self.trail))
            raise
        return step

    def send(self, move: Move, key: str | None = None) -> Step:
        return self.taken(self.world.send(move, key))

    @rule(data=st.data(), steps=st.integers(0, 9))
    def an_application_is_begun(self, data: st.DataObject, steps: int) -> None:
        begun = self.send(creation(data.draw, self.world)).sent
        if begun is not None and isinstance(begun.outcome, Done):
            self._go_on(data, begun.outcome.object_id, steps)

    @rule(data=st.data(), steps=st.integers(1, 9))
    def an_application_goes_on(self, data: st.DataObject, steps: int) -> None:
        live = [one["_id"] for one in self.world.all("applications") if one["state"] in OPEN]
        if live:
            self._go_on(data, pick(data.draw, live), steps)
        else:
            self.an_application_is_begun(data, steps)

    @rule(data=st.data())
    def somebody_does_anything_to_an_application(self, data: st.DataObject) -> None:
        applications = self.world.all("applications")
        if applications:
            self.send(any_move(data.draw, self.world, pick(data.draw, applications)))
        else:
            self.an_application_is_begun(data, 3)

    def _go_on(self, data: st.DataObject, application_id: str, steps: int) -> None:
        for _ in range(steps):
            application = self.world.seen.documents["applications"][application_id]
            if application["state"] not in OPEN:
                return
            is_editable = application["state"] in EDITABLE
            missing = missing_papers(self.world, application)
            if is_editable and missing and not rarely(data.draw, 20):
                self.taken(self.world.bring(application, missing))
            elif rarely(data.draw, 20) and self.world.papers_of(application):
                self._take_back(data, application)
            elif application["state"] == "UNDER_REVIEW" and rarely(data.draw, 6):
                with away(self.world, application["reviewer"]):
                    self.send(take_over(data.draw, self.world, application))
            else:
                self.send(due_move(data.draw, self.world, application))

    def _take_back(self, data: st.DataObject, application: Document) -> None:
        paper = pick(data.draw, self.world.papers_of(application))
        filer = application["filed_by"]
        by = next((one for one in self.world.employers if one.subject == filer["subject"]), None)
        self.taken(self.world.take_back(by or self.world.holder(filer["subject"]), paper["_id"]))

    @rule(data=st.data())
    def an_electronic_card_is_used(self, data: st.DataObject) -> None:
        self.send(electronic_move(data.draw, self.world))

    @rule(data=st.data(), times=st.integers(1, 3))
    def a_physical_card_is_used(self, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            self.send(physical_move(data.draw, self.world))

    @rule(data=st.data(), steps=st.integers(1, 6))
    def a_card_is_ordered_and_made(self, data: st.DataObject, steps: int) -> None:
        if not open_orders(self.world) or rarely(data.draw):
            self.send(order_placing(data.draw, self.world))
        for _ in range(steps):
            if open_orders(self.world):
                self.send(order_move(data.draw, self.world))

    @rule(data=st.data())
    def a_command_is_repeated(self, data: st.DataObject) -> None:
        """The same key; rarely with another input."""
        if self.world.sent:
            sent = pick(data.draw, self.world.sent[-12:])
            more = ("and more",) if rarely(data.draw, 4) else ()
            self.send(replace(sent.move, given=(*sent.move.given, *more)), sent.key)

    @rule(data=st.data())
    def time_passes(self, data: st.DataObject) -> None:
        """Or what comes next arrives, to the second; and perhaps the system keeps up."""
        coming = self.world.deadlines()[:4]
        if coming and rarely(data.draw, 2):
            span = pick(data.draw, coming) - self.world.clock.now
            span += timedelta(seconds=pick(data.draw, [0, -1, 1]))
        else:
            span = pick(data.draw, SPANS)
        self.taken(self.world.wait(span))
        if not rarely(data.draw, 2):
            self.taken(self.world.system("upkeep", *[job.run for job in JOBS.values()]))

    @rule()
    def the_calendar_arrives(self) -> None:
        """Of all years that the library knows."""
        if self.world.calendars[self.world.gateway.calendar.version] < 2026:
            self.world.publish(2026)
            self.taken(self.world.system("calendar", *[job.run for job in JOBS.values()]))


@pytest.fixture
def world(mongod_uri: str, keys_file: Path, tmp_path: Path) -> Iterator[World]:
    with opened_world(mongod_uri, keys_file, tmp_path) as opened:
        yield opened


def played(world: World, steps: int, rounds: int, *, until: Callable[[Tally], bool]) -> Tally:
    """Lives, a few for each seed, until there are so many steps and `until` holds; `rounds` at
    most."""
    tally = Tally()

    class Life(Procedures):
        def __init__(self) -> None:
            super().__init__(world, tally)

    for number in range(rounds):
        run_state_machine_as_test(
            seed(number)(Life),
            settings=settings(
                max_examples=5,
                stateful_step_count=60,
                deadline=None,
                database=None,
                # Shrinking takes minutes: whoever looks for the shortest sequence adds it.
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
        if tally.steps >= steps and until(tally):
            break
    return tally


def shown(tally: Tally) -> str:
    def listed(counts: Counter[str]) -> str:
        return ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))

    return (
        f"\n{tally.steps} steps in {tally.lives} lives, {time.monotonic() - tally.began:.0f} s"
        f"\ndone: {listed(tally.done)}; repeated {tally.repeated}"
        f"\nno change: {listed(tally.looks)}"
        f"\nrefused: {listed(tally.refused)}\n"
    )


def is_everything_seen(tally: Tally) -> bool:
    return tally.done.keys() >= MUTATIONS and tally.refused.keys() >= SEEN_CODES


@pytest.mark.timeout(600)
def test_no_sequence_of_commands_breaks_what_always_holds(world: World) -> None:
    tally = played(world, 2_000, 40, until=is_everything_seen)
    print(shown(tally))  # noqa: T201
    assert tally.steps >= 2_000
    assert MUTATIONS - tally.done.keys() == set()
    assert SEEN_CODES - tally.refused.keys() == set()


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_no_long_sequence_breaks_it_either(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    tally = played(world, 20_000, 400, until=lambda tally: tally.refused.keys() >= RARE_CODES)
    with capsys.disabled():
        print(shown(tally))  # noqa: T201
    assert tally.steps >= 20_000
    assert MUTATIONS - tally.done.keys() == set()
    assert tally.refused.keys() >= SEEN_CODES | RARE_CODES
