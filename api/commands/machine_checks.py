"""What `onecard doctor` looks at on this machine: key file, disk, GraphiQL's files."""

from __future__ import annotations

import os
import stat

from api.commands.findings import Finding, bad, good
from api.embedded.directory import NEEDED_BYTES, free_bytes
from api.graphiql.build import BUILD_COMMAND, STATIC, is_up_to_date
from api.settings import Settings
from auth.key_files import KeySetUnreadable, load_key_set
from auth.keys import KeySet, Purpose

KEYS = "keys"
DISK = "disk"
GRAPHIQL = "graphiql"


def check_keys(settings: Settings) -> tuple[Finding, KeySet | None]:
    """Never makes a key set."""
    path = settings.keys_path
    if not os.path.lexists(path) and not settings.in_production and settings.keys_file is None:
        return bad(KEYS, f"no key set at {path} yet: run 'onecard serve' once, it makes one"), None
    try:
        key_set = load_key_set(path)
    except KeySetUnreadable as error:
        return bad(KEYS, str(error)), None
    folder = path.resolve().parent
    mode = folder.stat().st_mode
    if mode & 0o022 and not mode & stat.S_ISVTX:
        return bad(KEYS, f"others may replace files in {folder}: run chmod 700 on it"), key_set
    current = ", ".join(f"{p} {key_set.ring(p).current_version}" for p in Purpose)
    return good(KEYS, f"current versions: {current}"), key_set


def check_disk(settings: Settings) -> Finding:
    """Of the data directory, or of where it will be made."""
    place = settings.data_dir.absolute()
    while not place.exists():
        place = place.parent
    free, needed = free_bytes(place) // 1_000_000, NEEDED_BYTES // 1_000_000
    if free < needed:
        return bad(
            DISK,
            f"{free:,} MB free at {place}, the local MongoDB needs {needed}: free some space or "
            "set ONECARD_DATA_DIR to a directory on another disk",
        )
    return good(DISK, f"{free:,} MB free at {place}")


def check_graphiql() -> Finding:
    if not (STATIC / "index.html").exists():
        return bad(GRAPHIQL, f"its files are not built: run '{BUILD_COMMAND}'")
    if not is_up_to_date():
        return bad(GRAPHIQL, f"its files are older than their sources: run '{BUILD_COMMAND}'")
    return good(GRAPHIQL, "built")
