"""Plain Strawberry, as its documentation recommends: code first, a DataLoader for every edge, the
parser's and the validator's caches on. https://strawberry.rocks/docs
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from strawberry import Schema
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, SchemaExtension, ValidationCache
from strawberry.schema.config import StrawberryConfig

from bench.peers.gate import Gate, serve
from bench.peers.loaders import Loaders, loaders_of
from bench.peers.strawberry_graph import Query
from schema.scalars import SCALARS


class Trail(SchemaExtension):
    async def on_execute(self) -> AsyncIterator[None]:
        yield
        await self.execution_context.context.write_trail()


class Graph(GraphQL[Loaders, None]):
    def __init__(self, gate: Gate) -> None:
        schema = Schema(
            Query,
            extensions=[
                lambda: ParserCache(maxsize=128),
                lambda: ValidationCache(maxsize=128),
                Trail,
            ],
            # The same texts of dates as everybody's; how they are made is the library's business.
            config=StrawberryConfig(scalar_map=SCALARS),
        )
        super().__init__(schema, graphql_ide=None)
        self._gate = gate

    async def get_context(self, request: Request, response: Response) -> Loaders:  # type: ignore[override]  # noqa: ARG002 - its interface
        return loaders_of(self._gate.open.gateway, await self._gate.ask(request))


def routes_of(gate: Gate) -> list[BaseRoute]:
    return [Route("/graphql", Graph(gate), methods=["POST"])]


if __name__ == "__main__":
    serve(routes_of)
