"""A gateway whose channels do as a test says, with a holder who is told of news."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from api.ids import new_id
from api.runtime import open_runtime
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Document
from auth.principal import Assurance, Principal, PrincipalKind
from resolvers.changes import Command, Done
from resolvers.delivery.dispatching import dispatch_notices
from resolvers.delivery.endpoints import register_device
from resolvers.delivery.sending import send_due
from resolvers.gateway import Ask, Gateway
from resolvers.notices.posting import NewNotice, post
from resolvers.push_channel import (
    EndpointKind,
    Outlets,
    PushMessage,
    PushOutcome,
    PushTarget,
    Sent,
)
from resolvers.refusals import Refused
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.webhook_channel import Answered, Unanswered
from tests.factories import make_person
from tests.serving import MovableClock

SERVER_KEY = "server-key"


@dataclass
class ScriptedChannel:
    """Gives the next outcomes, each once; then Sent. A fault is raised."""

    outcomes: list[PushOutcome | Exception] = field(default_factory=list)
    sent: list[tuple[PushTarget, PushMessage]] = field(default_factory=list)
    has_sent: asyncio.Event = field(default_factory=asyncio.Event)
    pause: float = 0
    is_sandbox = True

    def accepts(self, target: PushTarget) -> bool:
        return "@" in target.address or target.address.startswith("https://")

    async def send(self, target: PushTarget, message: PushMessage, now: datetime) -> PushOutcome:
        self.sent.append((target, message))
        self.has_sent.set()
        outcome = self.outcomes.pop(0) if self.outcomes else Sent()
        await asyncio.sleep(self.pause)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def close(self) -> None:
        pass


@dataclass
class ScriptedReceiver:
    """Of webhooks; gives the next statuses, each once, then 204."""

    answers: list[Answered | Unanswered] = field(default_factory=list)
    posted: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)
    duration: timedelta = timedelta(milliseconds=7)

    def accepts(self, address: str) -> bool:
        return True

    async def post(
        self, address: str, headers: Mapping[str, str], body: bytes
    ) -> Answered | Unanswered:
        self.posted.append((address, headers, body))
        return self.answers.pop(0) if self.answers else Answered(204, self.duration)

    async def close(self) -> None:
        pass


@dataclass
class Delivering:
    gateway: Gateway
    clock: MovableClock
    channel: ScriptedChannel
    key_set: KeySet

    async def holder(self, **plan: Any) -> str:
        return (await make_person(self.gateway.database, self.key_set, **plan)).holder_id

    async def register(
        self,
        holder_id: str,
        target: PushTarget | str,
        session_id: str | None = None,
        kind: EndpointKind = EndpointKind.WEB_PUSH,
    ) -> str:
        ask = ask_of(holder_id, session_id or new_id("ses"))
        if isinstance(target, str):
            target = PushTarget(target)
        outcome = await register_device(self.gateway, ask, a_command(), kind, target)
        assert isinstance(outcome, Done), outcome
        return outcome.object_id

    async def post(
        self, holder_id: str, kind: NoticeKind = NoticeKind.PERMIT_ISSUED, count: int = 1
    ) -> None:
        notices = [NewNotice(holder_id, kind, new_id("pmt"), new_id("evt")) for _ in range(count)]
        assert await post(self.gateway, notices, self.clock()) == count

    async def run(self) -> int:
        """Both jobs once; how many messages were taken."""
        await dispatch_notices(self.gateway, self.clock())
        return await send_due(self.gateway, self.clock())

    async def states(self) -> list[str]:
        found = await self.gateway.database["deliveries"].find({}).to_list(None)
        return sorted(one["state"] for one in found)

    async def endpoints(self) -> list[Document]:
        return await self.gateway.database["push_endpoints"].find({}).to_list(None)


def ask_of(holder_id: str, session_id: str) -> Ask:
    principal = Principal(
        PrincipalKind.HOLDER,
        subject=holder_id,
        session_id=session_id,
        assurance=Assurance.REAL_PERSON,
    )
    return Ask(principal, "192.0.2.1", new_id("req"))


def a_command() -> Command:
    return Command("test", new_id("key"), b"x" * 32)


def refused_of(outcome: object) -> str:
    assert isinstance(outcome, Refused)
    return str(outcome.code)


@asynccontextmanager
async def delivering_gateway(
    settings: Settings, uri: str, key_set: KeySet, clock: MovableClock | None = None
) -> AsyncIterator[Delivering]:
    clock, channel = clock or MovableClock(), ScriptedChannel()
    channels = dict.fromkeys(EndpointKind, channel)
    outlets = Outlets(
        channels, SERVER_KEY, lambda: 1.0, "https://cards.example", ScriptedReceiver()
    )
    async with open_runtime(settings, uri, now=clock, outlets=outlets) as runtime:
        yield Delivering(runtime.gateway, clock, channel, key_set)
