"""What the holder confirmed is a revision, with the papers that it had; and who sends papers is
told the revision that they lead to."""

from __future__ import annotations

from typing import Any

from resolvers.policy.papers import JPEG
from resolvers.store import applications
from resolvers.vocabulary import ApplicationState, FilerKind, PaperKind
from tests.cases import Case, Scene
from tests.filing import application_of, code_of
from tests.paper_contents import pdf, picture
from tests.paper_filing import Filer, new_filing
from tests.serving import Serving

REVISION = "onecard-application-revision"
PASSPORT: dict[str, Any] = {"kind": PaperKind.PASSPORT_PAGE, "filetype": JPEG}


async def confirmed(serving: Serving, scene: Scene, state: ApplicationState) -> tuple[Case, Filer]:
    at = serving.clock().replace(microsecond=0)
    case = await scene.case(state, confirmed_at=at)
    return case, Filer(serving.http, scene.employer.app.token)


async def is_confirmed(case: Case) -> bool:
    return (await case.stored())["confirmed_at"] is not None


async def test_a_paper_stored_or_taken_back_makes_a_confirmation_fall(serving: Serving) -> None:
    scene = await Scene.of(serving)
    for state in (ApplicationState.DRAFT, ApplicationState.RETURNED):
        case, filer = await confirmed(serving, scene, state)
        content = picture()
        path = await filer.begun(case.id, len(content), **PASSPORT)
        await filer.send(path, 0, content[:20_000])
        assert await is_confirmed(case), "an upload under way is no paper"
        sent = await filer.send(path, 20_000, content[20_000:])
        assert (sent.status_code, await is_confirmed(case)) == (204, False)
        read: dict[str, Any] = {"id": case.id, "revision": int(sent.headers[REVISION])}
        refused = await scene.employer.step("submitApplication", read)
        assert code_of(refused) == "HOLDER_NOT_CONFIRMED"
        read = application_of(await case.holder.step("confirmApplication", read))
        assert await is_confirmed(case)
        removed = await filer.remove(path)
        assert (removed.status_code, await is_confirmed(case)) == (204, False)
        read = {"id": case.id, "revision": int(removed.headers[REVISION])}
        read = application_of(await case.holder.step("confirmApplication", read))
        submitted = application_of(await scene.employer.step("submitApplication", read))
        assert submitted["state"] == "SUBMITTED"


async def test_a_refused_file_and_an_upload_that_is_given_up_leave_the_confirmation(
    serving: Serving,
) -> None:
    scene = await Scene.of(serving)
    case, filer = await confirmed(serving, scene, ApplicationState.DRAFT)
    refused = await filer.upload(case.id, picture()[:-2_000], **PASSPORT)
    assert (refused.status_code, REVISION in refused.headers) == (422, False)
    path = await filer.begun(case.id, 50_000)
    given_up = await filer.remove(path)
    assert (given_up.status_code, REVISION in given_up.headers) == (204, False)
    stored = await case.stored()
    assert stored["revision"] == case.application["revision"]
    assert stored["confirmed_at"] is not None


async def test_a_holder_who_files_confirms_nothing_before_or_after_the_papers(
    serving: Serving,
) -> None:
    scene = await Scene.of(serving)
    case = await scene.case(ApplicationState.DRAFT, FilerKind.HOLDER)
    filer = Filer(serving.http, case.filer.app.token)
    sent = await filer.upload(case.id, picture(), **PASSPORT)
    read = {"id": case.id, "revision": int(sent.headers[REVISION])}
    submitted = application_of(await case.filer.step("submitApplication", read))
    assert submitted["state"] == "SUBMITTED"


async def test_the_revision_is_told_with_the_last_part_and_again_to_who_lost_the_answer(
    serving: Serving,
) -> None:
    filing = await new_filing(serving)
    filer, content = filing.employer(), pdf(40_000)
    path = await filer.begun(filing.application_id, len(content))
    began = await serving.http.head(path, headers=filer.headers())
    first = await filer.send(path, 0, content[:20_000])
    assert [REVISION in answer.headers for answer in (began, first)] == [False, False]
    last = await filer.send(path, 20_000, content[20_000:])
    found = await filing.database[applications.NAME].find_one({"_id": filing.application_id})
    assert found is not None
    assert last.headers[REVISION] == str(found["revision"]) == "2"
    head = await serving.http.head(path, headers=filer.headers())
    assert head.headers[REVISION] == "2"
    removed = await filer.remove(path)
    assert removed.headers[REVISION] == "3"
