"""What happens to a holder's applications, permits and records is told to the holder, by the
events of real procedures; and what no longer holds is taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from api.ids import new_id
from api.runtime import open_runtime
from api.settings import Settings
from auth.mongo import in_transaction
from auth.principal import PrincipalKind
from resolvers.gateway import Gateway
from resolvers.jobs.application_upkeep import lapse_applications
from resolvers.notices.telling import ASKING, TELLINGS, UNSETTLING
from resolvers.rules.application_machine import ApplicationEvent
from resolvers.rules.notice_kinds import REMINDERS, NoticeKind
from resolvers.rules.permit_status import printed_day, shanghai_day
from resolvers.store.outgoing_events import HEARD_BY_INBOX, Event, EventKind, encode_event
from resolvers.vocabulary import ApplicationState, FilerKind, PaperKind
from tests.cases import Scene
from tests.filing import ahead, application_of, extension, new_in_china, put_papers
from tests.inboxes import put_notices
from tests.news import News
from tests.paper_contents import pdf
from tests.paper_filing import Filer
from tests.record_lines import Importer, later, residence_line, told
from tests.serving import Serving

_E, _S = ApplicationEvent, ApplicationState


@pytest.fixture
async def gateway(serving: Serving, settings: Settings, mongod_uri: str) -> AsyncIterator[Gateway]:
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        yield runtime.gateway


def test_every_kind_of_news_has_its_event_and_every_event_of_the_inbox_its_reason() -> None:
    told_of = {kind for kind, _ in TELLINGS}
    assert told_of | ASKING | UNSETTLING == HEARD_BY_INBOX
    news = {telling.kind for telling in TELLINGS.values()} | {NoticeKind.APPLICATION_TO_CONFIRM}
    assert news | REMINDERS == set(NoticeKind)
    assert news & REMINDERS == set()


async def test_an_extension_is_told_from_the_draft_to_the_permit(
    serving: Serving, gateway: Gateway
) -> None:
    scene = await Scene.of(serving)
    person, other = await scene.person(), await scene.person()
    news, others = (News(serving, gateway, one) for one in (person, other))
    [permit_id] = person.permit_ids
    draft = application_of(await scene.employer.create(extension(serving, permit_id)))
    about = draft["id"]
    assert await news.fresh() == [("APPLICATION_TO_CONFIRM", about)]
    await put_papers(serving, about)
    # Asked once, however often the draft changes before it is confirmed.
    statement = extension(serving, permit_id, requestedUntil=ahead(serving, 650))
    updated = application_of(
        await scene.employer.step("updateApplication", draft, statement=statement)
    )
    assert await news.fresh() == []
    holder = news.desk
    confirmed = application_of(await holder.step("confirmApplication", updated))
    assert await news.standing() == []
    again = application_of(
        await scene.employer.step("updateApplication", confirmed, statement=statement)
    )
    assert await news.fresh() == [("APPLICATION_TO_CONFIRM", about)]
    confirmed = application_of(await holder.step("confirmApplication", again))
    submitted = application_of(await scene.employer.step("submitApplication", confirmed))
    assert await news.fresh() == [("APPLICATION_SUBMITTED", about)]
    gaps = [{"paper": "CONTRACT", "reason": "EXPIRED"}]
    returned = application_of(await scene.checker.step("returnApplication", submitted, gaps=gaps))
    assert await news.fresh() == [("APPLICATION_RETURNED", about)]
    await put_papers(serving, about, [PaperKind.CONTRACT])
    submitted = application_of(await scene.employer.step("submitApplication", returned))
    assert await news.fresh() == [("APPLICATION_SUBMITTED", about)]
    checked = application_of(await scene.checker.step("preCheckApplication", submitted))
    accepted = application_of(await scene.checker.step("acceptApplication", checked))
    assert await news.fresh() == [("APPLICATION_ACCEPTED", about)]
    review = application_of(await scene.decider.step("startReview", accepted))
    await put_notices(serving, person, permit_id, days_left=[30, 14])
    application_of(await scene.decider.step("approveApplication", review))
    told_last = await news.fresh()
    assert told_last[0] == ("APPLICATION_APPROVED", about)
    assert [kind for kind, _ in told_last[1:]] == ["PERMIT_ISSUED", "CARD_ISSUED"]
    assert "PERMIT_EXPIRING" not in await news.kinds()
    assert await others.fresh() == []


@pytest.mark.parametrize(
    ("state", "event", "kind"),
    [
        (_S.UNDER_REVIEW, _E.REJECT, "APPLICATION_REJECTED"),
        (_S.SUBMITTED, _E.WITHDRAW, "APPLICATION_WITHDRAWN"),
    ],
)
async def test_an_application_that_ends_otherwise_is_told_of(
    serving: Serving, gateway: Gateway, state: ApplicationState, event: ApplicationEvent, kind: str
) -> None:
    case = await (await Scene.of(serving)).case(state)
    news = News(serving, gateway, case.person)
    application_of(await case.act(event))
    assert await news.fresh() == [(kind, case.id)]


async def test_a_holder_is_not_told_what_he_did_himself_but_what_others_made_of_it(
    serving: Serving, gateway: Gateway
) -> None:
    scene = await Scene.of(serving)
    case = await scene.case(_S.DRAFT, FilerKind.HOLDER)
    news = News(serving, gateway, case.person)
    submitted = application_of(await case.act(_E.SUBMIT))
    assert await news.fresh() == []
    checked = application_of(await scene.checker.step("preCheckApplication", submitted))
    accepted = application_of(await scene.checker.step("acceptApplication", checked))
    review = application_of(await scene.decider.step("startReview", accepted))
    application_of(await scene.decider.step("approveApplication", review))
    kinds = [kind for kind, _ in await news.fresh()]
    assert kinds[:2] == ["APPLICATION_ACCEPTED", "APPLICATION_APPROVED"]
    assert kinds[2:] == ["PERMIT_CANCELLED", "TASK_OPENED"]
    withdrawn = await scene.case(_S.SUBMITTED, FilerKind.HOLDER)
    news = News(serving, gateway, withdrawn.person)
    application_of(await withdrawn.act(_E.WITHDRAW))
    assert await news.fresh() == []


async def test_a_draft_that_lapses_is_told_of_and_its_reminders_disappear(
    serving: Serving, gateway: Gateway
) -> None:
    due = serving.clock() + timedelta(days=3)
    case = await (await Scene.of(serving)).case(_S.DRAFT, lapses_at=due)
    news = News(serving, gateway, case.person)
    days_left = [(printed_day(due) - shanghai_day(serving.clock())).days]
    await put_notices(
        serving, case.person, case.id, NoticeKind.APPLICATION_LAPSING, days_left=days_left
    )
    # It holds: the day is the one on which the draft lapses.
    assert await news.kinds() == ["APPLICATION_LAPSING"]
    serving.clock.advance(days=4)
    assert await lapse_applications(gateway, serving.clock()) == 1
    assert await news.kinds() == ["APPLICATION_LAPSED"]


async def test_a_paper_that_makes_a_confirmation_fall_asks_for_another(
    serving: Serving, gateway: Gateway
) -> None:
    scene = await Scene.of(serving)
    case = await scene.case(_S.DRAFT, lapses_at=serving.clock() + timedelta(days=9))
    news = News(serving, gateway, case.person)
    application_of(await case.act(_E.CONFIRM))
    assert await news.fresh() == []
    await Filer(serving.http, case.filer.app.token).stored(case.id, pdf(4_000))
    assert await news.fresh() == [("APPLICATION_TO_CONFIRM", case.id)]


async def test_nobody_is_told_anything_before_he_is_registered(
    serving: Serving, gateway: Gateway
) -> None:
    scene = await Scene.of(serving)
    draft = application_of(await scene.employer.create(new_in_china(serving)))
    await put_papers(serving, draft["id"])
    submitted = application_of(await scene.employer.step("submitApplication", draft))
    news = News(serving, gateway, await scene.person())
    assert await news.fresh() == []
    assert await serving.database["notices"].count_documents({}) == 0
    assert await serving.database["outgoing_events"].count_documents({"awaited_by": "INBOX"}) == 0
    assert submitted["state"] == "SUBMITTED"


async def test_a_record_that_another_authority_changes_is_told_of_once_and_outdates_reminders(
    serving: Serving, gateway: Gateway
) -> None:
    person = await serving.person()
    news = News(serving, gateway, person)
    importer = Importer(gateway, serving.database, serving.key_set, serving.clock)
    line = residence_line(person)
    assert told(await importer.take(line)) == ["stored"]
    stored = await serving.database["residence_permits"].find_one({})
    assert stored is not None
    assert await news.fresh() == [("RECORD_UPDATED", stored["_id"])]
    days = (printed_day(stored["valid_until"]) - shanghai_day(serving.clock())).days
    await put_notices(
        serving, person, stored["_id"], NoticeKind.RESIDENCE_PERMIT_EXPIRING, days_left=[days]
    )
    same = line | {"updated_at": later(line["updated_at"], days=30)}
    assert told(await importer.take(same)) == ["stored"]
    assert await news.kinds() == ["RESIDENCE_PERMIT_EXPIRING", "RECORD_UPDATED"]
    longer = same | {
        "updated_at": later(line["updated_at"], days=60),
        "valid_until": "2028-01-04",
    }
    assert told(await importer.take(longer)) == ["stored"]
    assert await news.kinds() == ["RECORD_UPDATED", "RECORD_UPDATED"]


async def test_a_letter_that_was_issued_is_told_of_unless_the_holder_asked_for_it(
    serving: Serving, gateway: Gateway
) -> None:
    person = await serving.person()
    news = News(serving, gateway, person)
    letters = [new_id("ltr"), new_id("ltr")]

    async def issued(letter_id: str, by: PrincipalKind) -> None:
        event = Event(EventKind.LETTER_ISSUED, letter_id, person.holder_id)
        encoded = encode_event(new_id("evt"), event, serving.clock(), by)
        await in_transaction(
            gateway.database, lambda transaction: gateway.events.append([encoded], transaction)
        )

    await issued(letters[0], PrincipalKind.OFFICER)
    await issued(letters[1], PrincipalKind.HOLDER)
    assert await news.fresh() == [("LETTER_ISSUED", letters[0])]
