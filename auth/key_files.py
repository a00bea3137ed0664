"""The key set as one JSON file (docs/keys.md): loaded, created on first use, rotated.

Development creates it with mode 0600 in a directory of mode 0700. Every change happens under a lock
on the directory and reaches the file in one step (write beside it, fsync, rename), so a crash
leaves the old file or the new one. Errors are `KeySetUnreadable`: one line that says what to do and
never anything of the file's content.
"""

from __future__ import annotations

import base64
import binascii
import errno
import fcntl
import json
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from auth.keys import (
    Key,
    KeyRing,
    KeySet,
    Purpose,
    UnknownKeyVersion,
    UnsoundKeySet,
    base64url,
    first_letters_ring,
    new_key,
    new_key_set,
)

KEY_FILE_FORMAT: Final = 2
_FORMATS: Final[Mapping[int, tuple[Purpose, ...]]] = {
    1: (Purpose.SIGNING, Purpose.MASTER, Purpose.DIGEST, Purpose.REFRESH),
    KEY_FILE_FORMAT: tuple(Purpose),
}
"""The purposes that a file of each format holds. Format 1 is read still and never written."""
MAX_FILE_BYTES: Final = 65_536
_LOCK_ATTEMPTS: Final = 200
_LOCK_PAUSE_SECONDS: Final = 0.05
_RING_MEMBERS: Final = {"current", "keys"}
_KEY_MEMBERS: Final = {"version", "created_at", "secret"}


class KeySetUnreadable(Exception):
    """One line for the operator: what is wrong with the key file and what to do."""


def load_key_set(path: Path) -> KeySet:
    """The key set in that file, or `KeySetUnreadable`."""
    return parse_key_set(_read(path), where=str(path))


def load_or_create_key_set(path: Path, *, now: datetime) -> KeySet:
    """For development: as `load_key_set`, after making file and directory if there are none.

    Processes that start together end with the same set: the first to link its file in wins.
    """
    if not os.path.lexists(path):
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _locked(path):
                _write(path, new_key_set(now=now), replacing=False)
        except OSError as error:
            raise _io_failure(path, "cannot be created", error) from None
    return load_key_set(path)


def save_key_set(path: Path, key_set: KeySet) -> None:
    """Writes a new file; `KeySetUnreadable` rather than overwrite one."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(path):
            if os.path.lexists(path):
                raise KeySetUnreadable(f"key set {path}: exists already; name another file")
            _write(path, key_set, replacing=False)
    except OSError as error:
        raise _io_failure(path, "cannot be created", error) from None


def stage(path: Path, purpose: Purpose, *, now: datetime) -> KeySet:
    """Adds a key that processes read but do not use yet: the first step when there are several."""
    return _change(path, lambda keys: keys.staged(_next_key(keys, purpose, now)))


def rotate(path: Path, purpose: Purpose, *, now: datetime) -> KeySet:
    """Makes the newest staged key the current one, a fresh one if none is staged; keeps the old."""

    def rotated(keys: KeySet) -> KeySet:
        ring = keys.ring(purpose)
        if ring.newest.version == ring.current_version:
            keys = keys.staged(_next_key(keys, purpose, now))
        return keys.promoted(purpose)

    return _change(path, rotated)


def retire(path: Path, purpose: Purpose, version: int) -> KeySet:
    """Drops an old key. What was made with it is unreadable from then on; there is no undo."""
    return _change(path, lambda keys: keys.retired(purpose, version))


def render_key_set(key_set: KeySet) -> str:
    """The file's text: format, then per purpose the current version and the keys."""
    document: dict[str, object] = {"format": KEY_FILE_FORMAT}
    for purpose in Purpose:
        ring = key_set.ring(purpose)
        keys = [
            {
                "version": key.version,
                "created_at": key.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "secret": base64url(key.secret),
            }
            for key in ring.keys
        ]
        document[purpose.value] = {"current": ring.current_version, "keys": keys}
    return json.dumps(document, indent=2) + "\n"


def parse_key_set(text: bytes, *, where: str) -> KeySet:
    """A key set from the file's text, for sets that a secret manager hands over too.

    `where` names the source in `KeySetUnreadable`.
    """
    key_set, fault = _parsed(text)
    if key_set is None:
        raise KeySetUnreadable(f"key set {where}: {fault}")
    return key_set


def _parsed(text: bytes) -> tuple[KeySet | None, str]:
    # Faults come back as text and are raised by the caller: an exception raised in here would keep
    # the parser's, which quotes content, as its context.
    try:
        document = json.loads(text, object_pairs_hook=_unrepeated)
    except (ValueError, RecursionError):
        return None, "is not valid JSON; restore it from a backup"
    if not isinstance(document, dict):
        return None, "is not a JSON object; restore it from a backup"
    written_as = document.get("format")
    if type(written_as) is int and written_as > KEY_FILE_FORMAT:
        return None, "was written by a newer version; use that version, or restore the older file"
    if type(written_as) is not int or written_as not in _FORMATS:
        return None, "names no known format; restore it from a backup"
    purposes = _FORMATS[written_as]
    missing = [purpose.value for purpose in purposes if purpose.value not in document]
    if missing:
        return None, f"has no {' and no '.join(missing)} keys; restore it from a backup"
    if document.keys() != {"format", *(purpose.value for purpose in purposes)}:
        return None, "has a member that does not belong there; restore it from a backup"
    try:
        rings = {purpose: _ring(purpose, document[purpose.value]) for purpose in purposes}
        if Purpose.LETTERS not in rings:
            rings[Purpose.LETTERS] = first_letters_ring(rings[Purpose.MASTER])
        return KeySet.of(rings.values()), ""
    except UnsoundKeySet as unsound:
        return None, f"{unsound}; restore it from a backup"


def _ring(purpose: Purpose, value: object) -> KeyRing:
    if isinstance(value, dict) and value.keys() == _RING_MEMBERS:
        current, keys = value["current"], value["keys"]
        if type(current) is int and isinstance(keys, list):
            return KeyRing(purpose, current, tuple(_key(purpose, key) for key in keys))
    raise UnsoundKeySet(f"the {purpose} keys are not written as they should be")


def _key(purpose: Purpose, value: object) -> Key:
    if isinstance(value, dict) and value.keys() == _KEY_MEMBERS:
        version, secret = value["version"], _secret(value["secret"])
        created_at = _created_at(value["created_at"])
        if type(version) is int and secret is not None and created_at is not None:
            return Key(purpose, version, created_at, secret)
    raise UnsoundKeySet(f"a {purpose} key is not written as it should be")


def _secret(value: object) -> bytes | None:
    if not isinstance(value, str):
        return None
    try:
        secret = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return secret if base64url(secret) == value else None


def _created_at(value: object) -> datetime | None:
    try:
        return datetime.strptime(str(value), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _unrepeated(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member occurs twice")
    return members


def _next_key(key_set: KeySet, purpose: Purpose, now: datetime) -> Key:
    return new_key(purpose, key_set.ring(purpose).newest.version + 1, now=now)


def _change(path: Path, changed: Callable[[KeySet], KeySet]) -> KeySet:
    try:
        with _locked(path):
            key_set = changed(load_key_set(path))
            _write(path, key_set, replacing=True)
            return key_set
    except (UnsoundKeySet, UnknownKeyVersion) as refused:
        raise KeySetUnreadable(f"key set {path}: {refused}; nothing was changed") from None
    except OSError as error:
        raise _io_failure(path, "cannot be changed", error) from None


def _read(path: Path) -> bytes:
    try:
        # Non-blocking, as opening a pipe would otherwise wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            return _content(path, descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _io_failure(path, "cannot be read", error) from None


def _content(path: Path, descriptor: int) -> bytes:
    state = os.fstat(descriptor)
    if not stat.S_ISREG(state.st_mode):
        raise KeySetUnreadable(f"key set {path}: is not a regular file; name the file itself")
    if state.st_mode & 0o077:
        raise KeySetUnreadable(f"key set {path}: is open to others; run chmod 600 on it")
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise KeySetUnreadable(
            f"key set {path}: is larger than {MAX_FILE_BYTES} bytes; restore it from a backup"
        )
    return data


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One writer at a time; the lock ends with the process, however it ends."""
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _take_lock(directory)
        yield
        os.fsync(directory)
    finally:
        os.close(directory)


def _take_lock(directory: int) -> None:
    for _ in range(_LOCK_ATTEMPTS):
        with suppress(BlockingIOError):
            fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(_LOCK_PAUSE_SECONDS)
    raise TimeoutError(errno.ETIMEDOUT, "another process is changing it")


def _write(path: Path, key_set: KeySet, *, replacing: bool) -> None:
    draft = path.with_name(f".{path.name}.draft")
    # Only a writer that died leaves a draft, since writers hold the lock.
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(render_key_set(key_set))
            file.flush()
            os.fsync(descriptor)
        if replacing:
            draft.replace(path)
        else:
            with suppress(FileExistsError):  # another process was first: its set is the set
                os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _io_failure(path: Path, what: str, error: OSError) -> KeySetUnreadable:
    reason = (error.strerror or "unknown error").lower()
    return KeySetUnreadable(f"key set {path}: {what} ({reason}); check the path and its rights")
