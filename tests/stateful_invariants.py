"""What always holds in the small world, told anew from FACTS.md and from what is stored: nothing
here asks the rules that the use cases obey, but for the drawn machine of an application."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import chinese_calendar

from auth.mongo import Document
from resolvers.changes import Done
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.application_machine import APPLICATION_MACHINE, ApplicationEvent
from resolvers.rules.state_machine import Party
from resolvers.vocabulary import ApplicationState
from tests.stateful_employments import check_employments
from tests.stateful_world import Seen, Step

JOURNALLED = ("applications", "permits", "cards", "card_orders", "tasks", "papers")
SHANGHAI = ZoneInfo("Asia/Shanghai")
_WORKING_DAYS = {"PRE_CHECK": {"A": 5, "B": 5, "C": 5}, "REVIEW": {"A": 5, "B": 10, "C": 10}}
"""FACTS.md, "Steps a filer sees"."""
_PROMISED = {
    "SUBMITTED": ("PRE_CHECK", "SUBMIT"),
    "PRE_CHECKED": ("PRE_CHECK", "SUBMIT"),
    "ACCEPTED": ("REVIEW", "ACCEPT"),
    "UNDER_REVIEW": ("REVIEW", "ACCEPT"),
}
"""What is promised in a state, and since which event."""
_COUNTER_MINUTES, _FACTORY_WORKING_DAYS = 20, 12
_OVER = ("VOID", "CANCELLED")


def check_step(step: Step) -> None:
    """What a step changed, and what it told of that."""
    sent, earlier = step.sent, step.earlier
    assert all(one["at"] == step.now for one in (*step.lines, *step.events))
    if sent is None:
        _check_unsent(step)
        return
    if earlier is not None:
        is_same = (earlier.move.name, earlier.move.fingerprint) == (
            sent.move.name,
            sent.move.fingerprint,
        )
        if is_same:
            assert sent.outcome == earlier.outcome
            assert step.after.hashes == step.before.hashes
            return
        assert isinstance(sent.outcome, Refused)
        assert sent.outcome.code is RefusalCode.IDEMPOTENCY_KEY_REUSED
    if isinstance(sent.outcome, Refused):
        _check_refused(step, sent.move.name, sent.outcome)
        return
    assert isinstance(sent.outcome, Done)
    assert sent.outcome.object_id in _check_told(step)


def _check_unsent(step: Step) -> None:
    match step.name:
        case "papers arrive":
            assert _changed_collections(step) == {"papers"}
        case "paper refused":
            assert _changed_collections(step) == {"audit"}
            assert [one["action"] for one in step.lines] == ["paper.refused"]
        case _:
            _check_told(step)


def _check_refused(step: Step, name: str, refused: Refused) -> None:
    """One line, and nothing else is other than before."""
    assert _changed_collections(step) == {"audit"}
    assert [(one["action"], one["result"], one["fields"]) for one in step.lines] == [
        ("change.refused", str(refused.code), [name])
    ]


def _changed_collections(step: Step) -> set[str]:
    before, after = step.before.hashes, step.after.hashes
    assert before.keys() == after.keys()
    return {name for name in after if after[name] != before[name]}


def _check_told(step: Step) -> set[str]:
    """Ids of what changed. Each new revision has an audit line that names it, each changed
    document an event, and nothing is told of what did not change."""
    grown = dict(_grown(step.before, step.after))
    for document_id, revisions in grown.items():
        named = [one["action"] for one in step.lines if document_id in one["objects"]]
        assert len(named) >= revisions, (step.name, document_id, revisions, named)
    # That a permit will end is told of one that stays as it is.
    events = [event for event in step.events if event["kind"] != "permit.expiring"]
    changed = {event["object_id"] for event in events}
    told = changed.union(*(event["related"] for event in events))
    assert changed <= grown.keys() <= told, (step.name, changed, grown, told)
    assert {one["objects"][0] for one in step.lines} <= grown.keys()
    assert all(one["result"] == "OK" for one in step.lines)
    return set(grown)


def _grown(before: Seen, after: Seen) -> Iterator[tuple[str, int]]:
    """Changed documents with the number of their new revisions. A paper has none, but ends."""
    for name in JOURNALLED:
        known, now = before.documents[name], after.documents[name]
        if known is now:
            continue
        gone = known.keys() - now.keys()
        assert not gone or name == "papers", f"{name} lost a document"
        yield from ((document_id, 1) for document_id in gone)
        for document_id, document in now.items():
            former = known.get(document_id, {"revision": 0})
            if name == "permits":
                former = {**former, **told_by_employment(document)}
            if former != document and "revision" in document:
                assert document["revision"] > former["revision"]
                yield document_id, document["revision"] - former["revision"]


_OF_EMPLOYMENT = ("employment_id", "shown", "name_key_version", "name_prefixes")


def told_by_employment(permit: Document) -> Document:
    """What a permit repeats of its employment, whose change is none of its own."""
    return {name: permit[name] for name in _OF_EMPLOYMENT}


def check_state(seen: Seen, now: datetime, calendars: Mapping[str, int]) -> None:
    """What is stored after any step; `calendars` are the last published years by version."""
    permits, cards = seen.documents["permits"], seen.documents["cards"]
    _check_one_active(permits.values())
    _check_succession(permits)
    check_employments(permits, seen.documents["employments"])
    for holder_cards in _by_holder(cards.values()).values():
        _check_cards(holder_cards, permits, now)
    for application in seen.documents["applications"].values():
        _check_history(application)
        _check_promise(application, calendars)
        _check_result(application, permits)
    _check_orders(seen.documents["card_orders"].values(), cards, calendars)


def _by_holder(documents: Iterable[Document]) -> dict[str, list[Document]]:
    found: defaultdict[str, list[Document]] = defaultdict(list)
    for one in documents:
        found[one["holder_id"]].append(one)
    return found


def _check_one_active(permits: Iterable[Document]) -> None:
    """Permits that stand, or will, never overlap: one at most for a person at any instant."""
    for held in _by_holder(permits).values():
        standing = sorted(
            (one["valid_from"], one["valid_until"])
            for one in held
            if one["state"] in ("ISSUED", "AWAITING_ORIGINALS")
        )
        for (_, until), (following, _) in pairwise(standing):
            assert until <= following, "two permits of one person overlap"


def _check_succession(permits: Mapping[str, Document]) -> None:
    """A permit that was superseded ends, the same day, where its one successor begins."""
    successors = [one["superseded_by"] for one in permits.values() if one["superseded_by"]]
    assert len(successors) == len(set(successors))
    for permit in permits.values():
        at = [entry["at"] for entry in permit["history"]]
        events = [entry["event"] for entry in permit["history"]]
        assert at == sorted(at)
        assert events[0] == "ISSUED"
        assert (permit["state"] == "SUPERSEDED") == (permit["superseded_by"] is not None)
        for state in ("SUPERSEDED", "CANCELLED"):
            assert (permit["state"] == state) == (events[-1] == state)
        if permit["superseded_by"] is not None:
            successor = permits[permit["superseded_by"]]
            assert successor["holder_id"] == permit["holder_id"]
            assert successor["employer_id"] == permit["employer_id"]
            assert successor["issued_at"] == at[-1]
            assert successor["valid_from"] == _midnight(_day(at[-1]))


def _check_cards(cards: list[Document], permits: Mapping[str, Document], now: datetime) -> None:
    """Of one holder."""
    electronic = [one for one in cards if one["kind"] == "ELECTRONIC"]
    assert sum(one["state"] in ("NORMAL", "SUSPENDED") for one in electronic) <= 1
    usable = any(
        one["state"] == "NORMAL" or (one["state"] == "SUSPENDED" and _is_released(one, now))
        for one in electronic
    )
    opened = [one for one in cards if one["activated_at"] is not None]
    if opened:
        newest = max(opened, key=lambda one: one["activated_at"])
        lost = newest["state"] in ("LOST", "CANCELLED") or (
            newest["state"] == "TEMPORARILY_LOST" and not _is_released(newest, now)
        )
        assert not (lost and usable), "a lost card, and an electronic one that is good"
        assert all(one["state"] in _OVER for one in opened if one is not newest)
    for card in cards:
        if card["permit_id"] is not None and card["state"] not in _OVER:
            permit = permits[card["permit_id"]]
            assert permit["holder_id"] == card["holder_id"]
            assert permit["state"] == "ISSUED"
            assert permit["form"] != "PLASTIC"


def _is_released(card: Document, now: datetime) -> bool:
    return card["released_at"] is not None and card["released_at"] <= now


def _check_history(application: Document) -> None:
    """The steps are a path of the machine, each by a party that may take it."""
    first, *steps = application["steps"]
    state = ApplicationState(first["state"])
    assert (first["event"], state) == ("CREATE", ApplicationState.DRAFT)
    for step in steps:
        edge = APPLICATION_MACHINE.find(state, ApplicationEvent(step["event"]))
        assert edge is not None
        assert edge.target == step["state"] != state
        assert Party(step["party"]) in edge.parties
        state = edge.target
    assert state == application["state"]
    at = [step["at"] for step in application["steps"]]
    assert at == sorted(at)
    assert [one["event"] for one in steps].count("RETURN") <= 1
    deciders = {one["actor"] for one in steps if one["party"] == "DECIDER"}
    checkers = {one["actor"] for one in steps if one["event"] in ("PRE_CHECK", "ACCEPT")}
    assert not deciders & checkers, "who checked a case decides it"


def _check_promise(application: Document, calendars: Mapping[str, int]) -> None:
    promise, state = application["promise"], application["state"]
    if state not in _PROMISED:
        assert promise is None
        return
    stage, event = _PROMISED[state]
    assert promise["stage"] == stage
    began = max(step["at"] for step in application["steps"] if step["event"] == event)
    days = _WORKING_DAYS[stage][application["category"]]
    due, is_provisional = _count(_day(began), days, calendars[promise["calendar"]])
    assert promise["began_on"] == _day(began).isoformat()
    assert promise["due_on"] == due.isoformat()
    assert promise["due_at"] == _midnight(due + timedelta(days=1))
    assert promise["provisional"] is is_provisional


def _count(began: date, days: int, known_until: int) -> tuple[date, bool]:
    """Day by day, the first one not counted; and whether some day may still be moved."""
    day, is_provisional = began, False
    while days:
        day += timedelta(days=1)
        last_weeks_year = day.year + 1 if (day.month, day.day) >= (12, 25) else day.year
        is_provisional |= last_weeks_year > known_until
        is_known = day.year <= known_until
        days -= chinese_calendar.is_workday(day) if is_known else day.weekday() < 5
    return day, is_provisional


def _check_result(application: Document, permits: Mapping[str, Document]) -> None:
    """A decision is there when it was made, and its permit is the applicant's."""
    decision, result = application["decision"], application["result_permit_id"]
    outcome = None if decision is None else decision["outcome"]
    is_over = application["state"] in ("APPROVED", "REJECTED")
    assert outcome == (application["state"] if is_over else None)
    if result is not None:
        assert outcome == "APPROVED"
        assert permits[result]["holder_id"] == application["holder_id"]
    if application["procedure"] == "EXTENSION" and application["filed_at"] is not None:
        printed = _day(permits[application["permit_id"]]["valid_until"]) - timedelta(days=1)
        assert 30 <= (printed - _day(application["filed_at"])).days <= 90


def _check_orders(
    orders: Iterable[Document], cards: Mapping[str, Document], calendars: Mapping[str, int]
) -> None:
    for held in _by_holder(orders).values():
        assert sum(one["state"] not in ("COLLECTED", "CANCELLED") for one in held) <= 1
        for order in held:
            ordered = order["ordered_at"]
            if order["making"] == "COUNTER":
                assert order["promised_at"] == ordered + timedelta(minutes=_COUNTER_MINUTES)
            else:
                known_until = calendars[order["calendar"]]
                due, is_provisional = _count(_day(ordered), _FACTORY_WORKING_DAYS, known_until)
                assert order["promised_at"] == _midnight(due + timedelta(days=1))
                assert order["provisional"] is is_provisional
            if order["card_id"] is not None:
                assert cards[order["card_id"]]["holder_id"] == order["holder_id"]
            assert order["stages"][-1]["stage"] == order["state"]


def _day(instant: datetime) -> date:
    return instant.astimezone(SHANGHAI).date()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC)
