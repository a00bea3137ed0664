"""The demo people, whose names are of many scripts, log in: nothing of theirs is told or stored
plainly, however their data came into the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from api.clock import utc_now
from api.demo import demo_identities, load_demo
from api.demo.days import day_of
from api.demo.identities import demo_people
from api.demo.people import Person
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from tests.everything import revealing_everything
from tests.leaks import SHORTEST, Watch, assert_nothing_left, watched
from tests.serving import serving_gateway


def values_of(person: Person) -> Iterator[str]:
    """All that is sealed of a person, and the parts of the name that are long enough to be told
    from any word."""
    holder = person.holder
    names = [holder.surname, holder.given_names, holder.chinese_name, holder.native_name]
    for name in filter(None, names):
        yield name
        yield from (part for part in name.split() if len(part) >= SHORTEST)
    yield from filter(None, (holder.birth_date, holder.phone, *holder.numbers.values()))
    yield from (paper.number for paper in person.documents)
    yield from (permit.number for permit in person.permits)
    yield from (permit.number for permit in person.residence_permits)
    for card in person.cards:
        yield from filter(None, (card.number, card.bank_account))


def sought(people: list[Person], watch: Watch) -> None:
    for person in people:
        watch.known.add(
            *(value for value in values_of(person) if len(value) >= SHORTEST or not value.isascii())
        )


async def test_nothing_of_the_demo_people_is_told_or_stored_plainly(
    own_database: Database, settings: Settings, mongod_uri: str, key_set: KeySet
) -> None:
    await load_demo(own_database, key_set, now=utc_now())
    here = settings.model_copy(update={"mongodb_database": own_database.name})
    identities: list[dict[str, Any]] = demo_identities()["holders"]
    async with (
        serving_gateway(here, mongod_uri, own_database, key_set) as serving,
        watched(serving) as watch,
    ):
        sought(demo_people(day_of(utc_now())), watch)
        assert len(watch.known.values) > 8 * len(identities)
        for identity in identities:
            app = serving.client()
            await app.log_in(identity["name"], identity["identifier"], identity["secondProof"])
            await app.execute(revealing_everything())
            wrong = await serving.client().prove_real_name(
                identity["name"][::-1], identity["identifier"]
            )
            assert wrong["code"] == "IDENTITY_NOT_CONFIRMED"
        await assert_nothing_left(serving, watch)
