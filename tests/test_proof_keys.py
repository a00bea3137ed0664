"""A letters key stays for the proofs of checks that it signed, which are on record nowhere."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from api.clock import utc_now
from auth.keys import Purpose
from auth.mongo import Database
from resolvers.policy.share_codes import PROOF_KEPT
from resolvers.store.proof_keys import MARKED_AHEAD, NAME, ProofKeyStore
from tests.serving import Serving
from tests.share_codes import new_checker, new_sharer
from tests.test_keys_command import Place, place

__all__ = ["place"]


def _signed_until(place: Place, at: datetime) -> None:
    async def mark(database: Database) -> None:
        await ProofKeyStore(database).mark(1, at - MARKED_AHEAD)

    place.do(mark)


async def test_a_check_writes_down_which_key_its_proof_needs_once_a_day(serving: Serving) -> None:
    sharer, checker = await new_sharer(serving), await new_checker(serving)
    code = await sharer.code(uses=3)
    version = serving.key_set.current(Purpose.LETTERS).version
    ends = []
    for later in (timedelta(0), timedelta(hours=1), timedelta(days=1)):
        serving.clock.advance(seconds=later.total_seconds())
        await checker.renew(serving)
        assert (await checker.redeem(code))["proof"]
        [marked] = await serving.database[NAME].find().to_list(None)
        assert marked["_id"] == version
        assert marked["signs_until"] > serving.clock()
        ends.append(marked["signs_until"])
    assert ends[0] == ends[1] < ends[2]


async def test_processes_that_mark_one_key_leave_the_latest(database: Database) -> None:
    now = utc_now().replace(microsecond=0)
    for ahead in (0, 2, 1):
        await ProofKeyStore(database).mark(1, now + timedelta(hours=ahead))
    [marked] = await database[NAME].find().to_list(None)
    assert marked["signs_until"] == now + timedelta(hours=2) + MARKED_AHEAD


def test_it_is_retired_when_nobody_keeps_them_any_more_or_when_it_has_leaked(place: Place) -> None:
    now = utc_now()
    _signed_until(place, now)
    place.told("rotate", "letters")
    until = str((now + PROOF_KEPT).date())
    assert f"and proofs of checks until {until}" in place.told("list")
    refused = place.refused("retire", "letters", "1")
    assert f"employers keep until {until} could no longer be verified" in refused
    assert len(place.key_set.letters.keys) == 2
    assert f"until {until} cannot be verified" in place.told("retire", "letters", "1", "--at-once")


@pytest.mark.parametrize("over", [True, False])
def test_ten_years_after_the_last_proof_it_may_go(place: Place, over: bool) -> None:
    _signed_until(place, utc_now() - PROOF_KEPT + timedelta(minutes=-1 if over else 1))
    place.told("rotate", "letters")
    if over:
        place.told("retire", "letters", "1")
    else:
        place.refused("retire", "letters", "1")
    assert len(place.key_set.letters.keys) == 2 - over
