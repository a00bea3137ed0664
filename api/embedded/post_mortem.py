"""Why `mongod` ended: its exit code and the end of its log, distilled to one line."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from api.embedded.directory import DataDirectory, disk_full, free_bytes
from api.failure import Refusal

# The server's own list of exit codes, and the shell's for a command that could not be run.
CANNOT_LISTEN = 48
NEEDS_OTHER_VERSION = 62
DIRECTORY_IN_USE = 100
CANNOT_RUN = (126, 127)
TAIL_BYTES = 262_144
# Said of data that a newer server has written, by the server and by its storage engine.
FOREIGN_DATA = (
    "invalid featurecompatibilityversion",
    "unsupported wiredtiger file version",
    "unsupported wiredtiger source file version",
)
WRITTEN_FOR = re.compile(r'featureCompatibilityVersion\\?", version: \\?"([0-9.]{1,8})')
# Said at every abort, and no reason for one.
NO_CAUSE = ("Fatal assertion", "***aborting")
# On a full disk even the log stays empty.
FULL_BYTES = 1_000_000
NO_SPACE = ("no space left on device", "out of disk space")


def port_was_taken(code: int, log: Path) -> bool:
    """Whether it ended because another process took the port between our choice and its start."""
    return code == CANNOT_LISTEN or "address already in use" in _tail(log).lower()


def refusal_for(code: int, directory: DataDirectory, binary: Path) -> Refusal:
    """The one line for a mongod that has ended with this code without being asked to."""
    log, output = _tail(directory.log), _tail(directory.output)
    text = f"{log}\n{output}".lower()
    if any(sign in text for sign in NO_SPACE) or free_bytes(directory.home) < FULL_BYTES:
        return disk_full(directory.root)
    if code == NEEDS_OTHER_VERSION or any(sign in text for sign in FOREIGN_DATA):
        version = WRITTEN_FOR.search(log)
        writer = f"MongoDB {version[1]}" if version else "another version of MongoDB"
        return Refusal(
            f"the data in {directory.home} was written by {writer}, which {binary} cannot read: "
            "put a mongod of that version first on PATH, or set ONECARD_DATA_DIR to another "
            "directory"
        )
    if code == DIRECTORY_IN_USE:
        return Refusal(
            f"another mongod runs on {directory.data}: stop it, or set ONECARD_DATA_DIR to "
            "another directory"
        )
    if code in CANNOT_RUN:
        reason = (output.strip().splitlines() or ["it cannot be run"])[-1]
        return Refusal(
            f"{binary} does not run on this machine ({reason}): install MongoDB 6.0 or newer so "
            "that `mongod` is on PATH, or set ONECARD_MONGODB_URI to a database that runs"
        )
    return Refusal(
        f"the local MongoDB ended with code {code}: {_last_reason(log) or 'no reason in its log'}; "
        f"read {directory.log}"
    )


def too_old(binary: Path) -> Refusal:
    """The one line for a mongod that today's drivers do not speak with."""
    return Refusal(
        f"{binary} is too old: put MongoDB 6.0 or newer first on PATH, or set "
        "ONECARD_MONGODB_URI to a database that runs"
    )


def _tail(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - TAIL_BYTES))
            return stream.read().decode(errors="replace")
    except OSError:
        return ""


def _last_reason(log: str) -> str | None:
    """The last message of severity error or fatal, with the cause that it names."""
    reasons = [_reason(entry) for entry in _serious_entries(log)]
    return reasons[-1][:300] if reasons else None


def _serious_entries(log: str) -> Iterator[dict[str, object]]:
    for line in log.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if not isinstance(entry, dict) or entry.get("s") not in ("E", "F"):
            continue
        if not str(entry.get("msg")).strip().startswith(NO_CAUSE):
            yield entry


def _reason(entry: dict[str, object]) -> str:
    attributes = entry.get("attr")
    named = attributes if isinstance(attributes, dict) else {}
    cause = named.get("error") or named.get("reason") or named.get("message")
    if isinstance(cause, dict):
        cause = cause.get("errmsg") or cause.get("msg")
    message = str(entry.get("msg", ""))
    return f"{message}: {cause}" if cause else message
