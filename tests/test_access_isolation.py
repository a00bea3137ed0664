"""Whose a record is: ids and cursors of others lead to nothing, and change nothing.

Two holders of two cities, with an employer and an authority each, have everything that there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest
from graphql import GraphQLSchema

from api.settings import Settings
from resolvers.rules.permit_status import shanghai_day
from resolvers.vocabulary import IdentifierKind
from schema.build import build_gateway_schema
from tests.access_callers import client_of, logged_in
from tests.access_records import TALENT_FACTS, Party, foreign_values, put_party, values_of
from tests.access_rows import Caller, Expected
from tests.access_table import table
from tests.app_client import PROVE_NAME, START, AppClient
from tests.everything import EVERYTHING, EVERYTHING_FILED, EVERYTHING_SHARED
from tests.flows import everything_stored
from tests.granting import employment_of
from tests.minting import part
from tests.officer_client import officer_clients
from tests.selecting import call_of, object_type, operation_of
from tests.serving import Serving

OTHER_CITY = "440300"
IDS = (
    *("applicationId", "cardId", "orderId", "sessionId", "noticeId", "upToNoticeId"),
    *("endpointId", "grantId", "employmentId"),
)
OWNERS = (Caller.HOLDER, Caller.EMPLOYER, Caller.CHECKER, Caller.DECIDER, Caller.COUNTER)


@pytest.fixture(scope="module")
def graphql_schema() -> GraphQLSchema:
    return build_gateway_schema()._schema


ALL = (EVERYTHING, EVERYTHING_FILED, EVERYTHING_SHARED)


async def two_parties(serving: Serving) -> tuple[Party, Party]:
    return (
        await put_party(serving, phone="13700137000"),
        await put_party(serving, OTHER_CITY, given_names="Oto", surname="Fremd"),
    )


async def test_two_holders_reading_everything_each_see_their_own_alone(serving: Serving) -> None:
    parties = await two_parties(serving)
    apps = [await logged_in(serving, party.person) for party in parties]
    texts = ["".join([(await app.post(query)).text for query in ALL]) for app in apps]
    for (mine, his), text in zip((parties, parties[::-1]), texts, strict=True):
        foreign = await foreign_values(serving, his, mine)
        assert sorted(value for value in foreign if value in text) == []
        own = await foreign_values(serving, mine, his)
        # The task of the employer is not the holder's to see.
        tasks = serving.database["tasks"].find({"responsible.subject": mine.employer_id})
        own -= {task["_id"] async for task in tasks}
        # Nor is it told by which id its employers know the time of its employment.
        held = serving.database["employments"].find({"employer_id": mine.employer_id})
        own -= {employment["_id"] async for employment in held}
        assert sorted(value for value in own if value not in text) == []


LISTS = {
    Caller.HOLDER: (
        "me",
        *("permits", "cards", "cardOrders", "identityDocuments", "sessions", "tasks"),
        *("applications", "notices", "grants"),
    ),
    Caller.EMPLOYER: ("employer", "permits", "applications", "tasks", "grants"),
    Caller.CHECKER: ("officer", "workList"),
    Caller.COUNTER: ("officer", "counterQueue"),
}
DUTIES_ELSEWHERE = {Caller.CHECKER: "foreign-experts", Caller.COUNTER: "human-resources"}


async def same_elsewhere(
    caller: Caller, serving: Serving, settings: Settings, other: Party
) -> AppClient:
    """The same kind of caller, for whom the records of the other party are the own ones."""
    if caller not in DUTIES_ELSEWHERE:
        return await client_of(caller, serving, settings, other.person)
    [app] = await officer_clients(serving, 1, f"{DUTIES_ELSEWHERE[caller]}-{OTHER_CITY}")
    return app


@pytest.mark.parametrize("caller", list(LISTS), ids=lambda caller: caller.name.lower())
async def test_the_cursors_of_another_lead_to_nothing_of_his(
    caller: Caller, serving: Serving, settings: Settings
) -> None:
    own, other = await two_parties(serving)
    apps = [
        await client_of(caller, serving, settings, own.person),
        await same_elsewhere(caller, serving, settings, other),
    ]
    foreign = await foreign_values(serving, other, own)
    root, *lists = LISTS[caller]
    for listed in lists:
        inside = "edges { cursor node { id } } pageInfo { endCursor }"
        shown = (await apps[1].execute(f"{{ {root} {{ {listed} {{ {inside} }} }} }}"))[root]
        assert shown[listed]["edges"], listed
        for edge in shown[listed]["edges"]:
            assert edge["node"]["id"] in foreign | await values_of(serving, other)
            query = (
                f"query($after: String) {{ {root} {{ {listed}(after: $after) {{ {inside} }} }} }}"
            )
            response = await apps[0].post(query, {"after": edge["cursor"]})
            assert "errors" not in response.json()
            assert not any(value in response.text for value in foreign)


@dataclass(frozen=True)
class Lookup:
    """A query by an id of which the caller is shown nothing."""

    caller: Caller
    query: str
    nothing: object


def lookups(own: Party, other: Party) -> Iterator[Lookup]:
    def application(root: str, field: str, application_id: str) -> str:
        return f'{{ {root} {{ {field}(id: "{application_id}") {{ id state }} }} }}'

    theirs = other.application_id
    yield Lookup(Caller.HOLDER, application("me", "application", theirs), {"application": None})
    for hidden in (theirs, own.own_application_id):
        # Also what the holder files: the sponsor of the permit reads nothing of it.
        query = application("employer", "application", hidden)
        yield Lookup(Caller.EMPLOYER, query, {"application": None})
    for officer in (Caller.CHECKER, Caller.DECIDER):
        yield Lookup(officer, application("officer", "case", theirs), {"case": None})
    for case in (own.application_id, theirs):
        yield Lookup(Caller.COUNTER, application("officer", "case", case), {"case": None})
    order = f'{{ officer {{ cardOrder(id: "{other.order_id}") {{ id }} }} }}'
    yield Lookup(Caller.COUNTER, order, {"cardOrder": None})
    number = other.person.numbers[IdentifierKind.WORK_PERMIT]
    at_counter = (
        f'{{ holderAtCounter(input: {{workPermitNumber: "{number}"}})'
        " { cards { id } orders { id } } }"
    )
    yield Lookup(Caller.COUNTER, at_counter, {"cards": [], "orders": []})


async def test_the_ids_of_others_show_nothing_and_leave_no_trace(
    serving: Serving, settings: Settings
) -> None:
    own, other = await two_parties(serving)
    apps = {caller: await client_of(caller, serving, settings, own.person) for caller in OWNERS}
    before = await everything_stored(serving.database)
    for lookup in lookups(own, other):
        [shown] = (await apps[lookup.caller].execute(lookup.query)).values()
        assert shown == lookup.nothing, lookup
    assert await everything_stored(serving.database) == before


async def test_an_employer_lists_what_it_files_and_not_what_its_holders_file(
    serving: Serving, settings: Settings
) -> None:
    own, _ = await two_parties(serving)
    listed = "applications { edges { node { id } } }"
    app = await client_of(Caller.EMPLOYER, serving, settings, own.person)
    edges = (await app.execute(f"{{ employer {{ {listed} }} }}"))["employer"]["applications"]
    assert edges == {"edges": [{"node": {"id": own.application_id}}]}
    holder = await client_of(Caller.HOLDER, serving, settings, own.person)
    edges = (await holder.execute(f"{{ me {{ {listed} }} }}"))["me"]["applications"]["edges"]
    found = {edge["node"]["id"] for edge in edges}
    assert found == {own.application_id, own.own_application_id}


def changes_by_id(schema: GraphQLSchema, caller: Caller) -> Iterator[str]:
    """Mutations open to the caller whose input names a record."""
    for name, field in object_type(schema, "Mutation").fields.items():
        if table()["Mutation", name].met_by(caller) is Expected.ALLOWED:
            given = set(field.args)
            for argument in field.args.values():
                given |= set(getattr(argument.type.of_type, "fields", ()))
            if given & set(IDS):
                yield name


async def ids_of(serving: Serving, other: Party) -> Mapping[str, str]:
    """The other's records, with the revisions that they have."""
    await logged_in(serving, other.person)
    [session] = (
        await serving.database["sessions"].find({"holder_id": other.person.holder_id}).to_list(None)
    )
    notice = await serving.database["notices"].find_one({"holder_id": other.person.holder_id})
    assert notice is not None
    endpoint = await serving.database["push_endpoints"].find_one(
        {"holder_id": other.person.holder_id}
    )
    assert endpoint is not None
    employment = await employment_of(serving, other.person)
    today = shanghai_day(serving.clock())
    permit = f'permitId: "{other.person.permit_ids[0]}"'
    return {
        "applicationId": f'"{other.application_id}"',
        "cardId": f'"{other.card_id}"',
        "orderId": f'"{other.order_id}"',
        "sessionId": f'"{session["_id"]}"',
        **dict.fromkeys(("noticeId", "upToNoticeId"), f'"{notice["_id"]}"'),
        "endpointId": f'"{endpoint["_id"]}"',
        "grantId": f'"{other.grant_id}"',
        "employmentId": f'"{employment["_id"]}"',
        "TalentFactsInput": TALENT_FACTS,
        "StatementInput": (
            f'{{extension: {{{permit}, contractUntil: "{today + timedelta(days=900)}",'
            f' requestedUntil: "{today + timedelta(days=700)}"}}}}'
        ),
    }


@pytest.mark.parametrize("caller", OWNERS, ids=lambda caller: caller.name.lower())
async def test_the_ids_of_others_change_nothing(
    caller: Caller, serving: Serving, settings: Settings, graphql_schema: GraphQLSchema
) -> None:
    own, other = await two_parties(serving)
    app = await client_of(caller, serving, settings, own.person)
    ids = await ids_of(serving, other)
    before = await everything_stored(serving.database, "audit")
    sent = 0
    for name in changes_by_id(graphql_schema, caller):
        for revision in ("1", "2"):
            given = {**ids, "revision": revision, "idempotencyKey": f'"{name}-{revision}"'}
            is_change = name != "endSession"
            answer = f"__typename {'... on ChangeRefused { code }' if is_change else ''}"
            call = call_of(graphql_schema, ("Mutation", name), (), answer, given)
            payload = (await app.execute(operation_of("Mutation", call)))[name]
            assert payload in NOT_FOUND, (name, payload)
            sent += 1
    assert sent >= 6
    assert await everything_stored(serving.database, "audit") == before


NOT_FOUND = (
    {"__typename": "ChangeRefused", "code": "NOT_FOUND"},
    {"__typename": "SessionNotFound"},
)


async def test_a_flow_token_opens_its_own_flow_and_no_other(serving: Serving) -> None:
    """No input names a flow: the token alone says which one moves."""
    person = await serving.person(phone="13700137000")
    mine, his = serving.client(), serving.client()
    for app in (his, mine):
        await app.step(START)
    started = str(mine.token)
    await mine.step(PROVE_NAME, {"name": person.name, "identifier": person.identifier()})
    moved = await serving.database["login_flows"].find({"holder_id": {"$ne": None}}).to_list(9)
    assert [flow["_id"] for flow in moved] == [part(started, 1)["flow"]]
