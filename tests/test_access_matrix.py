"""Every field of the schema × every kind of caller, over HTTP, against a table written by hand.

The table (tests/access_table.py) has a row for each field of each type, and each field of the
schema below each root is proved by it; tests/access_plan.py says by which operations. Below
mutations the members of each payload with their own fields are sent for each mutation; the deeper
types (an application, a card, a permit) are the same as below the queries `me`, `employer` and
`officer`, and are sent there once for each caller. A test holds that nothing is left out.

After each denial all collections are compared with before, by MongoDB's own hash of the database
(`dbHash`): one changed byte in one document of any collection is seen. Allowed queries show a value
of each type, none of them another's; allowed mutations are sent with the smallest valid input, for
that they do what they should is told by the journeys, here only that no access error is met.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from graphql import GraphQLSchema

from api.settings import Settings
from auth.mongo import Database
from auth.permissions import denial_for
from resolvers.rules.permit_status import shanghai_day
from schema.access import access_rules
from schema.build import build_gateway_schema
from tests.access_callers import client_of
from tests.access_plan import Field, Operation, Plan
from tests.access_principals import NOW, principal_of
from tests.access_records import foreign_values, put_party
from tests.access_rows import EMPLOYERS, Caller, Expected
from tests.access_table import table
from tests.app_client import START, AppClient
from tests.selecting import members, object_type, roots, ways
from tests.serving import Serving

OF_CASES = {"case", "workList", "statistics"}
"""Fields of a desk that lead to cases: an authority that makes cards has none."""

STREAMED = {"Subscription", "NoticeArrival"}
"""Proved by tests/test_live_access.py: a subscription is no request with one answer."""


def is_shown(operation: Operation, caller: Caller) -> bool:
    """Whether the records hold a value of the type that the operation selects."""
    if caller is Caller.COUNTER and OF_CASES & set(operation.way):
        return False
    if operation.shows == "ApplicationAction":
        # The case waits for its checker; its filer may withdraw it.
        return caller is Caller.CHECKER or caller in EMPLOYERS
    # Refusals, where the facts are good; and codes of a card that its holder does not have.
    unseen = ("TalentFactsRefused", "TalentFactRefusal", "CardCode", "QrCode")
    return operation.shows is not None and operation.shows not in unseen


@pytest.fixture(scope="module")
def graphql_schema() -> GraphQLSchema:
    return build_gateway_schema()._schema


async def fingerprint(database: Database) -> dict[str, str]:
    answer = await database.command("dbHash")
    collections: dict[str, str] = answer["collections"]
    return collections


def codes_of(answer: dict[str, Any]) -> set[str]:
    return {error["extensions"]["code"] for error in answer.get("errors", ())}


def paths_of(answer: dict[str, Any]) -> list[tuple[str, ...]]:
    return [tuple(error["path"]) for error in answer.get("errors", ())]


def test_every_field_has_a_row_and_every_row_a_field(graphql_schema: GraphQLSchema) -> None:
    fields = {
        (name, field)
        for name, one in graphql_schema.type_map.items()
        if not name.startswith("__") and hasattr(one, "fields") and hasattr(one, "interfaces")
        for field in one.fields
    }
    assert set(table()) == fields
    below = set(roots(graphql_schema)) | {
        (name, field)
        for root in roots(graphql_schema)
        for name in ways(graphql_schema, root)
        for field in object_type(graphql_schema, name).fields
    }
    streamed = {field for field in fields if field[0] in STREAMED}
    assert below == fields - streamed


@pytest.mark.parametrize("caller", list(Caller), ids=lambda caller: caller.name.lower())
def test_the_rules_of_the_schema_say_the_same_as_the_table(
    caller: Caller, graphql_schema: GraphQLSchema
) -> None:
    """Also where no way is open, so that no request can tell."""
    principal = principal_of(caller)
    different = [
        f"{type_name}.{field}: {denial} but {want}"
        for (type_name, field), any_of in access_rules(graphql_schema).items()
        if (denial := denial_for(principal, any_of, NOW))
        is not (want := table()[type_name, field].met_by(caller)).denial
    ]
    assert different == []


@pytest.mark.parametrize("caller", list(Caller), ids=lambda caller: caller.name.lower())
def test_the_operations_of_a_caller_prove_every_field_that_a_way_leads_to(
    caller: Caller, graphql_schema: GraphQLSchema
) -> None:
    rows = table()
    proved: dict[Expected, set[tuple[str, Field]]] = {want: set() for want in Expected}
    for operation in Plan(graphql_schema, rows, caller, {}).operations():
        for at in operation.roots:
            proved[operation.expected] |= {(at, field) for field in operation.selects}
    everywhere = {field for found in proved.values() for _, field in found}
    for root in roots(graphql_schema):
        met = rows[root].met_by(caller)
        assert (root[1], root) in proved[met]
        if met is not Expected.ALLOWED:
            continue
        open_ways = ways(
            graphql_schema, root, lambda *field: rows[field].met_by(caller) is Expected.ALLOWED
        )
        payload = {one.name for one in members(graphql_schema, root)}
        for type_name in open_ways:
            for name in object_type(graphql_schema, type_name).fields:
                one = (type_name, name)
                if root[0] == "Query" or type_name in payload:
                    assert (root[1], one) in proved[rows[one].met_by(caller)]
                assert one in everywhere


def test_what_stands_below_a_mutation_stands_below_a_query_or_is_its_payload(
    graphql_schema: GraphQLSchema,
) -> None:
    queried: set[str] = set()
    for root in roots(graphql_schema):
        found = set(ways(graphql_schema, root))
        if root[0] == "Query":
            queried |= found
        else:
            assert found - queried <= {one.name for one in members(graphql_schema, root)}


async def test_the_fingerprint_sees_one_login_flow_more(serving: Serving) -> None:
    before = await fingerprint(serving.database)
    await serving.client().execute(START)
    after = await fingerprint(serving.database)
    assert {name for name in after if after[name] != before[name]} == {"login_flows", "throttle"}


@pytest.mark.parametrize("caller", list(Caller), ids=lambda caller: caller.name.lower())
async def test_each_caller_may_use_the_fields_of_its_column_and_no_denial_changes_anything(
    caller: Caller, serving: Serving, settings: Settings, graphql_schema: GraphQLSchema
) -> None:
    parties = [
        await put_party(serving, phone="13700137000"),
        await put_party(serving, "440300", given_names="Oto", surname="Fremd"),
    ]
    own, other = parties if caller is not Caller.OTHER_HOLDER else reversed(parties)
    app = await client_of(caller, serving, settings, own.person)
    foreign = await foreign_values(serving, other, own)
    given = own.given(shanghai_day(serving.clock() + timedelta(minutes=10)))
    wrong: list[str] = []
    operations = list(Plan(graphql_schema, table(), caller, given).operations())
    for operation in operations:
        if operation.expected is not Expected.ALLOWED:
            wrong += await _denied(app, serving.database, operation)
    for operation in sorted(operations, key=lambda operation: operation.is_ending):
        if operation.expected is Expected.ALLOWED:
            sender = app
            if operation.is_ending:
                sender = await client_of(caller, serving, settings, own.person)
            response = await sender.post(operation.text)
            wrong += _wrongs(operation, response, foreign, is_shown=is_shown(operation, caller))
    assert "\n".join(wrong) == ""


async def _denied(app: AppClient, database: Database, operation: Operation) -> list[str]:
    """What is not as the table says of an operation to be refused."""
    before = await fingerprint(database)
    response = await app.post(operation.text)
    answer = response.json()
    want = operation.expected
    wrong = []
    if codes_of(answer) != {want.name} or response.status_code != want.status or "data" in answer:
        wrong.append(f"{operation.text}: not {want.name} but {answer}")
    if sorted(paths_of(answer)) != sorted(operation.denied):
        wrong.append(f"{operation.text}: not denied at {operation.denied} but {answer}")
    if await fingerprint(database) != before:
        wrong.append(f"{operation.text}: the denial changed something")
    return wrong


def _wrongs(
    operation: Operation, response: httpx.Response, foreign: set[str], *, is_shown: bool
) -> list[str]:
    """What is not as the table says of an operation that is allowed."""
    wrong = [f"{operation.text}: shows {value}" for value in foreign if value in response.text]
    answer = response.json()
    if response.status_code != 200 or "errors" in answer:
        wrong.append(f"{operation.text}: not allowed but {answer}")
    elif is_shown and operation.shows not in _types_in(answer["data"]):
        wrong.append(f"{operation.text}: shows no {operation.shows}")
    return wrong


def _types_in(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_types_in, value))
    if not isinstance(value, dict):
        return set()
    return {value.get("__typename", "")}.union(*map(_types_in, value.values()))
