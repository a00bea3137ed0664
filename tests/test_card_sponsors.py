"""What an employer learns from a card beyond what anybody does: no more than its lists show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.runtime import open_runtime
from api.settings import Settings
from auth.scopes import ClientScope
from resolvers.jobs.employment_filling import fill_employments
from tests.access_callers import employer_id_of
from tests.commands import CommandLog
from tests.employer_client import employer_client
from tests.employing import employments_of, forget_employments
from tests.factories import PermitPlan
from tests.serving import Serving
from tests.showing_cards import BY_DUTY, Showing, verify
from tests.test_query_plans import scanned_by

LONGER = PermitPlan(starts=-400, ends=200)
LATER = PermitPlan(starts=-30, ends=335)


def told_by_duty(payload: Mapping[str, Any]) -> set[str]:
    return {name for name in BY_DUTY if payload[name] is not None}


async def fields_of_last_check(serving: Serving) -> list[str]:
    line = await serving.database["audit"].find_one({"action": "card.checked"}, sort=[("at", -1)])
    assert line is not None
    fields: list[str] = line["fields"]
    return fields


async def test_a_sponsors_client_without_the_right_to_read_permits_is_told_what_anybody_is(
    serving: Serving,
) -> None:
    shown = await Showing.of(serving)
    employer_id = await employer_id_of(serving, shown.person)
    checks = await employer_client(serving, employer_id, [ClientScope.CHECKS_MAKE])
    told = await verify(checks, await shown.code())
    assert (told["verdict"], told["maskedName"]) == ("VALID", "N*** B***")
    assert told_by_duty(told) == set()
    assert "permits.number" not in await fields_of_last_check(serving)
    both = [ClientScope.CHECKS_MAKE, ClientScope.PERMITS_READ]
    told = await verify(await employer_client(serving, employer_id, both), await shown.code())
    assert {"fullName", "permitNumber", "post"} <= told_by_duty(told)


async def test_a_former_sponsor_learns_nothing_live_though_its_permit_on_the_card_still_stands(
    serving: Serving, settings: Settings, mongod_uri: str, command_log: CommandLog
) -> None:
    """The holder works for another employer now, by a permit of that one's, as
    another authority told us; the card is older."""
    shown = await Showing.of(serving, permit_plans=(LONGER, LATER))
    former = await employer_id_of(serving, shown.person)
    database = serving.database
    old, new = shown.person.permit_ids
    present = await employer_id_of(serving, await serving.person(surname="Fremd"))
    await database["permits"].update_one({"_id": new}, {"$set": {"employer_id": present}})
    await database["cards"].update_one({"_id": shown.card_id}, {"$set": {"permit_id": old}})
    await forget_employments(serving)
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        await fill_employments(runtime.gateway, serving.clock())
    ended = await database["employments"].find_one({"employer_id": former})
    assert ended is not None
    assert ended["ends_at"] < serving.clock()
    sponsor = await employer_client(serving, former)
    command_log.clear()
    told = await verify(sponsor, await shown.code())
    assert (told["verdict"], told_by_duty(told)) == ("VALID", set())
    assert "permits.number" not in await fields_of_last_check(serving)
    # One command finds it all, each part by an index.
    asked = {shape: one for shape, one in command_log.queries.items() if "cards" in shape}
    assert len(asked) == 2, "to show it and to check it"
    for one in asked.values():
        assert await scanned_by(database, one) == []


async def test_the_sponsor_of_now_is_told_by_the_card_until_the_employment_ends(
    serving: Serving,
) -> None:
    shown = await Showing.of(serving)
    sponsor = await employer_client(serving, await employer_id_of(serving, shown.person))
    assert "fullName" in told_by_duty(await verify(sponsor, await shown.code()))
    [employment] = await employments_of(serving, shown.person)
    ends = {"$set": {"ends_at": serving.clock()}}
    await serving.database["employments"].update_one({"_id": employment["_id"]}, ends)
    assert told_by_duty(await verify(sponsor, await shown.code())) == set()
