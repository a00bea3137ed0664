"""The article as a test: on one morning in January a German professor in Guangzhou and colleagues
from Canada, the United States and Turkmenistan in Shenzhen, Dongguan and Zhuhai get their cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from auth.officers import Duty
from resolvers.vocabulary import PermitForm
from tests.access_callers import logged_in
from tests.app_client import AppClient
from tests.factories import PermitPlan
from tests.filing import (
    Desk,
    Office,
    ahead,
    applicant,
    application_of,
    employer_desk,
    employer_of,
    extension,
    new_in_china,
    new_key,
    put_papers,
)
from tests.flows import everything_stored
from tests.officer_client import officer_client
from tests.serving import Serving

_ORDER_CHANGED = "... on CardOrderChanged { order { id revision state } }"
_CARD_CHANGED = "... on CardChanged { card { id revision status } }"
_OF_ORDERS = ("orderCardAtCounter", "checkPhoto")
_CARDS = (
    "{ me { workPermitNumber { revealed } cards { edges { node { id revision kind status"
    " bank { state } permit { id status } } } } permits { edges { node { id status } } }"
    " cardOrders { edges { node { state minutesTaken isPromiseKept ticket { ahead }"
    " stages { stage at } } } } } }"
)


@dataclass(frozen=True)
class Expert:
    """Fictional; only nation, city and post are as the article tells."""

    nation: str
    city: str
    surname: str
    post: tuple[str, str]
    passport: str


EXPERTS = (
    Expert("DEU", "440100", "Erfunden", ("Professor", "教授"), "FA1000001"),
    Expert("CAN", "440300", "Imagined", ("Engineer", "工程师"), "FB1000002"),
    Expert("USA", "441900", "Invented", ("Designer", "设计师"), "FC1000003"),
    Expert("TKM", "440400", "Wymyslow", ("Chemist", "化学师"), "FD1000004"),
)


async def permitted(serving: Serving, expert: Expert) -> AppClient:
    """The employer files, two officers decide, the expert logs in to the app."""
    employer = await employer_desk(serving, await employer_of(serving, await serving.person()))
    office = await Office.of(serving, f"foreign-experts-{expert.city}")
    person = applicant(
        expert.passport,
        name={"surname": expert.surname, "givenNames": "Alex"},
        nationality=expert.nation,
    )
    person["passport"]["country"] = expert.nation
    statement = new_in_china(
        serving,
        applicant=person,
        city=expert.city,
        post=dict(zip(("en", "zh"), expert.post, strict=True)),
    )
    draft = application_of(await employer.create(statement))
    await put_papers(serving, draft["id"])
    submitted = application_of(await employer.step("submitApplication", draft))
    await office.approve(submitted, originalsSeen=True)
    app = serving.client()
    passport = {"country": expert.nation, "number": expert.passport}
    await app.log_in(f"Alex {expert.surname}", {"passport": passport})
    return app


@dataclass
class Counter:
    """A counter of the social security authority of a city."""

    app: AppClient

    async def act(self, mutation: str, input_type: str, **given: Any) -> dict[str, Any]:
        changed = _ORDER_CHANGED if mutation in _OF_ORDERS else _CARD_CHANGED
        query = (
            f"mutation($input: {input_type}!) {{ {mutation}(input: $input) {{ __typename"
            f" {changed} ... on ChangeRefused {{ code }} }} }}"
        )
        data = await self.app.execute(query, {"input": {"idempotencyKey": new_key()} | given})
        payload: dict[str, Any] = data[mutation]
        assert payload["__typename"] != "ChangeRefused", payload
        document: dict[str, Any] = payload.get("order") or payload["card"]
        return document

    async def serve(self, serving: Serving, work_permit_number: str) -> None:
        """From the order to the activated card, the clock going on as it would."""
        order = await self.act(
            "orderCardAtCounter",
            "OrderCardAtCounterInput",
            workPermitNumber=work_permit_number,
            reason="NEW",
            making="COUNTER",
        )
        serving.clock.advance(seconds=40)
        step = {"orderId": order["id"], "revision": order["revision"]}
        order = await self.act("checkPhoto", "CheckPhotoInput", **step)
        serving.clock.advance(seconds=50)
        step = {"orderId": order["id"], "revision": order["revision"]}
        card = await self.act("makeCard", "MakeCardInput", **step, cardNumber=order["id"][-9:])
        assert card["status"] == "SEALED"
        serving.clock.advance(seconds=30)
        given = {"cardId": card["id"], "revision": card["revision"]}
        assert (await self.act("activateCard", "CardStepInput", **given))["status"] == "NORMAL"


async def test_four_experts_get_their_cards_at_the_counter_within_twenty_minutes(
    serving: Serving,
) -> None:
    plastic = await serving.person(
        permit_plans=(PermitPlan(starts=-700, ends=60, form=PermitForm.PLASTIC),), phone=None
    )
    before = await everything_stored(serving.database)
    untouched = before["permits"][plastic.permit_ids[0]]
    for expert in EXPERTS:
        app = await permitted(serving, expert)
        me = (await app.execute(_CARDS))["me"]
        [electronic] = [edge["node"] for edge in me["cards"]["edges"]]
        assert (electronic["kind"], electronic["status"]) == ("ELECTRONIC", "NORMAL")
        counter = Counter(
            await officer_client(serving, f"human-resources-{expert.city}", (Duty.COUNTER,))
        )
        await counter.serve(serving, me["workPermitNumber"]["revealed"])
        me = (await app.execute(_CARDS.replace("revealed", "masked")))["me"]
        physical, electronic = [edge["node"] for edge in me["cards"]["edges"]]
        assert (physical["kind"], physical["status"]) == ("PHYSICAL", "NORMAL")
        [permit] = [edge["node"] for edge in me["permits"]["edges"]]
        assert permit["status"] == "ACTIVE"
        # One permit, on both cards.
        assert physical["permit"] == electronic["permit"] == permit
        [order] = [edge["node"] for edge in me["cardOrders"]["edges"]]
        assert order["state"] == "COLLECTED"
        assert order["isPromiseKept"] is True
        assert order["minutesTaken"] < 20
    # "No change, no replacement": whoever holds a plastic permit has lost and gained nothing.
    after = await everything_stored(serving.database)
    assert after["permits"][plastic.permit_ids[0]] == untouched
    assert not [card for card in after["cards"].values() if card["holder_id"] == plastic.holder_id]


async def test_an_old_plastic_permit_goes_onto_a_card_with_its_extension_and_not_before(
    serving: Serving,
) -> None:
    plan = PermitPlan(starts=-700, ends=60, form=PermitForm.PLASTIC)
    person = await serving.person(permit_plans=(plan,))
    holder = Desk(await logged_in(serving, person))
    listed = "{ me { cards { edges { node { kind } } electronicAbsence { code } } } }"
    plain = (await holder.app.execute(listed))["me"]["cards"]
    assert plain == {"edges": [], "electronicAbsence": {"code": "PLASTIC_PERMIT"}}
    employer = await employer_desk(serving, await employer_of(serving, person))
    office = await Office.of(serving)
    draft = application_of(await employer.create(extension(serving, person.permit_ids[0])))
    await put_papers(serving, draft["id"])
    confirmed = application_of(await holder.step("confirmApplication", draft))
    submitted = application_of(await employer.step("submitApplication", confirmed))
    await office.approve(submitted)
    me = (
        await holder.app.execute(
            "{ me { permits { edges { node { form status validUntil } } }"
            " cards { edges { node { kind permit { form } } } } } }"
        )
    )["me"]
    new, old = [edge["node"] for edge in me["permits"]["edges"]]
    assert new == {"form": "INTEGRATED", "status": "ACTIVE", "validUntil": ahead(serving, 700)}
    assert (old["form"], old["status"]) == ("PLASTIC", "SUPERSEDED")
    assert me["cards"]["edges"] == [
        {"node": {"kind": "ELECTRONIC", "permit": {"form": "INTEGRATED"}}}
    ]
