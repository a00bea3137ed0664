"""One process at a time on a data directory: an `flock` that no crash can leave behind."""

from __future__ import annotations

import fcntl
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from api.failure import Refusal

# After `kill -9` the keeper, which shares the lock, needs a moment to stop mongod.
DYING_SECONDS = 5.0
POLL_SECONDS = 0.05
LOCK_FILE = Path("mongodb", "lock")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds, or last held, a data directory."""

    pid: int
    port: int

    @property
    def uri(self) -> str:
        return uri_of(self.port)


def uri_of(port: int) -> str:
    """The address of the local one-member replica set; fit for transactions and change streams."""
    return f"mongodb://127.0.0.1:{port}/?directConnection=true&replicaSet=onecard"


class DirectoryLock:
    """The lock on a data directory, held until `release` and by every process that inherits it."""

    def __init__(self, descriptor: int, former: Holder | None) -> None:
        self.descriptor = descriptor
        self.former = former

    @classmethod
    def acquire(cls, data_directory: Path) -> Self:
        """Raises `Refusal` when another process holds it, `OSError` when it cannot be written."""
        file = data_directory / LOCK_FILE
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _wait_for_lock(descriptor, data_directory)
        except BaseException:
            os.close(descriptor)
            raise
        return cls(descriptor, _read(descriptor))

    def write(self, holder: Holder) -> None:
        """Say who holds it, for the next one who asks."""
        text = json.dumps(asdict(holder)).encode()
        os.pwrite(self.descriptor, text, 0)
        os.ftruncate(self.descriptor, len(text))

    def release(self) -> None:
        os.close(self.descriptor)


def running_uri(data_directory: Path) -> str | None:
    """The address of the local MongoDB that another process runs on this directory, or None."""
    try:
        descriptor = os.open(data_directory / LOCK_FILE, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if _try_lock(descriptor):
            return None
        holder = _read(descriptor)
        # A holder that has died leaves the lock to its mongod for the moment that one takes to end.
        alive = holder is not None and _is_alive(holder.pid)
        return holder.uri if holder and alive and holder.port else None
    finally:
        os.close(descriptor)


def _wait_for_lock(descriptor: int, data_directory: Path) -> None:
    """Patient with a holder that has died, not with one that lives."""
    give_up_at = time.monotonic() + DYING_SECONDS
    while not _try_lock(descriptor):
        holder = _read(descriptor)
        if (holder and _is_alive(holder.pid)) or time.monotonic() > give_up_at:
            raise _in_use(data_directory, holder)
        time.sleep(POLL_SECONDS)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(descriptor: int) -> Holder | None:
    try:
        found = json.loads(os.pread(descriptor, 1024, 0))
        return Holder(pid=int(found["pid"]), port=int(found["port"]))
    except (ValueError, TypeError, KeyError):
        return None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _in_use(data_directory: Path, holder: Holder | None) -> Refusal:
    who = f"process {holder.pid}" if holder else "another process"
    share = f"ONECARD_MONGODB_URI='{holder.uri}' to share its database, or " if holder else ""
    return Refusal(
        f"the data directory {data_directory} is in use by {who}: stop that one, or set {share}"
        "ONECARD_DATA_DIR to use another directory"
    )
