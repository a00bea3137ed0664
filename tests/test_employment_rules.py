"""When an employer sponsors a holder: against a walk through every instant, for any permits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from resolvers.rules.employment import (
    SponsoredPermit,
    Stretch,
    as_at_end,
    shown_of,
    state_at,
    stretches_of,
)
from resolvers.vocabulary import PermitEvent, PermitState

START = datetime(2026, 1, 1, tzinfo=UTC)
_E, _S = PermitEvent, PermitState


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def stored(
    name: str,
    employer: str,
    issued: int,
    until: int,
    *,
    starts: int | None = None,
    over: tuple[PermitState, int] | None = None,
    by: str | None = None,
) -> dict[str, Any]:
    state, over_day = over or (_S.ISSUED, 0)
    events = [(issued, _E.ISSUED), *([(over_day, PermitEvent(state))] if over else [])]
    return {
        "_id": name,
        "employer_id": employer,
        "state": str(state),
        "valid_from": day(issued if starts is None else starts),
        "valid_until": day(until),
        "issued_at": day(issued),
        "superseded_by": by,
        "category": "B",
        "form": "INTEGRATED",
        "post": {"en": "Engineer"},
        "city": "440100",
        "history": [{"at": day(at), "event": str(event)} for at, event in events],
        "source": {"authority": "labour", "updated_at": day(max(at for at, _ in events))},
    }


def stretches(*permits: dict[str, Any]) -> list[Stretch]:
    return stretches_of([SponsoredPermit.of(permit) for permit in permits])


def told(*permits: dict[str, Any]) -> list[tuple[str, int, int, str]]:
    """Employer, first and last day, ids of the permits."""
    return [
        (
            one.employer_id,
            (one.started_at - START).days,
            (one.ends_at - START).days,
            "".join(permit.permit_id for permit in one.permits),
        )
        for one in stretches(*permits)
    ]


def test_a_permit_is_an_employment_from_its_issue_to_its_last_day() -> None:
    assert told(stored("p", "E", 0, 365, starts=10)) == [("E", 0, 365, "p")]


def test_an_extension_goes_on_with_the_employment_and_a_shorter_one_ends_it_sooner() -> None:
    first = stored("p", "E", 0, 365, over=(_S.SUPERSEDED, 300), by="q")
    assert told(first, stored("q", "E", 300, 700)) == [("E", 0, 700, "pq")]
    assert told(first, stored("q", "E", 300, 320)) == [("E", 0, 320, "pq")]


def test_an_extension_issued_ahead_leaves_no_gap() -> None:
    ahead = stored("q", "E", 330, 730, starts=365)
    assert told(stored("p", "E", 0, 365), ahead) == [("E", 0, 730, "pq")]


def test_a_cancellation_ends_it_at_once_and_one_after_its_end_does_not_move_it() -> None:
    assert told(stored("p", "E", 0, 365, over=(_S.CANCELLED, 100))) == [("E", 0, 100, "p")]
    assert told(stored("p", "E", 0, 365, over=(_S.CANCELLED, 400))) == [("E", 0, 365, "p")]


def test_who_comes_back_after_the_end_is_employed_anew() -> None:
    left = stored("p", "E", 0, 365, over=(_S.CANCELLED, 100))
    other = stored("q", "F", 110, 200)
    again = stored("r", "E", 210, 500)
    assert told(left, other, again) == [
        ("E", 0, 100, "p"),
        ("F", 110, 200, "q"),
        ("E", 210, 500, "r"),
    ]


def test_an_extension_that_outwaited_its_permit_is_another_employment() -> None:
    expired = stored("p", "E", 0, 365, over=(_S.SUPERSEDED, 370), by="q")
    assert told(expired, stored("q", "E", 370, 700)) == [("E", 0, 365, "p"), ("E", 370, 700, "q")]


def test_another_employers_permit_ends_it_from_when_that_one_counts() -> None:
    former = stored("p", "E", 0, 365)
    assert told(former, stored("q", "F", 90, 400, starts=100)) == [
        ("E", 0, 100, "p"),
        ("F", 90, 400, "q"),
    ]


def test_what_is_shown_of_a_permit_ends_with_the_employment() -> None:
    permit = stored("p", "E", 0, 365, over=(_S.SUPERSEDED, 370), by="q")
    [first, _] = stretches(permit, stored("q", "E", 370, 700))
    assert as_at_end(permit, first.ends_at, day(364)) == permit
    corrected = permit | {"shown": shown_of(permit, first.ends_at), "city": "440300"}
    shown = as_at_end(corrected, first.ends_at, day(380))
    assert shown["city"] == "440100"
    assert [one["event"] for one in shown["history"]] == ["ISSUED"]
    assert (shown["state"], shown["superseded_by"]) == ("ISSUED", None)
    assert shown["source"]["updated_at"] == day(365)
    assert permit["state"] == "SUPERSEDED"


def test_a_cancellation_that_ended_it_is_shown() -> None:
    permit = stored("p", "E", 0, 365, over=(_S.CANCELLED, 100))
    [stretch] = stretches(permit)
    told = permit | {"shown": shown_of(permit, stretch.ends_at)}
    shown = as_at_end(told, stretch.ends_at, day(500))
    assert (shown["state"], shown["history"]) == ("CANCELLED", permit["history"])


@st.composite
def careers(draw: st.DrawFn) -> list[dict[str, Any]]:
    """What may happen day after day: a permit is issued, extended, cancelled, by any of three."""
    permits: list[dict[str, Any]] = []
    at = 0
    for ordinal in range(draw(st.integers(1, 7))):
        at += draw(st.integers(1, 40))
        name, until = f"p{ordinal}", at + draw(st.integers(1, 60))
        move = draw(st.sampled_from(["issue", "ahead", "extend", "cancel"]))
        standing = [one for one in permits if one["state"] == "ISSUED"]
        if move == "issue" or not standing:
            permits.append(stored(name, draw(st.sampled_from("EFG")), at, until))
            continue
        before = standing[-1]
        if move == "ahead":
            later = max(at, (before["valid_until"] - START).days)
            permits.append(stored(name, before["employer_id"], at, later + 30, starts=later))
            continue
        event = _E.CANCELLED if move == "cancel" else _E.SUPERSEDED
        before["state"] = str(event)
        before["history"].append({"at": day(at), "event": str(event)})
        before["source"]["updated_at"] = day(at)
        if move == "extend":
            before["superseded_by"] = name
            permits.append(stored(name, before["employer_id"], at, until))
    return permits


_Told = tuple[str, int, int, str]


@dataclass
class Walk:
    """The same told day by day: first the clock, then what is issued that day."""

    number: int = 0
    held: dict[str, tuple[int, list[dict[str, Any]]]] = field(default_factory=dict)
    done: list[_Told] = field(default_factory=list)

    def end(self, employer: str) -> None:
        began, permits = self.held.pop(employer)
        ids = "".join(permit["_id"] for permit in permits)
        self.done.append((employer, began, self.number, ids))

    def end_what_is_over(self, coming: str | None) -> None:
        """What the coming permit takes the place of stands until it is there."""
        for employer, (_, permits) in list(self.held.items()):
            if not any(_stands(permit, day(self.number), coming) for permit in permits):
                self.end(employer)

    def end_former_employers(self) -> None:
        since = {
            employer: max(permits[0]["issued_at"], permits[0]["valid_from"])
            for employer, (_, permits) in self.held.items()
        }
        if day(self.number) in since.values():
            for employer in [one for one, at in since.items() if at < day(self.number)]:
                self.end(employer)

    def issue(self, permit: dict[str, Any]) -> None:
        self.held.setdefault(permit["employer_id"], (self.number, []))[1].append(permit)


def _stands(permit: dict[str, Any], now: datetime, coming: str | None) -> bool:
    over = [one["at"] for one in permit["history"] if one["event"] in ("CANCELLED", "SUPERSEDED")]
    if not over or (permit["superseded_by"] == coming is not None and over[0] == now):
        return bool(now < permit["valid_until"])
    return bool(now < min(permit["valid_until"], over[0]))


def walked(permits: Sequence[dict[str, Any]]) -> list[_Told]:
    walk = Walk()
    for walk.number in range(max((one["valid_until"] - START).days for one in permits) + 1):
        new = [one for one in permits if one["issued_at"] == day(walk.number)]
        walk.end_what_is_over(new[0]["_id"] if new else None)
        for permit in new:
            walk.issue(permit)
        walk.end_former_employers()
        walk.end_what_is_over(None)
    return sorted(walk.done, key=lambda one: (one[1], one[3]))


@given(careers())
def test_any_career_makes_the_stretches_that_a_walk_through_its_days_finds(
    permits: list[dict[str, Any]],
) -> None:
    assert sorted(told(*permits), key=lambda one: (one[1], one[3])) == walked(permits)


@given(careers(), st.randoms(use_true_random=False))
def test_each_permit_is_in_one_stretch_whatever_order_they_come_in(
    permits: list[dict[str, Any]], shuffling: Any
) -> None:
    expected = told(*permits)
    shuffling.shuffle(permits)
    assert told(*permits) == expected
    assert sorted("".join(one[3] for one in expected)) == sorted(
        "".join(permit["_id"] for permit in permits)
    )


@given(careers())
def test_no_two_employers_sponsor_at_once_and_nothing_later_is_shown(
    permits: list[dict[str, Any]],
) -> None:
    made = stretches(*permits)
    by_id = {permit["_id"]: permit for permit in permits}
    for one in made:
        assert one.started_at <= one.ends_at
        for other in made:
            if one is not other:
                first, second = sorted((one, other), key=lambda s: s.permits[0].counts_from)
                if first.permits[0].counts_from < second.permits[0].counts_from:
                    assert (
                        first.ends_at <= max(second.permits[0].counts_from, second.started_at)
                        or first.employer_id == second.employer_id
                    )
        for permit in one.permits:
            told = by_id[permit.permit_id]
            told = told | {"shown": shown_of(told, one.ends_at)}
            shown = as_at_end(told, one.ends_at, one.ends_at)
            assert all(entry["at"] <= one.ends_at for entry in shown["history"])
            assert shown["state"] == state_at(permit, one.ends_at)
