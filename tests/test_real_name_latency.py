"""How long an answer takes does not tell whether a number is known: 2,000 samples of each kind.

Measured over HTTP on the real server, in turns of random order. The figure is Mann and Whitney's U
divided by the number of pairs: the probability that a sample of one kind is slower than one of the
other, one half where they can't be told apart. It is taken of single samples and of the fastest of
each ten, as somebody would who tries to look through the noise. The same figure for attempts that
are slowed by one more round trip to the database shows what the measurement would find.
"""

from __future__ import annotations

import random
import secrets
import shutil
import tempfile
import time
from bisect import bisect_left, bisect_right
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest

from api.clock import utc_now
from api.embedded import LocalMongod
from api.settings import Settings
from auth.digests import Digest, Digester
from auth.keys import KeySet
from auth.mongo import Database, Document, connect, database_of
from auth.sealing import Decoy
from resolvers.store.holders import HolderStore
from resolvers.store.installation import prepare_database
from resolvers.vocabulary import CardState, IdentifierKind
from tests.app_client import PROVE_NAME, START, AppClient
from tests.serving import Serving, serving_gateway

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_200)]

SAMPLES = 2_000
WARMING_ROUNDS = 100
BLOCK = 10
UNKNOWN, WRONG_NAME, SLOWED = "unknown", "wrong name", "one round trip more"
THROTTLED_UNKNOWN, THROTTLED_KNOWN = "throttled, unknown", "throttled, known"
KINDS = (UNKNOWN, WRONG_NAME, THROTTLED_UNKNOWN, THROTTLED_KNOWN, SLOWED)

EQUAL = (
    (WRONG_NAME, UNKNOWN),
    (THROTTLED_UNKNOWN, UNKNOWN),
    (THROTTLED_KNOWN, UNKNOWN),
    (THROTTLED_KNOWN, THROTTLED_UNKNOWN),
)
MAX_DEVIATIONS = 4.0
"""By how much equal kinds may differ by chance, and what one round trip more must exceed."""


def share_slower(left: Sequence[float], right: Sequence[float]) -> float:
    """The probability that one of `left` is above one of `right`, ties counted half."""
    ordered = sorted(right)
    halves = sum(bisect_left(ordered, one) + bisect_right(ordered, one) for one in left)
    return halves / 2 / (len(left) * len(ordered))


def deviations(share: float, count: int) -> float:
    """How far from one half a share of two samples of `count` is, in standard deviations of U."""
    return (share - 0.5) / sqrt((2 * count + 1) / (12 * count * count))


@dataclass(frozen=True)
class Difference:
    share: float
    deviations: float

    def __str__(self) -> str:
        return f"{self.share:.3f} ({self.deviations:+.1f} σ)"

    @classmethod
    def of(cls, left: Sequence[float], right: Sequence[float], block: int) -> Difference:
        """Of the fastest of each `block` samples."""
        share = share_slower(fastest(left, block), fastest(right, block))
        return cls(share, deviations(share, len(left) // block))


def fastest(times: Sequence[float], of: int) -> list[float]:
    return [min(times[start : start + of]) for start in range(0, len(times), of)]


def spread(kind: str, times: Sequence[float]) -> str:
    cuts = [1_000 * cut for cut in quantiles(times, n=20)]
    return f"{kind:20} 5% {cuts[0]:6.2f} ms, 50% {cuts[9]:6.2f} ms, 95% {cuts[18]:6.2f} ms"


def test_the_figure_is_one_half_for_equal_samples_and_grows_with_their_distance() -> None:
    rng = random.Random(1)  # noqa: S311 - samples, not secrets
    left = [rng.gauss(10, 1) for _ in range(2_000)]
    right = [rng.gauss(10, 1) for _ in range(2_000)]
    assert share_slower([1, 2, 3], [1, 2, 3]) == 0.5
    assert share_slower([4, 5], [1, 2, 3]) == 1.0
    assert abs(deviations(share_slower(left, right), 2_000)) < 3
    moved = share_slower([one + 0.2 for one in left], right)
    assert 0.53 < moved < 0.58, "0.2 standard deviations are 0.556"
    assert deviations(moved, 2_000) > MAX_DEVIATIONS


@pytest.fixture
def quick_uri() -> Iterator[str]:
    """A mongod that keeps its journal in memory where it can: a slow disk hides differences."""
    memory = Path("/dev/shm")  # noqa: S108
    directory = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
    try:
        with LocalMongod(directory) as local:
            yield local.uri
    finally:
        shutil.rmtree(directory)


@pytest.fixture
async def quick_database(quick_uri: str) -> AsyncIterator[Database]:
    client = connect(quick_uri)
    database = database_of(client, f"test_{secrets.token_hex(8)}")
    await prepare_database(database, utc_now())
    yield database
    client.close()


@pytest.fixture
async def behind_proxy(
    settings: Settings, quick_uri: str, quick_database: Database, key_set: KeySet
) -> AsyncIterator[Serving]:
    """A gateway that believes us which address we come from: every round has one of its own."""
    trusting = settings.model_copy(
        update={
            "trusted_proxies": ("127.0.0.1/32",),
            "mongodb_database": quick_database.name,
        }
    )
    async with serving_gateway(trusting, quick_uri, quick_database, key_set) as running:
        yield running


class SometimesSlower:
    """`find_for_login` with one more round trip while `is_on`."""

    def __init__(self, database: Database) -> None:
        self.is_on = False
        self._database = database
        self._plain = HolderStore.find_for_login

    async def find(
        self, store: HolderStore, digests: Sequence[Digest], decoy: Decoy | None = None
    ) -> Document | None:
        if self.is_on:
            await self._database["meta"].find_one({"_id": "installation"})
        return await self._plain(store, digests, decoy)


def counter(*, is_blocked: bool, now: datetime) -> Document:
    """Of a number tried before: every kind changes one that exists."""
    return {
        "attempts": 7 if is_blocked else 0,
        "refused": 0,
        "blocked_until": now + timedelta(minutes=5 if is_blocked else -5),
        "expires_at": now + timedelta(hours=1),
    }


async def sample(client: AppClient, number: str, address: str) -> float:
    given = {"input": {"name": "Someone Else", "identifier": {"workPermitNumber": number}}}
    started = time.perf_counter()
    answer = await client.post(PROVE_NAME, given, {"X-Forwarded-For": address})
    took = time.perf_counter() - started
    assert answer.json()["data"]["proveRealName"]["code"] == "IDENTITY_NOT_CONFIRMED"
    return took


async def measured(serving: Serving, key_set: KeySet, slower: SometimesSlower) -> dict[str, Any]:
    """Latencies in seconds, by kind."""
    digester, rng = Digester(key_set), random.Random(7)  # noqa: S311 - an order, not a secret
    states = [None, CardState.NORMAL]
    people = [await serving.person(physical=states[n % 2]) for n in range(100)]
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for turn in range(WARMING_ROUNDS + SAMPLES):
        address = f"10.0.{turn // 256}.{turn % 256}"
        client = serving.client()
        answer = await client.post(START, headers={"X-Forwarded-For": address})
        client.token = answer.json()["data"]["startLogin"]["flowToken"]
        for kind in rng.sample(KINDS, len(KINDS)):
            number = f"ZZ{rng.randrange(10**10):010d}"
            if kind in {WRONG_NAME, THROTTLED_KNOWN}:
                number = rng.choice(people).numbers[IdentifierKind.WORK_PERMIT]
            is_blocked = kind in {THROTTLED_KNOWN, THROTTLED_UNKNOWN}
            await serving.database["throttle"].replace_one(
                {"_id": digester.blind("login-WORK_PERMIT", number).value},
                counter(is_blocked=is_blocked, now=serving.clock()),
                upsert=True,
            )
            slower.is_on = kind == SLOWED
            took = await sample(client, number, address)
            if turn >= WARMING_ROUNDS:
                times[kind].append(took)
    return times


async def test_no_kind_of_refusal_can_be_told_by_its_latency(
    behind_proxy: Serving,
    quick_database: Database,
    key_set: KeySet,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    slower = SometimesSlower(quick_database)

    async def find(
        store: HolderStore, digests: Sequence[Digest], decoy: Decoy | None = None
    ) -> Document | None:
        return await slower.find(store, digests, decoy)

    monkeypatch.setattr(HolderStore, "find_for_login", find)
    times = await measured(behind_proxy, key_set, slower)
    differences = {
        (left, right, block): Difference.of(times[left], times[right], block)
        for left, right in (*EQUAL, (SLOWED, UNKNOWN))
        for block in (1, BLOCK)
    }
    report = "\n".join(
        [
            *(spread(kind, times[kind]) for kind in KINDS),
            *(
                f"{left} > {right}, fastest of {block}: {difference}"
                for (left, right, block), difference in differences.items()
            ),
        ]
    )
    with capsys.disabled():
        print(f"\n{report}")  # noqa: T201 - the figures are what this is run for
    for (left, right, _), difference in differences.items():
        if (left, right) in EQUAL:
            assert abs(difference.deviations) < MAX_DEVIATIONS, report
    found = max(differences[SLOWED, UNKNOWN, block].deviations for block in (1, BLOCK))
    assert found > MAX_DEVIATIONS, f"the measurement would find nothing\n{report}"
