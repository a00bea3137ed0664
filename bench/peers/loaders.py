"""DataLoaders for the Python peers: one for every edge, made anew for each request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from strawberry.dataloader import DataLoader

from auth.mongo import Database
from auth.principal import Principal
from bench.peers.facts import (
    CARD,
    EMPLOYMENT,
    NOTICE,
    PERMIT,
    SPONSORED,
    as_sponsor_sees,
    beyond,
    name_as_sponsor_sees,
)
from bench.peers.trail import write_trail
from resolvers.gateway import Ask, Gateway

MOST: Final = 100
Row = dict[str, Any]


@dataclass(frozen=True)
class Loaders:
    """What the resolvers of one request find in their context."""

    database: Database
    gateway: Gateway
    ask: Ask
    now: datetime
    permits_of: DataLoader[str, list[Row]]
    cards_of: DataLoader[str, list[Row]]
    inboxes: DataLoader[str, Row | None]
    employers: DataLoader[str, Row | None]
    holders: DataLoader[str, Row | None]
    employments: DataLoader[str, Row | None]
    permits: DataLoader[str, Row | None]
    seen: list[Row] = field(default_factory=list)
    """Permits that an employer is shown."""

    @property
    def principal(self) -> Principal:
        return self.ask.principal

    async def write_trail(self) -> None:
        """At the end of the operation, before it is answered."""
        await write_trail(self.gateway, self.ask, self.seen)

    async def notices_of(self, holder_id: str, rows: int) -> list[Row]:
        wanted = {"holder_id": holder_id, "withdrawn_at": None, "archived_at": None}
        found = self.database["notices"].find(wanted, NOTICE).sort([("at", -1), ("_id", 1)])
        return list(await found.limit(rows).to_list(rows))

    async def permits_of_employer(
        self, employer_id: str, first: int, after: str | None
    ) -> list[Row]:
        """As a sponsor sees them: each with its employment, which says from when on it is over. One
        more than is shown, to know whether there are others."""
        wanted = {"employer_id": employer_id, **beyond(after)}
        found = self.database["permits"].find(wanted, SPONSORED, batch_size=1_000)
        ordered = found.sort([("shown.listed_from", -1), ("_id", 1)]).limit(first + 1)
        permits: list[Row] = await ordered.to_list(first + 1)
        employments = await self.employments.load_many([one["employment_id"] for one in permits])
        shown = [
            {**as_sponsor_sees(permit), "employment": employment}
            for permit, employment in zip(permits, employments, strict=True)
            if employment is not None
        ]
        self.seen.extend(shown[:first])
        return shown

    async def name_of(self, permit: Row) -> Row | None:
        """The holder of a permit with the name that the sponsor knows."""
        holder = await self.holders.load(permit["holder_id"])
        if holder is None or "employment" not in permit:
            return holder
        masked = name_as_sponsor_sees(holder, permit["employment"], self.now)
        return {**holder, "full_name": {"masked": masked}}


def loaders_of(gateway: Gateway, ask: Ask) -> Loaders:
    database = gateway.database
    return Loaders(
        database=database,
        gateway=gateway,
        ask=ask,
        now=gateway.now(),
        permits_of=DataLoader(_each(database, "permits", "valid_from", PERMIT)),
        cards_of=DataLoader(_each(database, "cards", "issued_at", CARD)),
        inboxes=DataLoader(_by_id(database, "inboxes", {"unread": 1})),
        employers=DataLoader(_by_id(database, "employers", {"name.en": 1})),
        holders=DataLoader(_by_id(database, "holders", {"full_name.masked": 1})),
        employments=DataLoader(_by_id(database, "employments", EMPLOYMENT)),
        permits=DataLoader(_by_id(database, "permits", PERMIT)),
    )


def _each(
    database: Database, collection: str, order: str, projection: Mapping[str, int]
) -> Callable[[Sequence[str]], Awaitable[list[list[Row]]]]:
    """Lists of holders, newest first: one find for each, at the same time."""

    async def one(holder_id: str) -> list[Row]:
        found = database[collection].find({"holder_id": holder_id}, projection)
        return list(await found.sort([(order, -1), ("_id", 1)]).limit(MOST).to_list(MOST))

    async def load(holder_ids: Sequence[str]) -> list[list[Row]]:
        return list(await asyncio.gather(*(one(holder_id) for holder_id in holder_ids)))

    return load


def _by_id(
    database: Database, collection: str, projection: Mapping[str, int]
) -> Callable[[Sequence[str]], Awaitable[list[Row | None]]]:
    async def load(ids: Sequence[str]) -> list[Row | None]:
        found = database[collection].find({"_id": {"$in": list(ids)}}, projection, batch_size=1_000)
        known = {one["_id"]: one for one in await found.to_list(len(ids))}
        return [known.get(one) for one in ids]

    return load
