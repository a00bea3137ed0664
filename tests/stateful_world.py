"""A small world for the stateful proof: parties with real documents, a clock that only tests move,
and every command with what it left in the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

import chinese_calendar

from api.ids import new_id
from api.runtime import Runtime
from auth import throttle
from auth.mongo import Document
from auth.officers import Officer
from auth.principal import Assurance, Principal, PrincipalKind
from resolvers.changes import Command, Done
from resolvers.gateway import Ask, Gateway
from resolvers.papers.finishing import FIRST_REVIEW
from resolvers.papers.outcomes import Denied, PaperRefused
from resolvers.papers.removing import remove_paper
from resolvers.policy.calendar import calendar_of
from resolvers.refusals import Refused
from resolvers.rules.permit_status import shanghai_day
from resolvers.store.registry import SPECS
from resolvers.vocabulary import PaperKind, PermitState
from tests.factories import Person
from tests.filing import paper_documents
from tests.stateful_parties import SETTLED, arrived_people, founded_employers, hired_officers

WATCHED = ("applications", "permits", "cards", "card_orders", "tasks", "papers", "employments")
"""What is read after every step; of all other collections the hash."""
Run = Callable[[Gateway, Ask, Command], Coroutine[Any, Any, Done | Refused]]


@dataclass
class WorldClock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Move:
    """A command to be sent: its name in the graph, by whom, and all that is input of it."""

    name: str
    principal: Principal
    given: tuple[object, ...]
    run: Run = field(repr=False)

    @property
    def fingerprint(self) -> bytes:
        return sha256(repr((self.name, self.given)).encode()).digest()


@dataclass(frozen=True)
class Sent:
    move: Move
    key: str
    at: datetime
    outcome: Done | Refused


@dataclass(frozen=True)
class Seen:
    """The database at one moment: a hash of every collection, the watched documents by id."""

    hashes: Mapping[str, str]
    documents: Mapping[str, Mapping[str, Document]]
    lines: int
    events: int


@dataclass(frozen=True)
class Step:
    """What one step did. `sent` is None for steps of the system and of time; `earlier` what the
    same key of the same caller stands for since less than a day."""

    name: str
    now: datetime
    before: Seen
    after: Seen
    lines: Sequence[Document]
    events: Sequence[Document]
    sent: Sent | None = None
    earlier: Sent | None = None


@dataclass
class World:
    runner: asyncio.Runner
    runtime: Runtime
    clock: WorldClock
    gateway: Gateway = field(init=False)
    seen: Seen = field(init=False)
    people: list[Person] = field(default_factory=list)
    officers: list[Officer] = field(default_factory=list)
    employers: list[Principal] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    statements: dict[str, Any] = field(default_factory=dict)
    """What was stated, by application."""
    calendars: dict[str, int] = field(default_factory=dict)
    """Version of a calendar and its last published year."""
    serial: count[int] = field(default_factory=count)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    @property
    def today(self) -> date:
        return shanghai_day(self.clock.now)

    def all(self, name: str) -> list[Document]:
        """The watched documents of a collection, in the order in which they were made."""
        return list(self.seen.documents[name].values())

    def settle(self) -> None:
        """Once: officers, employers and their portals, and a database that forgets nothing by
        real time."""
        self.run(self._settle())

    async def _settle(self) -> None:
        database, now = self.runtime.database, self.clock.now
        for spec in SPECS:
            for index in spec.indexes:
                if index.expire_after is not None:
                    await database[spec.name].drop_index(index.name)
        self.officers = await hired_officers(database, self.runtime.key_set, now)
        self.employers = await founded_employers(database, now)

    def begin(self, start: datetime, known_until: int) -> None:
        """A new life: the people of the plans, and a calendar that ends with that year."""
        self.clock.now = start
        self.people, self.sent, self.statements = [], [], {}
        self.publish(known_until)
        self.run(self._begin())

    def publish(self, known_until: int) -> None:
        """The calendar up to that year arrives."""

        def known(days: Iterable[date]) -> frozenset[date]:
            return frozenset(day for day in days if day.year <= known_until)

        calendar = calendar_of(known(chinese_calendar.holidays), known(chinese_calendar.workdays))
        self.calendars[calendar.version] = known_until
        self.gateway = replace(self.runtime.gateway, calendar=calendar)

    async def _begin(self) -> None:
        database = self.runtime.database
        for spec in SPECS:
            if spec.name not in SETTLED:
                await database[spec.name].delete_many({})
        self.people = await arrived_people(
            database, self.runtime.key_set, self.employers, self.clock.now
        )
        self.seen = (await self._look(Seen({}, {}, 0, 0)))[0]

    async def _look(self, before: Seen) -> tuple[Seen, list[Document], list[Document]]:
        """The database now, and the audit lines and events that are new since `before`."""
        database = self.runtime.database
        hashes = dict((await database.command("dbHash"))["collections"])
        hashes.pop(throttle.NAME)  # an attempt is counted whatever comes of it
        documents = {
            name: before.documents[name]
            if hashes[name] == before.hashes.get(name)
            else {one["_id"]: one async for one in database[name].find()}
            for name in WATCHED
        }
        lines, events = [
            []
            if hashes[name] == before.hashes.get(name)
            # Nobody else writes here, so the newest come last.
            else await database[name].find().skip(known).to_list(None)
            for name, known in (("audit", before.lines), ("outgoing_events", before.events))
        ]
        total = before.lines + len(lines), before.events + len(events)
        return Seen(hashes, documents, *total), lines, events

    def look_again(self) -> None:
        """After what is no step of anybody's."""
        self.seen = self.run(self._look(self.seen))[0]

    def send(self, move: Move, key: str | None = None) -> Step:
        """A command by its party, with a new key unless an earlier one is repeated."""
        self.clock.now += timedelta(seconds=1)
        key = key or f"key-{next(self.serial):012d}"
        earlier = self._kept(move.principal, key)
        command = Command(move.name, key, move.fingerprint)
        ask = Ask(move.principal, "192.0.2.7", new_id("req"))
        outcome = self.run(move.run(self.gateway, ask, command))
        sent = Sent(move, key, self.clock.now, outcome)
        if earlier is None:
            self.sent.append(sent)
        return self._stepped(move.name, sent=sent, earlier=earlier)

    def _kept(self, principal: Principal, key: str) -> Sent | None:
        for sent in reversed(self.sent):
            if sent.key == key and sent.move.principal.subject == principal.subject:
                is_live = self.clock.now < sent.at + timedelta(hours=24)
                if is_live and isinstance(sent.outcome, Done):
                    return sent
        return None

    def system(self, name: str, *works: Callable[[Gateway, datetime], Any]) -> Step:
        """Jobs of the system."""
        for work in works:
            self.run(work(self.gateway, self.clock.now))
        return self._stepped(name)

    def wait(self, span: timedelta) -> Step:
        self.clock.now += span
        return self._stepped("time passes")

    def deadlines(self) -> list[datetime]:
        """What comes next of all that the clock decides, soonest first."""
        permits, now = self.all("permits"), self.clock.now
        coming: set[datetime | None] = {
            *(one["released_at"] for one in self.all("cards")),
            *(one["lapses_at"] for one in self.all("applications")),
            *(
                one["valid_until"] - timedelta(days=days)
                for one in permits
                if one["state"] == PermitState.ISSUED
                for days in (91, 30, 0)
            ),
        }
        return sorted(one for one in coming if one is not None and one > now)

    def bring(self, application: Document, kinds: Sequence[PaperKind]) -> Step:
        """Stored papers; their upload is another test's business."""
        self.clock.now += timedelta(seconds=1)
        review_at = self.clock.now + FIRST_REVIEW
        made = [
            one | {"review_at": review_at}
            for one in paper_documents(application, kinds, self.clock.now)
        ]

        async def stored() -> None:
            await self.runtime.database["papers"].insert_many(made)

        self.run(stored())
        return self._stepped("papers arrive")

    def papers_of(self, application: Document) -> list[Document]:
        papers = self.all("papers")
        return [one for one in papers if one["application_id"] == application["_id"]]

    def take_back(self, principal: Principal, paper_id: str) -> Step:
        """By the filer, whose paper it is: taken back, or refused once it is filed."""
        self.clock.now += timedelta(seconds=1)
        ask = Ask(principal, "192.0.2.7", new_id("req"))
        outcome = self.run(remove_paper(self.gateway, ask, paper_id))
        assert not isinstance(outcome, Denied)
        return self._stepped(
            "paper refused" if isinstance(outcome, PaperRefused) else "paper taken back"
        )

    def _stepped(self, name: str, sent: Sent | None = None, earlier: Sent | None = None) -> Step:
        before = self.seen
        self.seen, lines, events = self.run(self._look(before))
        return Step(name, self.clock.now, before, self.seen, lines, events, sent, earlier)

    def holder(self, holder_id: str) -> Principal:
        return Principal(
            PrincipalKind.HOLDER,
            holder_id,
            client_id="e-card-app",
            session_id=f"ses_{holder_id[4:]}",
            assurance=Assurance.REAL_PERSON,
            authenticated_at=self.clock.now,
        )

    def holder_ids(self) -> list[str]:
        """Everybody who can log in."""
        registered = {one["holder_id"]: None for one in self.all("applications")}
        known = {person.holder_id: None for person in self.people}
        granted = {one["holder_id"] for one in self.all("permits")}
        return [*known, *(one for one in registered if one not in known and one in granted)]
