"""The address of a letter: whole, in part, described; and the one answer for everybody else."""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from api.ids import new_id
from auth.letter_links import LINK_LIFETIME
from auth.tokens import SubjectKind
from resolvers.vocabulary import LetterKind
from tests.access_callers import logged_in
from tests.app_client import LOGOUT, AppClient
from tests.cases import Scene, minted
from tests.commands import CommandLog
from tests.letter_asking import Asker, Subjects, make_subjects, path_of
from tests.serving import Serving

KIND = LetterKind.PERMIT_CERTIFICATE


@pytest.fixture
async def subjects(serving: Serving) -> Subjects:
    return await make_subjects(await Scene.of(serving))


def without(path: str, name: str) -> str:
    parts = urlsplit(path)
    query = urlencode([one for one in parse_qsl(parts.query) if one[0] != name])
    return f"{parts.path}?{query}"


async def test_a_letter_comes_as_a_file_to_keep_with_headers_that_say_so(
    subjects: Subjects,
) -> None:
    holder = subjects.holder()
    letter = await holder.letter(KIND, subjects.about[KIND])
    answer = await holder.download(letter)
    headers = answer.headers
    assert headers["content-type"] == "application/pdf"
    assert headers["content-length"] == str(letter["bytes"]) == str(len(answer.content))
    assert headers["etag"] == f'"{letter["sha256"]}"'
    assert hashlib.sha256(answer.content).hexdigest() == letter["sha256"]
    assert headers["cache-control"] == "private, no-store"
    assert headers["accept-ranges"] == "bytes"
    assert headers["x-content-type-options"] == "nosniff"
    number = letter["fileNumber"]
    named = f"attachment; filename=\"work-permit-certificate-{number}.pdf\"; filename*=UTF-8''"
    assert headers["content-disposition"].startswith(f"{named}Certificate%20of")
    chinese = await holder.download(letter, Accept_Language="zh-CN")
    assert chinese.headers["content-disposition"].startswith(f"{named}%E5%A4%96%E5%9B%BD%E4%BA%BA")
    assert "Beispiel" not in headers["content-disposition"]


async def test_head_describes_and_leaves_no_line_and_a_download_leaves_one(
    subjects: Subjects,
) -> None:
    holder = subjects.holder()
    letter = await holder.letter(KIND, subjects.about[KIND])
    audit = subjects.scene.serving.database["audit"]
    described = await holder.download(letter, "HEAD", Range="bytes=0-9")
    assert (described.status_code, described.content) == (200, b"")
    assert described.headers["content-length"] == str(letter["bytes"])
    assert await audit.count_documents({"action": "letter.downloaded"}) == 0
    await holder.download(letter)
    [line] = await audit.find({"action": "letter.downloaded"}).to_list(None)
    assert line["holder_id"] == subjects.person.holder_id
    assert line["objects"] == [letter["id"], subjects.about[KIND]]


async def test_the_line_stands_before_the_first_byte(
    subjects: Subjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = subjects.holder()
    letter = await holder.letter(KIND, subjects.about[KIND])

    async def fail(*_: object) -> None:
        raise OSError("the trail cannot be written")

    monkeypatch.setattr("auth.audit_store.AuditStore.append", fail)
    answer = await holder.download(letter)
    assert answer.status_code == 500
    assert b"%PDF" not in answer.content


async def test_one_range_is_a_part_and_anything_else_the_whole(subjects: Subjects) -> None:
    holder = subjects.holder()
    letter = await holder.letter(KIND, subjects.about[KIND])
    whole = (await holder.download(letter)).content
    size = len(whole)
    parts = {
        "bytes=0-99": (0, 99),
        "bytes=100-": (100, size - 1),
        "bytes=-50": (size - 50, size - 1),
        f"bytes=5-{size + 9}": (5, size - 1),
        f"bytes=-{size + 9}": (0, size - 1),
        "Bytes= 1-1": (1, 1),
    }
    for asked, (first, last) in parts.items():
        part = await holder.download(letter, Range=asked)
        assert part.status_code == 206, asked
        assert part.content == whole[first : last + 1], asked
        assert part.headers["content-range"] == f"bytes {first}-{last}/{size}"
        assert part.headers["content-length"] == str(last - first + 1)
    for asked in ("bytes=0-1,5-6", "bytes=9-5", "lines=0-9", "bytes=", "bytes=a-b", "bytes"):
        answer = await holder.download(letter, Range=asked)
        assert (answer.status_code, answer.content) == (200, whole), asked
    for asked in (f"bytes={size}-", "bytes=-0"):
        answer = await holder.download(letter, Range=asked)
        assert answer.status_code == 416, asked
        assert answer.headers["content-range"] == f"bytes */{size}"
    etag = f'"{letter["sha256"]}"'
    same = await holder.download(letter, Range="bytes=0-9", If_Range=etag)
    assert (same.status_code, len(same.content)) == (206, 10)
    for other in ('"another"', f"W/{etag}", "Thu, 26 Nov 2026 01:00:00 GMT"):
        answer = await holder.download(letter, Range="bytes=0-9", If_Range=other)
        assert (answer.status_code, len(answer.content)) == (200, size), other


async def test_everybody_else_is_told_one_thing(subjects: Subjects) -> None:
    serving, holder = subjects.scene.serving, subjects.holder()
    letter = await holder.letter(KIND, subjects.about[KIND])
    path = path_of(letter)
    stranger = await serving.person()
    guessed = path.replace(letter["id"], new_id("ltr"))
    changed = path[:-1] + ("A" if path[-1] != "A" else "B")
    refused = {
        "another session of the same holder": (subjects.holder(), path),
        "another holder": (Asker(await logged_in(serving, stranger)), path),
        "an employer": (subjects.employer(), path),
        "an officer": (Asker(minted(serving, SubjectKind.OFFICER, new_id("ofc")).app), path),
        "nobody": (Asker(serving.client()), path),
        "a token that is none": (Asker(with_token(serving, "eyJ.not.one")), path),
        "a changed character": (holder, changed),
        "a guessed id": (holder, guessed),
        "an id of another shape": (holder, path.replace(letter["id"], "x" * 300)),
        "no end": (holder, without(path, "until")),
        "no key": (holder, without(path, "key")),
        "no proof": (holder, without(path, "proof")),
        "another end": (holder, path.replace("until=1", "until=2")),
        "another key": (holder, path.replace("key=1", "key=7")),
        "a part twice": (holder, f"{path}&{urlsplit(path).query}"),
    }
    answers = {name: await asker.fetch(where) for name, (asker, where) in refused.items()}
    bodies = {answer.content for answer in answers.values()}
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(
        answers, 404
    )
    assert len(bodies) == 1
    assert (await holder.fetch(path)).status_code == 200


def with_token(serving: Serving, token: str) -> AppClient:
    client = serving.client()
    client.token = token
    return client


async def test_an_address_is_over_after_five_minutes_and_the_session_gets_another(
    subjects: Subjects,
) -> None:
    serving = subjects.scene.serving
    app = await logged_in(serving, subjects.person)
    holder = Asker(app)
    letter = await holder.letter(KIND, subjects.about[KIND])
    serving.clock.advance(seconds=LINK_LIFETIME.total_seconds() - 5)
    await app.refresh()
    # Another access token of the same session.
    assert (await holder.download(letter)).status_code == 200
    serving.clock.advance(seconds=6)
    late, missing = await holder.download(letter), await holder.fetch(f"/letters/{new_id('ltr')}")
    assert (late.status_code, late.content) == (404, missing.content)
    again = await holder.letter(KIND, subjects.about[KIND])
    assert again["id"] == letter["id"]
    assert (await holder.download(again)).status_code == 200


async def test_a_session_that_has_ended_downloads_nothing(subjects: Subjects) -> None:
    serving = subjects.scene.serving
    app = await logged_in(serving, subjects.person)
    holder = Asker(app)
    letter = await holder.letter(KIND, subjects.about[KIND])
    assert (await holder.download(letter)).status_code == 200
    await app.execute(LOGOUT)
    ended = await holder.download(letter)
    missing = await holder.fetch(f"/letters/{new_id('ltr')}")
    assert (ended.status_code, ended.content) == (404, missing.content)


async def test_every_refusal_of_somebody_named_costs_the_same_commands_and_one_line(
    subjects: Subjects, command_log: CommandLog
) -> None:
    serving, holder, other = subjects.scene.serving, subjects.holder(), subjects.holder()
    letter = await holder.letter(KIND, subjects.about[KIND])
    path = path_of(letter)
    tries = [
        (other, path),
        (holder, path[:-1] + "_"),
        (holder, path.replace(letter["id"], new_id("ltr"))),
        (subjects.employer(), path),
    ]
    seen = []
    for asker, where in tries:
        await asker.fetch(where)  # a session is looked up once
        command_log.clear()
        await asker.fetch(where)
        seen.append(list(command_log.sent))
    assert seen == [[("find", "letters"), ("insert", "audit")]] * len(tries)
    lines = await serving.database["audit"].find({"action": "letter.refused"}).to_list(None)
    assert {line["result"] for line in lines} == {"NOT_FOUND"}
    # Without anybody named there is no line, or whoever likes could fill the trail.
    before = await serving.database["audit"].count_documents({})
    await Asker(serving.client()).fetch(path)
    assert await serving.database["audit"].count_documents({}) == before


async def test_a_file_that_was_changed_in_the_database_is_not_handed_out(
    subjects: Subjects,
) -> None:
    holder, database = subjects.holder(), subjects.scene.serving.database
    letter = await holder.letter(KIND, subjects.about[KIND])
    piece = await database["letter_pieces"].find_one({})
    assert piece is not None
    for change in ({"data": piece["data"][:-1] + bytes([piece["data"][-1] ^ 1])}, {"offset": 1}):
        await database["letter_pieces"].update_one({"_id": piece["_id"]}, {"$set": change})
        assert (await holder.download(letter)).status_code == 500
        await database["letter_pieces"].replace_one({"_id": piece["_id"]}, piece)
    await database["letter_pieces"].delete_one({"_id": piece["_id"]})
    assert (await holder.download(letter)).status_code == 500


async def test_other_methods_are_refused_by_name(subjects: Subjects) -> None:
    answer = await subjects.holder().fetch(f"/letters/{new_id('ltr')}", "POST")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
