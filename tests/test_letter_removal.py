"""Letters go with the person; and nothing of what they say is anywhere else."""

from __future__ import annotations

from datetime import timedelta

from api.demo import DemoLoad, demo_identities, load_demo
from api.demo.employers import employer_id
from api.demo.identities import DATA_SET
from api.runtime import open_runtime
from api.settings import Settings
from resolvers.jobs.application_upkeep import forget_strangers
from resolvers.policy.papers import RETENTION_DAYS
from resolvers.vocabulary import ApplicationState, LetterKind
from tests.access_callers import logged_in
from tests.cases import Scene
from tests.filing import (
    Office,
    application_of,
    code_of,
    employer_desk,
    new_in_china,
    put_papers,
)
from tests.leaks import assert_nothing_left, new_person, watched
from tests.letter_asking import Asker, holder_asker, make_subjects, path_of
from tests.serving import Serving


async def rows(serving: Serving) -> tuple[int, int]:
    database = serving.database
    letters = await database["letters"].count_documents({})
    return letters, await database["letter_pieces"].count_documents({})


async def test_letters_go_with_the_demo_and_those_of_others_stay(serving: Serving) -> None:
    await load_demo(serving.database, serving.key_set, now=serving.clock())
    other = await serving.person()
    kind = LetterKind.PERMIT_CERTIFICATE
    await holder_asker(serving, other.holder_id).letter(kind, other.permit_ids[0])
    holder_id = demo_identities()["holders"][9]["holderId"]
    permit = await serving.database["permits"].find_one({"holder_id": holder_id})
    assert permit is not None
    await holder_asker(serving, holder_id).letter(kind, permit["_id"])
    assert await rows(serving) == (2, 2)
    later = serving.clock() + timedelta(days=8)
    assert await load_demo(serving.database, serving.key_set, now=later) is DemoLoad.REPLACED
    assert await rows(serving) == (1, 1)
    [left] = await serving.database["letters"].find().to_list(None)
    assert left["holder_id"] == other.holder_id


async def test_the_decision_about_an_applicant_who_is_forgotten_goes_too(
    serving: Serving, settings: Settings, mongod_uri: str
) -> None:
    await load_demo(serving.database, serving.key_set, now=serving.clock())
    employer = await employer_desk(serving, employer_id(DATA_SET, 0))
    office = await Office.of(serving)
    draft = application_of(await employer.create(new_in_china(serving)))
    await put_papers(serving, draft["id"])
    submitted = application_of(await employer.step("submitApplication", draft))
    under_review = await office.review(submitted, originalsSeen=True)
    reasons = {"grounds": ["CRITERIA_NOT_MET"], "text": "The stated reasons."}
    application_of(await office.decider.step("rejectApplication", under_review, **reasons))
    asker = Asker(employer.app)
    letter = await asker.letter(LetterKind.DECISION, draft["id"])
    assert (await asker.download(letter)).status_code == 200
    stored = await serving.database["applications"].find_one({"_id": draft["id"]})
    assert stored is not None
    assert not stored["is_registered"]
    await serving.database["papers"].delete_many({"application_id": draft["id"]})
    over = stored["updated_at"] + timedelta(days=RETENTION_DAYS[ApplicationState.REJECTED])
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        assert await forget_strangers(runtime.gateway, over) == 1
    assert await rows(serving) == (0, 0)
    assert (await asker.download(letter)).status_code == 404
    assert code_of(await asker.ask(LetterKind.DECISION, draft["id"])) == "WRONG_STATE"


async def test_no_letter_asked_for_refused_or_downloaded_leaves_a_personal_value_anywhere(
    serving: Serving,
) -> None:
    subjects = await make_subjects(await Scene.of(serving))
    async with watched(serving) as watch:
        watch.known.add_person(subjects.person)
        watch.known.add("贝诺拉")
        stranger = await new_person(serving, watch)
        holder, other = subjects.holder(), Asker(await logged_in(serving, stranger))
        for kind, about_id in subjects.about.items():
            letter = await holder.letter(kind, about_id)
            proof = path_of(letter).rpartition("proof=")[2]
            watch.known.add(proof)
            assert (await holder.download(letter)).status_code == 200
            assert (await other.download(letter)).status_code == 404
            assert (await holder.download(letter, Range="bytes=999999999-")).status_code == 416
            await other.ask(kind, about_id)
        assert {"NOT_FOUND"} <= watch.codes
        await assert_nothing_left(serving, watch)
