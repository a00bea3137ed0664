"""Starlette answering a constant as long as a home screen: what HTTP alone costs."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bench.peers.gate import Gate, serve

CONSTANT = b'{"data":{"me":"' + b"x" * 1_000 + b'"}}'


def routes_of(_gate: Gate) -> list[BaseRoute]:
    async def answer(request: Request) -> Response:
        await request.body()
        return Response(CONSTANT, media_type="application/json")

    return [Route("/graphql", answer, methods=["POST"])]


if __name__ == "__main__":
    serve(routes_of)
