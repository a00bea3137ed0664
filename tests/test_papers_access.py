"""Who may file, take back and read a paper; and the one answer for everybody else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from api.ids import new_id
from auth.officers import OfficerState
from auth.principal import Assurance
from auth.tokens import SubjectKind
from resolvers.vocabulary import ApplicationState, FilerKind
from tests.paper_contents import pdf
from tests.paper_filing import (
    OTHER_AUTHORITY,
    Filer,
    Filing,
    audited,
    bearer,
    codes_of,
    new_filing,
)
from tests.serving import Serving

CONTRACT = pdf(40_000)
Steps = dict[str, Callable[[], Awaitable[httpx.Response]]]


@pytest.fixture
async def filing(serving: Serving) -> Filing:
    return await new_filing(serving)


async def test_filer_holder_and_officer_of_the_authority_read_a_paper_each_with_an_audit_line(
    filing: Filing,
) -> None:
    path = await filing.employer().stored(filing.application_id, CONTRACT)
    await filing.move(ApplicationState.SUBMITTED)
    before = await filing.everything()
    readers = {
        "employer": filing.employer(("papers:read",)),
        "holder": filing.holder(),
    }
    for reader in readers.values():
        assert (await reader.download(path)).content == CONTRACT
    assert await filing.everything() == before
    readers["officer"] = await filing.officer()
    assert (await readers["officer"].download(path)).content == CONTRACT
    lines = await audited(filing.database, "paper.downloaded")
    assert [line["actor"]["kind"] for line in lines] == list(readers)
    for line in lines:
        assert line["holder_id"] == filing.holder_id
        assert line["objects"] == [path.rpartition("/")[2], filing.application_id]


async def test_the_audit_line_stands_before_the_first_byte(
    filing: Filing, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await filing.employer().stored(filing.application_id, CONTRACT)

    async def fail(*_: object) -> None:
        raise OSError("the trail cannot be written")

    monkeypatch.setattr("auth.audit_store.AuditStore.append", fail)
    answer = await filing.employer().download(path)
    assert answer.status_code == 500
    assert CONTRACT[:100] not in answer.content


async def others_of(filing: Filing) -> dict[str, Filer]:
    """Those who are somebody, but nobody to this application."""
    other = await new_filing(filing.serving)
    return {
        "another employer": other.employer(),
        "another holder": other.holder(),
        "an officer of another authority": await filing.officer(OTHER_AUTHORITY),
        "an officer who has left": await filing.officer(state=OfficerState.DISABLED),
        "an officer who never was": bearer(filing.serving, SubjectKind.OFFICER, new_id("ofc")),
    }


async def test_everybody_else_is_answered_as_if_there_were_no_paper(filing: Filing) -> None:
    path = await filing.employer().stored(filing.application_id, CONTRACT)
    await filing.move(ApplicationState.SUBMITTED)
    nowhere = f"/papers/{new_id('ppr')}"
    others = await others_of(filing)
    before = await filing.everything()
    for name, other in others.items():
        refused, missing = await other.download(path), await other.download(nowhere)
        assert refused.status_code == missing.status_code == 404, name
        assert refused.content == missing.content
        assert codes_of(refused) == ["NOT_FOUND"]
    assert await filing.everything() == before
    assert await audited(filing.database, "paper.downloaded") == []
    lines = await audited(filing.database, "paper.refused")
    assert [line["holder_id"] for line in lines] == [filing.holder_id, None] * len(others)


async def test_nobody_but_the_filer_files_describes_or_takes_back(filing: Filing) -> None:
    stored = await filing.employer().stored(filing.application_id, CONTRACT)
    waiting = await filing.employer().begun(filing.application_id, len(CONTRACT))
    others = await others_of(filing)
    others["the holder, who is not the filer"] = filing.holder()
    before = await filing.everything()
    for name, other in others.items():
        steps: Steps = {
            "begin": lambda other=other: other.begin(filing.application_id, 9),  # type: ignore[misc]
            "send": lambda other=other: other.send(waiting, 0, CONTRACT),  # type: ignore[misc]
            "remove": lambda other=other: other.remove(stored),  # type: ignore[misc]
        }
        for step, ask in steps.items():
            answer = await ask()
            is_officer = "officer" in name
            expected = (403, ["FORBIDDEN"]) if is_officer else (404, ["NOT_FOUND"])
            assert (answer.status_code, codes_of(answer)) == expected, (name, step)
        described = await other.http.head(waiting, headers=other.headers())
        assert described.status_code == expected[0]
        assert "upload-offset" not in described.headers
    assert await filing.everything() == before


async def test_an_officer_sees_no_paper_of_a_draft(filing: Filing) -> None:
    path = await filing.employer().stored(filing.application_id, CONTRACT)
    officer = await filing.officer()
    assert (await officer.download(path)).status_code == 404
    await filing.move(ApplicationState.RETURNED)
    assert (await officer.download(path)).status_code == 200


async def test_an_upload_under_way_cannot_be_read(filing: Filing) -> None:
    path = await filing.employer().begun(filing.application_id, len(CONTRACT))
    await filing.employer().send(path, 0, CONTRACT[:20_000])
    answer = await filing.employer().download(path)
    assert (answer.status_code, codes_of(answer)) == (404, ["NOT_FOUND"])


@pytest.mark.parametrize("scopes", [(), ("papers:read",), ("applications:write",)], ids=str)
async def test_a_client_files_with_the_scope_for_it_alone(
    filing: Filing, scopes: tuple[str, ...]
) -> None:
    before = await filing.everything()
    answer = await filing.employer(scopes).begin(filing.application_id, 9)
    assert (answer.status_code, codes_of(answer)) == (403, ["FORBIDDEN"])
    assert await filing.everything() == before


async def test_a_client_reads_with_the_scope_for_it_alone(filing: Filing) -> None:
    path = await filing.employer(("papers:write",)).stored(filing.application_id, CONTRACT)
    answer = await filing.employer(("papers:write",)).download(path)
    assert (answer.status_code, codes_of(answer)) == (403, ["FORBIDDEN"])
    assert (await filing.employer(("papers:read",)).download(path)).status_code == 200


async def test_nobody_without_a_good_token_files_or_reads(filing: Filing) -> None:
    path = await filing.employer().stored(filing.application_id, CONTRACT)
    waiting = await filing.employer().begun(filing.application_id, 100_000)
    nobodies = [
        Filer(filing.serving.http, None),
        Filer(filing.serving.http, "eyJ.not.one"),
        bearer(
            filing.serving,
            SubjectKind.HOLDER,
            filing.holder_id,
            assurance=Assurance.REAL_NAME,
        ),
    ]
    before = await filing.everything()
    for nobody in nobodies:
        answers = [
            await nobody.begin(filing.application_id, 9),
            await nobody.send(waiting, 0, bytes(100_000)),
            await nobody.remove(path),
            await nobody.download(path),
        ]
        assert [answer.status_code for answer in answers] == [401] * 4
        assert {code for answer in answers for code in codes_of(answer)} == {"UNAUTHENTICATED"}
    assert await filing.everything() == before


async def test_where_the_holder_files_the_employer_sees_nothing(serving: Serving) -> None:
    filing = await new_filing(serving, FilerKind.HOLDER)
    path = await filing.holder().stored(filing.application_id, CONTRACT)
    assert (await filing.employer().download(path)).status_code == 404
    assert (await filing.holder().download(path)).content == CONTRACT


async def test_a_paper_whose_stored_bytes_were_changed_is_not_handed_out(filing: Filing) -> None:
    content = pdf(700_000)
    path = await filing.employer().stored(filing.application_id, content)
    chunks = filing.database["paper_files.chunks"]
    first, second = await chunks.find({"n": {"$lt": 2}}).sort("n", 1).to_list(None)
    last = await chunks.find_one({"n": 2})
    assert last is not None
    for changed in (
        [(first["_id"], second["data"]), (second["_id"], first["data"])],
        [(first["_id"], first["data"][:-1] + b"?")],
    ):
        for chunk_id, data in changed:
            await chunks.update_one({"_id": chunk_id}, {"$set": {"data": data}})
        answer = await filing.employer().download(path)
        assert (answer.status_code, codes_of(answer)) == (500, ["INTERNAL"])
        for chunk in (first, second):
            await chunks.update_one({"_id": chunk["_id"]}, {"$set": {"data": chunk["data"]}})
    await chunks.delete_one({"_id": last["_id"]})
    assert (await filing.employer().download(path)).status_code == 500
    await chunks.insert_one(last)
    assert (await filing.employer().download(path)).content == content
    assert len(await audited(filing.database, "paper.downloaded")) == 1
