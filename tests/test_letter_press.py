"""Making letters is bounded: how many at once, how many wait, how long; and refused clearly."""

from __future__ import annotations

import asyncio
import threading

import pytest

from resolvers.letter_press import LetterPress, PressBusy
from resolvers.letter_signer import SignerUnavailable
from resolvers.vocabulary import LetterKind
from tests.cases import Scene
from tests.filing import code_of
from tests.letter_asking import make_subjects
from tests.serving import Serving

KIND = LetterKind.PERMIT_CERTIFICATE


async def test_what_finds_no_place_is_refused_at_once_and_a_place_comes_free() -> None:
    press, gate = LetterPress(at_once=1, waiting=1), threading.Event()
    try:
        under_way = [asyncio.create_task(press.run(gate.wait)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(PressBusy):
            await press.run(lambda: None)
        gate.set()
        assert await asyncio.gather(*under_way) == [True, True]
        assert await press.run(lambda: 7) == 7
    finally:
        gate.set()
        press.close()


async def test_what_takes_too_long_is_given_up_and_keeps_its_place_until_it_has_ended() -> None:
    press, gate = LetterPress(at_once=1, waiting=0, seconds=0.05), threading.Event()
    try:
        with pytest.raises(PressBusy):
            await press.run(gate.wait)
        with pytest.raises(PressBusy):
            await press.run(lambda: None)
        gate.set()
        for _ in range(200):
            try:
                assert await press.run(lambda: 7) == 7
                break
            except PressBusy:
                await asyncio.sleep(0.01)
        else:
            pytest.fail("the place never came free")
    finally:
        gate.set()
        press.close()


async def test_a_fault_of_the_work_is_the_callers() -> None:
    press = LetterPress()

    def broken() -> None:
        raise SignerUnavailable

    try:
        with pytest.raises(SignerUnavailable):
            await press.run(broken)
    finally:
        press.close()


async def test_a_full_press_and_a_silent_signer_are_one_code_and_leave_nothing(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    subjects = await make_subjects(await Scene.of(serving))
    holder, key = subjects.holder(), "the-same-key-twice"

    async def full(*_: object) -> None:
        raise PressBusy

    def silent(*_: object) -> None:
        raise SignerUnavailable

    with monkeypatch.context() as patched:
        patched.setattr("resolvers.letter_press.LetterPress.run", full)
        assert code_of(await holder.ask(KIND, subjects.about[KIND], key)) == "LETTERS_BUSY"
    with monkeypatch.context() as patched:
        patched.setattr("api.letter_certificates.LetterCertificate.sign", silent)
        assert code_of(await holder.ask(KIND, subjects.about[KIND], key)) == "LETTERS_BUSY"
    assert await serving.database["letters"].count_documents({}) == 0
    assert await serving.database["letter_pieces"].count_documents({}) == 0
    again = await holder.ask(KIND, subjects.about[KIND], key)
    assert again["__typename"] == "LetterIssued"


async def test_a_name_that_no_font_has_is_refused_by_its_code(serving: Serving) -> None:
    scene = await Scene.of(serving)
    subjects = await make_subjects(scene, surname="\U0001f600")
    payload = await subjects.holder().ask(KIND, subjects.about[KIND])
    assert code_of(payload) == "LETTER_NOT_PRINTABLE"
    assert await serving.database["letters"].count_documents({}) == 0


async def test_a_record_that_changes_while_its_letter_is_made_is_told_of_as_it_is(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    subjects = await make_subjects(await Scene.of(serving))
    permit_id, changes = subjects.about[KIND], [1]
    run = LetterPress.run

    async def meanwhile(press: LetterPress, make: object) -> object:
        made: object = await run(press, make)  # type: ignore[arg-type]
        if changes:
            changes.pop()
            await serving.database["permits"].update_one(
                {"_id": permit_id}, {"$set": {"state": "CANCELLED"}, "$inc": {"revision": 1}}
            )
        return made

    monkeypatch.setattr("resolvers.letter_press.LetterPress.run", meanwhile)
    letter = await subjects.holder().letter(KIND, permit_id)
    stored = await serving.database["letters"].find_one({"_id": letter["id"]})
    assert stored is not None
    assert stored["tells_of"].endswith(".2")
    assert await serving.database["letters"].count_documents({}) == 1
