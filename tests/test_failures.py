"""No answer and no log line repeats what was sent, nor what went wrong inside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import strawberry
from graphql import GraphQLError, specified_rules
from strawberry.extensions import SchemaExtension
from strawberry.types.execution import PreExecutionError

from schema.failures import RequestError
from schema.gateway_schema import GatewaySchema
from schema.validation import SENTENCES, UNKNOWN_RULE
from tests.hostile_operations import CANARY, HOSTILE
from tests.http_stand_in import (
    SECRET,
    Mutation,
    Query,
    client_of_app,
    codes_of,
    post,
    recorded_lines,
    stand_in_app,
    stand_in_schema,
)


async def asked(query: str, variables: dict[str, Any] | None = None) -> httpx.Response:
    async with client_of_app(stand_in_app()) as client:
        return await post(client, query, variables)


async def test_a_mistyped_variable_is_told_by_name_type_and_place() -> None:
    answer = await asked(
        "query ($proof: Proof!) { find(proof: $proof) }",
        {"proof": {"fullName": 7, "identifier": {"permitNumber": SECRET}, "attempts": SECRET}},
    )
    (error,) = answer.json()["errors"]
    assert error["message"] == "Variable $proof of type Proof! has a value that does not fit."
    assert error["locations"] == [{"line": 1, "column": 8}]
    assert error["extensions"] == {
        "code": "BAD_USER_INPUT",
        "variable": "proof",
        "expected": "Proof!",
        "at": ["fullName", "attempts"],
    }


async def test_an_input_of_which_exactly_one_field_is_due_is_checked_wherever_it_stands() -> None:
    both = {"permitNumber": "1", "passportNumber": "2"}
    query = "query ($p: Proof!) { ...F } fragment F on Query { find(proof: $p) }"
    in_variable = await asked(query, {"p": {"fullName": "A", "identifier": both}})
    in_document = await asked(
        '{ find(proof: {fullName: "A", identifier: {permitNumber: "1", passportNumber: "2"}}) }'
    )
    assert in_variable.json()["errors"][0]["extensions"]["at"] == ["identifier"]
    assert in_document.json()["errors"][0]["extensions"] == {
        "code": "GRAPHQL_VALIDATION_FAILED",
        "rule": "ValuesOfCorrectTypeRule",
        "at": "Query.find(proof:)",
    }
    assert str(stand_in_schema()) == str(strawberry.Schema(Query, Mutation))


async def test_an_invalid_document_is_told_by_rule_and_schema_coordinate() -> None:
    answer = await asked('{ rows(first: "many") { number } }')
    (error,) = answer.json()["errors"]
    assert error["locations"] == [{"line": 1, "column": 15}]
    assert error["extensions"] == {
        "code": "GRAPHQL_VALIDATION_FAILED",
        "rule": "ValuesOfCorrectTypeRule",
        "at": "Query.rows(first:)",
    }


def test_every_rule_of_the_library_has_a_sentence_of_ours() -> None:
    directives_only = {"KnownArgumentNamesOnDirectivesRule"}
    unheard_of = {rule.__name__ for rule in specified_rules} - set(SENTENCES) - directives_only
    # @defer and @stream are not in the schema, so their rules have nothing to say.
    assert {name for name in unheard_of if "Stream" not in name} == set()
    assert UNKNOWN_RULE not in SENTENCES.values()


@pytest.mark.parametrize(("query", "variables"), HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("introspection", [True, False], ids=["development", "production"])
async def test_neither_answer_nor_log_repeats_what_was_sent(
    query: str, variables: dict[str, Any] | None, introspection: bool
) -> None:
    with recorded_lines() as lines:
        app = stand_in_app(stand_in_schema(introspection=introspection))
        async with client_of_app(app) as client:
            answer = await post(client, query, variables)
    (code, *_) = codes_of(answer)
    expected = {"BAD_REQUEST", "BAD_USER_INPUT", "GRAPHQL_PARSE_FAILED"}
    expected |= {"GRAPHQL_VALIDATION_FAILED", "OPERATION_NOT_FOUND"}
    assert code in ({"INTERNAL"} if "broken" in query else expected)
    for text in (answer.text, str(answer.headers), *lines.texts):
        assert CANARY not in text
        assert "7731" not in text
        assert SECRET not in text


async def test_neither_a_name_of_an_operation_nor_an_alias_reaches_the_log() -> None:
    with recorded_lines() as lines:
        async with client_of_app(stand_in_app()) as client:
            unknown = await post(client, "query A { __typename }", operationName=CANARY)
            await post(client, f"query {CANARY} {{ __typename }}", operationName=CANARY)
            failed = await post(client, f"{{ {CANARY}: row {{ {CANARY}: broken }} }}")
    assert codes_of(unknown) == ["OPERATION_NOT_FOUND"]
    assert CANARY not in unknown.text
    # The response key is the client's own; the log has the schema's names in its place.
    assert failed.json()["errors"][0]["path"] == [CANARY, CANARY]
    (line,) = lines.of("unexpected failure")
    assert line["path"] == "row.broken"
    assert not any(CANARY in text for text in lines.texts)


async def test_an_unexpected_failure_is_told_by_an_id_that_finds_its_line() -> None:
    with recorded_lines() as lines:
        answer = await asked("{ row { broken } }")
    (error,) = answer.json()["errors"]
    assert error["message"] == "Something went wrong on our side."
    assert error["path"] == ["row", "broken"]
    (line,) = lines.of("unexpected failure")
    assert error["extensions"] == {"code": "INTERNAL", "errorId": line["error_id"]}
    assert line["error_type"] == "builtins.ValueError"
    assert line["frames"][-1].startswith("tests.http_stand_in:")
    assert line["frames"][-1].endswith(" broken")


async def test_a_list_of_rows_that_fail_alike_is_one_line() -> None:
    with recorded_lines() as lines:
        answer = await asked("{ rows(first: 50) { optional } }")
    assert len(answer.json()["errors"]) == 50
    (line,) = lines.of("unexpected failure")
    assert {e["extensions"]["errorId"] for e in answer.json()["errors"]} == {line["error_id"]}


async def test_what_a_result_does_wrong_is_our_fault_and_not_shown() -> None:
    with recorded_lines() as lines:
        answer = await asked("{ row { mistyped } }")
    assert codes_of(answer) == ["INTERNAL"]
    assert not any(SECRET in text for text in (answer.text, *lines.texts))


@pytest.mark.parametrize(("field", "code"), [("late", "TIMEOUT"), ("cutOff", "UNAVAILABLE")])
async def test_time_and_connection_have_their_own_codes(field: str, code: str) -> None:
    answer = await asked(f"{{ {field} }}")
    assert codes_of(answer) == [code]
    assert SECRET not in answer.text


async def test_a_refusal_of_a_resolver_passes_with_path_and_waiting_time() -> None:
    answer = await asked('{ refused(code: "RATE_LIMITED") }')
    (error,) = answer.json()["errors"]
    assert error["message"] == "Not now."
    assert error["path"] == ["refused"]
    assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfterSeconds": 7}


async def test_the_schema_masks_whoever_executes_it() -> None:
    schema = stand_in_schema()
    with recorded_lines() as lines:
        result = await schema.execute("{ row { broken } }")
    assert [type(error) for error in result.errors or ()] == [RequestError]
    assert not any(SECRET in text for text in lines.texts)


async def test_the_name_of_a_variable_is_told_to_its_author_and_kept_from_the_log() -> None:
    with recorded_lines() as lines:
        answer = await asked(f"query (${CANARY}: Kind!) {{ kind(kind: ${CANARY}) }}", {CANARY: 1})
    assert codes_of(answer) == ["BAD_USER_INPUT"]
    assert answer.json()["errors"][0]["extensions"]["variable"] == CANARY
    assert not any(CANARY in text for text in lines.texts)


class SetsItsOwnResult(SchemaExtension):
    def on_execute(self) -> Iterator[None]:
        errors = [GraphQLError(SECRET)]
        self.execution_context.result = PreExecutionError(data=None, errors=errors)
        yield


async def test_an_extension_that_sets_a_result_is_masked_too() -> None:
    schema = GatewaySchema(Query, extensions=[SetsItsOwnResult])
    with recorded_lines() as lines:
        result = await schema.execute("{ row { number } }")
    assert [type(error) for error in result.errors or ()] == [RequestError]
    assert not any(SECRET in text for text in (str(result.errors), *lines.texts))


@pytest.mark.parametrize(
    "body",
    [
        f'{{"query": "{CANARY}',
        CANARY,
        f'["{CANARY}"]',
        f'{{"{CANARY}": "{CANARY}"}}',
        f'{{"query": ["{CANARY}"]}}',
        f'{{"query": "{{__typename}}", "variables": "{CANARY}"}}',
        f'{{"query": "{{__typename}}", "operationName": ["{CANARY}"]}}',
        f'{{"query": "{{__typename}}", "extensions": "{CANARY}"}}',
        f'{{"query": "{{__typename}}", "variables": {{"{CANARY}": NaN}}}}',
        f'{{"query": "{{__typename}}", "variables": {{"{CANARY}": "\\udfff"}}}}',
        f"\x00{CANARY}",
    ],
)
async def test_garbage_is_not_repeated(body: str) -> None:
    with recorded_lines() as lines:
        async with client_of_app(stand_in_app()) as client:
            declared = {"content-type": "application/json", "accept": f"*/*, text/{CANARY}"}
            text = await client.post("/graphql", content=body, headers=declared)
            broken = await client.post(
                "/graphql", content=b"\xff" + body.encode(), headers=declared
            )
            typed = await client.post(
                "/graphql", content=body, headers={"content-type": f"text/{CANARY}"}
            )
            asked_for = await client.post(
                "/graphql", content=body, headers={**declared, "accept": CANARY}
            )
    assert [answer.status_code for answer in (text, broken, typed, asked_for)] == [
        400,
        400,
        415,
        406,
    ]
    for answer in (text, broken, typed, asked_for):
        assert CANARY not in answer.text
        assert CANARY not in str(answer.headers)
    assert not any(CANARY in line for line in lines.texts)
