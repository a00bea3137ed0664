"""The data directory: `<data_dir>/mongodb/` with `data/`, `log/` and `lock`, all for us alone."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from api.failure import Refusal

PRIVATE = 0o700
NEEDED_BYTES = 500_000_000
OLD_LOGS = 4


class DataDirectory:
    """Paths under one data directory. Making one touches nothing; `prepare` does."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.home = self.root / "mongodb"
        self.data = self.home / "data"
        self.log = self.home / "log" / "mongod.log"
        # What mongod or the loader prints before the log is open.
        self.output = self.home / "log" / "mongod.out"

    def prepare(self) -> None:
        """Make what is missing, mode 0700. Raises `Refusal` when that or the disk forbids it."""
        try:
            self.root.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
            for path in (self.home, self.data, self.log.parent):
                path.mkdir(mode=PRIVATE, exist_ok=True)
                path.chmod(PRIVATE)
        except OSError as error:
            raise not_writable(self.root, error) from error
        if (free := free_bytes(self.home)) < NEEDED_BYTES:
            raise Refusal(
                f"the disk of {self.root} is almost full: {free // 1_000_000} MB free, the local "
                f"MongoDB needs {NEEDED_BYTES // 1_000_000} MB; free some space or set "
                "ONECARD_DATA_DIR to a directory on another disk"
            )

    def rotate_logs(self) -> None:
        """The log of the last start becomes `mongod.log.1`, and so on; the oldest goes."""
        for age in range(OLD_LOGS, 0, -1):
            newer = self._log_of(age - 1)
            if newer.exists():
                newer.replace(self._log_of(age))

    def _log_of(self, age: int) -> Path:
        return self.log.with_name(f"{self.log.name}.{age}") if age else self.log


def free_bytes(path: Path) -> int:
    """What an ordinary user may still write there, in bytes."""
    return shutil.disk_usage(path).free


def not_writable(root: Path, error: OSError) -> Refusal:
    """The one line for a directory that cannot be made or written."""
    if error.errno == errno.ENOSPC:
        return disk_full(root)
    reason = (error.strerror or "cannot be written").lower()
    where = "" if error.filename is None else f" ({error.filename})"
    return Refusal(
        f"the data directory {root} cannot be written: {reason}{where}; give yourself the right "
        "to write there or set ONECARD_DATA_DIR to another directory"
    )


def disk_full(root: Path) -> Refusal:
    """The one line for a disk on which not another byte fits."""
    return Refusal(
        f"the disk of {root} is full: free some space or set ONECARD_DATA_DIR to a directory on "
        "another disk"
    )
