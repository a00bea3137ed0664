"""What procedures add to demo holders goes when they are replaced; everybody else's stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from api.demo import DemoLoad, demo_identities, load_demo
from api.demo.employers import employer_id
from api.demo.identities import DATA_SET
from resolvers.vocabulary import IdentifierKind
from tests.card_desk import Hand, order_of
from tests.factories import PermitPlan
from tests.filing import (
    Desk,
    Office,
    applicant,
    application_of,
    employer_desk,
    extension,
    new_in_china,
    put_papers,
)
from tests.paper_contents import pdf
from tests.paper_filing import Filer
from tests.serving import Serving

OF_THE_DEMO = (
    *("holders", "holder_keys", "identity_documents", "permits", "cards", "card_orders"),
    *("residence_permits", "insurance_enrolments", "tasks", "applications", "papers"),
    "employments",
    *("paper_parts", "paper_files.files", "paper_files.chunks"),
)


async def stored_ids(serving: Serving) -> dict[str, set[Any]]:
    return {
        name: {one["_id"] async for one in serving.database[name].find({}, {"_id": 1})}
        for name in OF_THE_DEMO
    }


async def test_everything_that_was_filed_with_the_demo_goes_with_it(serving: Serving) -> None:
    loaded_at = serving.clock()
    await load_demo(serving.database, serving.key_set, now=loaded_at)
    before = await stored_ids(serving)
    employer = await employer_desk(serving, employer_id(DATA_SET, 0))
    office = await Office.of(serving)
    await extend_and_order(serving, employer, office)
    unregistered = application_of(await employer.create(new_in_china(serving)))
    newcomer = new_in_china(serving, applicant=applicant("FX7654321"))
    draft = application_of(await employer.create(newcomer))
    await put_papers(serving, draft["id"])
    await office.approve(
        application_of(await employer.step("submitApplication", draft)), originalsSeen=True
    )
    after = await stored_ids(serving)
    assert all(len(after[name]) > len(before[name]) for name in ("holders", "permits", "tasks"))
    assert len(after["applications"]) == 3
    assert unregistered["id"] in after["applications"]
    assert len(after["paper_files.files"]) == len(after["paper_parts"]) == 1
    assert after["card_orders"]
    again = await load_demo(serving.database, serving.key_set, now=loaded_at + timedelta(days=8))
    assert again is DemoLoad.REPLACED
    assert await stored_ids(serving) == before


async def extend_and_order(serving: Serving, employer: Desk, office: Office) -> None:
    """The whole extension of the demo holder whose window is open, with a real paper and half of
    another; then a card."""
    holder = demo_identities()["holders"][15]
    permit = await serving.database["permits"].find_one({"holder_id": holder["holderId"]})
    assert permit is not None
    client = serving.client()
    await client.log_in(holder["name"], holder["identifier"], holder["secondProof"])
    draft = application_of(await employer.create(extension(serving, permit["_id"])))
    filer = Filer(serving.http, employer.app.token)
    await filer.stored(draft["id"], pdf())
    half = await filer.begun(draft["id"], 40_000)
    await filer.send(half, 0, pdf(39_000)[:20_000])
    await put_papers(serving, draft["id"])
    read = await employer.app.execute(
        "query($id: ID!) { employer { application(id: $id) { id revision } } }", {"id": draft["id"]}
    )
    confirmed = application_of(
        await Desk(client).step("confirmApplication", read["employer"]["application"])
    )
    await office.approve(application_of(await employer.step("submitApplication", confirmed)))
    wanted = {"city": "440100", "reason": "RENEW", "making": "FACTORY"}
    order_of(await Hand(client).act("orderCard", **wanted))


async def test_a_holder_who_was_there_before_stays_with_all_that_a_demo_employer_filed(
    serving: Serving,
) -> None:
    await load_demo(serving.database, serving.key_set, now=serving.clock())
    other = await serving.person(permit_plans=(PermitPlan(starts=-400, ends=-30),))
    number = other.numbers[IdentifierKind.PASSPORT]
    name = {"surname": "Beispiel", "givenNames": "Nora"}
    passport = applicant(number)["passport"] | {"country": other.country}
    stated = applicant(number, name=name, passport=passport)
    employer = await employer_desk(serving, employer_id(DATA_SET, 0))
    filed = application_of(await employer.create(new_in_china(serving, applicant=stated)))
    before = await stored_ids(serving)
    await load_demo(serving.database, serving.key_set, now=serving.clock() + timedelta(days=30))
    assert await stored_ids(serving) == before
    stored = await serving.database["applications"].find_one({"_id": filed["id"]})
    assert stored is not None
    assert stored["holder_id"] == other.holder_id
