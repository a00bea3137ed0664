"""After a verification no picture and no number of a face is anywhere: database, files, logs."""

from __future__ import annotations

import base64
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

import bson
import numpy as np
import pytest

from api.logs import JsonFormatter
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from tests.face_bursts import ASKED, burst, portrait
from tests.face_pictures import ASTRONAUT, content_of
from tests.frame_provider import post_frames
from tests.portraits import challenged, give_portrait, sent, serving_faces


def traces() -> list[bytes]:
    """From the middle of each picture and of the face's numbers, as they may be written."""
    found = []
    for content in (*(shot.content for shot in burst(ASTRONAUT)), content_of(ASTRONAUT)):
        middle = len(content) // 6 * 3
        raw = content[middle : middle + 48]
        found += [raw, base64.b64encode(raw), base64.urlsafe_b64encode(raw), raw.hex().encode()]
    numbers = portrait(ASTRONAUT)[4:8]
    found += [numbers.astype(kind).tobytes() for kind in (np.float32, np.float64)]
    found += [str(float(one)).encode()[:10] for one in numbers]
    return found


def files_in(*folders: Path) -> Iterator[bytes]:
    for folder in folders:
        for file in folder.rglob("*"):
            if file.is_file() and file.stat().st_size < 50_000_000:
                yield file.read_bytes()


async def test_no_picture_and_no_number_of_a_face_is_left_anywhere(
    settings: Settings,
    mongod_uri: str,
    database: Database,
    key_set: KeySet,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setenv("TMPDIR", str(temporary))
    caplog.set_level(logging.DEBUG)
    async with serving_faces(settings, mongod_uri, database, key_set, monkeypatch) as serving:
        person = await serving.person()
        await give_portrait(serving, person.holder_id, content_of(ASTRONAUT))
        for frames in (sent(burst(ASTRONAUT))[:3], sent(burst(ASTRONAUT))):
            client, challenge = await challenged(serving, person)
            assert challenge["instructions"] == list(ASKED)
            answer = await post_frames(client, str(challenge["challengeId"]), frames)
            assert answer.status_code == (200 if len(frames) > 3 else 400)
    places = list(files_in(tmp_path))
    for name in await database.list_collection_names():
        places += [bson.encode(one) async for one in database[name].find()]
    formatter = JsonFormatter()
    places += [formatter.format(record).encode() for record in caplog.records]
    places += [record.getMessage().encode() for record in caplog.records]
    assert len(places) > 20
    assert any(trace in content_of(ASTRONAUT) for trace in traces())
    assert not [trace for trace in traces() if any(trace in place for place in places)]
