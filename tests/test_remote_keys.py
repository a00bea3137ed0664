"""Keys of a remote service: who comes while they are fetched waits, and they are fetched once."""

from __future__ import annotations

import asyncio
import json
from typing import cast

from api.outbound import Answer, Outbound
from api.providers.remote_keys import RemoteKeys
from tests.remote_engine_stand_in import RemoteStandIn


class SlowOutbound:
    def __init__(self, engine: RemoteStandIn) -> None:
        self.engine, self.asked = engine, 0

    async def get(self, url: str) -> Answer:
        self.asked += 1
        await asyncio.sleep(0.01)
        return Answer(200, {}, json.dumps(self.engine.jwks()).encode())


async def test_those_who_come_while_keys_are_fetched_find_them_too() -> None:
    engine = RemoteStandIn()
    outbound = SlowOutbound(engine)
    keys = RemoteKeys(cast(Outbound, outbound), "https://a.example/jwks.json", lambda: 0.0)

    async def found() -> bool:
        await keys.refresh_for(engine.kid)
        return engine.kid in keys.known()

    assert await asyncio.gather(*(found() for _ in range(5))) == [True] * 5
    assert outbound.asked == 1
