"""Every field of the schema × every kind of caller, over HTTP, against a table written by hand.

After each denial all collections are compared with before, by MongoDB's own hash of the database
(`dbHash`): one changed byte in one document of any collection is seen. Allowed operations are sent
with the smallest valid input; that they do what they should is told by the journeys, here only that
no access error is met, and that one holder never sees another's.
"""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLSchema

from api.settings import Settings
from auth.mongo import Database
from schema.build import build_gateway_schema
from tests.access_callers import (
    client_of,
    documents_of,
    logged_in,
    own_values,
    rich_person,
)
from tests.access_rows import Caller, Expected
from tests.access_table import BELOW, Case, table
from tests.app_client import PROVE_NAME, START, AppClient
from tests.everything import EVERYTHING
from tests.minting import part
from tests.selecting import operation_of, reachable_cases
from tests.serving import Serving

ENDING = ("Mutation.logout", "Mutation.logoutEverywhere", "Mutation.officerLogout")
"""Roots after which the caller is somebody else: each is sent by a caller of its own."""


@pytest.fixture(scope="module")
def graphql_schema() -> GraphQLSchema:
    return build_gateway_schema()._schema


async def fingerprint(database: Database) -> dict[str, str]:
    answer = await database.command("dbHash")
    collections: dict[str, str] = answer["collections"]
    return collections


def codes_of(answer: dict[str, Any]) -> set[str]:
    return {error["extensions"]["code"] for error in answer.get("errors", ())}


def test_every_field_has_a_row_and_every_row_a_field(graphql_schema: GraphQLSchema) -> None:
    lines = [case for case, _ in table()]
    reachable = list(reachable_cases(graphql_schema))
    assert len(lines) == len(set(lines))
    assert sorted(map(str, set(reachable) - set(lines))) == []
    assert sorted(map(str, set(lines) - set(reachable))) == []
    own = {
        (name, field)
        for name, one in graphql_schema.type_map.items()
        if not name.startswith("__") and hasattr(one, "fields") and not hasattr(one, "is_one_of")
        for field in one.fields
    }
    assert {(case.type_name, case.field) for case in reachable} == own


async def test_the_fingerprint_sees_one_login_flow_more(serving: Serving) -> None:
    before = await fingerprint(serving.database)
    await serving.client().execute(START)
    after = await fingerprint(serving.database)
    assert {name for name in after if after[name] != before[name]} == {"login_flows", "throttle"}


@pytest.mark.parametrize("caller", list(Caller), ids=lambda caller: caller.name.lower())
async def test_each_caller_may_use_the_fields_of_its_column_and_no_denial_changes_anything(
    caller: Caller, serving: Serving, settings: Settings, graphql_schema: GraphQLSchema
) -> None:
    other = await rich_person(serving, given_names="Oto", surname="Fremd")
    person = await rich_person(serving, phone="13700137000")
    await logged_in(serving, other)
    app = await client_of(caller, serving, settings, person)
    expected = {case: row[caller] for case, row in table()}
    wrong = await _denials(app, serving.database, graphql_schema, expected)
    allowed = [case for case, want in expected.items() if want is Expected.ALLOWED]
    foreign = await _foreign_values(serving.database, other.holder_id, person.holder_id)
    for case in (case for case in allowed if case.root not in ENDING):
        wrong += await _allowed(app, graphql_schema, case, foreign)
    for case in (case for case in allowed if case.root in ENDING):
        own = await client_of(caller, serving, settings, await rich_person(serving))
        wrong += await _allowed(own, graphql_schema, case, foreign)
    assert wrong == []


async def _denials(
    app: AppClient,
    database: Database,
    graphql_schema: GraphQLSchema,
    expected: dict[Case, Expected],
) -> list[str]:
    """What is not as the table says among the refused operations."""
    wrong = []
    before = await fingerprint(database)
    for case, want in expected.items():
        if want is Expected.ALLOWED:
            continue
        response = await app.post(operation_of(graphql_schema, case))
        answer = response.json()
        status = 403 if want is Expected.FORBIDDEN else 401
        if codes_of(answer) != {want.name} or response.status_code != status or "data" in answer:
            wrong.append(f"{case}: not {want.name} but {answer}")
        if await fingerprint(database) != before:
            wrong.append(f"{case}: the denial changed something")
            before = await fingerprint(database)
    return wrong


async def _allowed(
    app: AppClient, graphql_schema: GraphQLSchema, case: Case, foreign: set[str]
) -> list[str]:
    response = await app.post(operation_of(graphql_schema, case))
    wrong = [f"{case}: shows {value}" for value in foreign if value in response.text]
    if response.status_code != 200 or "errors" in response.json():
        wrong.append(f"{case}: not allowed but {response.json()}")
    return wrong


async def _foreign_values(database: Database, other_id: str, own_id: str) -> set[str]:
    """Ids and masks of the other holder that are not by chance also the caller's own."""
    others = own_values(await documents_of(database, other_id))
    return others - own_values(await documents_of(database, own_id))


async def test_two_holders_reading_everything_each_see_their_own_alone(serving: Serving) -> None:
    one = await rich_person(serving, given_names="Oto", surname="Fremd")
    two = await rich_person(serving, phone="13700137000")
    apps = [await logged_in(serving, person) for person in (one, two)]
    texts = [(await app.post(EVERYTHING)).text for app in apps]
    for mine, his, text in ((one, two, texts[0]), (two, one, texts[1])):
        foreign = await _foreign_values(serving.database, his.holder_id, mine.holder_id)
        own = await _foreign_values(serving.database, mine.holder_id, his.holder_id)
        # Ids of permit, passport, two cards, residence, insurance, session and holder; masks too.
        assert len(foreign) >= 12
        assert sorted(value for value in foreign if value in text) == []
        assert sorted(value for value in own if value not in text) == []


async def test_the_cursors_of_another_holder_lead_to_nothing_of_his(serving: Serving) -> None:
    one = await rich_person(serving, given_names="Oto", surname="Fremd")
    two = await rich_person(serving, phone="13700137000")
    apps = [await logged_in(serving, person) for person in (one, two)]
    foreign = await _foreign_values(serving.database, one.holder_id, two.holder_id)
    for listed in ("permits", "cards", "identityDocuments", "sessions"):
        inside = "edges { cursor node { id } } pageInfo { endCursor }"
        me = (await apps[0].execute(f"{{ me {{ {listed} {{ {inside} }} }} }}"))["me"]
        for edge in me[listed]["edges"]:
            query = f"query($after: String) {{ me {{ {listed}(after: $after) {{ {inside} }} }} }}"
            response = await apps[1].post(query, {"after": edge["cursor"]})
            assert "errors" not in response.json()
            assert not any(value in response.text for value in foreign)


HIDDEN = {
    "after an allowed field": "query { biometricConsentNotice { version } me { id } }",
    "after an allowed mutation": f"{START.rstrip()[:-1]} logout {{ count }} }}",
    "under an alias": "query { version: me { id } biometricConsentNotice { version } }",
    "in a fragment": "query { ...F } fragment F on Query { me { id } }",
    "in a fragment within": "query { ... { ... on Query { me { ...H } } } } "
    "fragment H on Holder { id }",
    "behind a skip that is false": "query { me @skip(if: false) { id } }",
    "behind an include by default": "query($w: Boolean! = true) { me @include(if: $w) { id } }",
    "merged from two places": "query { ...F biometricConsentNotice { version } ...F }"
    " fragment F on Query { me { __typename } }",
    "as nothing but its name": "query { me { __typename } }",
}


@pytest.mark.parametrize(
    ("caller", "code"),
    [(Caller.ANONYMOUS, "UNAUTHENTICATED"), (Caller.OFFICER, "FORBIDDEN")],
)
async def test_a_denied_field_refuses_the_whole_operation_wherever_it_stands(
    caller: Caller, code: str, serving: Serving, settings: Settings
) -> None:
    person = await rich_person(serving)
    app = await client_of(caller, serving, settings, person)
    before = await fingerprint(serving.database)
    for place, query in HIDDEN.items():
        answer = (await app.post(query)).json()
        assert codes_of(answer) == {code}, place
        assert "data" not in answer, place
        assert await fingerprint(serving.database) == before, place


@pytest.mark.parametrize(
    ("query", "given"),
    [
        (
            "query($w: Boolean!) { biometricConsentNotice { version } me @include(if: $w) { id } }",
            0,
        ),
        ("query($w: Boolean!) { biometricConsentNotice { version } me @skip(if: $w) { id } }", 1),
    ],
)
async def test_a_field_that_is_left_out_asks_for_no_right_and_is_not_answered(
    query: str, given: int, serving: Serving
) -> None:
    data = await serving.client().execute(query, {"w": bool(given)})
    assert list(data) == ["biometricConsentNotice"]


async def test_a_flow_token_opens_its_own_flow_and_no_other(serving: Serving) -> None:
    """No input names a flow: the token alone says which one moves."""
    person = await rich_person(serving)
    mine, his = serving.client(), serving.client()
    for app in (his, mine):
        await app.step(START)
    started = str(mine.token)
    await mine.step(PROVE_NAME, {"name": person.name, "identifier": person.identifier()})
    moved = await serving.database["login_flows"].find({"holder_id": {"$ne": None}}).to_list(9)
    assert [flow["_id"] for flow in moved] == [part(started, 1)["flow"]]


def test_each_root_field_has_a_row_for_what_is_below_it(graphql_schema: GraphQLSchema) -> None:
    roots = {case.root for case in reachable_cases(graphql_schema)}
    assert set(BELOW) == roots
