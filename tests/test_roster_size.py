"""An employer with 100,000 people and one with 1,000: the same lists cost the same."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from resolvers.selection import Cursor
from tests.app_client import AppClient
from tests.commands import CommandLog
from tests.companies import PAGE, sent_for
from tests.employer_client import employer_client
from tests.examined import examined
from tests.rosters import hire, make_employer
from tests.serving import Serving

LARGE, SMALL = 100_000, 1_000
ROUNDS = 60
PAGE_NUMBER = 900
PLAIN = PAGE.replace("    totalCount\n", "")
WANTED: Mapping[str, Mapping[str, Any]] = {
    "first page of 100": {},
    f"page {PAGE_NUMBER} of 100": {"deep": True},
    "expiring within 30 days": {"filter": {"expiringWithin": 30}, "first": 10},
    "name prefix (two words)": {"filter": {"name": "kalan ka"}, "first": 1},
    "name prefix": {"filter": {"name": "kalan"}, "first": 10},
    "cancelled": {"filter": {"status": "CANCELLED"}, "first": 20},
}


@dataclass
class Asker:
    serving: Serving
    employer_id: str
    app: AppClient
    size: int
    took: dict[str, list[float]] = field(default_factory=dict)

    async def ask(self, name: str, variables: Mapping[str, Any]) -> int:
        began = time.perf_counter()
        answer = await self.app.execute(PLAIN, {"first": 100} | dict(variables))
        self.took.setdefault(name, []).append((time.perf_counter() - began) * 1_000)
        return len(answer["employer"]["employees"]["edges"])

    async def cursor_at(self, share: float) -> str:
        """Before which that share of the list stands: read from the database, as a walk would."""
        skipped = int(self.size * share) - 1
        [found] = await (
            self.serving.database["employments"]
            .find({"employer_id": self.employer_id}, {"started_at": 1})
            .sort([("started_at", -1), ("_id", 1)])
            .skip(skipped)
            .limit(1)
            .to_list(1)
        )
        return Cursor("employees", found["started_at"], found["_id"]).encode()

    async def token(self) -> None:
        self.app.token = (await employer_client(self.serving, self.employer_id)).token


@pytest.mark.slow
@pytest.mark.timeout(1_200)
async def test_a_hundred_thousand_people_are_listed_as_fast_as_a_thousand(
    serving: Serving, command_log: CommandLog
) -> None:
    now = serving.clock()
    askers = []
    for size in (LARGE, SMALL):
        employer_id = await make_employer(serving.database, now)
        await hire(serving.database, serving.key_set, employer_id, size, now)
        app = await employer_client(serving, employer_id)
        askers.append(Asker(serving, employer_id, app, size))
    asked: dict[str, list[dict[str, Any]]] = {}
    for name, wanted in WANTED.items():
        for asker in askers:
            variables = dict(wanted)
            if variables.pop("deep", False):
                # The small one has no page 900: its last but one, as far along.
                variables["after"] = await asker.cursor_at(PAGE_NUMBER * 100 / LARGE - 0.001)
            asked.setdefault(name, []).append(variables)
    lines, slower = [], {}
    for name, both in asked.items():
        counted = []
        for asker, variables in zip(askers, both, strict=True):
            await asker.token()
            command_log.clear()
            rows = await asker.ask("warm", variables)
            sent = sent_for(command_log)[-2:]
            assert sent == [("aggregate", "employers"), ("insert", "audit")]
            counted.append(rows)
        for _ in range(ROUNDS):
            for asker, variables in zip(askers, both, strict=True):
                await asker.ask(name, variables)
        read = [
            await examined(serving.database, "employers", partial(asker.ask, "again", variables))
            for asker, variables in zip(askers, both, strict=True)
        ]
        times = [sorted(asker.took[name]) for asker in askers]
        p50 = [statistics.median(one) for one in times]
        p99 = [one[int(len(one) * 0.99)] for one in times]
        for asker, rows, (documents, keys), middle, last in zip(
            askers, counted, read, p50, p99, strict=True
        ):
            lines.append(
                f"{name:26} {asker.size:>7} people: {rows:>3} rows, {documents:>4} documents,"
                f" {keys:>4} keys, p50 {middle:5.1f} ms, p99 {last:5.1f} ms"
            )
        slower[name] = p50[0] / p50[1]
        lines.append(f"{'':26} p50 ratio {slower[name]:.2f}, p99 ratio {p99[0] / p99[1]:.2f}")
    print("\n" + "\n".join(lines))  # noqa: T201 - the figures are what the test is for
    assert {name: ratio for name, ratio in slower.items() if ratio > 2} == {}
