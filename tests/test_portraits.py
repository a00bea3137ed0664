"""Portraits: from an authority's folder or a developer's file, sealed, replaced, removed."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from api.clock import utc_now
from api.commands.demo import demo
from api.commands.import_records import import_records
from api.demo import demo_identities, load_demo
from api.face.pictures import BadPicture, pixels_of, portrait_jpeg
from auth.keys import KeySet
from auth.master_keys import LocalMasterKeys
from auth.mongo import Database, Document, in_transaction
from auth.sealing import SealBroken, Sealer
from resolvers.store.holder_keys import HolderKeyStore, decode_holder_key
from resolvers.store.person_removal import remove_people
from resolvers.store.portraits import open_portrait
from tests.command_line import called
from tests.face_pictures import ASTRONAUT, content_of, jpeg_of
from tests.factories import CITY, Person
from tests.record_lines import UPDATED, later, residence_line
from tests.test_import_command import Settings, do, people, written

BUREAU = f"foreign-experts-{CITY}"


def line(person: Person, picture: str, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "portrait",
        "holder": residence_line(person)["holder"],
        "city": CITY,
        "updated_at": UPDATED,
        "picture": picture,
        **changes,
    }


async def opened(database: Database, key_set: KeySet, holder_id: str) -> bytes:
    stored = await database["portraits"].find_one({"_id": holder_id})
    key = await database["holder_keys"].find_one({"_id": holder_id})
    assert stored is not None
    assert key is not None
    sealer = Sealer(LocalMasterKeys(key_set))
    return open_portrait(stored, sealer.vault_for(holder_id, decode_holder_key(key)))


def test_portraits_of_a_folder_are_sealed_and_hold_nothing_but_pixels(
    command_settings: Settings, key_set: KeySet, tmp_path: Path
) -> None:
    one, other = people(command_settings, key_set, 2)
    folder = tmp_path / "portraits"
    folder.mkdir()
    (folder / "one.jpg").write_bytes(content_of(ASTRONAUT) + b"a name behind the end")
    (folder / "blank.png").write_bytes(jpeg_of(Image.new("RGB", (400, 400))))
    lines = [
        line(one, "one.jpg"),
        line(other, "blank.png"),
        line(other, "none.jpg"),
        line(other, "../keys.json"),
        line(one, "one.jpg"),
        line(one, "one.jpg", updated_at=later(UPDATED, hours=1)),
    ]
    report = tmp_path / "report.ndjson"
    arguments = (
        written(tmp_path / "lines.ndjson", lines),
        *("--source", BUREAU, "--pictures", str(folder), "--report", str(report)),
    )
    called(import_records, *arguments, settings=command_settings)
    told = report.read_text(encoding="utf-8")
    assert [word for word in told.split('"') if word.isupper()] == [
        *("PICTURE_UNUSABLE", "PICTURE_MISSING", "BAD_VALUE"),
    ]
    assert told.count('"stored"') == 2
    assert told.count('"unchanged"') == 1

    async def looked_at(database: Database) -> None:
        [stored] = await database["portraits"].find().to_list(None)
        assert stored["_id"] == one.holder_id
        assert b"\xff\xd8\xff" not in bytes(stored["picture"])
        assert (await opened(database, key_set, one.holder_id))[:2] == b"\xff\xd8"
        lines = await database["audit"].find({"action": "record.imported"}).to_list(None)
        assert [one["fields"] for one in lines] == [["portrait"]] * 2

    do(command_settings, looked_at)


def test_without_a_folder_portraits_are_of_no_kind_that_is_known(
    command_settings: Settings, key_set: KeySet, tmp_path: Path
) -> None:
    [person] = people(command_settings, key_set, 1)
    file = written(tmp_path / "lines.ndjson", [line(person, "one.jpg")])
    answer = called(import_records, file, "--source", BUREAU, settings=command_settings)
    assert "1 UNKNOWN_KIND kind" in answer.stdout


def test_a_developer_becomes_a_demo_person_whose_removal_takes_the_portrait_with_it(
    command_settings: Settings, key_set: KeySet, tmp_path: Path
) -> None:
    async def loaded(database: Database) -> None:
        await load_demo(database, key_set, now=utc_now())

    do(command_settings, loaded)
    file = tmp_path / "me.jpg"
    file.write_bytes(content_of(ASTRONAUT))
    answer = called(demo, "enrol", "0", str(file), settings=command_settings)
    assert (answer.code, answer.stderr) == (0, "")
    holder_id = demo_identities()["holders"][0]["holderId"]

    async def removed(database: Database) -> None:
        stored: Document | None = await database["portraits"].find_one({"_id": holder_id})
        assert stored is not None
        sealer = Sealer(LocalMasterKeys(key_set))
        another, _ = sealer.new_vault(holder_id)
        with pytest.raises(SealBroken):
            open_portrait(stored, another)
        await in_transaction(database, lambda one: remove_people(database, [holder_id], one))
        assert await database["portraits"].find_one({"_id": holder_id}) is None
        assert await HolderKeyStore(database).find(holder_id) is None

    do(command_settings, removed)


def test_a_portrait_is_small_and_upright_as_it_lies_whatever_it_says_of_itself() -> None:
    large = Image.open(BytesIO(content_of(ASTRONAUT))).resize((3_000, 3_000))
    made = portrait_jpeg(jpeg_of(large))
    assert len(made) < 200_000
    assert pixels_of(made).shape == (640, 640, 3)
    assert portrait_jpeg(made)[:20] == made[:20]
    with pytest.raises(BadPicture):
        portrait_jpeg(bytes(10_000_001))
