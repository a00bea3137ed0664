"""An employer files the papers of somebody whom nobody knows yet, submits, and an officer reads."""

from __future__ import annotations

from typing import Any

from resolvers.policy.papers import JPEG, PDF
from resolvers.vocabulary import PaperKind
from tests.filing import (
    Desk,
    Office,
    application_of,
    code_of,
    employer_desk,
    employer_of,
    new_in_china,
)
from tests.paper_contents import pdf, picture
from tests.paper_filing import Filer
from tests.serving import Serving

READ = """query($id: ID!) { employer { application(id: $id) {
  id revision requiredPapers { kind } papers { kind path } } } }"""
PHOTO = PaperKind.PHOTO


async def read(desk: Desk, application_id: str) -> dict[str, Any]:
    answer = await desk.app.execute(READ, {"id": application_id})
    application: dict[str, Any] = answer["employer"]["application"]
    return application


async def test_an_application_is_submitted_when_every_paper_has_been_uploaded(
    serving: Serving,
) -> None:
    employer = await employer_desk(serving, await employer_of(serving, await serving.person()))
    office = await Office.of(serving)
    draft = application_of(await employer.create(new_in_china(serving)))
    filer = Filer(serving.http, employer.app.token)
    kinds = [
        PaperKind(one["kind"]) for one in (await read(employer, draft["id"]))["requiredPapers"]
    ]
    assert PHOTO in kinds
    for kind in kinds[1:]:
        content, media_type = (picture(), JPEG) if kind is PHOTO else (pdf(30_000), PDF)
        await filer.stored(draft["id"], content, kind=kind, filetype=media_type)
    last = pdf(40_000)
    under_way = await filer.begun(draft["id"], len(last), kind=kinds[0])
    await filer.send(under_way, 0, last[:20_000])

    now = await read(employer, draft["id"])
    assert [paper["kind"] for paper in now["papers"]] == kinds[1:]
    assert code_of(await employer.step("submitApplication", draft)) == "STALE_REVISION"
    refused = await employer.step("submitApplication", now)
    assert code_of(refused) == "PAPERS_MISSING"
    assert refused["gaps"] == [{"paper": kinds[0], "reason": "MISSING", "note": None}]

    assert (await filer.send(under_way, 20_000, last[20_000:])).status_code == 204
    whole = await read(employer, draft["id"])
    [path] = [paper["path"] for paper in whole["papers"] if paper["kind"] == kinds[0]]
    assert path == under_way
    submitted = application_of(await employer.step("submitApplication", whole))
    assert submitted["state"] == "SUBMITTED"
    assert (await filer.remove(path)).status_code == 409
    assert (await Filer(serving.http, office.checker.app.token).download(path)).content == last
