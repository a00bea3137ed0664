"""An employer finds, counts, sorts and exports those who left as they were at the end, whatever
became of their permits, or was corrected in them, later."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from api.runtime import open_runtime
from api.settings import Settings
from auth.mongo import Document, Transaction, in_transaction
from resolvers.employments.keeping import keep_employments
from resolvers.gateway import Gateway
from resolvers.jobs.employment_filling import fill_employments
from resolvers.rules.application_machine import ApplicationEvent
from resolvers.rules.permit_status import shanghai_day, starts_at
from resolvers.vocabulary import ApplicationState, FilerKind, PermitEvent
from tests.cases import Case, Scene
from tests.commands import CommandLog
from tests.employing import changed_employers, forget_employments, in_step
from tests.exporting import made
from tests.filing import application_of
from tests.serving import Serving

PERMITS = """query($filter: PermitFilter, $sort: PermitSort! = NEWEST) { employer {
  permits(first: 50, filter: $filter, sort: $sort) { totalCount edges { cursor node { id status
    category city { code } post form validFrom validUntil issuedAt history { event } } } }
  employees(first: 50) { edges { node { id permit { id category } } } } } }"""
CORRECTED = {
    "category": "C",
    "city": "440300",
    "form": "PLASTIC",
    "post": {"en": "Director", "zh": "总监"},
}


@pytest.fixture
async def scene(serving: Serving) -> Scene:
    return await Scene.of(serving)


@pytest.fixture
async def gateway(serving: Serving, settings: Settings, mongod_uri: str) -> AsyncIterator[Gateway]:
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        yield runtime.gateway


async def listed(scene: Scene, **variables: Any) -> dict[str, Any]:
    shown: dict[str, Any] = (await scene.employer.app.execute(PERMITS, variables))["employer"]
    return shown


async def found(scene: Scene, **wanted: Any) -> set[str]:
    shown = (await listed(scene, filter=wanted))["permits"]
    assert shown["totalCount"] == len(shown["edges"])
    return {edge["node"]["id"] for edge in shown["edges"]}


async def outwaited(scene: Scene, gateway: Gateway) -> Case:
    """An extension approved two days after the permit had ended, which is over since then."""
    serving = scene.serving
    case = await scene.case(ApplicationState.UNDER_REVIEW)
    until = starts_at(shanghai_day(serving.clock()) - timedelta(days=2))
    await serving.database["permits"].update_one(
        {"_id": case.person.permit_ids[0]}, {"$set": {"valid_until": until}}
    )
    await forget_employments(serving)
    await fill_employments(gateway, serving.clock())
    application_of(await case.act(ApplicationEvent.APPROVE))
    return case


async def test_a_permit_is_found_by_the_status_that_it_is_shown_with(
    scene: Scene, gateway: Gateway
) -> None:
    """Superseded two days after the end, it stays EXPIRED to its employer in every list."""
    case = await outwaited(scene, gateway)
    [old] = case.person.permit_ids
    assert old not in await found(scene, status="SUPERSEDED")
    assert old in await found(scene, status="EXPIRED")
    stored = await scene.serving.database["permits"].find_one({"_id": old})
    assert stored is not None
    assert stored["state"] == "SUPERSEDED"


async def given_up(scene: Scene, *, ended: bool) -> str | None:
    """Who is told by webhook that a permit is cancelled, which its holder gives up. `ended`: a
    permit of another employer counts since yesterday, while the old one still stands."""
    case = await scene.case(ApplicationState.UNDER_REVIEW, FilerKind.HOLDER)
    if ended:
        await scene.serving.database["employments"].update_one(
            {"holder_id": case.person.holder_id},
            {"$set": {"ends_at": scene.serving.clock() - timedelta(days=1)}},
        )
    application_of(await case.act(ApplicationEvent.APPROVE))
    wanted = {"object_id": case.person.permit_ids[0], "kind": "permit.cancelled"}
    event = await scene.serving.database["outgoing_events"].find_one(wanted)
    assert event is not None
    told: str | None = event["employer_id"]
    return told


async def test_what_a_holder_gives_up_after_the_end_is_no_news_to_the_sponsor_of_before(
    scene: Scene,
) -> None:
    assert await given_up(scene, ended=False) == scene.employer_id
    assert await given_up(scene, ended=True) is None


async def correct(gateway: Gateway, permit_id: str, holder_id: str, changes: Document) -> None:
    """As an authority corrects its record: in the transaction that keeps employments in step."""

    async def work(transaction: Transaction) -> None:
        await gateway.holders.lock(holder_id, transaction)
        permit = await gateway.permits.find(permit_id, {"holder_id": holder_id}, transaction)
        assert permit is not None
        assert await gateway.permits.turn(
            permit, changes, [PermitEvent.CHANGED], "labour", gateway.now(), transaction
        )
        await keep_employments(gateway, holder_id, transaction)

    await in_transaction(gateway.database, work)


async def test_what_is_corrected_after_the_end_is_neither_shown_nor_found_nor_sorted_by(
    scene: Scene, gateway: Gateway
) -> None:
    """In the graph, its filters, orders, cursors and counts."""
    former = await Scene.of(scene.serving)
    person = await changed_employers(gateway, former, scene)
    sorts = ("NEWEST", "OLDEST", "LAST_DAY_SOONEST", "ISSUED_NEWEST")
    before = [await listed(former, sort=sort) for sort in sorts]
    old, new = person.permit_ids
    now = scene.serving.clock()
    later = {"valid_from": now - timedelta(days=1_000), "valid_until": now - timedelta(days=390)}
    for permit_id in (old, new):
        await correct(gateway, permit_id, person.holder_id, CORRECTED)
    await correct(gateway, old, person.holder_id, later)
    assert [await listed(former, sort=sort) for sort in sorts] == before
    for wanted in ({"category": "C"}, {"cities": ["440300"]}):
        assert old not in await found(former, **wanted)
        assert await found(scene, **wanted) == {new}
    [current] = [
        edge["node"]
        for edge in (await listed(scene))["permits"]["edges"]
        if edge["node"]["id"] == new
    ]
    assert (current["category"], current["post"], current["city"]) == (
        *("C", "Director"),
        {"code": "440300"},
    )
    await in_step(scene.serving)


async def test_a_permit_of_which_no_employment_is_known_is_shown_to_nobody(scene: Scene) -> None:
    """Until upkeep has found it."""
    person = await scene.person()
    assert set(person.permit_ids) <= await found(scene)
    await forget_employments(scene.serving)
    assert await found(scene) == set()
    assert (await listed(scene))["employees"]["edges"] == []


async def test_an_employee_has_all_permits_of_the_employment_in_one_command(
    scene: Scene, command_log: CommandLog
) -> None:
    """However many employees there are, newest first, and none of another employment."""
    cases = [await scene.case(ApplicationState.UNDER_REVIEW) for _ in range(3)]
    for case in cases:
        application_of(await case.act(ApplicationEvent.APPROVE))
    command_log.clear()
    query = """{ employer { employees { edges { node { permit { id }
      permits { id status history { event } } } } } } }"""
    shown = (await scene.employer.app.execute(query))["employer"]["employees"]["edges"]
    assert [one for one in command_log.sent if one[1] != "employer_clients"] == [
        ("aggregate", "employers"),
        ("insert", "audit"),
    ]
    olds = {case.person.permit_ids[0] for case in cases}
    both = [edge["node"] for edge in shown if len(edge["node"]["permits"]) == 2]
    assert {node["permits"][1]["id"] for node in both} == olds
    for node in both:
        assert node["permits"][0]["id"] == node["permit"]["id"]
        assert [one["status"] for one in node["permits"]] == ["ACTIVE", "SUPERSEDED"]


async def test_an_export_holds_what_the_lists_show(
    scene: Scene, gateway: Gateway, settings: Settings, mongod_uri: str
) -> None:
    serving = scene.serving
    former = await Scene.of(serving)
    person = await changed_employers(gateway, former, scene)
    for permit_id in person.permit_ids:
        await correct(gateway, permit_id, person.holder_id, CORRECTED)
    files = {}
    for name, one in (("former", former), ("present", scene)):
        files[name] = [
            (await made(serving, settings, mongod_uri, one.employer.app, list=wanted)).decode()
            for wanted in ("EMPLOYEES", "PERMITS")
        ]
    for was, now in zip(files["former"], files["present"], strict=True):
        assert ("Director" in was, "Shenzhen" in was) == (False, False)
        assert ("Director" in now, "Shenzhen" in now) == (True, True)
    await forget_employments(serving)
    bare = await made(serving, settings, mongod_uri, scene.employer.app, list="PERMITS")
    assert len(bare.decode().splitlines()) == 1


async def test_an_employment_that_goes_on_after_all_shows_what_there_is_now(
    scene: Scene, gateway: Gateway
) -> None:
    """Its last day was wrong, and is corrected."""
    serving = scene.serving
    person = await scene.person()
    [permit_id] = person.permit_ids
    now = serving.clock()
    await correct(gateway, permit_id, person.holder_id, {"valid_until": now})
    await correct(gateway, permit_id, person.holder_id, {"city": "440300"})
    assert permit_id not in await found(scene, cities=["440300"])
    until = starts_at(shanghai_day(now) + timedelta(days=90))
    await correct(gateway, permit_id, person.holder_id, {"valid_until": until})
    assert permit_id in await found(scene, cities=["440300"], status="ACTIVE")
    await in_step(serving)
