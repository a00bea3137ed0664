"""What becomes of grants by the clock and by keys; what a holder hears of them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from api.runtime import open_runtime
from api.settings import Settings
from auth.keys import Purpose
from resolvers.gateway import Gateway
from resolvers.jobs.grant_lapses import lapse_grants
from resolvers.jobs.key_usage import count_needing
from resolvers.rules.grants import GRANT_MACHINE, GrantEvent, GrantState
from resolvers.rules.state_machine import Party
from tests.granting import Granting
from tests.news import News
from tests.serving import Serving


@pytest.fixture
async def gateway(settings: Settings, mongod_uri: str, serving: Serving) -> AsyncIterator[Gateway]:
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        yield runtime.gateway


async def test_an_ask_that_nobody_answers_lapses_by_itself_once(
    serving: Serving, gateway: Gateway
) -> None:
    granting = await Granting.of(serving)
    grant = (await granting.ask())["grant"]
    standing = await granting.granted(["CARD"], purpose="HOUSING")
    serving.clock.advance(days=29)
    assert await lapse_grants(gateway, serving.clock()) == 0
    serving.clock.advance(days=2)
    assert await lapse_grants(gateway, serving.clock()) == 1
    assert await lapse_grants(gateway, serving.clock()) == 0
    stored = {one["_id"]: one async for one in serving.database["grants"].find()}
    assert stored[grant["id"]]["state"] == "LAPSED"
    assert [one["event"] for one in stored[grant["id"]]["records"]] == ["ASK", "LAPSE"]
    assert stored[standing["id"]]["state"] == "GRANTED"
    [line] = await serving.database["audit"].find({"action": "grant.lapsed"}).to_list(None)
    assert line["actor"]["kind"] == "system"
    [event] = await serving.database["outgoing_events"].find({"kind": "grant.lapsed"}).to_list(None)
    assert event["employer_id"] == granting.employment["employer_id"]


async def test_the_holder_hears_of_an_ask_and_of_nothing_that_he_does_himself(
    serving: Serving, gateway: Gateway
) -> None:
    granting = await Granting.of(serving)
    news = News(serving, gateway, granting.person)
    grant = (await granting.ask())["grant"]
    assert await news.fresh() == [("GRANT_ASKED", grant["id"])]
    accepted = await granting.accept(grant)
    await granting.step("withdrawGrant", accepted["grant"])
    assert await news.fresh() == []


async def test_a_letters_key_is_needed_while_a_record_of_a_grant_names_it(
    serving: Serving, gateway: Gateway
) -> None:
    now = serving.clock()
    assert await count_needing(serving.database, Purpose.LETTERS, 1, now) == 0
    granting = await Granting.of(serving)
    await granting.granted(["CARD"])
    assert await count_needing(serving.database, Purpose.LETTERS, 1, now) == 1


async def _in_state(granting: Granting, state: GrantState) -> dict[str, object]:
    """A grant with the way behind it that led there."""
    grant: dict[str, object] = (await granting.ask())["grant"]
    match state:
        case GrantState.GRANTED | GrantState.WITHDRAWN:
            grant = (await granting.accept(grant))["grant"]
        case GrantState.REFUSED:
            grant = (await granting.step("refuseGrant", grant))["grant"]
        case GrantState.RETRACTED:
            grant = (await granting.step("retractAsk", grant))["grant"]
        case _:
            pass
    if state is GrantState.WITHDRAWN:
        grant = (await granting.step("withdrawGrant", grant))["grant"]
    return grant


STEPS = {
    "acceptGrant": (GrantEvent.ACCEPT, Party.HOLDER),
    "refuseGrant": (GrantEvent.REFUSE, Party.HOLDER),
    "withdrawGrant": (GrantEvent.WITHDRAW, Party.HOLDER),
    "retractAsk": (GrantEvent.RETRACT, Party.EMPLOYER),
}


WAYS = (
    *(GrantState.ASKED, GrantState.GRANTED, GrantState.REFUSED),
    *(GrantState.RETRACTED, GrantState.WITHDRAWN),
)


@pytest.mark.parametrize("state", WAYS, ids=str)
async def test_every_step_is_an_edge_of_the_machine_or_refused(
    serving: Serving, state: GrantState
) -> None:
    for name, (event, party) in STEPS.items():
        granting = await Granting.of(serving)
        grant = await _in_state(granting, state)
        taking = granting.accept(grant) if name == "acceptGrant" else granting.step(name, grant)
        payload = await taking
        edge = GRANT_MACHINE.find(state, event)
        if edge is None:
            assert payload == {"__typename": "ChangeRefused", "code": "WRONG_STATE"}, name
        else:
            assert party in edge.parties
            stored = await serving.database["grants"].find_one({"_id": grant["id"]})
            assert stored is not None
            assert stored["state"] == edge.target
