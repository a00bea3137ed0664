"""People at their phones, in a process of their own: what they send costs the gateway's process
nothing but receiving it. `python -m tests.frame_senders` reads who they are from its input, says
`ready`, sends, and tells what became of each."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import httpx

from tests.app_client import START_CHECK, AppClient
from tests.frame_provider import post_frames

FILMED_SECONDS = 6
"""No frames may be older than the challenge."""
ENOUGH_TIMES = 60


@dataclass(frozen=True)
class Sender:
    token: str
    challenge_id: str
    body: str


@dataclass(frozen=True)
class Outcome:
    """`waits` are the seconds after which it was told to come back."""

    result: str
    waits: Sequence[str]


async def outcomes(
    base_url: str, senders: Sequence[Sender], while_sending: asyncio.Event
) -> list[Outcome]:
    """Of a process that is started here; the event is set from when it sends until it has sent."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.frame_senders"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**20,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    told = {"base_url": base_url, "senders": [asdict(one) for one in senders]}
    process.stdin.write(json.dumps(told).encode() + b"\n")
    await process.stdin.drain()
    assert await process.stdout.readline() == b"ready\n"
    while_sending.set()
    process.stdin.write(b"go\n")
    answer = json.loads(await process.stdout.readline())
    while_sending.clear()
    assert await process.wait() == 0
    return [Outcome(**one) for one in answer]


async def _sent(http: httpx.AsyncClient, sender: Sender) -> Outcome:
    """A challenge that ended in the queue is asked for again, as an app does."""
    app = AppClient(http, sender.token)
    challenge_id = sender.challenge_id
    waits: list[str] = []
    for _ in range(ENOUGH_TIMES):
        answer = await post_frames(app, challenge_id, content=sender.body.encode())
        told = answer.json()
        if answer.is_success:
            return Outcome(told["result"], waits)
        if told["code"] == "CHALLENGE_NOT_CURRENT":
            challenge_id = str((await app.step(START_CHECK))["challengeId"])
            await asyncio.sleep(FILMED_SECONDS)
        elif answer.status_code == 503:
            waits.append(answer.headers["retry-after"])
            await asyncio.sleep(int(waits[-1]))
        else:
            return Outcome(f"{told['code']} {told['advice']}", waits)
    return Outcome("never", waits)


async def _send_all() -> None:
    told = json.loads(sys.stdin.readline())
    senders = [Sender(**one) for one in told["senders"]]
    print("ready", flush=True)  # noqa: T201 - read by who started it
    sys.stdin.readline()
    async with httpx.AsyncClient(base_url=told["base_url"], timeout=60) as http:
        found = await asyncio.gather(*(_sent(http, one) for one in senders))
    print(json.dumps([asdict(one) for one in found]))  # noqa: T201 - read by who started it


if __name__ == "__main__":
    asyncio.run(_send_all())
