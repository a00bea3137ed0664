"""The application: routes and middleware around one schema and one runtime."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import pymongo
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from api.calendar import CALENDAR_ROUTE, CalendarEndpoint
from api.check.endpoint import check_routes
from api.credentials import credential_routes
from api.demo import demo_identities
from api.demo.employer_assertions import demo_assertion, demo_portals
from api.embedded import end_with_parent
from api.exports import export_routes
from api.failure import Refusal
from api.feeds import FEED_BODIES, PREFIX, FeedEndpoint
from api.feeds import SERVED_AT_ONCE as FEEDS_SERVED_AT_ONCE
from api.graphiql.routes import DemoPortals, graphiql_routes
from api.graphql_context import context_maker
from api.graphql_http import GraphQLEndpoint, schema_executor
from api.health import Readiness, health_routes
from api.http_protocol import GO_AWAY
from api.ids import new_id
from api.letters import letter_routes
from api.live.event_stream import EventStreaming
from api.live.registry import OpenStreams
from api.live.websocket import WebSocketEndpoint
from api.logs import configure_logging
from api.metrics import DIRECTORY_VARIABLE, Metrics, MetricsEndpoint
from api.middleware.admission import Admission
from api.middleware.client_address import trusted_networks
from api.middleware.request_size import BODY_LIFETIME_SECONDS
from api.middleware.stack import gateway_middleware
from api.oauth import SERVED_AT_ONCE, TokenEndpoint, metadata_response
from api.operations import known_operations
from api.papers import STREAMED_BODIES, paper_routes
from api.proofs import proof_routes
from api.refusals import refuse_http
from api.runtime import Runtime, open_runtime
from api.settings import TOKEN_PATH, Settings, load_settings
from api.verify.begun import begun_routes
from api.verify.callback import callback_routes
from api.verify.endpoint import verify_routes
from api.verify.frames import FRAME_BODIES, frame_routes
from api.worker import working
from auth.jwks import jwks
from schema.build import build_gateway_schema, classify

GRAPHQL_PATH = "/graphql"
JWKS_CACHE_SECONDS = 300
SERVING_PARENT = "ONECARD_SERVING_PARENT"
"""The pid of `onecard serve`: its worker processes end with it."""

RuntimeOpener = Callable[[], AbstractAsyncContextManager[Runtime]]


def create_app() -> Starlette:
    """What a server process runs: settings from the environment, which `onecard serve` has
    completed with the database's address."""
    parent = os.environ.get(SERVING_PARENT)
    if parent is not None and int(parent) != os.getpid():
        end_with_parent(int(parent))
    settings = load_settings()
    configure_logging()
    if settings.mongodb_uri is None:
        raise Refusal("start the gateway with 'onecard serve'")
    uri = settings.mongodb_uri.get_secret_value()
    directory = os.environ.get(DIRECTORY_VARIABLE)
    metrics = Metrics(Path(directory) if directory else None)
    app = build_app(settings, lambda: open_runtime(settings, uri), metrics)
    _spare_the_collector()
    return app


_NEW_OBJECTS: Final = 20_000
"""More than have gone, before garbage is looked for: some 5 MB at most."""


def _spare_the_collector() -> None:
    """Modules and schema are 180,000 objects that stay as long as the process: looking through all
    of them for garbage stopped every request for 60 ms, every few seconds under load. And the rows
    of one list are thousands, which all go with its answer: nobody looks through them meanwhile."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)


def build_app(
    settings: Settings, opener: RuntimeOpener, metrics: Metrics, *, with_worker: bool = True
) -> Starlette:
    """The application; its runtime is opened when it starts and closed when it stops. In
    development it runs a worker inside, unless told otherwise."""
    slot = _RuntimeSlot()
    streams = OpenStreams(lambda: slot.runtime, metrics)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, Any]]:
        async with opener() as runtime, AsyncExitStack() as stack:
            if with_worker and not settings.in_production:
                await stack.enter_async_context(working(runtime.gateway))
            slot.fill(runtime)
            watching = asyncio.create_task(streams.watch(), name="open-streams")
            stack.callback(watching.cancel)
            yield {GO_AWAY: streams.go_away}

    routes = _routes(settings, slot, metrics, streams)
    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=gateway_middleware(
            new_request_id=lambda: new_id("req"),
            metrics=metrics,
            https_only=settings.in_production,
            trusted_proxies=trusted_networks(settings.trusted_proxies),
            request_seconds=settings.request_seconds,
            database_deadline=pymongo.timeout,
            classify=classify,
            streamed_bodies={**STREAMED_BODIES, **FEED_BODIES, **FRAME_BODIES},
            # The frames come first, in a time of their own; then they are looked at.
            longer_requests=dict.fromkeys(
                FRAME_BODIES, BODY_LIFETIME_SECONDS + settings.request_seconds
            ),
            straight_to=next(
                one for one in routes if isinstance(one, Route) and one.path == GRAPHQL_PATH
            ),
        ),
        exception_handlers={HTTPException: refuse_http},
    )
    # Starlette would redirect `/graphql/` to where the Host header says, by http: token and body
    # would go to whoever wrote it, or unencrypted past the proxy that ends TLS.
    app.router.redirect_slashes = False
    return app


class _RuntimeSlot:
    """Where the routes find the runtime: they are made before it is opened."""

    def __init__(self) -> None:
        self._runtime: Runtime | None = None

    def fill(self, runtime: Runtime) -> None:
        self._runtime = runtime

    @property
    def runtime(self) -> Runtime:
        if self._runtime is None:
            raise RuntimeError("the application has not started")
        return self._runtime

    async def ping(self) -> None:
        await self.runtime.database.command("ping")

    async def follow_revocations(self) -> None:
        if not self.runtime.feed.is_alive():
            raise RuntimeError("the revocation feed is not alive")


def _demo_holders() -> list[dict[str, Any]]:
    holders: list[dict[str, Any]] = demo_identities()["holders"]
    return holders


def _routes(
    settings: Settings, slot: _RuntimeSlot, metrics: Metrics, streams: OpenStreams
) -> list[BaseRoute]:
    schema = build_gateway_schema(is_open=not settings.in_production)
    if schema.shortcut is not None:
        for text in known_operations():
            schema.shortcut.warm(text)
    context_for = context_maker(lambda: slot.runtime)
    endpoint = GraphQLEndpoint(
        schema_executor(schema), context_for, EventStreaming(schema, streams)
    )
    token = settings.metrics_token
    metrics_endpoint = MetricsEndpoint(metrics, token.get_secret_value() if token else None)
    readiness = Readiness({"database": slot.ping, "revocations": slot.follow_revocations})

    async def keys(_request: Request) -> Response:
        headers = {"Cache-Control": f"public, max-age={JWKS_CACHE_SECONDS}"}
        return JSONResponse(jwks(slot.runtime.key_set), headers=headers)

    async def authorization_server(_request: Request) -> Response:
        return metadata_response(settings)

    token_endpoint = TokenEndpoint(lambda: slot.runtime.gateway, settings.issuer)
    routes: list[BaseRoute] = [
        Route(GRAPHQL_PATH, Admission(endpoint)),
        WebSocketRoute(GRAPHQL_PATH, WebSocketEndpoint(schema, streams)),
        Route(
            TOKEN_PATH,
            Admission(token_endpoint, served_at_once=SERVED_AT_ONCE),
            methods=["POST"],
        ),
        *paper_routes(lambda: slot.runtime),
        *letter_routes(lambda: slot.runtime),
        *export_routes(lambda: slot.runtime),
        *proof_routes(lambda: slot.runtime),
        *begun_routes(lambda: slot.runtime),
        *frame_routes(lambda: slot.runtime),
        *callback_routes(lambda: slot.runtime.gateway),
        Route(
            f"{PREFIX}{{authority}}",
            Admission(
                FeedEndpoint(lambda: slot.runtime.gateway), served_at_once=FEEDS_SERVED_AT_ONCE
            ),
            methods=["POST"],
        ),
        Route(
            CALENDAR_ROUTE,
            Admission(CalendarEndpoint(lambda: slot.runtime.gateway)),
            methods=["GET"],
        ),
        *check_routes(lambda: slot.runtime.gateway, settings.issuer),
        *verify_routes(settings.issuer, settings.verification_origins),
        *credential_routes(lambda: slot.runtime.gateway, settings.issuer),
        Route("/.well-known/jwks.json", keys),
        Route("/.well-known/oauth-authorization-server", authorization_server),
        Route("/metrics", metrics_endpoint.answer),
        *health_routes(readiness),
    ]
    if settings.serves_graphiql:
        demo = None if settings.in_production else _demo_holders
        portals = DemoPortals(demo_portals, partial(demo_assertion, issuer=settings.issuer))
        routes += graphiql_routes(
            login_helper=not settings.in_production,
            demo_identities=demo,
            demo_portals=None if settings.in_production else portals,
        )
    return routes
