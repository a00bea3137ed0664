"""Requests that hold somebody's data where it does not belong, and get an error for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from resolvers.vocabulary import IdentifierKind
from tests.app_client import PROVE_NAME, REFRESH, SEND_CODE
from tests.factories import Person

Request = Mapping[str, Any]
"""What `httpx.AsyncClient.request` takes."""

EXACT = "application/graphql-response+json"
JSON = {"content-type": "application/json", "accept": EXACT}


class Sent:
    """The words of one person, as they stand in hostile requests. Numbers that begin with a letter
    are also good GraphQL names."""

    def __init__(self, person: Person, token: str) -> None:
        self.name = person.name
        self.number = person.numbers[IdentifierKind.WORK_PERMIT]
        self.passport = person.numbers[IdentifierKind.PASSPORT]
        self.phone = str(person.phone)
        self.bank_card = str(person.bank_card)
        self.token = token
        self.latin = person.name.encode()
        self.url = quote(person.name)


def post(query: str, variables: object = None, **more: Any) -> Request:
    return {"json": {"query": query, "variables": variables, **more}, "headers": {"accept": EXACT}}


def body(content: bytes | str, **headers: Any) -> Request:
    return {"content": content, "headers": {**JSON, **headers}}


def get(query_string: str, path: str = "/graphql") -> Request:
    return {"method": "GET", "url": f"{path}?{query_string}", "headers": {"accept": EXACT}}


def bearing(authorization: bytes) -> Request:
    return {
        "json": {"query": "{ me { id } }"},
        "headers": {"accept": EXACT, "authorization": authorization},
    }


def chatty(s: Sent) -> Request:
    """Every header that anybody might log, on a request that fails."""
    talk = f"{s.number} {s.phone} {s.token}".encode() + b" " + s.latin
    names = (
        "user-agent x-forwarded-for forwarded x-request-id x-correlation-id traceparent baggage"
        " accept-language referer origin cookie x-real-ip via from x-forwarded-host"
    )
    headers = dict.fromkeys(names.split(), talk)
    return {"json": {"query": "{ me { id } }"}, "headers": {"accept": EXACT, **headers}}


def proving(given: object) -> Request:
    return post(PROVE_NAME, {"input": given})


PERMITS = "query($n: Int!) { me { permits(first: $n) { edges { cursor } } } }"
AFTER = "query($a: String) { me { permits(after: $a) { edges { cursor } } } }"

HOSTILE: Mapping[str, Callable[[Sent], Request]] = {
    "variable: name as object": lambda s: proving({"name": {"full": s.name}}),
    "variable: name as list": lambda s: proving({"name": [s.name, s.name], "identifier": {}}),
    "variable: input as text": lambda s: proving(f"{s.name} {s.number}"),
    "variable: input as number": lambda s: proving(int(s.phone)),
    "variable: keys of the client": lambda s: proving({s.number: s.name, s.name: s.phone}),
    "variable: two numbers": lambda s: proving(
        {
            "name": s.name,
            "identifier": {"workPermitNumber": s.number, "socialSecurityNumber": s.number},
        }
    ),
    "variable: no number": lambda s: proving({"name": s.name, "identifier": {}}),
    "variable: passport as text": lambda s: proving(
        {"name": s.name, "identifier": {"passport": s.passport}}
    ),
    "variable: phone as number": lambda s: post(SEND_CODE, {"input": {"phone": int(s.phone)}}),
    "variable: bank card as list": lambda s: post(
        SEND_CODE, {"input": {"bankCard": [s.bank_card]}}
    ),
    "variable: token as object": lambda s: post(REFRESH, {"input": {"refreshToken": {s.token: 1}}}),
    "variable: phone as size": lambda s: post(PERMITS, {"n": int(s.phone)}),
    "variable: name as size": lambda s: post(PERMITS, {"n": s.name}),
    "variable: number as cursor": lambda s: post(AFTER, {"a": s.number}),
    "variable: deep": lambda s: post(PERMITS, {"n": [[[[[[[[[[[[s.name]]]]]]]]]]]]}),
    "variable: named": lambda s: post(
        PERMITS.replace("$n", f"${s.number}"),
        {s.number: s.name},
    ),
    "variables: a text": lambda s: post(PERMITS, f"{s.name} {s.number}"),
    "literal: number as name": lambda s: post(
        f"mutation {{ proveRealName(input: {{name: {s.phone}}}) {{ __typename }} }}"
    ),
    "literal: unknown input field": lambda s: post(
        f'mutation {{ proveRealName(input: {{{s.number}: "{s.name}"}}) {{ __typename }} }}'
    ),
    "literal: enum in place of text": lambda s: post(
        f"mutation {{ endSession(sessionId: {s.number}) {{ __typename }} }}"
    ),
    "literal: text in place of number": lambda s: post(
        f'{{ me {{ permits(first: "{s.name}") {{ edges {{ cursor }} }} }} }}'
    ),
    "literal: cursor": lambda s: post(
        f'{{ me {{ permits(after: "{s.name}") {{ edges {{ cursor }} }} }} }}'
    ),
    "default: of a variable": lambda s: post(
        f'query($n: Int = "{s.name}") {{ me {{ permits(first: $n) {{ edges {{ cursor }} }} }} }}'
    ),
    "field": lambda s: post(f"{{ {s.number} {{ {s.passport} }} }}"),
    "field within": lambda s: post(f"{{ me {{ {s.number} }} }}"),
    "argument": lambda s: post(f'{{ me({s.number}: "{s.name}") {{ id }} }}'),
    "type": lambda s: post(f"query($a: {s.number}) {{ me {{ id }} }}"),
    "fragment": lambda s: post(f"{{ ...{s.number} }} fragment {s.number} on {s.passport} {{ id }}"),
    "directive": lambda s: post(f'{{ me @{s.number}(who: "{s.name}") {{ id }} }}'),
    "undeclared variable": lambda s: post(f"{{ me @skip(if: ${s.number}) {{ id }} }}"),
    "conflicting aliases": lambda s: post(f"{{ {s.number}: me {{ id }} {s.number}: __typename }}"),
    "too many aliases": lambda s: post(
        "{" + " ".join(f"{s.number}_{n}: me {{ id }}" for n in range(40)) + "}"
    ),
    "alias of what is refused": lambda s: post(
        f"mutation {{ {s.number}: completeLogin {{ __typename }} }}"
    ),
    "syntax: loose text": lambda s: post(f'{{ me "{s.name}" {s.number} }}'),
    "syntax: open text": lambda s: post(f'{{ me(a: "{s.name}'),
    "syntax: no GraphQL": lambda s: post(f"{s.name}, {s.phone}"),
    "operation name": lambda s: post("query A { __typename }", operationName=s.name),
    "operation name of several": lambda s: post(
        f"query {s.number} {{ me {{ id }} }} query B {{ __typename }}"
    ),
    "operation name as list": lambda s: post("{ __typename }", operationName=[s.name]),
    "extensions": lambda s: post("{ __typename }", extensions=s.name),
    "GET: mutation with data": lambda s: get(
        f"query=mutation{{endSession(sessionId:%22{s.url}%22){{__typename}}}}"
    ),
    "GET: mistyped variables": lambda s: get(
        f"query={quote(PERMITS)}&variables={quote(json.dumps({'n': s.name}))}"
    ),
    "GET: variables no JSON": lambda s: get(f"query={{me{{id}}}}&variables={s.url}"),
    "GET: given twice": lambda s: get(f"query={s.url}&query={s.url}"),
    "GET: bad encoding": lambda s: get(f"query={s.number}%FF"),
    "GET: too long": lambda s: get(f"query={s.url * (10_000 // len(s.url))}"),
    "GET: far too long": lambda s: get(f"query={s.url * 300}"),
    "body: too large": lambda s: body(json.dumps({"query": s.name * 4_000})),
    "body: cut off": lambda s: body(f'{{"query": "{s.name} {s.number}'),
    "body: only a name": lambda s: body(s.name),
    "body: a list": lambda s: body(json.dumps([{"query": s.name}])),
    "body: a text": lambda s: body(json.dumps(s.name)),
    "body: no query": lambda s: body(json.dumps({s.number: s.name})),
    "body: UTF-16": lambda s: body(json.dumps({"query": s.name}).encode("utf-16")),
    "body: Latin-1": lambda s: body(f'{{"query": "{s.name}"}}'.encode("latin-1")),
    "body: half a pair": lambda s: body(
        f'{{"query": "{{a}}", "variables": {{"{s.number}": "\\ud800"}}}}'
    ),
    "content type": lambda s: body("{}", **{"content-type": b"text/" + s.latin}),
    "accept": lambda s: body("{}", accept=b"text/" + s.latin),
    "method": lambda s: {"method": "PUT", "url": f"/graphql?{s.url}", "content": s.name},
    "path": lambda s: get(s.url, f"/people/{s.url}"),
    "path below": lambda s: get(s.url, f"/graphql/{s.number}"),
    "path beside": lambda s: get(s.url, f"/.well-known/{s.number}"),
    "path of files": lambda s: get(s.url, f"/graphiql/{s.number}.js"),
    "bearer: a name": lambda s: bearing(b"Bearer " + s.latin),
    "bearer: tampered": lambda s: bearing(f"Bearer {s.token[:-4]}AAAA".encode()),
    "bearer: far too long": lambda s: bearing(f"Bearer {s.token * 10}".encode()),
    "basic": lambda s: bearing(b"Basic " + s.latin),
    "headers": chatty,
}


async def sent_hostile(
    http: httpx.AsyncClient, made: Callable[[Sent], Request], person: Person, token: str
) -> bool:
    """Whether it was told an error, as all of them shall be."""
    request = {"method": "POST", "url": "/graphql", **made(Sent(person, token))}
    headers = dict(request.pop("headers", {}))
    if "authorization" not in headers and made is not chatty:
        headers["authorization"] = f"Bearer {token}"
    answer = await http.request(**request, headers=headers)
    return answer.status_code >= 400 or "errors" in answer.text


def raw_requests(person: Person, token: str) -> Iterator[bytes]:
    """Bytes that are no HTTP, or HTTP that no client sends."""
    s = Sent(person, token)
    number = s.number.encode()
    head = b"POST /graphql HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n"
    yield s.latin + b"\r\n\r\n"
    yield b"GET /" + s.latin + b" HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n"
    yield number + b" / HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n"
    yield b"GET / HTTP/" + number + b"\r\nHost: gateway\r\n\r\n"
    yield head + number + b" is no header\r\n\r\n"
    yield head + b"X-Name: " + s.latin + b"\x00\r\n\r\n"
    yield head + b"Content-Length: " + number + b"\r\n\r\n{}"
    yield head + b"Content-Length: 2\r\nContent-Length: 9\r\n\r\n" + s.latin
    yield head + b"Content-Length: 5000\r\n\r\n" + s.latin
    yield head + b"Transfer-Encoding: chunked\r\n\r\n" + number + b"zz\r\n" + s.latin
    yield head + b"X-Long: " + s.latin * 4_000 + b"\r\n\r\n"
    yield (
        b"GET /graphql?name=" + s.url.encode() + b" HTTP/1.1\r\nHost: gateway\r\nUpgrade: websocket"
        b"\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
        + number
        + b"\r\n\r\n"
    )
    yield b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + s.latin
