"""Who may follow what, on both transports, against the table written by hand."""

from __future__ import annotations

import pytest
from websockets.exceptions import ConnectionClosed

from api.settings import Settings
from tests.access_callers import client_of
from tests.access_records import put_party
from tests.access_rows import Caller, Expected
from tests.access_table import table
from tests.live_clients import (
    EventClient,
    SocketClient,
    event_stream,
    name_of,
    tell_directly,
    web_socket,
)
from tests.serving import Serving

COLUMNS = list(Caller)[:10]


async def told_until_own(client: EventClient | SocketClient) -> str:
    """The last of what there is, past what the records brought; or what is another's."""
    while (name := name_of(await client.arrival())) not in ("own", "foreign"):
        pass
    return name


@pytest.mark.parametrize("caller", COLUMNS, ids=lambda caller: caller.name.lower())
async def test_each_caller_follows_what_its_column_says_and_nobody_elses(
    caller: Caller, serving: Serving, settings: Settings
) -> None:
    own = (await put_party(serving, phone="13700137000")).person
    other = await serving.person()
    app = await client_of(caller, serving, settings, own)
    await tell_directly(serving, other.holder_id, "foreign")
    await tell_directly(serving, own.holder_id, "own")
    met = {
        table()[field].met_by(caller)
        for field in table()
        if field[0] in ("Subscription", "NoticeArrival")
    }
    assert len(met) == 1
    expected = met.pop()
    async with event_stream(serving, app.token, "") as stream:
        if expected is Expected.ALLOWED:
            assert await told_until_own(stream) == "own"
        else:
            await stream.response.aread()
            [error] = stream.response.json()["errors"]
            assert error["extensions"]["code"] == expected.denial
            assert stream.response.status_code in (401, 403)
    async with web_socket(serving.base_url, initialise=False) as client:
        if expected is Expected.ALLOWED:
            assert await client.initialise(app.token) == {"type": "connection_ack"}
            await client.subscribe("")
            assert await told_until_own(client) == "own"
        elif caller is Caller.REAL_NAME_TOKEN:
            assert await client.initialise(app.token) == {"type": "connection_ack"}
            await client.subscribe("")
            refused = await client.next()
            assert refused["type"] == "error"
            assert refused["payload"][0]["extensions"]["code"] == expected.denial
        else:
            with pytest.raises(ConnectionClosed):
                await client.initialise(app.token)
            assert await client.ended() == 4403
