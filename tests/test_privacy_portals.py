"""Nothing of a person is left in logs, metrics, errors and open documents by what portals do:
searching, looking up, asking, reading by consent, exporting, and being told by webhooks."""

from __future__ import annotations

from typing import Any

from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from tests.exporting import fetched, read, started, worked
from tests.granting import SHARED, Granting
from tests.leaks import SURNAME, assert_nothing_left, new_person, watched
from tests.webhooking import Hooked, hooked

SEARCH = """query($text: String!) { employer { employees(first: 5, filter: {name: $text}) {
  totalCount edges { node { name number } } } } }"""
LOOKUP = (
    "query($numbers: [String!]!) { employer { employeesByNumber(numbers: $numbers) { name } } }"
)
TOLD = f"query($id: ID!) {{ employer {{ grant(id: $id) {{ {SHARED} }} }} }}"


async def test_nothing_personal_is_left_behind_by_what_portals_do(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> None:
    async with (
        hooked(settings, mongod_uri, database, key_set) as one,
        watched(one.serving) as watch,
    ):
        person = await new_person(one.serving, watch, employer_id=one.employer_id)
        hook = await one.create("GRANT_ACCEPTED", query=TOLD)
        watch.known.add(hook.secret, hook.secret.removeprefix("whsec_"))
        await _searched(one, person.identifier()["workPermitNumber"])
        granting = await Granting.of(one.serving, person)
        granted = await granting.granted(["IDENTITY", "PASSPORT", "PERMIT", "CONTACT"])
        assert (await granting.shared(granted["id"]))["shared"]["identity"]["fullName"]
        one.receiver.statuses = [500]
        assert await one.run() == 1
        one.clock.advance(seconds=10)
        assert await one.run() == 1
        *_, told = one.taken(hook)
        assert SURNAME in str(told["data"]["result"])
        rotated = await one.step("rotateWebhookSecret", hook)
        watch.known.add(rotated["secret"])
        await _exported(one, settings, mongod_uri)
        await granting.step("withdrawGrant", granted)
        assert (await one.app.post(TOLD, {"id": granted["id"]})).status_code == 200
        await assert_nothing_left(one.serving, watch)


async def _searched(one: Hooked, number: str) -> None:
    found: Any = await one.app.execute(SEARCH, {"text": SURNAME[:5]})
    assert found["employer"]["employees"]["totalCount"] == 1
    found = await one.app.execute(LOOKUP, {"numbers": [number, f"{number}x"]})
    assert found["employer"]["employeesByNumber"][0]["name"]
    for text, variables in (
        (SEARCH, {"text": {"of": SURNAME}}),
        (SEARCH, {"text": SURNAME * 90}),
        (LOOKUP, {"numbers": [number, {"number": number}]}),
        (LOOKUP, {"numbers": [number] * 101}),
    ):
        answer = (await one.app.post(text, variables)).json()
        assert answer["errors"], variables


async def _exported(one: Hooked, settings: Settings, uri: str) -> None:
    export = await started(one.app, list="EMPLOYEES")
    await worked(one.serving, settings, uri)
    ready = await read(one.app, export["id"])
    answer = await fetched(one.app, ready["url"])
    assert SURNAME in answer.text
