"""How long the check page takes does not tell why a code was not accepted: 1,500 samples of each
reason, over HTTP on the real server, measured as logins are (`test_real_name_latency`)."""

from __future__ import annotations

import random
import time
from datetime import timedelta
from typing import Any

import pytest

from api.ids import new_id
from api.settings import Settings
from auth.digests import Digest, Digester
from auth.keys import KeySet
from auth.mongo import Database, Document
from auth.sealing import Decoy
from resolvers.rules.bundles import Bundle, SharingPurpose
from resolvers.rules.share_codes import new_share_code
from resolvers.store.share_codes import ShareCodeRecord, ShareCodeStore, encode_share_code
from tests.serving import Serving
from tests.share_codes import BIRTH_DATE
from tests.test_real_name_latency import (
    BLOCK,
    MAX_DEVIATIONS,
    Difference,
    behind_proxy,
    quick_database,
    quick_uri,
    spread,
)

__all__ = ["behind_proxy", "quick_database", "quick_uri"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_200)]

SAMPLES = 1_500
WARMING_ROUNDS = 100
UNKNOWN, WRONG_DATE, REVOKED = "wrong code", "wrong birth date", "revoked"
EXPIRED, LOCKED, SLOWED = "over", "locked", "one round trip more"
KINDS = (UNKNOWN, WRONG_DATE, REVOKED, EXPIRED, LOCKED, SLOWED)
EQUAL = tuple((kind, UNKNOWN) for kind in (WRONG_DATE, REVOKED, EXPIRED, LOCKED))


class Codes:
    """A thousand codes of a hundred holders, each in one state."""

    def __init__(self, serving: Serving, key_set: KeySet) -> None:
        self.serving, self.digester = serving, Digester(key_set)
        self.of: dict[str, list[str]] = {}

    async def put(self, kind: str, count: int, holders: list[str]) -> None:
        rng, now = random.Random(kind), self.serving.clock()  # noqa: S311 - no secret
        codes = [new_share_code(SharingPurpose.WORK, rng.randbytes(32)) for _ in range(count)]
        ends = now + timedelta(days=-1 if kind == EXPIRED else 30)
        documents = [
            encode_share_code(
                ShareCodeRecord(
                    code_id=new_id("shc"),
                    holder_id=holders[number % len(holders)],
                    purpose=SharingPurpose.WORK,
                    bundles=[Bundle.IDENTITY, Bundle.PERMIT],
                    employer_id=None,
                    digest=self.digester.digest("share-code", code),
                    attempts_key=self.counter_of(code),
                    seed=bytes(32),
                    ending=code[-2:],
                    made_at=now - timedelta(days=2),
                    expires_at=ends,
                    uses=3,
                    forgotten_at=now + timedelta(days=200),
                )
            )
            | {"revoked_at": now if kind == REVOKED else None}
            for number, code in enumerate(codes)
        ]
        await self.serving.database["share_codes"].insert_many(documents)
        self.of[kind] = codes

    def counter_of(self, code: str) -> bytes:
        return self.digester.blind("share-code-attempts", code).value

    async def set_counter(self, code: str, *, is_locked: bool) -> None:
        """Of a code tried before: every kind changes one that exists."""
        now = self.serving.clock()
        counter = {
            "attempts": 5 if is_locked else 0,
            "refused": 0,
            "blocked_until": now + timedelta(days=80 if is_locked else -1),
            "expires_at": now + timedelta(days=90),
        }
        await self.serving.database["throttle"].replace_one(
            {"_id": self.counter_of(code)}, counter, upsert=True
        )


@pytest.fixture
async def codes(behind_proxy: Serving, key_set: KeySet) -> Codes:
    holders = [(await behind_proxy.person()).holder_id for _ in range(100)]
    made = Codes(behind_proxy, key_set)
    for kind in (WRONG_DATE, REVOKED, EXPIRED, LOCKED):
        await made.put(kind, 250, holders)
    return made


async def sample(serving: Serving, code: str, birth_date: str, address: str) -> float:
    given = {"share_code": code, "birth_date": birth_date, "once": new_id("key")}
    headers = {"X-Forwarded-For": address, "Accept-Language": "en"}
    started = time.perf_counter()
    answer = await serving.http.post("/check/code", data=given, headers=headers)
    took = time.perf_counter() - started
    assert (answer.status_code, "Nothing was opened" in answer.text) == (200, True)
    return took


async def test_no_reason_can_be_told_by_its_latency(
    codes: Codes,
    quick_database: Database,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plain, is_slowed = ShareCodeStore.find_for_check, False

    async def find(store: ShareCodeStore, digests: list[Digest], decoy: Decoy) -> Document | None:
        if is_slowed:
            await quick_database["meta"].find_one({"_id": "installation"})
        return await plain(store, digests, decoy)

    monkeypatch.setattr(ShareCodeStore, "find_for_check", find)
    rng = random.Random(7)  # noqa: S311 - an order, not a secret
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for turn in range(WARMING_ROUNDS + SAMPLES):
        # Six checks of one address: one more is far from waiting.
        address = f"10.0.{turn // 256}.{turn % 256}"
        for kind in rng.sample(KINDS, len(KINDS)):
            code = new_share_code(SharingPurpose.WORK, rng.randbytes(32))
            if kind in codes.of:
                code = rng.choice(codes.of[kind])
            await codes.set_counter(code, is_locked=kind == LOCKED)
            is_slowed = kind == SLOWED
            born = "1984-02-28" if kind == WRONG_DATE else BIRTH_DATE
            took = await sample(codes.serving, code, born, address)
            if turn >= WARMING_ROUNDS:
                times[kind].append(took)
    differences: dict[tuple[str, str, int], Any] = {
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
