"""The edge of `/papers`: versions, headers, methods, bodies and how many at a time."""

from __future__ import annotations

import asyncio
import base64

import pytest

from api.paper_answers import ANSWERS
from api.papers import SERVED_AT_ONCE_PER_CALLER
from auth.mongo import Document
from resolvers.papers.outcomes import PaperCode
from resolvers.papers.receiving import MIN_CHUNK_BYTES
from resolvers.store.papers import PaperStore
from tests.paper_contents import pdf
from tests.paper_filing import CHUNK_TYPE, Filing, codes_of, new_filing
from tests.serving import Serving

CONTRACT = pdf(3 * MIN_CHUNK_BYTES)
PART = MIN_CHUNK_BYTES


@pytest.fixture
async def filing(serving: Serving) -> Filing:
    return await new_filing(serving)


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


async def test_another_version_of_the_protocol_is_refused_before_anything_else(
    filing: Filing,
) -> None:
    employer = filing.employer()
    path = await employer.begun(filing.application_id, len(CONTRACT))
    for version in ("0.2.2", "1.0.1", ""):
        headers = employer.headers() | {"Tus-Resumable": version}
        for method, target in (("POST", "/papers"), ("PATCH", path), ("DELETE", path)):
            answer = await employer.http.request(method, target, headers=headers)
            assert (answer.status_code, codes_of(answer)) == (412, ["VERSION_NOT_SUPPORTED"])
            assert answer.headers["tus-version"] == "1.0.0"
    assert await employer.offset(path) == 0


async def test_every_answer_but_that_to_the_capabilities_names_the_version(
    filing: Filing,
) -> None:
    employer = filing.employer()
    path = await employer.stored(filing.application_id, CONTRACT)
    answers = [
        await employer.http.post("/papers"),
        await employer.begin(filing.application_id, 0),
        await employer.send(path, 0, b"x"),
        await employer.download(path),
        await employer.remove(path),
    ]
    assert [answer.status_code for answer in answers] == [412, 400, 409, 200, 204]
    assert {answer.headers["tus-resumable"] for answer in answers} == {"1.0.0"}


def metadata_of(filing: Filing, **changes: str) -> str:
    given = {
        "application": filing.application_id,
        "kind": "CONTRACT",
        "filetype": "application/pdf",
    }
    return ",".join(f"{key} {encoded(value)}" for key, value in (given | changes).items())


async def test_headers_that_say_nothing_clear_are_refused_and_not_repeated(
    filing: Filing,
) -> None:
    employer = filing.employer()
    good = {"Upload-Length": "9", "Upload-Metadata": metadata_of(filing)}
    twice = f"{metadata_of(filing)},kind {encoded('DEGREE')}"
    wrong = [good | {"Upload-Length": value} for value in ("-1", "1.5", "9e9", "", "9" * 16)]
    wrong += [
        good | {"Upload-Metadata": value}
        for value in (
            "",
            "kind",
            twice,
            metadata_of(filing, filename="Quastenfloesser.pdf"),
            metadata_of(filing, kind="SELFIE"),
            metadata_of(filing).replace("kind ", "kind  "),
            metadata_of(filing).replace(encoded("CONTRACT"), "!!!!"),
            metadata_of(filing).replace(encoded("CONTRACT"), base64.b64encode(b"\xff").decode()),
            metadata_of(filing, kind="X" * 2_000),
        )
    ]
    wrong += [good | {"Upload-Defer-Length": "1"}, {"Upload-Length": "9"}]
    before = await filing.everything()
    for headers in wrong:
        answer = await employer.http.post("/papers", headers=employer.headers() | headers)
        assert (answer.status_code, codes_of(answer)) == (400, ["BAD_HEADER"]), headers
        assert "Quasten" not in answer.text
        assert "SELFIE" not in answer.text
    assert await filing.everything() == before


async def test_a_part_needs_its_type_and_an_offset(filing: Filing) -> None:
    employer = filing.employer()
    path = await employer.begun(filing.application_id, len(CONTRACT))
    before = await filing.everything()
    cases = [
        ({"Upload-Offset": "0", "Content-Type": "application/pdf"}, 415, "WRONG_CONTENT_TYPE"),
        ({"Upload-Offset": "0"}, 415, "WRONG_CONTENT_TYPE"),
        ({"Content-Type": CHUNK_TYPE}, 400, "BAD_HEADER"),
        ({"Upload-Offset": "-1", "Content-Type": CHUNK_TYPE}, 400, "BAD_HEADER"),
    ]
    for headers, status, code in cases:
        sent = employer.headers() | headers
        answer = await employer.http.patch(path, content=CONTRACT[:PART], headers=sent)
        assert (answer.status_code, codes_of(answer)) == (status, [code])
    assert await filing.everything() == before


async def test_parts_are_neither_tiny_nor_longer_than_what_was_declared(filing: Filing) -> None:
    employer = filing.employer()
    path = await employer.begun(filing.application_id, len(CONTRACT))
    before = await filing.everything()
    tiny = await employer.send(path, 0, CONTRACT[: PART - 1])
    assert (tiny.status_code, codes_of(tiny)) == (400, ["CHUNK_TOO_SMALL"])
    long = await employer.send(path, 0, CONTRACT + b"x")
    assert (long.status_code, codes_of(long)) == (400, ["LENGTH_EXCEEDED"])
    assert (await employer.send(path, 0, b"")).headers["upload-offset"] == "0"
    assert await filing.everything() == before


async def test_storing_and_taking_back_a_paper_are_changes_of_the_application(
    filing: Filing,
) -> None:
    async def revision() -> int:
        found = await filing.database["applications"].find_one({"_id": filing.application_id})
        assert found is not None
        return int(found["revision"])

    employer = filing.employer()
    path = await employer.begun(filing.application_id, len(CONTRACT))
    await employer.send(path, 0, CONTRACT[:PART])
    assert await revision() == 1
    await employer.send(path, PART, CONTRACT[PART:])
    assert await revision() == 2
    await employer.remove(path)
    assert await revision() == 3


async def test_a_client_that_may_not_say_patch_or_delete_says_it_in_a_header(
    filing: Filing,
) -> None:
    employer = filing.employer()
    path = await employer.begun(filing.application_id, len(CONTRACT))
    headers = employer.headers(
        Upload_Offset="0", Content_Type=CHUNK_TYPE, X_HTTP_Method_Override="PATCH"
    )
    answer = await employer.http.post(path, content=CONTRACT, headers=headers)
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(len(CONTRACT)))
    headers = employer.headers(X_HTTP_Method_Override="DELETE")
    assert (await employer.http.post(path, headers=headers)).status_code == 204
    assert await filing.database["papers"].count_documents({}) == 0


async def test_other_methods_are_refused_with_those_that_go(filing: Filing) -> None:
    employer = filing.employer()
    cases = [
        ("GET", "/papers", "OPTIONS, POST"),
        ("PUT", "/papers", "OPTIONS, POST"),
        ("POST", "/papers/ppr_1", "DELETE, GET, HEAD, PATCH, OPTIONS"),
        ("PUT", "/papers/ppr_1", "DELETE, GET, HEAD, PATCH, OPTIONS"),
    ]
    for method, path, allowed in cases:
        answer = await employer.http.request(method, path, headers=employer.headers())
        assert (answer.status_code, codes_of(answer)) == (405, ["METHOD_NOT_ALLOWED"])
        assert answer.headers["allow"] == allowed


async def test_a_caller_has_a_bounded_number_of_requests_under_way(
    filing: Filing, monkeypatch: pytest.MonkeyPatch
) -> None:
    employer, holder = filing.employer(), filing.holder()
    path = await employer.stored(filing.application_id, CONTRACT)
    find, released = PaperStore.find, asyncio.Event()
    waiting = 0

    async def held(store: PaperStore, paper_id: str) -> Document | None:
        nonlocal waiting
        waiting += 1
        await released.wait()
        return await find(store, paper_id)

    monkeypatch.setattr(PaperStore, "find", held)
    downloads = [
        asyncio.create_task(employer.download(path)) for _ in range(SERVED_AT_ONCE_PER_CALLER)
    ]
    while waiting < SERVED_AT_ONCE_PER_CALLER:  # noqa: ASYNC110 - they arrive over HTTP
        await asyncio.sleep(0.01)
    refused = await employer.download(path)
    assert (refused.status_code, codes_of(refused)) == (429, ["RATE_LIMITED"])
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["errors"][0]["extensions"]["retryAfterSeconds"] == 1
    another = asyncio.create_task(holder.download(path))
    released.set()
    assert {answer.status_code for answer in await asyncio.gather(another, *downloads)} == {200}
    assert (await employer.download(path)).status_code == 200


def test_every_code_has_an_answer() -> None:
    assert set(ANSWERS) == set(PaperCode)
    assert all(400 <= status < 600 and message for status, message in ANSWERS.values())
