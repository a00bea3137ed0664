"""Guessing share codes: ten thousand guesses at a thousand live codes find none, and lock out."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest

from api.ids import new_id
from api.runtime import Runtime, open_runtime
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from auth.principal import ANONYMOUS
from resolvers.changes import Command
from resolvers.gateway import Ask, Gateway
from resolvers.policy.throttling import SHARE_CODE_ADDRESS
from resolvers.refusals import Refused
from resolvers.rules.bundles import Bundle, SharingPurpose
from resolvers.rules.share_codes import (
    ALPHABET,
    CODE_LENGTH,
    PURPOSE_LETTERS,
    check_character,
    new_share_code,
)
from resolvers.share_codes.attempts import attempts_key
from resolvers.share_codes.checking import (
    Checked,
    TooManyChecks,
    Typed,
    check_share_code,
)
from resolvers.store import share_codes
from resolvers.store.share_codes import ShareCodeRecord, encode_share_code
from tests.factories import make_person
from tests.serving import MovableClock

BORN = date(1984, 2, 29)
WORK = PURPOSE_LETTERS[SharingPurpose.WORK]


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def runtime(
    settings: Settings, mongod_uri: str, database: Database, clock: MovableClock
) -> AsyncIterator[Runtime]:
    async with open_runtime(settings, mongod_uri, now=clock) as opened:
        yield opened


async def live_codes(gateway: Gateway, key_set: KeySet, count: int) -> list[str]:
    """Codes of one purpose, good for a week, of holders who were all born on one day."""
    person = await make_person(gateway.database, key_set)
    rng, now = random.Random(1), gateway.now()  # noqa: S311 - a test that can be run again
    codes = [new_share_code(SharingPurpose.WORK, rng.randbytes(32)) for _ in range(count)]
    records = [
        ShareCodeRecord(
            code_id=new_id("shc"),
            holder_id=person.holder_id,
            purpose=SharingPurpose.WORK,
            bundles=[Bundle.PERMIT],
            employer_id=None,
            digest=gateway.digester.digest("share-code", code),
            attempts_key=attempts_key(gateway, code),
            seed=bytes(32),
            ending=code[-2:],
            made_at=now,
            expires_at=now + timedelta(days=7),
            uses=100,
            forgotten_at=now + timedelta(days=8),
        )
        for code in codes
    ]
    documents = [encode_share_code(record) for record in records]
    await gateway.database[share_codes.NAME].insert_many(documents)
    return codes


async def guess(gateway: Gateway, address: str, code: str, born: date = BORN) -> Any:
    command = Command("checkShareCode", new_id("key"), b"\x00" * 32)
    ask = Ask(ANONYMOUS, address, new_id("req"))
    return await check_share_code(gateway, ask, command, Typed(code, born))


def guesses(count: int) -> list[str]:
    """Codes with a good purpose and a good check character: the attacker knows how they are made,
    and knows the birth date."""
    rng = random.Random(2)  # noqa: S311 - a test that can be run again
    drawn = (
        WORK + "".join(rng.choice(ALPHABET) for _ in range(CODE_LENGTH - 2)) for _ in range(count)
    )
    return [one + check_character(one) for one in drawn]


async def found_by(
    gateway: Gateway, clock: MovableClock, tried: list[str], *, waits: bool
) -> Counter[str]:
    """How the guesses of one address end, one each second; who `waits` does as it is told."""
    ends: Counter[str] = Counter()
    for code in tried:
        outcome = await guess(gateway, "203.0.113.7", code)
        if waits and isinstance(outcome, TooManyChecks):
            clock.moved += outcome.retry_after
            outcome = await guess(gateway, "203.0.113.7", code)
        ends[type(outcome).__name__] += 1
        clock.advance(seconds=1)
    return ends


async def test_guesses_from_one_address_find_none_of_a_hundred_codes_and_are_locked_out(
    runtime: Runtime, key_set: KeySet, clock: MovableClock
) -> None:
    gateway = runtime.gateway
    codes = await live_codes(gateway, key_set, 100)
    ends = await found_by(gateway, clock, guesses(200), waits=False)
    free = SHARE_CODE_ADDRESS.delays.count(timedelta(0))
    looked_at = ends[Refused.__name__]
    assert ends == {Refused.__name__: looked_at, TooManyChecks.__name__: 200 - looked_at}
    assert free < looked_at < free + 3 + 200 / 60, "one a minute in the end"
    right = await guess(gateway, "198.51.100.1", codes[0])
    assert isinstance(right, Checked), "whoever has a code is kept out by nobody's guesses"


async def test_birth_dates_are_guessed_five_times_and_then_the_code_is_locked_for_everybody(
    runtime: Runtime, key_set: KeySet, clock: MovableClock
) -> None:
    gateway = runtime.gateway
    [code] = await live_codes(gateway, key_set, 1)
    for day in range(1, 21):
        address = f"203.0.113.{day}"
        assert isinstance(await guess(gateway, address, code, date(1984, 1, day)), Refused)
    assert isinstance(await guess(gateway, "198.51.100.1", code), Refused)
    clock.advance(days=6)
    assert isinstance(await guess(gateway, "198.51.100.1", code), Refused)


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_ten_thousand_guesses_find_none_of_a_thousand_live_codes(
    runtime: Runtime, key_set: KeySet, clock: MovableClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of an attacker who waits as long as told each time, of one who does not, and of one with 134
    networks, who is never kept waiting."""
    gateway = runtime.gateway
    codes = await live_codes(gateway, key_set, 1_000)
    tried = guesses(10_000)
    assert not set(codes) & set(tried)
    began = gateway.now()
    patient = await found_by(gateway, clock, tried[:2_000], waits=True)
    took = gateway.now() - began
    assert patient == {Refused.__name__: 2_000}
    assert took > timedelta(minutes=60) * (2_000 - 40) / 60
    hasty = await found_by(gateway, clock, tried[2_000:6_000], waits=False)
    assert hasty[TooManyChecks.__name__] > 3_900
    many: Counter[str] = Counter()
    for number, code in enumerate(tried[6_000:]):
        outcome = await guess(gateway, f"2001:db8:{number // 30:x}::1", code)
        many[type(outcome).__name__] += 1
    assert many == {Refused.__name__: 4_000}
    with capsys.disabled():
        print(  # noqa: T201 - the figures are what this is run for
            f"\n2,000 guesses of one address that waits: {took}; 4,000 of one that does not: "
            f"{hasty[Refused.__name__]} looked at; 4,000 from 134 networks: all refused"
        )
    assert isinstance(await guess(gateway, "198.51.100.1", codes[0]), Checked)
