"""GraphQL over HTTP, sentence by sentence of its draft."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.requests import Request

from api.media_types import MediaType, is_json, negotiated
from api.refusals import HTTP_LEVEL, STATUS
from schema.failures import RequestError, RequestErrorCode
from tests.http_stand_in import (
    GRAPHQL_RESPONSE,
    client_of_app,
    codes_of,
    post,
    stand_in_app,
)


async def test_an_answer_is_never_stored_and_varies_by_who_asks_in_which_language() -> None:
    async with client_of_app(stand_in_app()) as client:
        answer = await post(client, "{ row { number } }")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["vary"] == "Accept, Accept-Language, Authorization"
    assert answer.headers["content-type"] == f"{GRAPHQL_RESPONSE}; charset=utf-8"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, MediaType.JSON),
        ("", MediaType.JSON),
        ("*/*", MediaType.JSON),
        ("application/*", MediaType.JSON),
        ("application/json", MediaType.JSON),
        ("APPLICATION/JSON; charset=utf-8", MediaType.JSON),
        (GRAPHQL_RESPONSE, MediaType.GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE}, application/json", MediaType.GRAPHQL_RESPONSE),
        (f"application/json, {GRAPHQL_RESPONSE}", MediaType.GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE}, application/json;q=0.9", MediaType.GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE};q=0.5, application/json", MediaType.JSON),
        (f"application/json;q=0, {GRAPHQL_RESPONSE};q=0.1", MediaType.GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE};q=0, */*", MediaType.JSON),
        ("application/json;q=0, */*;q=0.3", MediaType.GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE}, */*", MediaType.GRAPHQL_RESPONSE),
        ("text/html, application/xhtml+xml, */*;q=0.8", MediaType.JSON),
        ("text/html", None),
        ("application/json;q=0", None),
        ("application/json;q=high", None),
        ("text/event-stream", None),
    ],
)
def test_the_media_type_is_the_one_that_the_client_likes_best(
    accept: str | None, expected: MediaType | None
) -> None:
    assert negotiated(accept) is expected


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/json", True),
        ("Application/JSON; Charset=UTF-8", True),
        ('application/json; charset="utf-8"', True),
        ("application/json; charset=utf-16", False),
        ("text/plain", False),
        ("application/json, text/plain", False),
        ("application/x-www-form-urlencoded", False),
        (None, False),
    ],
)
def test_a_body_must_be_declared_as_json_in_utf_8(content_type: str | None, expected: bool) -> None:
    assert is_json(content_type) is expected


async def test_an_unacceptable_accept_gets_406_and_an_undeclared_body_415() -> None:
    async with client_of_app(stand_in_app()) as client:
        unacceptable = await post(client, "{ row { number } }", accept="text/html")
        undeclared = await client.post("/graphql", content=b'{"query":"{__typename}"}')
    assert (unacceptable.status_code, codes_of(unacceptable)) == (406, ["NOT_ACCEPTABLE"])
    assert (undeclared.status_code, codes_of(undeclared)) == (415, ["UNSUPPORTED_MEDIA_TYPE"])


@pytest.mark.parametrize("accept", ["application/json", GRAPHQL_RESPONSE])
async def test_a_mutation_over_get_is_405_and_changes_nothing(accept: str) -> None:
    async with client_of_app(stand_in_app()) as client:
        answer = await client.get(
            "/graphql", params={"query": "mutation { change }"}, headers={"accept": accept}
        )
    assert (answer.status_code, codes_of(answer)) == (405, ["METHOD_NOT_ALLOWED"])
    assert answer.headers["allow"] == "POST"
    assert "data" not in answer.json()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
async def test_another_method_is_405_and_told_which_are_served(method: str) -> None:
    async with client_of_app(stand_in_app()) as client:
        answer = await client.request(method, "/graphql")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"


async def test_a_query_over_get_takes_variables_and_an_operation_name() -> None:
    async with client_of_app(stand_in_app()) as client:
        answer = await client.get(
            "/graphql",
            params={
                "query": "query A { kind(kind: PLASTIC) } query B($k: Kind!) { kind(kind: $k) }",
                "operationName": "B",
                "variables": json.dumps({"k": "ELECTRONIC"}),
                "extensions": "",
            },
        )
    assert answer.json() == {"data": {"kind": "ELECTRONIC"}}


@pytest.mark.parametrize(
    "query",
    [
        'query { find(proof: {fullName: "A", identifier: {permitNumber: "1"}}) }',
        "query ($p: Proof!) { find(proof: $p) }",
        "query ($p: Proof!) { ...F } fragment F on Query { find(proof: $p) }",
    ],
)
async def test_a_personal_argument_over_get_is_refused_but_served_by_post(query: str) -> None:
    variables = {"p": {"fullName": "A", "identifier": {"permitNumber": "1"}}}
    if "$p" not in query:
        variables = {}
    async with client_of_app(stand_in_app()) as client:
        over_get = await client.get(
            "/graphql", params={"query": query, "variables": json.dumps(variables)}
        )
        over_post = await post(client, query, variables)
    assert (over_get.status_code, codes_of(over_get)) == (400, ["PERSONAL_DATA_IN_URL"])
    assert over_post.json() == {"data": {"find": "A"}}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b'"query"',
        b"[]",
        b'[{"query":"{__typename}"}]',
        b"{}",
        b'{"query":""}',
        b'{"query":"  "}',
        b'{"query":null}',
        b'{"query":"{__typename}","variables":[]}',
        b'{"query":"{__typename}","variables":"{}"}',
        b'{"query":"{__typename}","operationName":7}',
        b'{"query":"{__typename}","extensions":7}',
        b'{"query":"{__typename}","query":"{row{number}}"}',
        b'{"query":"{__typename}","variables":{"a":{"b":1,"b":2}}}',
        b'{"query":"{__typename}","variables":{"a":NaN}}',
        b'{"query":"{__typename}","variables":{"a":Infinity}}',
        b'{"query":"{__typename}","variables":{"a":"\\ud800"}}',
        b'{"query":"{__typename}","variables":{"a":"\xff"}}',
        '{"query":"{__typename}"}'.encode("utf-16"),
        b'{"query":"{__typename}","variables":{"a":' + b"9" * 5000 + b"}}",
        b'{"query":"{__typename}","variables":{"a":' + b"[" * 30_000 + b"}}",
    ],
    ids=lambda body: repr(body[:60]),
)
@pytest.mark.parametrize("accept", ["application/json", GRAPHQL_RESPONSE])
async def test_what_is_not_a_request_is_400_in_both_media_types(body: bytes, accept: str) -> None:
    async with client_of_app(stand_in_app()) as client:
        answer = await client.post(
            "/graphql",
            content=body,
            headers={"content-type": "application/json", "accept": accept},
        )
    assert (answer.status_code, codes_of(answer)) == (400, ["BAD_REQUEST"])
    assert "data" not in answer.json()


@pytest.mark.parametrize(
    "query_string",
    ["", "query", "query=%FF", "query={__typename}&query={row}", "query=a&variables={", "a=1" * 30],
)
async def test_an_address_that_holds_no_request_is_400(query_string: str) -> None:
    async with client_of_app(stand_in_app()) as client:
        answer = await client.get(f"/graphql?{query_string}")
    assert (answer.status_code, codes_of(answer)) == (400, ["BAD_REQUEST"])


async def test_a_surrogate_pair_is_one_character() -> None:
    async with client_of_app(stand_in_app()) as client:
        answer = await client.post(
            "/graphql",
            content=b'{"query":"query($p:Proof!){find(proof:$p)}","variables":{"p":'
            b'{"fullName":"\\ud83c\\udfc3","identifier":{"passportNumber":"1"}}}}',
            headers={"content-type": "application/json"},
        )
    assert answer.json() == {"data": {"find": "\N{RUNNER}"}}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: Int!) { rows(first: $n) { number } }", "BAD_USER_INPUT"),
        ("query A { __typename } query B { __typename }", "OPERATION_NOT_FOUND"),
    ],
)
async def test_a_request_error_is_400_or_under_the_older_media_type_200(
    query: str, code: str
) -> None:
    async with client_of_app(stand_in_app()) as client:
        newer = await post(client, query)
        older = await post(client, query, accept="application/json")
    assert (newer.status_code, older.status_code) == (400, 200)
    assert codes_of(newer) == codes_of(older) == [code]
    assert "data" not in newer.json()
    assert "data" not in older.json()


async def test_an_executed_request_is_200_with_its_errors_even_without_data() -> None:
    async with client_of_app(stand_in_app()) as client:
        partial = await post(client, "{ row { number optional } }")
        nothing = await post(client, "{ row { broken } }")
    assert partial.status_code == nothing.status_code == 200
    assert partial.json()["data"] == {"row": {"number": 1, "optional": None}}
    assert nothing.json()["data"] is None
    assert codes_of(partial) == codes_of(nothing) == ["INTERNAL"]


def refusing(code: RequestErrorCode, retry_after_seconds: int | None = None) -> Any:
    async def context_for(_request: Request, _document: str) -> None:
        raise RequestError(code, "Not so.", retry_after_seconds=retry_after_seconds)

    return context_for


@pytest.mark.parametrize("code", sorted(set(RequestErrorCode) - HTTP_LEVEL))
async def test_each_code_has_its_status(code: RequestErrorCode) -> None:
    async with client_of_app(stand_in_app(context_for=refusing(code))) as client:
        newer = await post(client, "{ row { number } }")
        older = await post(client, "{ row { number } }", accept="application/json")
    assert (newer.status_code, codes_of(newer)) == (STATUS[code], [code])
    assert older.status_code == 200


def test_the_table_of_statuses_has_every_code() -> None:
    assert set(STATUS) == set(RequestErrorCode)
    assert all(400 <= status <= 504 for status in STATUS.values())


async def test_without_a_token_a_bearer_is_asked_for_and_a_bad_one_is_called_bad() -> None:
    app = stand_in_app(context_for=refusing(RequestErrorCode.UNAUTHENTICATED))
    async with client_of_app(app) as client:
        without = await post(client, "{ row { number } }")
        client.headers["authorization"] = "Bearer gone"
        bad = await post(client, "{ row { number } }")
    assert without.headers["www-authenticate"] == 'Bearer realm="onecard"'
    assert bad.headers["www-authenticate"] == 'Bearer realm="onecard", error="invalid_token"'


async def test_a_step_up_is_asked_for_as_rfc_9470_says() -> None:
    app = stand_in_app(context_for=refusing(RequestErrorCode.STEP_UP_REQUIRED))
    async with client_of_app(app) as client:
        answer = await post(client, "{ row { number } }")
    assert answer.status_code == 401
    challenge = answer.headers["www-authenticate"]
    assert 'error="insufficient_user_authentication"' in challenge
    assert 'max_age="300"' in challenge


async def test_a_caller_who_must_wait_is_told_how_long() -> None:
    app = stand_in_app(context_for=refusing(RequestErrorCode.RATE_LIMITED, 30))
    async with client_of_app(app) as client:
        answer = await post(client, "{ row { number } }")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")
    assert answer.json()["errors"][0]["extensions"]["retryAfterSeconds"] == 30
