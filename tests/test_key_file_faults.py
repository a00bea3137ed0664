"""A malformed key file is refused in one line that shows none of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.key_files import (
    KeySetUnreadable,
    load_or_create_key_set,
    parse_key_set,
    render_key_set,
)
from auth.keys import Purpose, base64url, new_key_set

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KEYS = new_key_set(now=NOW)
SECRET = base64url(KEYS.current(Purpose.MASTER).secret)


def written(change: Callable[[dict[str, Any]], object]) -> bytes:
    document = json.loads(render_key_set(KEYS))
    change(document)
    return json.dumps(document).encode()


def master_key(document: dict[str, Any]) -> dict[str, Any]:
    key: dict[str, Any] = document["master"]["keys"][0]
    return key


# Every one of them keeps the master secret somewhere, so that a leak would show.
FAULTS: dict[str, tuple[bytes, str]] = {
    "cut short": (render_key_set(KEYS).encode()[:-4], "not valid JSON"),
    "not a text": (b"\xff\xfe\xff" + SECRET.encode(), "not valid JSON"),
    "nested too deeply": (b"[" * 60_000, "not valid JSON"),
    "a list": (f'["{SECRET}"]'.encode(), "not a JSON object"),
    "a later format": (written(lambda d: d.update(format=3)), "newer version"),
    "no format": (written(lambda d: d.pop("format")), "no known format"),
    "format true": (written(lambda d: d.update(format=True)), "no known format"),
    "a purpose missing": (written(lambda d: d.pop("refresh")), "has no refresh keys"),
    "two missing": (
        written(lambda d: (d.pop("signing"), d.pop("digest"))),
        "has no signing and no digest keys",
    ),
    "no letters": (written(lambda d: d.pop("letters")), "has no letters keys"),
    "letters before their time": (written(lambda d: d.update(format=1)), "does not belong"),
    "a stranger": (written(lambda d: d.update(masters=d["master"])), "does not belong"),
    "a purpose repeated": (
        b'{"master": 1, ' + render_key_set(KEYS).encode()[1:],
        "not valid JSON",
    ),
    "no keys": (written(lambda d: d["master"].update(keys=[])), "master needs 1 to 16 keys"),
    "a ring that is a text": (written(lambda d: d.update(master=SECRET)), "master keys are not"),
    "a current text": (written(lambda d: d["master"].update(current=SECRET)), "master keys are"),
    "a current stranger": (written(lambda d: d["master"].update(current=3)), "not among its keys"),
    "a key that is a text": (written(lambda d: d["master"].update(keys=[SECRET])), "master key is"),
    "a key with a stranger": (written(lambda d: master_key(d).update(x=1)), "a master key is"),
    "a version text": (written(lambda d: master_key(d).update(version=SECRET)), "a master key is"),
    "a version too low": (written(lambda d: master_key(d).update(version=0)), "out of range"),
    "a time that is none": (written(lambda d: master_key(d).update(created_at=SECRET)), "a master"),
    "a secret cut": (written(lambda d: master_key(d).update(secret=SECRET[:-3])), "32 bytes long"),
    "a secret padded": (written(lambda d: master_key(d).update(secret=SECRET + "=")), "a master"),
    "a secret not base64": (written(lambda d: master_key(d).update(secret="é" + SECRET)), "a mas"),
    "a secret number": (written(lambda d: master_key(d).update(secret=5)), "a master key is"),
    "a secret twice": (
        written(lambda d: d["digest"]["keys"][0].update(secret=SECRET)),
        "the same secret",
    ),
    "a version twice": (
        written(lambda d: d["master"]["keys"].append(master_key(d))),
        "a version of master occurs twice",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_malformed_file_is_refused_in_one_line_without_its_content(
    fault: str, tmp_path: Path
) -> None:
    path = tmp_path / "keys.json"
    text, expected = FAULTS[fault]
    path.write_bytes(text)
    path.chmod(0o600)
    with pytest.raises(KeySetUnreadable) as refused:
        load_or_create_key_set(path, now=NOW)
    message = str(refused.value)
    assert message.startswith(f"key set {path}: ")
    assert expected in message
    assert "\n" not in message
    assert SECRET[:8] not in message
    # Not in what a traceback would add either.
    assert refused.value.__context__ is None
    assert path.read_bytes() == text


@given(st.binary(max_size=200))
def test_noise_is_refused_and_never_fails_otherwise(noise: bytes) -> None:
    with pytest.raises(KeySetUnreadable):
        parse_key_set(noise, where="noise")
