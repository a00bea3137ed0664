"""No stream leaves a personal value in a log, an error or a metric, whatever is sent on it."""

from __future__ import annotations

import json
from urllib.parse import quote

from websockets.asyncio.client import connect

from tests.access_callers import logged_in
from tests.leaks import assert_nothing_left, new_person, watched
from tests.live_clients import PROTOCOL, event_stream, tell_directly, web_socket
from tests.serving import Serving


async def test_no_stream_leaves_a_personal_value_anywhere(serving: Serving) -> None:
    async with watched(serving) as watch:
        person = await new_person(serving, watch)
        app = await logged_in(serving, person)
        assert app.token is not None
        watch.known.add(app.token)
        # It reads each answer to its end, which a stream has not.
        serving.http.event_hooks["response"].clear()
        name = person.name
        query = f'subscription {{ noticeArrived(after: "{name}") {{ cursor }} }}'
        await tell_directly(serving, person.holder_id, "a")
        async with (
            web_socket(serving.base_url, app.token) as client,
            event_stream(serving, app.token, "") as stream,
        ):
            await client.subscribe("")
            assert (await client.arrival())["cursor"] == (await stream.arrival())["cursor"]
            for text in (query, f"subscription {{ {json.dumps(name)} }}", f"{{ me(a: {name}) }}"):
                await client.subscribe(operation_id=name, query=text)
                refused = await client.next()
                watch.errors.append(json.dumps(refused["payload"]))
            await client.say({"type": name})
            assert await client.ended() == 4400
        async with event_stream(serving, app.token, name) as refused_stream:
            watch.errors.append((await refused_stream.response.aread()).decode())
        address = f"{serving.base_url.replace('http', 'ws')}/graphql?token={app.token}&n="
        async with connect(address + quote(name), subprotocols=[PROTOCOL], proxy=None) as socket:
            await socket.send(json.dumps({"type": "connection_init", "payload": {"n": name}}))
            await socket.wait_closed()
            assert (socket.close_code, name in (socket.close_reason or "")) == (4403, False)
    assert watch.lines.getvalue().count('"event":"stream"') == 4
    await assert_nothing_left(serving, watch)
    metrics = (await serving.http.get("/metrics")).text
    assert 'onecard_streams_open{transport="websocket"} 0.0' in metrics
    assert 'onecard_streams_closed_total{reason="REFUSED",transport="event-stream"} 1.0' in metrics
