"""Officers' passwords: Argon2id (RFC 9106), in few threads of their own.

One hash takes 64 MiB and some 100 ms of a core by intention, so no flood of attempts may start as
many as it likes: `WORKERS` run at once, `MAX_WAITING` wait, the rest is turned away.
"""

from __future__ import annotations

import asyncio
import os
import unicodedata
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

MIN_LENGTH: Final = 12
MAX_LENGTH: Final = 128
WORKERS: Final = 2
MAX_WAITING: Final = 64
"""Some two seconds of work, and well within a request's deadline."""
_SALT_BYTES: Final = 16
_TAG_BYTES: Final = 32

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Argon2Cost:
    """What one hash costs: memory in KiB, passes over it, lanes."""

    memory_kib: int
    passes: int
    lanes: int


RECOMMENDED: Final = Argon2Cost(memory_kib=65_536, passes=3, lanes=4)
"""RFC 9106, section 4, second recommended option."""


def hash_password(password: str, cost: Argon2Cost = RECOMMENDED) -> str:
    """The encoded hash, with its own salt and cost in it. Takes as long as it costs."""
    derivation = Argon2id(
        salt=os.urandom(_SALT_BYTES),
        length=_TAG_BYTES,
        iterations=cost.passes,
        lanes=cost.lanes,
        memory_cost=cost.memory_kib,
    )
    return derivation.derive_phc_encoded(_bytes_of(password))


class PasswordsBusy(Exception):
    """Too many passwords are being checked; the attempt was not looked at."""


class Passwords:
    """Hashes and checks with one cost; `close` it at the end of the process."""

    def __init__(self, cost: Argon2Cost = RECOMMENDED) -> None:
        self._cost = cost
        self._decoy = _decoy(cost)
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="passwords")
        self._waiting = 0

    async def hashed(self, password: str) -> str:
        """As `hash_password`. Raises `PasswordsBusy`."""
        return await self._in_thread(lambda: hash_password(password, self._cost))

    async def is_right(self, stored: str | None, password: str) -> bool:
        """Whether `stored` is the hash of `password`. Without one (nobody has that name) the same
        work is done for nothing. Raises `PasswordsBusy`."""
        right = await self._in_thread(lambda: _verified(stored or self._decoy, password))
        return right and stored is not None

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        if self._waiting >= WORKERS + MAX_WAITING:
            raise PasswordsBusy
        self._waiting += 1
        try:
            # A request that is given up while it waits leaves the queue; one that is being
            # worked on keeps its thread, so that never more than `WORKERS` hold memory.
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


def _verified(encoded: str, password: str) -> bool:
    """At the cost that the hash itself names."""
    try:
        Argon2id.verify_phc_encoded(_bytes_of(password), encoded)
    except InvalidKey:
        return False
    return True


def _bytes_of(password: str) -> bytes:
    """One way of writing each character (NFC, as RFC 8265 demands), whatever the keyboard."""
    return unicodedata.normalize("NFC", password).encode()


def _decoy(cost: Argon2Cost) -> str:
    """A hash of nothing: salt and tag are drawn, so that no password is known to match."""
    salt, tag = (
        b64encode(os.urandom(size)).decode().rstrip("=") for size in (_SALT_BYTES, _TAG_BYTES)
    )
    parameters = f"m={cost.memory_kib},t={cost.passes},p={cost.lanes}"
    return f"$argon2id$v=19${parameters}${salt}${tag}"


def password_fault(password: str, login_name: str) -> str | None:
    """What is wrong with a new password, in words that do not quote it; None when it will do."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        return f"a password has {MIN_LENGTH} to {MAX_LENGTH} characters"
    if not password.isprintable():
        return "a password has no control characters"
    if login_name in password.lower():
        return "a password does not hold the login name"
    return None
