"""Officers' passwords: slow to try, never many at once, and the same work for nobody."""

from __future__ import annotations

import asyncio
import threading
import time
from base64 import b64decode
from collections.abc import Iterator

import pytest

from auth import passwords
from auth.passwords import (
    MAX_WAITING,
    WORKERS,
    Passwords,
    PasswordsBusy,
    hash_password,
    password_fault,
)
from tests.serving import CHEAP_PASSWORDS


@pytest.fixture
def cheap() -> Iterator[Passwords]:
    made = Passwords(CHEAP_PASSWORDS)
    yield made
    made.close()


def test_a_hash_is_argon2id_at_the_cost_that_rfc_9106_recommends_second() -> None:
    kind, version, cost, salt, tag = hash_password("correct-horse-battery").split("$")[1:]
    assert (kind, version, cost) == ("argon2id", "v=19", "m=65536,t=3,p=4")
    assert [len(b64decode(part + "==")) for part in (salt, tag)] == [16, 32]


async def test_the_right_password_and_no_other_is_right(cheap: Passwords) -> None:
    stored = await cheap.hashed("correct-horse-battery")
    assert "correct" not in stored
    assert stored != await cheap.hashed("correct-horse-battery")
    assert await cheap.is_right(stored, "correct-horse-battery")
    for other in ("Correct-horse-battery", "correct-horse-battery ", "", "x" * 1_000):
        assert not await cheap.is_right(stored, other)


async def test_a_password_is_the_same_however_a_keyboard_composes_its_characters(
    cheap: Passwords,
) -> None:
    stored = await cheap.hashed("caf\u00e9-au-lait-7")
    assert await cheap.is_right(stored, "cafe\u0301-au-lait-7")


async def test_where_nobody_has_the_name_a_hash_of_the_same_cost_is_compared_in_vain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[str] = []
    plain = passwords._verified

    def noted(encoded: str, password: str) -> bool:
        compared.append(encoded)
        return plain(encoded, password)

    monkeypatch.setattr(passwords, "_verified", noted)
    strong = Passwords()
    assert not await strong.is_right(None, "correct-horse-battery")
    assert not await strong.is_right(hash_password("another-password"), "correct-horse-battery")
    strong.close()
    unknown, known = (encoded.split("$")[1:4] for encoded in compared)
    assert unknown == known == ["argon2id", "v=19", "m=65536,t=3,p=4"]


class Gate:
    """Work that takes until it is let through, and how much of it ran at once."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.running = self.most = 0
        self._lock = threading.Lock()

    def verify(self, _encoded: str, _password: str) -> bool:
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self.open.wait(30)
        with self._lock:
            self.running -= 1
        return True


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    made = Gate()
    monkeypatch.setattr(passwords, "_verified", made.verify)
    yield made
    made.open.set()


async def under_way(gate: Gate) -> None:
    """Until as many are worked on as may be."""
    until = time.monotonic() + 20
    while gate.running < WORKERS:
        assert time.monotonic() < until
        await asyncio.sleep(0.01)


async def test_a_flood_of_attempts_holds_the_memory_of_two_and_the_rest_is_turned_away(
    cheap: Passwords, gate: Gate
) -> None:
    flood = [asyncio.create_task(cheap.is_right("hash", "p")) for _ in range(500)]
    await under_way(gate)
    gate.open.set()
    ended = await asyncio.gather(*flood, return_exceptions=True)
    assert ended.count(True) == WORKERS + MAX_WAITING
    assert sum(isinstance(one, PasswordsBusy) for one in ended) == 500 - WORKERS - MAX_WAITING
    assert gate.most == WORKERS
    assert await cheap.is_right("hash", "p"), "whoever comes later is served"


async def test_who_gives_up_waiting_makes_room_but_work_under_way_keeps_its_thread(
    cheap: Passwords, gate: Gate
) -> None:
    first = [asyncio.create_task(cheap.is_right("hash", "p")) for _ in range(WORKERS)]
    await under_way(gate)
    waiting = [asyncio.create_task(cheap.is_right("hash", "p")) for _ in range(MAX_WAITING)]
    await asyncio.sleep(0)
    for one in (*first, *waiting):
        one.cancel()
    await asyncio.gather(*first, *waiting, return_exceptions=True)
    later = [asyncio.create_task(cheap.is_right("hash", "p")) for _ in range(10)]
    await asyncio.sleep(0.05)
    assert (gate.running, gate.most) == (WORKERS, WORKERS)
    gate.open.set()
    assert await asyncio.gather(*later) == [True] * 10
    assert gate.most == WORKERS


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("x" * 11, "12 to 128"),
        ("x" * 129, "12 to 128"),
        ("a\tpassword of tabs", "control"),
        ("line one\nline two", "control"),
        ("gz-desk-7", "12 to 128"),
        ("my GZ-desk-7 word", "login name"),
    ],
)
def test_a_new_password_is_long_printable_and_not_the_login_name(password: str, fault: str) -> None:
    told = password_fault(password, "gz-desk-7")
    assert told is not None
    assert fault in told
    assert password not in told


@pytest.mark.parametrize(
    "password", ["x" * 12, "x" * 128, "广州的天气今天非常好不好呢", "four plain words here"]
)
def test_a_password_of_12_to_128_characters_of_any_script_will_do(password: str) -> None:
    assert password_fault(password, "gz-desk-7") is None
