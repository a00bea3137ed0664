"""Orders of physical cards: ticket, queue, stages, promise; and what is refused."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from resolvers.rules.permit_status import shanghai_day, starts_at
from resolvers.vocabulary import CardOrderState, CardState, IdentifierKind
from tests.access_callers import logged_in
from tests.card_desk import (
    AT_COUNTER,
    OFFICE,
    ORDER,
    Hand,
    card_of,
    code_of,
    counter_hand,
    expect_refusal,
    holder_hand,
    make,
    my_order,
    new_number,
    order_of,
    put_card,
    put_order,
)
from tests.factories import CITY, PermitPlan, Person
from tests.flows import audit_actions
from tests.serving import Serving

QUEUE = (
    f"{{ officer {{ counterQueue {{ edges {{ node {{ {ORDER} holder {{ fullName {{ masked }} }}"
    " } } pageInfo { hasNextPage } } } }"
)


async def queue(counter: Hand) -> list[dict[str, Any]]:
    edges = (await counter.app.execute(QUEUE))["officer"]["counterQueue"]["edges"]
    return [edge["node"] for edge in edges]


async def test_a_counter_order_goes_from_ticket_to_activated_card_within_the_promise(
    serving: Serving,
) -> None:
    person = await serving.person()
    hand, counter = await holder_hand(serving, person), await counter_hand(serving)
    ordered = order_of(await hand.act("orderCard", **AT_COUNTER))
    assert ordered["ticket"] == {"number": 1, "ahead": 0}
    assert (ordered["isPromiseKept"], ordered["minutesTaken"]) == (None, 0)
    serving.clock.advance(minutes=4)
    [queued] = await queue(counter)
    assert (queued["id"], queued["minutesTaken"]) == (ordered["id"], 4)
    assert queued["holder"]["fullName"]["masked"] == "N*** B***"
    sealed = await make(counter, queued)
    assert sealed["status"] == "SEALED"
    assert sealed["permit"] == {"id": person.permit_ids[0]}
    serving.clock.advance(minutes=10)
    counter = await counter_hand(serving)
    active = card_of(await counter.on_card("activateCard", sealed))
    assert active["status"] == "NORMAL"
    hand = await holder_hand(serving, person)
    done = await my_order(hand)
    assert (done["state"], done["isPromiseKept"], done["minutesTaken"]) == ("COLLECTED", True, 14)
    stages = ["ORDERED", "PHOTO_CHECKED", "MADE", "COLLECTED"]
    assert [stage["stage"] for stage in done["stages"]] == stages
    assert done["card"]["id"] == active["id"]
    assert await queue(counter) == []
    actions = [action for action, _ in await audit_actions(serving.database)]
    assert {
        *("card_order.placed", "card_order.photo_accepted", "card.made"),
        *("card.activated", "card_order.collected", "card_order.read"),
    } <= set(actions)


async def test_a_promise_that_is_missed_is_shown_as_missed(serving: Serving) -> None:
    person = await serving.person()
    hand = await holder_hand(serving, person)
    await hand.act("orderCard", **AT_COUNTER)
    serving.clock.advance(minutes=21)
    hand.app = await logged_in(serving, person)
    late = await my_order(hand)
    assert (late["isPromiseKept"], late["minutesTaken"]) == (False, 21)


async def test_an_officer_orders_for_whoever_stands_at_the_counter(serving: Serving) -> None:
    person = await serving.person()
    counter = await counter_hand(serving)
    number = person.numbers[IdentifierKind.WORK_PERMIT]
    given = {"workPermitNumber": number.lower(), "reason": "NEW", "making": "COUNTER"}
    ordered = order_of(await counter.act("orderCardAtCounter", **given))
    stored = await serving.database["card_orders"].find_one({"_id": ordered["id"]})
    assert stored is not None
    assert (stored["holder_id"], stored["authority"]) == (person.holder_id, OFFICE)
    assert stored["channel"] == "COUNTER"
    assert stored["stages"][0]["actor"].startswith("ofc_")
    nobody = given | {"workPermitNumber": "GD440000000"}
    await expect_refusal(serving, counter.act("orderCardAtCounter", **nobody), "NOT_FOUND")


async def test_an_officer_sees_the_cards_of_whoever_stands_there_and_the_trail_says_so(
    serving: Serving,
) -> None:
    person = await serving.person(physical=CardState.NORMAL)
    counter = await counter_hand(serving)
    query = (
        "query($input: HolderAtCounterInput!) { holderAtCounter(input: $input)"
        " { cards { id revision kind status number { masked revealed } } orders { id } } }"
    )
    number = person.numbers[IdentifierKind.WORK_PERMIT]
    sent = {"input": {"workPermitNumber": number}}
    [card] = (await counter.app.execute(query, sent))["holderAtCounter"]["cards"]
    assert card["kind"] == "PHYSICAL"
    assert card["number"]["revealed"].startswith("A")
    line = await serving.database["audit"].find_one({"action": "card.read"})
    assert line is not None
    assert line["holder_id"] == person.holder_id
    assert line["objects"] == [card["id"]]
    assert line["fields"] == ["cards.number"]
    elsewhere = await counter_hand(serving, "human-resources-440300")
    empty: dict[str, Any] = {"cards": [], "orders": []}
    assert (await elsewhere.app.execute(query, sent))["holderAtCounter"] == empty


async def test_another_citys_officer_finds_neither_the_order_nor_the_card(
    serving: Serving,
) -> None:
    person = await serving.person()
    hand = await holder_hand(serving, person)
    elsewhere = await counter_hand(serving, "human-resources-440300")
    order = order_of(await hand.act("orderCard", **AT_COUNTER))
    card = await put_card(serving, person, CardState.SEALED)
    assert await queue(elsewhere) == []
    for attempt in (
        elsewhere.on_order("checkPhoto", order),
        elsewhere.on_order("makeCard", order, cardNumber=new_number()),
        elsewhere.on_order("dispatchCard", order),
        elsewhere.on_order("cancelCardOrder", order),
        elsewhere.on_card("activateCard", card),
        elsewhere.on_card("cancelCard", card),
    ):
        await expect_refusal(serving, attempt, "NOT_FOUND")


async def test_an_officer_of_an_authority_that_makes_no_cards_makes_none(serving: Serving) -> None:
    person = await serving.person()
    hand = await holder_hand(serving, person)
    order = order_of(await hand.act("orderCard", **AT_COUNTER))
    experts = await counter_hand(serving, f"foreign-experts-{CITY}")
    await expect_refusal(serving, experts.on_order("checkPhoto", order), "DUTY_MISSING")


async def test_tickets_count_up_and_tell_how_many_are_ahead(serving: Serving) -> None:
    people = [await serving.person() for _ in range(6)]
    hands = [await holder_hand(serving, person) for person in people]
    await asyncio.gather(*(hand.act("orderCard", **AT_COUNTER) for hand in hands))
    orders = [await my_order(hand) for hand in hands]
    assert sorted(order["ticket"]["number"] for order in orders) == [1, 2, 3, 4, 5, 6]
    assert all(order["ticket"]["ahead"] == order["ticket"]["number"] - 1 for order in orders)
    counter = await counter_hand(serving)
    first = next(order for order in orders if order["ticket"]["number"] == 1)
    await make(counter, first)
    later = [order for order in orders if order is not first]
    now = {order["id"]: order for order in [await my_order(hand) for hand in hands]}
    assert now[first["id"]]["ticket"]["ahead"] is None
    assert all(
        now[order["id"]]["ticket"]["ahead"] == order["ticket"]["number"] - 2 for order in later
    )


async def test_tickets_begin_anew_each_day_of_shanghai_and_at_each_office(serving: Serving) -> None:
    numbers = []
    for city in (CITY, "440300"):
        hand = await holder_hand(serving, await serving.person())
        order = order_of(await hand.act("orderCard", **(AT_COUNTER | {"city": city})))
        numbers.append(order["ticket"]["number"])
    serving.clock.advance(days=1)
    hand = await holder_hand(serving, await serving.person())
    order = order_of(await hand.act("orderCard", **AT_COUNTER))
    assert [*numbers, order["ticket"]["number"]] == [1, 1, 1]
    stored = await serving.database["card_orders"].distinct("ticket.day")
    assert str(shanghai_day(serving.clock())) in stored


async def test_two_orders_at_once_leave_one_and_no_gap_in_the_tickets(serving: Serving) -> None:
    hand = await holder_hand(serving, await serving.person())
    payloads = await asyncio.gather(*(hand.act("orderCard", **AT_COUNTER) for _ in range(3)))
    assert [code_of(one) for one in payloads if one["__typename"] == "ChangeRefused"] == [
        "ORDER_OPEN"
    ] * 2
    other = await holder_hand(serving, await serving.person())
    assert order_of(await other.act("orderCard", **AT_COUNTER))["ticket"]["number"] == 2


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"city": "110000"}, "UNKNOWN_CITY"),
        ({"channel": "COUNTER"}, "BAD_ORDER"),
        ({"collection": "POST"}, "BAD_ORDER"),
        ({"reason": "RENEW"}, "WRONG_STATE"),
        ({"reason": "REPLACE_LOST"}, "WRONG_STATE"),
    ],
)
async def test_an_order_that_cannot_be_is_refused(
    serving: Serving, given: dict[str, str], code: str
) -> None:
    hand = await holder_hand(serving, await serving.person())
    await expect_refusal(serving, hand.act("orderCard", **(AT_COUNTER | given)), code)


async def test_whoever_has_a_card_orders_no_new_one_and_without_a_permit_there_is_none(
    serving: Serving,
) -> None:
    holding = await holder_hand(serving, await serving.person(physical=CardState.NORMAL))
    await expect_refusal(serving, holding.act("orderCard", **AT_COUNTER), "CARD_EXISTS")
    former = await holder_hand(serving, await serving.person(permit_plans=(PermitPlan(ends=-1),)))
    await expect_refusal(serving, former.act("orderCard", **AT_COUNTER), "NO_ACTIVE_PERMIT")


async def test_a_counters_figures_are_counted_by_day_and_month(serving: Serving) -> None:
    """By nearest rank: of 5 cards the third is the middle, the fifth nine tenths."""
    counter = await counter_hand(serving)
    day = date(2026, 3, 31)
    for finished_on, minutes in ((day, (25, 5, 9, 7, 12)), (day + timedelta(days=1), (20,))):
        for taken in minutes:
            # Half past midnight in Shanghai is the day before in UTC.
            ordered_at = starts_at(finished_on) + timedelta(minutes=30)
            await put_order(
                serving,
                await serving.person(),
                CardOrderState.COLLECTED,
                ordered_at=ordered_at,
                promised_at=ordered_at + timedelta(minutes=20),
                finished_at=ordered_at + timedelta(minutes=taken),
            )
    query = (
        "query($since: Date!, $until: Date!, $by: StatisticsPeriod!) { officer {"
        " counterStatistics(since: $since, until: $until, by: $by) {"
        " period count medianMinutes p90Minutes shareWithinPromise } } }"
    )
    names = ("period", "count", "medianMinutes", "p90Minutes", "shareWithinPromise")

    async def figures(**given: str) -> list[tuple[Any, ...]]:
        span = {"since": "2026-03-31", "until": "2026-04-01"} | given
        rows = (await counter.app.execute(query, span))["officer"]["counterStatistics"]
        return [tuple(row[name] for name in names) for row in rows]

    march, april = ("2026-03-31", 5, 9, 25, 0.8), ("2026-04-01", 1, 20, 20, 1)
    assert await figures(by="DAY") == [march, april]
    assert await figures(by="MONTH") == [("2026-03", *march[1:]), ("2026-04", *april[1:])]
    assert await figures(by="DAY", until="2026-03-31") == [march]
    assert await figures(by="DAY", since="2026-04-02", until="2026-04-30") == []
    elsewhere = await counter_hand(serving, "human-resources-440300")
    counter.app = elsewhere.app
    assert await figures(by="DAY") == []
    for bad in ({"since": "2026-04-02"}, {"since": "2025-03-31"}):
        span = {"since": "2026-03-31", "until": "2026-04-01", "by": "DAY"} | bad
        answer = (await counter.app.post(query, span)).json()
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_on_one_morning_four_cities_hand_out_their_cards_within_the_promise(
    serving: Serving,
) -> None:
    """The article's morning, from the counter order to the activated card."""
    for city in ("440100", "440300", "441900", "440400"):
        person: Person = await serving.person()
        counter = await counter_hand(serving, f"human-resources-{city}")
        number = person.numbers[IdentifierKind.WORK_PERMIT]
        given = {"workPermitNumber": number, "reason": "NEW", "making": "COUNTER"}
        order = order_of(await counter.act("orderCardAtCounter", **given))
        serving.clock.advance(minutes=3)
        card = await make(counter, order)
        serving.clock.advance(minutes=12)
        counter = await counter_hand(serving, f"human-resources-{city}")
        assert card_of(await counter.on_card("activateCard", card))["status"] == "NORMAL"
        hand = await holder_hand(serving, person)
        done = await my_order(hand)
        assert (done["isPromiseKept"], done["minutesTaken"]) == (True, 15)
