"""Every operation is bounded before it costs anything."""

from __future__ import annotations

import dataclasses
from typing import Any
from unittest.mock import patch

import httpx
import pytest
from graphql import get_introspection_query

from schema.documents import Documents
from schema.gateway_schema import GatewaySchema
from schema.limits import Limits
from tests.http_stand_in import client_of_app, codes_of, post, stand_in_app, stand_in_schema

NAME = "Annika Lindqvist"


async def asked(query: str, variables: dict[str, Any] | None = None) -> httpx.Response:
    async with client_of_app(stand_in_app()) as client:
        return await post(client, query, variables)


def nested(field: str, times: int, inside: str = "number") -> str:
    return "{ row { " + f"{field} {{ " * times + inside + " }" * (times + 2)


TOO_LARGE = {
    "tokens": "{ row { number } }" + " ,# nothing\n" * 1_100,
    "one field 500 times": "{" + " __typename" * 500 + "}",
    "repeats in one selection": "{ row {" + " number" * 21 + "} }",
    "repeats spread over merged fields": "{" + " row { number number }" * 11 + "}",
    "repeats through fragments": "{ row {" + " ...F" * 21 + "} } fragment F on Row { number }",
    "root fields": "{" + " ".join(f"unknown{n}" for n in range(21)) + "}",
    "root mutations": "mutation {" + " ".join(f"m{n}: change" for n in range(6)) + "}",
    "aliases": "{ row {" + " ".join(f"a{n}: number" for n in range(31)) + "} }",
    "levels": nested("card", 15),
    "levels through fragments": "{ row { ...A } } fragment A on Row { "
    + "card { " * 8
    + "...B"
    + " }" * 9
    + " fragment B on Row { "
    + "card { " * 8
    + "number"
    + " }" * 9,
    "directives": "{ row {" + " number" + " @skip(if: false)" * 31 + "} }",
    "variables": "query (" + " ".join(f"$v{n}: Int" for n in range(31)) + ") { __typename }",
    "operations": " ".join(f"query Q{n} {{ __typename }}" for n in range(21)),
    "fragments": "{ row { number } }"
    + " ".join(f"fragment F{n} on Row {{ number }}" for n in range(31)),
    "a bomb of fragments": "{ ...F0 }"
    + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(20))
    + "fragment F20 on Query { row { number } }",
    "nested without levels": "{" + " ... {" * 210 + " __typename" + " }" * 211,
}


@pytest.mark.parametrize("query", TOO_LARGE.values(), ids=TOO_LARGE.keys())
async def test_an_operation_beyond_a_bound_is_refused_before_validation(query: str) -> None:
    with patch("schema.documents.validation_errors") as validated:
        answer = await asked(query)
    assert codes_of(answer) == ["OPERATION_TOO_LARGE"]
    assert answer.status_code == 400
    assert validated.call_count == 0


WITHIN = {
    "aliases": "{ row {" + " ".join(f"a{n}: number" for n in range(30)) + "} }",
    "levels": nested("card", 13),
    "repeats": "{ row {" + " number" * 20 + "} }",
    "root fields": "{" + " ".join(f"a{n}: __typename" for n in range(20)) + "}",
    "root mutations": "mutation {" + " ".join(f"m{n}: change" for n in range(5)) + "}",
    "fragments": "{ row {"
    + " ".join(f"...F{n}" for n in range(20))
    + "} }"
    + " ".join(f"fragment F{n} on Row {{ number }}" for n in range(20)),
    "the introspection of GraphiQL": get_introspection_query(),
}


@pytest.mark.parametrize("query", WITHIN.values(), ids=WITHIN.keys())
async def test_an_operation_within_the_bounds_is_served(query: str) -> None:
    answer = await asked(query)
    assert answer.status_code == 200
    assert "errors" not in answer.json()


async def test_a_fragment_that_holds_itself_is_refused_before_validation() -> None:
    with patch("schema.documents.validation_errors") as validated:
        answer = await asked(
            "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A __typename }"
        )
    assert codes_of(answer) == ["GRAPHQL_VALIDATION_FAILED"]
    assert validated.call_count == 0


SIZES = {
    "literal": ("{ rows(first: 101) { number } }", {}, "LIST_TOO_LONG"),
    "other direction": ("{ rows(last: 101) { number } }", {}, "LIST_TOO_LONG"),
    "beyond any number": (f"{{ rows(first: {'9' * 5_000}) {{ number }} }}", {}, "LIST_TOO_LONG"),
    "none": ("{ rows(first: 0) { number } }", {}, "BAD_USER_INPUT"),
    "negative": ("{ rows(first: -5) { number } }", {}, "BAD_USER_INPUT"),
    "variable": ("query ($n: Int!) { rows(first: $n) { number } }", {"n": 101}, "LIST_TOO_LONG"),
    "float variable": (
        "query ($n: Int!) { rows(first: $n) { number } }",
        {"n": 1e9},
        "LIST_TOO_LONG",
    ),
    "variable in a fragment": (
        "query ($n: Int!) { ...F } fragment F on Query { rows(first: $n) { number } }",
        {"n": 101},
        "LIST_TOO_LONG",
    ),
    "default of a variable": (
        "query ($n: Int! = 101) { rows(first: $n) { number } }",
        {},
        "LIST_TOO_LONG",
    ),
    "list in a variable": (
        "query ($n: [Int!]!) { kinds(numbers: $n) }",
        {"n": [1] * 101},
        "LIST_TOO_LONG",
    ),
    "list literal": (f"{{ kinds(numbers: [{'1 ' * 101}]) }}", {}, "LIST_TOO_LONG"),
    "deep variable": (
        "query ($n: [Int!]!) { kinds(numbers: $n) }",
        {"n": [[[[[[[[[[[1]]]]]]]]]]]},
        "BAD_USER_INPUT",
    ),
}


@pytest.mark.parametrize(("query", "variables", "code"), SIZES.values(), ids=SIZES.keys())
async def test_a_list_has_a_hundred_items_at_most_however_it_is_asked_for(
    query: str, variables: dict[str, Any], code: str
) -> None:
    assert codes_of(await asked(query, variables)) == [code]


async def test_a_hundred_rows_are_served() -> None:
    answer = await asked("query ($n: Int!) { rows(first: $n) { number } }", {"n": 100})
    assert len(answer.json()["data"]["rows"]) == 100


def documents_of(schema: GatewaySchema, limits: Limits) -> Documents:
    return Documents(schema._schema, limits, introspection=True, suggestions=True)


def test_a_document_is_read_and_validated_once() -> None:
    documents = documents_of(stand_in_schema(), Limits())
    first = documents.prepare("{ row { number } }")
    with patch("schema.documents.validation_errors") as validated:
        assert documents.prepare("{ row { number } }") is first
    assert validated.call_count == 0


def test_only_so_many_documents_are_remembered_and_the_least_used_goes_first() -> None:
    documents = documents_of(stand_in_schema(), Limits(cached_documents=2))
    kept = documents.prepare("{ row { number } }")
    gone = documents.prepare("{ a: row { number } }")
    documents.prepare("{ row { number } }")
    documents.prepare("{ b: row { number } }")
    assert len(documents) == 2
    assert documents.prepare("{ row { number } }") is kept
    assert documents.prepare("{ a: row { number } }") is not gone


@pytest.mark.parametrize(
    "query",
    [
        "{ refused(code: " + f'"{NAME}"' + ") }",
        '{ refused(code: """' + NAME + '""") }',
        "{ kinds(numbers: [440305]) }",
        'query ($c: String! = "' + NAME + '") { refused(code: $c) }',
        "{ nothing }",
        "{ row { number } }" + " " * 8_200,
    ],
)
def test_a_document_with_literals_with_errors_or_too_long_is_not_remembered(query: str) -> None:
    documents = documents_of(stand_in_schema(), Limits())
    documents.prepare(query)
    assert len(documents) == 0


def test_the_limits_are_one_value_that_nobody_changes() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Limits().depth = 99  # type: ignore[misc]


@pytest.mark.parametrize("query", [get_introspection_query(), '{ __type(name: "Row") { name } }'])
async def test_introspection_can_be_switched_off(query: str) -> None:
    async with client_of_app(stand_in_app(stand_in_schema(introspection=False))) as client:
        answer = await post(client, query)
        typename = await post(client, "{ __typename }")
    assert set(codes_of(answer)) == {"GRAPHQL_VALIDATION_FAILED"}
    assert "NoSchemaIntrospectionCustomRule" in answer.text
    assert typename.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    "query",
    [
        "{ rowe { number } }",
        "{ row { numbe } }",
        "{ rows(firs: 1) { number } }",
        "{ row { ... on Rowe { number } } }",
        "{ kind(kind: PLASTI) }",
    ],
)
async def test_suggestions_help_in_development_and_are_gone_with_introspection(query: str) -> None:
    async with client_of_app(stand_in_app()) as client:
        open_answer = await post(client, query)
    async with client_of_app(stand_in_app(stand_in_schema(introspection=False))) as client:
        closed_answer = await post(client, query)
    assert open_answer.json()["errors"][0]["extensions"]["didYouMean"]
    assert "didYouMean" not in closed_answer.text
    assert codes_of(open_answer) == codes_of(closed_answer) == ["GRAPHQL_VALIDATION_FAILED"]
