"""Each letter from the request in the graph to the file: what it says, who gets it, and once."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from pathlib import Path

import pytest

from api.ids import new_id
from auth.tokens import SubjectKind
from resolvers.rules.letters import notification_until
from resolvers.rules.permit_status import shanghai_day
from resolvers.vocabulary import IdentifierKind, LetterKind
from tests.cases import Scene, minted
from tests.filing import code_of
from tests.letter_asking import Asker, Subjects, holder_asker, make_subjects
from tests.reading_pdf import text_of
from tests.serving import Serving

_K = LetterKind
OF_EMPLOYER = (_K.PERMIT_NOTIFICATION, _K.DECISION)
SAYS = {
    _K.PERMIT_NOTIFICATION: ("外国人工作许可通知", "Sample Robotics", "Engineer"),
    _K.DECISION: ("不予许可", "Extension", "不符合所申请类别的条件", "广州市人民政府", "60 days"),
    _K.CANCELLATION_PROOF: ("外国人工作许可注销证明", "cancelled"),
    _K.PERMIT_CERTIFICATE: ("外国人工作许可状态证明", "有效 / Active"),
    _K.CARD_RECEIPT: ("社会保障卡申领回执", "窗口即时制卡", "2026-03-02 · 1"),
}
LIST = """{ me { letters(first: 10) { edges { node { id kind fileNumber sha256 } }
  pageInfo { hasNextPage } } } }"""
EMPLOYERS_LIST = "{ employer { letters { edges { node { id kind url } } } } }"


@pytest.fixture
async def subjects(serving: Serving) -> Subjects:
    return await make_subjects(await Scene.of(serving))


async def test_a_holder_gets_every_kind_of_letter_and_each_says_what_it_should(
    subjects: Subjects, tmp_path: Path
) -> None:
    holder, person = subjects.holder(), subjects.person
    for kind, about_id in subjects.about.items():
        letter = await holder.letter(kind, about_id)
        answer = await holder.download(letter)
        assert answer.status_code == 200, (kind, answer.text)
        assert hashlib.sha256(answer.content).hexdigest() == letter["sha256"]
        assert (len(answer.content), letter["aboutId"]) == (letter["bytes"], about_id)
        path = tmp_path / f"{kind}.pdf"
        path.write_bytes(answer.content)
        text = text_of(path)
        passport = person.numbers[IdentifierKind.PASSPORT]
        issued_on = str(shanghai_day(subjects.scene.serving.clock()))
        told = (person.name, "贝诺拉", passport, letter["fileNumber"], issued_on, *SAYS[kind])
        for value in told:
            assert value.replace(" ", "") in text.replace(" ", ""), (kind, value)
        has_number = kind in (_K.PERMIT_NOTIFICATION, _K.CANCELLATION_PROOF, _K.PERMIT_CERTIFICATE)
        assert (person.numbers[IdentifierKind.WORK_PERMIT] in text) is has_number
    me = (await holder.app.execute(LIST))["me"]["letters"]
    assert [edge["node"]["kind"] for edge in me["edges"]] == list(subjects.about)[::-1]


async def test_a_notification_letter_is_good_for_six_months(subjects: Subjects) -> None:
    letter = await subjects.holder().letter(
        _K.PERMIT_NOTIFICATION, subjects.about[_K.PERMIT_NOTIFICATION]
    )
    today = shanghai_day(subjects.scene.serving.clock())
    assert letter["validUntil"] == str(notification_until(today))


async def test_the_same_letter_is_made_once_whoever_asks_and_tells_so_once(
    subjects: Subjects,
) -> None:
    database = subjects.scene.serving.database
    kind, about_id = _K.DECISION, subjects.about[_K.DECISION]
    first, second = subjects.holder(), subjects.holder()
    letters = [
        await first.letter(kind, about_id),
        await second.letter(kind, about_id),
        await subjects.employer().letter(kind, about_id),
    ]
    assert {letter["id"] for letter in letters} == {letters[0]["id"]}
    assert await database["letters"].count_documents({}) == 1
    lines = await database["audit"].find({"action": "letter.issued"}).to_list(None)
    assert [line["objects"] for line in lines] == [[letters[0]["id"], about_id]]
    events = await database["outgoing_events"].find({"kind": "letter.issued"}).to_list(None)
    assert [event["object_id"] for event in events] == [letters[0]["id"]]
    files = {
        (await asker.download(letter)).content
        for asker, letter in zip((first, second, subjects.employer()), letters, strict=True)
    }
    assert len(files) == 1


async def test_many_who_ask_at_once_get_one_letter(subjects: Subjects) -> None:
    kind, about_id = _K.CARD_RECEIPT, subjects.about[_K.CARD_RECEIPT]
    letters = await asyncio.gather(*(subjects.holder().letter(kind, about_id) for _ in range(8)))
    assert len({letter["id"] for letter in letters}) == 1
    assert await subjects.scene.serving.database["letters"].count_documents({}) == 1
    pieces = subjects.scene.serving.database["letter_pieces"]
    assert await pieces.count_documents({}) == 1


async def test_a_request_sent_again_with_its_key_finds_its_letter(subjects: Subjects) -> None:
    holder, key = subjects.holder(), secrets.token_hex(12)
    about_id = subjects.about[_K.PERMIT_CERTIFICATE]
    first = await holder.ask(_K.PERMIT_CERTIFICATE, about_id, key)
    subjects.scene.serving.clock.advance(hours=20)
    later = await subjects.holder().ask(_K.PERMIT_CERTIFICATE, about_id, key)
    assert later["letter"]["id"] == first["letter"]["id"]
    other = await subjects.holder().ask(_K.CANCELLATION_PROOF, about_id, key)
    assert code_of(other) == "IDEMPOTENCY_KEY_REUSED"


async def test_a_certificate_tells_of_a_day_and_a_revision(subjects: Subjects) -> None:
    serving = subjects.scene.serving
    about_id = subjects.about[_K.PERMIT_CERTIFICATE]
    first = await subjects.holder().letter(_K.PERMIT_CERTIFICATE, about_id)
    same = await subjects.holder().letter(_K.PERMIT_CERTIFICATE, about_id)
    await serving.database["permits"].update_one(
        {"_id": about_id}, {"$set": {"state": "SUPERSEDED"}, "$inc": {"revision": 1}}
    )
    changed = await subjects.holder().letter(_K.PERMIT_CERTIFICATE, about_id)
    serving.clock.advance(days=1)
    later = await subjects.holder().letter(_K.PERMIT_CERTIFICATE, about_id)
    ids = [letter["id"] for letter in (first, same, changed, later)]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


async def test_an_employer_gets_what_it_filed_for_and_nothing_else(subjects: Subjects) -> None:
    employer = subjects.employer()
    for kind, about_id in subjects.about.items():
        payload = await employer.ask(kind, about_id)
        if kind in OF_EMPLOYER:
            answer = await employer.download(payload["letter"])
            assert answer.status_code == 200
        else:
            assert code_of(payload) == "NOT_FOUND"
    await subjects.holder().letter(_K.PERMIT_CERTIFICATE, subjects.about[_K.PERMIT_CERTIFICATE])
    listed = (await employer.app.execute(EMPLOYERS_LIST))["employer"]["letters"]["edges"]
    assert {edge["node"]["kind"] for edge in listed} == {str(kind) for kind in OF_EMPLOYER}
    other = minted(subjects.scene.serving, SubjectKind.EMPLOYER, new_id("emp"))
    asked = await Asker(other.app).ask(_K.DECISION, subjects.about[_K.DECISION])
    assert code_of(asked) == "NOT_FOUND"


async def test_another_holder_and_a_guessed_id_are_not_found(subjects: Subjects) -> None:
    serving = subjects.scene.serving
    other = holder_asker(serving, (await serving.person()).holder_id)
    for kind, about_id in subjects.about.items():
        assert code_of(await other.ask(kind, about_id)) == "NOT_FOUND"
        assert code_of(await subjects.holder().ask(kind, new_id("apl"))) == "NOT_FOUND"
    assert await serving.database["letters"].count_documents({}) == 0


async def test_there_is_no_letter_of_what_has_not_happened(subjects: Subjects) -> None:
    holder, about = subjects.holder(), subjects.about
    database = subjects.scene.serving.database
    await database["card_orders"].update_one(
        {"_id": about[_K.CARD_RECEIPT]}, {"$set": {"state": "CANCELLED"}}
    )
    refused = [
        (_K.PERMIT_NOTIFICATION, about[_K.DECISION]),
        (_K.CANCELLATION_PROOF, about[_K.PERMIT_CERTIFICATE]),
        (_K.CARD_RECEIPT, about[_K.CARD_RECEIPT]),
    ]
    for kind, about_id in refused:
        assert code_of(await holder.ask(kind, about_id)) == "WRONG_STATE"
    assert await database["letters"].count_documents({}) == 0
    lines = await database["audit"].find({"action": "change.refused"}).to_list(None)
    assert [line["fields"] for line in lines] == [["requestLetter"]] * 3


async def test_what_a_letter_prints_is_stored_sealed(subjects: Subjects) -> None:
    await subjects.holder().letter(_K.PERMIT_CERTIFICATE, subjects.about[_K.PERMIT_CERTIFICATE])
    database = subjects.scene.serving.database
    stored = str(await database["letters"].find().to_list(None))
    stored += str(await database["letter_pieces"].find().to_list(None))
    for value in ("Beispiel", "贝诺拉", *subjects.person.numbers.values(), "%PDF"):
        assert value not in stored
