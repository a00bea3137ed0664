"""The limit: Starlette and Motor by hand, one endpoint for each operation, the best aggregation.

It knows every operation beforehand, so it reads exactly what each needs in one command and writes
the answer without a graph. Cards are checked and people logged in by the product's own use cases:
their commands are what the law asks for, so those rows tell what the graph above them costs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bench.peers.by_hand import home_answer, inbox_answer, list500_answer, list_answer
from bench.peers.by_hand_login import STEPS, login_step
from bench.peers.by_hand_pipelines import home_pipeline, inbox_pipeline, list_pipeline
from bench.peers.by_hand_verify import verify
from bench.peers.gate import Gate, NotKnown, serve
from bench.peers.trail import write_trail
from resolvers.gateway import Ask

Variables = Mapping[str, Any]
Answerer = Callable[[Gate, Ask, Variables], Awaitable[dict[str, Any]]]
PAGE = 100
PAGES = 5


async def home(gate: Gate, ask: Ask, _variables: Variables) -> dict[str, Any]:
    found = (
        await gate.open.database["holders"]
        .aggregate(home_pipeline(ask.principal.holder_id()))
        .to_list(1)
    )
    return home_answer(found[0], gate.open.gateway.now())


async def list50(gate: Gate, ask: Ask, _variables: Variables) -> dict[str, Any]:
    found = (
        await gate.open.database["employers"]
        .aggregate(list_pipeline(ask.principal.employer_id(), 51), batchSize=1_000)
        .to_list(1)
    )
    await write_trail(gate.open.gateway, ask, found[0]["permits"][:50])
    return list_answer(found[0], 50, gate.open.gateway.now())


async def list500(gate: Gate, ask: Ask, _variables: Variables) -> dict[str, Any]:
    """Five pages that follow one another are 501 rows, which one command reads and code cuts."""
    found = (
        await gate.open.database["employers"]
        .aggregate(list_pipeline(ask.principal.employer_id(), PAGE * PAGES + 1), batchSize=1_000)
        .to_list(1)
    )
    await write_trail(gate.open.gateway, ask, found[0]["permits"][: PAGE * PAGES])
    return list500_answer(found[0], PAGE, PAGES, gate.open.gateway.now())


async def inbox(gate: Gate, ask: Ask, _variables: Variables) -> dict[str, Any]:
    found = (
        await gate.open.database["holders"]
        .aggregate(inbox_pipeline(ask.principal.holder_id(), 21))
        .to_list(1)
    )
    return inbox_answer(found[0], 20, gate.open.gateway.now())


ANSWERERS: Mapping[str, Answerer] = {
    "Home": home,
    "SponsoredPermits": list50,
    "List500": list500,
    "Inbox": inbox,
    "Verify": verify,
}


def routes_of(gate: Gate) -> list[BaseRoute]:
    async def answer(request: Request) -> Response:
        asked = orjson.loads(await request.body())
        name, variables = asked["operationName"], asked["variables"]
        try:
            ask = await gate.ask(request, anonymous=name == "StartLogin")
        except NotKnown:
            return Response(status_code=401)
        if name in STEPS:
            data = await login_step(gate, ask, name, variables)
        else:
            data = await ANSWERERS[name](gate, ask, variables)
        return Response(orjson.dumps({"data": data}), media_type="application/json")

    return [Route("/graphql", answer, methods=["POST"])]


if __name__ == "__main__":
    serve(routes_of)
