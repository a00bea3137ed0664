"""The key file: created once, read strictly, changed in one step, and silent about its content."""

from __future__ import annotations

import errno
import fcntl
import json
import multiprocessing
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest

from auth import key_files
from auth.key_files import (
    KeySetUnreadable,
    load_key_set,
    load_or_create_key_set,
    parse_key_set,
    render_key_set,
    retire,
    rotate,
    save_key_set,
    stage,
)
from auth.keys import Purpose, new_key_set

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "keys.json"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_first_use_creates_a_private_file_in_a_private_directory(path: Path) -> None:
    before = os.umask(0)
    try:
        keys = load_or_create_key_set(path, now=NOW)
    finally:
        os.umask(before)
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    assert [entry.name for entry in path.parent.iterdir()] == ["keys.json"]
    assert load_key_set(path) == load_or_create_key_set(path, now=NOW) == keys
    assert keys.current(Purpose.MASTER).created_at == NOW


def test_a_set_written_and_read_again_is_the_same(path: Path) -> None:
    keys = new_key_set(now=NOW)
    save_key_set(path, keys)
    assert load_key_set(path) == keys
    assert parse_key_set(render_key_set(keys).encode(), where="a secret manager") == keys


def written_before_letters(path: Path) -> bytes:
    document = json.loads(render_key_set(new_key_set(now=NOW))) | {"format": 1}
    del document["letters"]
    text = json.dumps(document).encode()
    path.parent.mkdir(mode=0o700)
    path.write_bytes(text)
    path.chmod(0o600)
    return text


def test_a_file_from_before_there_were_letters_gives_every_process_the_same_letters_key(
    path: Path,
) -> None:
    text = written_before_letters(path)
    keys = load_key_set(path)
    assert keys == parse_key_set(text, where="another host") == load_key_set(path)
    assert path.read_bytes() == text
    secrets = {keys.current(purpose).secret for purpose in Purpose}
    assert len(secrets) == len(Purpose)


def test_the_next_change_writes_the_letters_key_down_so_it_outlives_the_key_it_came_from(
    path: Path,
) -> None:
    written_before_letters(path)
    before = load_key_set(path).letters
    rotate(path, Purpose.MASTER, now=NOW)
    retire(path, Purpose.MASTER, 1)
    assert load_key_set(path).letters == before
    assert json.loads(path.read_bytes())["format"] == 2


def test_saving_never_overwrites_keys(path: Path) -> None:
    keys = new_key_set(now=NOW)
    save_key_set(path, keys)
    with pytest.raises(KeySetUnreadable, match="exists already"):
        save_key_set(path, new_key_set(now=NOW))
    assert load_key_set(path) == keys


def _create(path: Path, barrier: Barrier) -> str:
    barrier.wait(timeout=30)
    return render_key_set(load_or_create_key_set(path, now=NOW))


def _rotate(path: Path, barrier: Barrier) -> str:
    barrier.wait(timeout=30)
    rotate(path, Purpose.DIGEST, now=NOW)
    return ""


def in_processes(count: int, work: Callable[[Path, Barrier], str], path: Path) -> list[str]:
    context = multiprocessing.get_context("spawn")
    with context.Manager() as shared:
        barrier: Any = shared.Barrier(count)
        with context.Pool(count) as pool:
            return pool.starmap(work, [(path, barrier)] * count, chunksize=1)


def test_processes_that_start_together_end_with_one_set(path: Path) -> None:
    seen = in_processes(6, _create, path)
    assert set(seen) == {path.read_text()}
    assert [entry.name for entry in path.parent.iterdir()] == ["keys.json"]


def test_rotations_at_the_same_instant_lose_none(path: Path) -> None:
    load_or_create_key_set(path, now=NOW)
    in_processes(4, _rotate, path)
    assert load_key_set(path).digest_versions() == (5, 4, 3, 2, 1)


def test_a_creator_that_comes_second_takes_the_first_ones_set(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = new_key_set(now=NOW)
    save_key_set(path, first)
    # The second one looked just before the first one's file appeared.
    monkeypatch.setattr(os.path, "lexists", lambda _: False)
    assert load_or_create_key_set(path, now=NOW) == first
    assert [entry.name for entry in path.parent.iterdir()] == ["keys.json"]


@pytest.mark.parametrize("purpose", Purpose)
def test_rotating_and_retiring_reach_the_file(path: Path, purpose: Purpose) -> None:
    before = load_or_create_key_set(path, now=NOW)
    after = rotate(path, purpose, now=NOW)
    assert load_key_set(path) == after
    assert after.current(purpose).version == 2
    assert after.version(purpose, 1) == before.current(purpose)
    assert retire(path, purpose, 1) == load_key_set(path)
    assert [key.version for key in load_key_set(path).ring(purpose).keys] == [2]
    assert mode(path) == 0o600


def test_rotating_promotes_the_staged_key(path: Path) -> None:
    load_or_create_key_set(path, now=NOW)
    staged = stage(path, Purpose.MASTER, now=NOW)
    assert staged.current(Purpose.MASTER).version == 1
    promoted = rotate(path, Purpose.MASTER, now=NOW)
    assert promoted.current(Purpose.MASTER) == staged.version(Purpose.MASTER, 2)
    assert len(promoted.master.keys) == 2


def test_retiring_the_current_or_an_unknown_key_changes_nothing(path: Path) -> None:
    load_or_create_key_set(path, now=NOW)
    before = path.read_bytes()
    for version in (1, 9):
        with pytest.raises(KeySetUnreadable, match="nothing was changed"):
            retire(path, Purpose.MASTER, version)
    assert path.read_bytes() == before


def test_a_full_disk_leaves_the_old_file_and_no_draft(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_or_create_key_set(path, now=NOW)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeySetUnreadable, match="no space left on device") as refused:
        rotate(path, Purpose.MASTER, now=NOW)
    assert "\n" not in str(refused.value)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["keys.json"]


def test_what_a_killed_writer_left_is_cleared_by_the_next(path: Path) -> None:
    keys = load_or_create_key_set(path, now=NOW)
    draft = path.with_name(".keys.json.draft")
    draft.write_text("half a key s")
    assert load_key_set(path) == keys
    rotate(path, Purpose.MASTER, now=NOW)
    assert not draft.exists()


def test_a_writer_gives_up_when_another_holds_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_or_create_key_set(path, now=NOW)
    monkeypatch.setattr(key_files, "_LOCK_PAUSE_SECONDS", 0)
    other = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(KeySetUnreadable, match="another process is changing it"):
            rotate(path, Purpose.MASTER, now=NOW)
    finally:
        os.close(other)
    assert load_key_set(path).current(Purpose.MASTER).version == 1


@pytest.mark.parametrize("rights", [0o640, 0o604, 0o620, 0o602, 0o644, 0o660, 0o666])
def test_a_file_open_to_others_is_refused(path: Path, rights: int) -> None:
    load_or_create_key_set(path, now=NOW)
    path.chmod(rights)
    for use in (load_key_set, lambda p: load_or_create_key_set(p, now=NOW)):
        with pytest.raises(KeySetUnreadable, match="chmod 600"):
            use(path)


def test_a_missing_file_is_refused_where_none_is_to_be_created(path: Path) -> None:
    with pytest.raises(KeySetUnreadable, match="no such file or directory"):
        load_key_set(path)
    assert not path.exists()


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for other in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(KeySetUnreadable, match="not a regular file"):
            load_key_set(other)


def test_a_place_that_cannot_hold_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for place in (tmp_path / "file" / "keys.json", tmp_path / "dangling"):
        with pytest.raises(KeySetUnreadable, match="check the path and its rights") as refused:
            load_or_create_key_set(place, now=NOW)
        assert "\n" not in str(refused.value)


def test_an_oversized_file_is_refused(path: Path) -> None:
    load_or_create_key_set(path, now=NOW)
    path.write_bytes(path.read_bytes() + b" " * 70_000)
    with pytest.raises(KeySetUnreadable, match="larger than 65536 bytes"):
        load_key_set(path)
