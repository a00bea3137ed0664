"""Every edge of the machine of applications is followed over HTTP, and every pair of a state and
an event that is no edge is refused; both taken from the table itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from api.runtime import open_runtime
from api.settings import Settings
from auth.mongo import Document
from resolvers.applications.steps import _TOLD
from resolvers.gateway import Gateway
from resolvers.jobs.application_upkeep import lapse_applications
from resolvers.rules.application_machine import APPLICATION_MACHINE, ApplicationEvent
from resolvers.rules.state_machine import Party, Transition
from resolvers.vocabulary import ApplicationState, FilerKind
from tests.cases import ENTRY, WAY_TO, Case, Scene, written
from tests.filing import application_of, code_of
from tests.flows import everything_stored
from tests.officer_client import officers_away
from tests.serving import Serving

Edge = Transition[ApplicationState, ApplicationEvent]
_S, _E = ApplicationState, ApplicationEvent
BY_OFFICERS = {_E.RETURN, _E.PRE_CHECK, _E.ACCEPT, _E.START_REVIEW, _E.APPROVE, _E.REJECT} | {
    _E.TAKE_OVER_REVIEW
}
EDGES_WITH_MUTATION = [edge for edge in APPLICATION_MACHINE.transitions if edge.event in ENTRY]
OF_A_DECISION = {"permits", "employments", "cards", "holders", "tasks"}
"""What an approval writes besides the application."""


@pytest.fixture
async def gateway(serving: Serving, settings: Settings, mongod_uri: str) -> AsyncIterator[Gateway]:
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        yield runtime.gateway


def edges_of(event: ApplicationEvent) -> list[Edge]:
    return [edge for edge in APPLICATION_MACHINE.transitions if edge.event is event]


async def case_for(scene: Scene, edge: Edge, filer: FilerKind) -> Case:
    """In the state from which the edge goes, confirmed where that is due, and of a reviewer who is
    gone where another takes it over."""
    is_confirmed = edge.event is not _E.CONFIRM and filer is FilerKind.EMPLOYER
    confirmed_at = scene.serving.clock().replace(microsecond=0) if is_confirmed else None
    if edge.event is _E.TAKE_OVER_REVIEW:
        [away] = await officers_away(scene.serving, 1)
        return await scene.case(edge.source, filer, confirmed_at=confirmed_at, reviewer=away)
    return await scene.case(edge.source, filer, confirmed_at=confirmed_at)


async def assert_followed(case: Case, edge: Edge, changed: dict[str, list[Document]]) -> None:
    """The application has moved by one revision and one step; one audit line and one event tell of
    it, one record answers a repetition; and nothing else is touched."""
    before, [after] = case.application, changed.pop("applications")
    assert (after["state"], after["revision"]) == (str(edge.target), before["revision"] + 1), edge
    [party] = edge.parties
    added = [(step["event"], step["party"]) for step in after["steps"][len(before["steps"]) :]]
    assert added == ([] if edge.source is edge.target else [(str(edge.event), str(party))]), edge
    action, kind = _TOLD[edge.event]
    trail = [line for line in changed.pop("audit") if line["action"] != "case.read"]
    assert trail[0]["action"] == str(action), edge
    assert case.id in trail[0]["objects"]
    events = changed.pop("outgoing_events")
    assert events[0]["kind"] == str(kind), edge
    if edge.event is not _E.LAPSE:
        [kept] = changed.pop("idempotency")
        assert (kept["command"], kept["object_id"]) == (ENTRY[edge.event], case.id)
    if edge.event is not _E.APPROVE:
        assert (len(trail), len(events), changed) == (1, 1, {}), edge
    else:
        assert set(changed) <= OF_A_DECISION, edge
    assert {line["holder_id"] for line in trail} == {case.person.holder_id}


@pytest.mark.parametrize("filer", FilerKind)
async def test_every_edge_is_followed_by_everybody_who_may(
    serving: Serving, filer: FilerKind
) -> None:
    scene = await Scene.of(serving)
    for edge in EDGES_WITH_MUTATION:
        if edge.event is _E.CONFIRM and filer is FilerKind.HOLDER:
            continue  # nobody confirms what he states himself
        case = await case_for(scene, edge, filer)
        before = await everything_stored(serving.database)
        moved = application_of(await case.act(edge.event))
        assert moved["state"] == str(edge.target), edge
        await assert_followed(case, edge, await written(serving, before))


async def test_a_returned_case_and_a_draft_lapse_by_the_clock_and_no_other_ever_does(
    serving: Serving, gateway: Gateway
) -> None:
    scene = await Scene.of(serving)
    for edge in edges_of(_E.LAPSE):
        case = await scene.case(edge.source)
        lapses_at = case.application["lapses_at"]
        before = await everything_stored(serving.database)
        assert await lapse_applications(gateway, lapses_at - timedelta(milliseconds=1)) == 0
        assert await written(serving, before) == {}
        assert await lapse_applications(gateway, lapses_at) == 1
        await assert_followed(case, edge, await written(serving, before))
        assert await lapse_applications(gateway, lapses_at) == 0
    others = set(ApplicationState) - {edge.source for edge in edges_of(_E.LAPSE)}
    now = serving.clock()
    for state in sorted(others):
        await scene.case(state, lapses_at=now - timedelta(days=1))
    before = await everything_stored(serving.database)
    assert await lapse_applications(gateway, now) == 0
    assert await written(serving, before) == {}


async def test_every_event_that_is_no_edge_is_refused_and_leaves_one_audit_line(
    serving: Serving,
) -> None:
    scene = await Scene.of(serving)
    cases = {state: await scene.case(state) for state in ApplicationState}
    seen = 0
    for state, event in APPLICATION_MACHINE.non_edges():
        if event not in ENTRY:
            continue
        case = cases[state]
        # A draft is not there for officers.
        hidden = state is _S.DRAFT and event in BY_OFFICERS
        code = "NOT_FOUND" if hidden else "WRONG_STATE"
        before = await everything_stored(serving.database)
        assert code_of(await case.act(event)) == code, (state, event)
        changed = await written(serving, before)
        [line] = changed.pop("audit")
        assert changed == {}, (state, event)
        told = (line["action"], line["result"], line["fields"], line["objects"])
        assert told == ("change.refused", code, [ENTRY[event]], [] if hidden else [case.id])
        assert line["holder_id"] == (None if hidden else case.person.holder_id)
        seen += 1
    assert seen == len(ApplicationState) * len(ENTRY) - len(EDGES_WITH_MUTATION)


async def test_a_draft_that_was_withdrawn_is_as_hidden_from_officers_as_a_draft(
    serving: Serving,
) -> None:
    scene = await Scene.of(serving)
    case = await scene.case(_S.WITHDRAWN, filed_at=None)
    for event in sorted(BY_OFFICERS):
        assert code_of(await case.act(event)) == "NOT_FOUND"


def test_the_states_of_these_tests_are_reached_by_edges_alone() -> None:
    for target, way in WAY_TO.items():
        state = _S.DRAFT
        for event in way:
            edge = APPLICATION_MACHINE.find(state, event)
            assert edge is not None
            state = edge.target
        assert state is target
    assert set(WAY_TO) == set(ApplicationState)
    assert set(ENTRY) == set(ApplicationEvent) - {_E.LAPSE}
    assert all(edge.parties == {Party.SYSTEM} for edge in edges_of(_E.LAPSE))
