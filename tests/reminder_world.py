"""A database of holders, three workers on it whose clocks differ, and days that pass."""

from __future__ import annotations

import random
import threading
import time as wall
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pymongo
from pymongo.errors import AutoReconnect, OperationFailure

from auth.mongo import Document
from resolvers.rules.permit_status import SHANGHAI, ends_at, printed_day
from tests import due_records
from tests.processes import eventually
from tests.reminder_workers import Crew, Place, crew, meanwhile
from tests.reminder_year import DAY, Expected, Record

Stored = pymongo.database.Database[Document]
AHEAD = (timedelta(seconds=-30), timedelta(0), timedelta(seconds=30))
EDGES = (time(8, 59, 45), time(19, 59, 50), time(0, 0, 10))
"""Just outside of day hours, by a right clock."""
ENDS = {
    "permits": "valid_until",
    "residence_permits": "valid_until",
    "identity_documents": "valid_until",
    "tasks": "due_at",
    "applications": "lapses_at",
}
STANDING: dict[str, Document] = {
    "permits": {"state": "ISSUED"},
    "residence_permits": {"state": "ISSUED"},
    "identity_documents": {"superseded_at": None},
    "tasks": {},
    "applications": {},
}
ENDED: dict[str, Document] = {
    "permits": {"state": "SUPERSEDED"},
    "residence_permits": {"state": "CANCELLED"},
    "identity_documents": {"superseded_at": ends_at(date(2027, 1, 1))},
    "tasks": {"state": "DONE"},
    "applications": {"state": "SUBMITTED", "lapses_at": None},
}
MAX_ROUNDS = 20
ORPHANED_SECONDS = 1
"""After which the server ends the transaction of a killed worker; by default 60."""


@dataclass
class World:
    """A database of holders, the workers on it, and what is to come of it."""

    uri: str
    database: Stored
    crew: Crew
    draw: random.Random
    expected: Expected
    steps_down: int = 0
    rounds: int = 0
    cut_short: int = 0

    def live(self, today: date, *, kill: float, step_down: float) -> None:
        """A day with workers: changes in the morning, rounds outside of day hours that send
        nothing, and rounds within them until everything is done."""
        at = self.draw.choice(EDGES)
        assert set(self.crew.round(datetime.combine(today, at, SHANGHAI))) == {0}
        expected = self.expected.run_on(today)
        before = self.database["notices"].count_documents({})
        now = datetime.combine(today, time(9, 2), SHANGHAI)
        for number in range(MAX_ROUNDS):
            steps_down = number == 0 and self.draw.random() < step_down
            kills = number == 0 and self.draw.random() < kill
            step = threading.Thread(target=self._step_down)
            with meanwhile(step) if steps_down else nullcontext():
                answers = self.crew.round(now, kill_within=0.15 if kills else None)
            self.rounds += 1
            now += timedelta(minutes=10)
            if None not in answers and self._is_done(today):
                break
        sent = self.database["notices"].count_documents({}) - before
        assert sent == expected, today

    def die(self, today: date) -> None:
        """A day on which all workers are killed before everything is done, or after."""
        self.crew.round_until_all_are_killed(datetime.combine(today, time(9, 2), SHANGHAI), 0.2)
        # What they have sent the server may still do, and what they have begun it ends.
        assert eventually(lambda: not self._open_transactions())
        self.expected.cut_short_on(today, set(self.told()))
        self.cut_short += not self._is_done(today)

    def _open_transactions(self) -> int:
        status = self.database.client.admin.command("serverStatus")
        found: int = status["transactions"]["currentOpen"]
        return found

    def _is_done(self, today: date) -> bool:
        waiting = {"day": {"$lte": today.isoformat()}}
        return self.database["reminder_progress"].count_documents(waiting) == 0

    def _step_down(self) -> None:
        self.steps_down += 1
        wall.sleep(self.draw.random() * 0.1)
        command = {"replSetStepDown": 1, "secondaryCatchUpPeriodSecs": 0, "force": True}
        with pymongo.MongoClient[Document](self.uri) as client:
            with suppress(AutoReconnect, OperationFailure):
                client.admin.command(command)
            while not client.admin.command("hello")["isWritablePrimary"]:
                wall.sleep(0.05)

    def change_some(self, today: date, count: int) -> None:
        """Permits are extended, residence permits cancelled, passports replaced, tasks done and
        applications submitted: of those that end within half a year."""
        soon = [
            one
            for one in self.expected.records
            if today <= one.last_day <= today + 180 * DAY and one.over_on > today
        ]
        for record in self.draw.sample(soon, min(count, len(soon))):
            record.over_on = today
            changes = ENDED[record.collection]
            stored = self.database[record.collection]
            stored.update_one({"_id": record.record_id}, {"$set": changes})
            if record.collection == "permits":
                self._extend(record)

    def _extend(self, record: Record) -> None:
        last_day = record.last_day + 365 * DAY
        permit = due_records.permit(record.same[0], last_day)
        self.database["permits"].insert_one(permit)
        self.expected.add(Record("permits", permit["_id"], last_day, record.same))

    def told(self) -> list[tuple[str, int, str]]:
        found = list(self.database["notices"].find())
        unread = {one["_id"]: one["unread"] for one in self.database["inboxes"].find()}
        assert sum(unread.values()) == len(found)
        for one in found:
            assert time(9) <= one["at"].astimezone(SHANGHAI).time() < time(20)
        return [(one["object_id"], one["threshold_days"], one["due_on"]) for one in found]


def records_in(database: Stored) -> list[Record]:
    return [
        Record(
            collection,
            one["_id"],
            printed_day(one[end]),
            (one["holder_id"], str(one.get("kind")))
            if collection == "identity_documents"
            else (one["holder_id"],),
        )
        for collection, end in ENDS.items()
        for one in database[collection].find(STANDING[collection])
    ]


@contextmanager
def world(
    uri: str, name: str, keys_file: Path, data_dir: Path, draw: random.Random
) -> Iterator[World]:
    """On what is in the database."""
    places = [Place(uri, name, keys_file, data_dir, ahead) for ahead in AHEAD]
    with (
        pymongo.MongoClient[Document](uri, tz_aware=True) as client,
        _orphans_end_soon(client),
        crew(places, draw) as working,
    ):
        yield World(uri, client[name], working, draw, Expected(records_in(client[name])))


@contextmanager
def _orphans_end_soon(client: pymongo.MongoClient[Document]) -> Iterator[None]:
    parameter = "transactionLifetimeLimitSeconds"
    before = client.admin.command({"getParameter": 1, parameter: 1})[parameter]
    client.admin.command({"setParameter": 1, parameter: ORPHANED_SECONDS})
    yield
    client.admin.command({"setParameter": 1, parameter: before})
