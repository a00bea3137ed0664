"""A small schema behind the real endpoint and middleware, for tests of the edge alone."""

from __future__ import annotations

import asyncio
import enum
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

import httpx
import strawberry
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.graphql_http import GraphQLEndpoint, schema_executor
from api.logs import JsonFormatter
from api.metrics import Metrics, MetricsEndpoint
from api.middleware.client_address import trusted_networks
from api.middleware.stack import gateway_middleware
from api.refusals import refuse_http
from schema.failures import RequestError, RequestErrorCode
from schema.field import Personal
from schema.gateway_schema import GatewaySchema
from schema.limits import Limits

SECRET = "Zebedee-SECRET-440305"
GRAPHQL_RESPONSE = "application/graphql-response+json"


@strawberry.enum
class Kind(enum.Enum):
    PLASTIC = "plastic"
    ELECTRONIC = "electronic"


@strawberry.input(one_of=True)
class Identifier:
    permit_number: strawberry.Maybe[str]
    passport_number: strawberry.Maybe[str]


@strawberry.input
class Proof:
    full_name: str = strawberry.field(directives=[Personal()])
    identifier: Identifier
    attempts: int = 1


@strawberry.type
class Row:
    number: int

    @strawberry.field
    def card(self) -> Row:
        return self

    @strawberry.field
    def broken(self) -> str:
        raise ValueError(f"no such holder: {SECRET}")

    @strawberry.field
    def mistyped(self) -> int:
        return SECRET  # type: ignore[return-value]

    @strawberry.field
    def optional(self) -> str | None:
        raise KeyError(SECRET)


@strawberry.type
class Query:
    @strawberry.field
    def row(self) -> Row:
        return Row(number=1)

    @strawberry.field
    def rows(self, first: int = 20, last: int | None = None) -> list[Row]:
        return [Row(number=number) for number in range(first)]

    @strawberry.field
    def find(self, proof: Proof) -> str:
        return proof.full_name

    @strawberry.field
    def kind(self, kind: Kind) -> Kind:
        return kind

    @strawberry.field
    def kinds(self, numbers: list[int]) -> int:
        return len(numbers)

    @strawberry.field
    def refused(self, code: str) -> str:
        raise RequestError(RequestErrorCode(code), "Not now.", retry_after_seconds=7)

    @strawberry.field
    async def slow(self, seconds: float) -> str:
        await asyncio.sleep(seconds)
        return "done"

    @strawberry.field
    def late(self) -> str | None:
        raise TimeoutError(SECRET)

    @strawberry.field
    def cut_off(self) -> str | None:
        raise ConnectionResetError(SECRET)


@strawberry.type
class Mutation:
    @strawberry.mutation
    def change(self) -> str:
        return "changed"


def stand_in_schema(*, introspection: bool = True, limits: Limits | None = None) -> GatewaySchema:
    return GatewaySchema(Query, Mutation, introspection=introspection, limits=limits)


async def no_context(_request: Request, _document: str) -> None:
    return None


def stand_in_app(
    schema: GatewaySchema | None = None,
    *,
    context_for: Callable[[Request, str], Any] = no_context,
    trusted_proxies: Sequence[str] = (),
    metrics: Metrics | None = None,
    metrics_token: str | None = None,
    request_seconds: float = 10.0,
    https_only: bool = False,
    routes: Sequence[Route] = (),
) -> Starlette:
    metrics = metrics or Metrics()
    ids = count(1)

    async def crash(_request: Request) -> Response:
        raise RuntimeError(SECRET)

    endpoint = GraphQLEndpoint(schema_executor(schema or stand_in_schema()), context_for)
    graphql = Route("/graphql", endpoint)
    return Starlette(
        routes=[
            graphql,
            Route("/metrics", MetricsEndpoint(metrics, metrics_token).answer),
            Route("/crash/{what}", crash),
            *routes,
        ],
        middleware=gateway_middleware(
            new_request_id=lambda: f"req_{next(ids)}",
            metrics=metrics,
            https_only=https_only,
            trusted_proxies=trusted_networks(trusted_proxies),
            request_seconds=request_seconds,
        ),
        exception_handlers={HTTPException: refuse_http},
    )


def client_of_app(app: Starlette, peer: str = "192.0.2.7") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(peer, 4711))
    return httpx.AsyncClient(transport=transport, base_url="http://gateway.example")


async def post(
    client: httpx.AsyncClient,
    query: str,
    variables: dict[str, Any] | None = None,
    accept: str = GRAPHQL_RESPONSE,
    **more: Any,
) -> httpx.Response:
    return await client.post(
        "/graphql",
        json={"query": query, "variables": variables, **more},
        headers={"accept": accept},
    )


def codes_of(response: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in response.json().get("errors", ())]


class Lines(logging.Handler):
    """Every log line as it would reach standard error, libraries' lines too."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonFormatter())
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))

    def of(self, event: str) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = [json.loads(text) for text in self.texts]
        return [line for line in lines if line["event"] == event]


@contextmanager
def recorded_lines() -> Iterator[Lines]:
    lines, root = Lines(), logging.getLogger()
    level = root.level
    root.addHandler(lines)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(lines)
        root.setLevel(level)
