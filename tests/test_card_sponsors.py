"""What an employer learns from a card beyond what anybody does: no more than its lists show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auth.scopes import ClientScope
from tests.access_callers import employer_id_of
from tests.employer_client import employer_client
from tests.serving import Serving
from tests.showing_cards import BY_DUTY, Showing, verify


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
