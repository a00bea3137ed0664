"""A paper goes up in parts that can be taken up again (tus 1.0.0), by its filer alone."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorGridFSBucket

from auth.mongo import Client, Database
from resolvers.papers.receiving import MAX_CHUNK_BYTES, MIN_CHUNK_BYTES
from resolvers.policy.papers import JPEG, PNG
from resolvers.store.papers import MAX_PAPERS, MAX_UPLOADS, PaperStore
from resolvers.vocabulary import ApplicationState, FilerKind, PaperKind
from tests.paper_contents import pdf, picture
from tests.paper_filing import Filing, audited, codes_of, new_filing
from tests.serving import Serving

PART = MIN_CHUNK_BYTES
CONTRACT = pdf(5 * PART)


@pytest.fixture
async def filing(serving: Serving) -> Filing:
    return await new_filing(serving)


async def test_an_upload_that_broke_off_goes_on_at_its_offset_and_comes_down_as_it_was(
    filing: Filing,
) -> None:
    employer = filing.employer()
    path = await employer.begun(filing.application_id, len(CONTRACT))
    assert (await employer.send(path, 0, CONTRACT[:PART])).headers["upload-offset"] == str(PART)
    assert (await employer.send(path, PART, CONTRACT[PART : 3 * PART])).status_code == 204
    again = filing.employer()  # another process of the portal, which knows the address only
    offset = await again.offset(path)
    assert offset == 3 * PART
    last = await again.send(path, offset, CONTRACT[offset:])
    assert (last.status_code, last.headers["upload-offset"]) == (204, str(len(CONTRACT)))
    assert "upload-expires" not in last.headers
    down = await again.download(path)
    assert down.content == CONTRACT
    assert down.headers["content-type"] == "application/pdf"
    assert down.headers["content-disposition"].startswith('attachment; filename="ppr_')
    assert (await audited(filing.database, "paper.stored"))[0]["holder_id"] == filing.holder_id


@pytest.mark.parametrize("kind", [JPEG, PNG])
async def test_a_photo_by_the_printed_rules_is_stored(filing: Filing, kind: str) -> None:
    photo = picture("JPEG" if kind == JPEG else "PNG")
    plan: dict[str, Any] = {"kind": PaperKind.PHOTO, "filetype": kind}
    path = await filing.employer().stored(filing.application_id, photo, **plan)
    assert (await filing.employer().download(path)).content == photo


async def test_the_server_says_what_it_can_do_to_anybody(serving: Serving) -> None:
    for path in ("/papers", "/papers/ppr_none"):
        answer = await serving.http.options(path)
        assert answer.status_code == 204
        assert answer.headers["tus-version"] == "1.0.0"
        assert answer.headers["tus-max-size"] == str(10 * 1024 * 1024)
        assert answer.headers["tus-extension"] == "creation,expiration,checksum,termination"
        assert answer.headers["tus-checksum-algorithm"] == "sha1,sha256"


async def test_an_upload_is_described_by_what_the_filer_said_and_how_far_it_is(
    filing: Filing,
) -> None:
    employer = filing.employer()
    path = await employer.begun(filing.application_id, len(CONTRACT))
    answer = await employer.http.head(path, headers=employer.headers())
    assert answer.headers["upload-length"] == str(len(CONTRACT))
    assert answer.headers["upload-offset"] == "0"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["upload-expires"].endswith("GMT")
    told = dict(pair.split(" ") for pair in answer.headers["upload-metadata"].split(","))
    assert base64.b64decode(told["application"]).decode() == filing.application_id
    assert base64.b64decode(told["kind"]) == b"CONTRACT"


async def test_a_part_at_a_wrong_offset_is_refused_and_changes_nothing(filing: Filing) -> None:
    employer = filing.employer()
    path = await employer.begun(filing.application_id, len(CONTRACT))
    await employer.send(path, 0, CONTRACT[:PART])
    before = await filing.everything()
    for offset in (0, PART - 1, PART + 1, len(CONTRACT)):
        answer = await employer.send(path, offset, CONTRACT[offset : offset + PART])
        assert (answer.status_code, codes_of(answer)) == (409, ["OFFSET_CONFLICT"])
    assert await filing.everything() == before


async def test_a_last_part_whose_answer_was_lost_is_answered_by_the_offset(filing: Filing) -> None:
    employer = filing.employer()
    path = await employer.stored(filing.application_id, CONTRACT)
    before = await filing.everything()
    assert (await employer.send(path, 0, CONTRACT)).status_code == 409
    assert await employer.offset(path) == len(CONTRACT)
    assert (await employer.send(path, len(CONTRACT), b"")).status_code == 204
    assert await filing.everything() == before


async def test_of_parts_sent_at_once_to_one_offset_one_is_taken(
    filing: Filing, monkeypatch: pytest.MonkeyPatch
) -> None:
    employer = filing.employer()
    path = await employer.begun(filing.application_id, len(CONTRACT))
    barrier = asyncio.Barrier(5)
    receive = PaperStore.receive
    met = 0

    async def meeting(*args: Any) -> bool:
        nonlocal met
        met += 1
        if met <= 5:
            await barrier.wait()
        return await receive(*args)

    monkeypatch.setattr(PaperStore, "receive", meeting)
    parts = [CONTRACT[:PART] for _ in range(5)]
    answers = await asyncio.gather(*(employer.send(path, 0, part) for part in parts))
    assert sorted(answer.status_code for answer in answers) == [204, 409, 409, 409, 409]
    assert await employer.offset(path) == PART
    assert (await employer.send(path, PART, CONTRACT[PART:])).status_code == 204
    assert (await employer.download(path)).content == CONTRACT


async def test_of_last_parts_sent_at_once_one_makes_the_paper(
    filing: Filing, monkeypatch: pytest.MonkeyPatch
) -> None:
    employer = filing.employer()
    path = await employer.begun(filing.application_id, len(CONTRACT))
    await employer.send(path, 0, CONTRACT[:PART])
    barrier = asyncio.Barrier(4)
    store = PaperStore.store
    met = 0

    async def meeting(*args: Any) -> bool:
        nonlocal met
        met += 1
        if met <= 4:
            await barrier.wait()
        return await store(*args)

    monkeypatch.setattr(PaperStore, "store", meeting)
    answers = await asyncio.gather(*(employer.send(path, PART, CONTRACT[PART:]) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [204, 409, 409, 409]
    assert len(await audited(filing.database, "paper.stored")) == 1
    assert await filing.database["papers"].count_documents({"state": "STORED"}) == 1
    assert (await employer.download(path)).content == CONTRACT


@pytest.mark.parametrize(
    ("algorithm", "status"), [("sha1", 204), ("sha256", 204), ("md5", 400), ("", 400)]
)
async def test_a_part_may_carry_its_checksum(filing: Filing, algorithm: str, status: int) -> None:
    employer = filing.employer()
    path = await employer.begun(filing.application_id, len(CONTRACT))
    part = CONTRACT[:PART]
    name = algorithm or "sha1"
    digest = base64.b64encode(hashlib.new(name, part).digest()).decode()
    sum_of_part = f"{algorithm} {digest}".strip()
    answer = await employer.send(path, 0, part, Upload_Checksum=sum_of_part)
    assert answer.status_code == status


async def test_a_part_that_arrives_changed_is_refused_and_sent_again(filing: Filing) -> None:
    employer = filing.employer()
    path = await employer.begun(filing.application_id, len(CONTRACT))
    part = CONTRACT[:PART]
    digest = base64.b64encode(hashlib.sha256(part).digest()).decode()
    changed = await employer.send(path, 0, part[:-1] + b"?", Upload_Checksum=f"sha256 {digest}")
    assert (changed.status_code, codes_of(changed)) == (460, ["CHECKSUM_MISMATCH"])
    assert await employer.offset(path) == 0
    again = await employer.send(path, 0, part, Upload_Checksum=f"sha256 {digest}")
    assert again.status_code == 204


async def test_what_is_stored_is_sealed_and_a_driver_finds_it_in_gridfs(
    filing: Filing, mongo_client: Client, database: Database
) -> None:
    content = pdf(600_000, more=b"/Marker (Quastenfloesser-GD4400000012)")
    employer = filing.employer()
    path = await employer.begun(filing.application_id, len(content))
    await employer.send(path, 0, content[:300_000])
    await assert_nothing_plain(database, content)
    assert (await employer.send(path, 300_000, content[300_000:])).status_code == 204
    await assert_nothing_plain(database, content)
    bucket: Any = AsyncIOMotorGridFSBucket(database, bucket_name="paper_files")
    found = await bucket.open_download_stream(path.rpartition("/")[2])
    stored: bytes = await found.read()
    assert len(stored) == len(content) + 3 * 29
    assert await database["paper_parts"].count_documents({}) == 0


async def assert_nothing_plain(database: Database, content: bytes) -> None:
    pieces = [content[start : start + 24] for start in range(0, len(content) - 24, 9_973)]
    pieces.append(b"Quastenfloesser")
    looked_at = 0
    for name in await database.list_collection_names():
        async for document in database[name].find({}):
            for value in document.values():
                if isinstance(value, bytes):
                    looked_at += len(value)
                    assert not any(piece in value for piece in pieces), name
    assert looked_at > 250_000


async def test_an_application_has_a_bounded_number_of_uploads_under_way(filing: Filing) -> None:
    employer = filing.employer()
    answers = []
    for _ in range(2):
        begun = (employer.begin(filing.application_id, 5) for _ in range(5))
        answers += await asyncio.gather(*begun)
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(201), statuses.count(409)) == (MAX_UPLOADS, 10 - MAX_UPLOADS)
    [refused] = {code for one in answers if one.status_code == 409 for code in codes_of(one)}
    assert refused == "TOO_MANY_UPLOADS"
    taken = next(one.headers["location"] for one in answers if one.status_code == 201)
    assert (await employer.remove(taken)).status_code == 204
    assert (await employer.begin(filing.application_id, 5)).status_code == 201
    filing.serving.clock.advance(hours=24)
    later = filing.employer()
    assert (await later.begin(filing.application_id, 5)).status_code == 201
    assert await filing.database["papers"].count_documents({}) == 1


async def test_an_application_has_a_bounded_number_of_papers(filing: Filing) -> None:
    employer, small = filing.employer(), pdf(100)
    path = await employer.stored(filing.application_id, small)
    [one] = await filing.database["papers"].find({}).to_list(None)
    waiting = await employer.begun(filing.application_id, len(small))
    copies = [one | {"_id": f"ppr_{n:026d}"} for n in range(MAX_PAPERS - 1)]
    await filing.database["papers"].insert_many(copies)
    refused = await employer.begin(filing.application_id, len(small))
    assert (refused.status_code, codes_of(refused)) == (409, ["TOO_MANY_PAPERS"])
    refused = await employer.send(waiting, 0, small)
    assert (refused.status_code, codes_of(refused)) == (409, ["TOO_MANY_PAPERS"])
    assert (await employer.remove(path)).status_code == 204
    assert (await employer.send(waiting, 0, small)).status_code == 204


async def test_an_upload_is_over_after_a_day(filing: Filing) -> None:
    path = await filing.employer().begun(filing.application_id, len(CONTRACT))
    await filing.employer().send(path, 0, CONTRACT[:PART])
    filing.serving.clock.advance(hours=23, minutes=59)
    assert await filing.employer().offset(path) == PART
    filing.serving.clock.advance(minutes=1)
    late = filing.employer()
    assert (await late.send(path, PART, CONTRACT[PART:])).status_code == 404
    assert (await late.http.head(path, headers=late.headers())).status_code == 404


@pytest.mark.parametrize("state", list(ApplicationState))
async def test_papers_come_and_go_only_while_the_application_may_be_changed(
    filing: Filing, state: ApplicationState
) -> None:
    employer, small = filing.employer(), pdf(100)
    stored = await employer.stored(filing.application_id, small)
    waiting = await employer.begun(filing.application_id, len(small))
    await filing.move(state)
    before = await filing.everything()
    answers = [
        await employer.begin(filing.application_id, 5),
        await employer.send(waiting, 0, small),
        await employer.remove(stored),
    ]
    if state in (ApplicationState.DRAFT, ApplicationState.RETURNED):
        assert [answer.status_code for answer in answers] == [201, 204, 204]
        return
    assert [codes_of(answer) for answer in answers] == [["WRONG_STATE"]] * 3
    assert await filing.everything() == before
    assert (await employer.remove(waiting)).status_code == 204


async def test_the_holder_files_papers_where_he_is_the_filer(serving: Serving) -> None:
    filing = await new_filing(serving, FilerKind.HOLDER)
    path = await filing.holder().stored(filing.application_id, CONTRACT)
    assert (await filing.holder().remove(path)).status_code == 204
    assert await filing.database["paper_files.chunks"].count_documents({}) == 0
    assert (await audited(filing.database, "paper.deleted"))[0]["holder_id"] == filing.holder_id


async def test_no_part_is_larger_than_a_mebibyte(filing: Filing) -> None:
    employer = filing.employer()
    path = await employer.begun(filing.application_id, 3 * MAX_CHUNK_BYTES)
    assert (await employer.send(path, 0, bytes(MAX_CHUNK_BYTES))).status_code == 204
    before = await filing.everything()
    refused = await employer.send(path, MAX_CHUNK_BYTES, bytes(MAX_CHUNK_BYTES + 1))
    assert (refused.status_code, codes_of(refused)) == (413, ["BODY_TOO_LARGE"])
    assert await filing.everything() == before
