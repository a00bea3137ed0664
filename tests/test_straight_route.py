"""The route that nearly all requests are for is reached without looking through the others."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.middleware.straight_route import StraightRoute
from tests.http_stand_in import GRAPHQL_RESPONSE, client_of_app, post, stand_in_app


class Endpoint:
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("straight")(scope, receive, send)


ROUTE = Route("/graphql", Endpoint())


async def reached(**scope: Any) -> tuple[str, Scope]:
    came: list[str] = []

    async def router(_scope: Scope, _receive: Receive, _send: Send) -> None:
        came.append("router")

    async def receive() -> Any:
        raise AssertionError

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            came.append(message["body"].decode())

    whole = {"type": "http", "path": "/graphql", "root_path": "", **scope}
    await StraightRoute(router, route=ROUTE)(whole, receive, send)
    [where] = came
    return where, whole


async def test_only_exactly_this_path_goes_straight_and_its_route_is_known_to_the_log() -> None:
    where, scope = await reached()
    assert (where, scope["route"], scope["path_params"]) == ("straight", ROUTE, {})


@pytest.mark.parametrize(
    "scope",
    [
        {"path": "/graphql/"},
        {"path": "/GRAPHQL"},
        {"path": "/"},
        {"type": "websocket"},
        {"type": "lifespan"},
        {"root_path": "/below"},
    ],
    ids=str,
)
async def test_all_else_is_the_routers(scope: dict[str, Any]) -> None:
    where, whole = await reached(**scope)
    assert where == "router"
    assert "route" not in whole


async def page(_request: Request) -> Response:
    return Response()


@pytest.mark.parametrize("path", ["/letters/{id}", "/graphql"])
def test_a_route_that_the_router_would_look_at_closer_is_none_to_go_straight_to(path: str) -> None:
    with pytest.raises(ValueError, match="straight"):
        StraightRoute(Endpoint(), route=Route(path, page))


async def test_an_answer_without_errors_has_the_headers_of_every_other_answer() -> None:
    """Its head is known beforehand; one with errors is made by Starlette."""
    async with client_of_app(stand_in_app(https_only=True)) as client:
        for accept in (GRAPHQL_RESPONSE, "application/json"):
            plain = await post(client, "{ row { number } }", accept=accept)
            other = await post(client, "{ row { optional } }", accept=accept)
            assert "errors" not in plain.json()
            assert "errors" in other.json()
            assert plain.headers["content-length"] == str(len(plain.content))
            given, expected = dict(plain.headers), dict(other.headers)
            for changing in ("content-length", "x-request-id"):
                assert given.pop(changing)
                expected.pop(changing)
            assert given == expected
            assert given["content-type"] == f"{accept}; charset=utf-8"
