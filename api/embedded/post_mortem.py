"""Why `mongod` ended: its exit code and the end of its log, distilled to one line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from api.embedded.directory import DataDirectory, disk_full
from api.failure import Refusal

# The server's own list of exit codes, and the shell's for a command that could not be run.
CANNOT_LISTEN = 48
NEEDS_OTHER_VERSION = 62
DIRECTORY_IN_USE = 100
CANNOT_RUN = (126, 127)
TAIL_BYTES = 262_144
# Said of data that a newer server has written, by the server and by its storage engine.
NEWER_DATA = (
    "invalid featurecompatibilityversion",
    "unsupported wiredtiger file version",
    "version incompatible with current binary",
    "is newer than the",
    "this version of mongodb is too recent",
)
NO_SPACE = ("no space left on device", "out of disk space")


def port_was_taken(code: int, log: Path) -> bool:
    """Whether it ended because another process took the port between our choice and its start."""
    return code == CANNOT_LISTEN or "address already in use" in _tail(log).lower()


def refusal_for(code: int, directory: DataDirectory, binary: Path) -> Refusal:
    """The one line for a mongod that has ended with this code without being asked to."""
    log, output = _tail(directory.log), _tail(directory.output)
    text = f"{log}\n{output}".lower()
    if any(sign in text for sign in NO_SPACE):
        return disk_full(directory.root)
    if code == NEEDS_OTHER_VERSION or any(sign in text for sign in NEWER_DATA):
        return Refusal(
            f"the data in {directory.home} comes from another version of MongoDB than {binary}, "
            "probably a newer one: put that version's mongod first on PATH, or set "
            "ONECARD_DATA_DIR to another directory"
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


def _tail(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - TAIL_BYTES))
            return stream.read().decode(errors="replace")
    except OSError:
        return ""


def _last_reason(log: str) -> str | None:
    """The last message of severity error or fatal, with the error it names."""
    reasons = [_reason(line) for line in _serious_lines(log)]
    return reasons[-1][:300] if reasons else None


def _serious_lines(log: str) -> Iterator[dict[str, object]]:
    for line in log.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and entry.get("s") in ("E", "F"):
            yield entry


def _reason(entry: dict[str, object]) -> str:
    attributes = entry.get("attr")
    error = attributes.get("error") if isinstance(attributes, dict) else None
    if isinstance(error, dict):
        error = error.get("errmsg")
    message = str(entry.get("msg", ""))
    return f"{message}: {error}" if error else message
