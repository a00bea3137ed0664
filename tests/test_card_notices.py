"""What happens to a holder's cards and their orders is told to the holder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from api.runtime import open_runtime
from api.settings import Settings
from resolvers.gateway import Gateway
from resolvers.jobs.card_releases import release_due_losses
from resolvers.vocabulary import CardKind, CardState
from tests.card_desk import (
    AT_COUNTER,
    Hand,
    card_of,
    counter_hand,
    holder_hand,
    make,
    order_of,
    put_card,
    stored_card,
)
from tests.factories import Person
from tests.news import News
from tests.serving import Serving


@pytest.fixture
async def gateway(serving: Serving, settings: Settings, mongod_uri: str) -> AsyncIterator[Gateway]:
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        yield runtime.gateway


async def at_home(serving: Serving, gateway: Gateway) -> tuple[Person, Hand, News]:
    """A holder who has logged in, and has got the electronic card with it."""
    person = await serving.person()
    hand = await holder_hand(serving, person)
    return person, hand, News(serving, gateway, person)


async def test_a_card_is_told_of_when_it_is_issued_and_whenever_somebody_changes_it(
    serving: Serving, gateway: Gateway
) -> None:
    person, hand, news = await at_home(serving, gateway)
    card = await stored_card(serving, person, CardKind.ELECTRONIC)
    assert await news.fresh() == [("CARD_ISSUED", card["_id"])]
    # His own doing is told all the same: it may have been another with his phone.
    suspended = card_of(await hand.on_card("suspendElectronicCard", card))
    assert await news.fresh() == [("CARD_CHANGED", card["_id"])]
    card_of(await hand.on_card("reactivateElectronicCard", suspended))
    assert await news.fresh() == [("CARD_CHANGED", card["_id"])]


async def test_a_loss_and_its_end_are_told_once_each_and_not_of_the_electronic_card_too(
    serving: Serving, gateway: Gateway
) -> None:
    person, hand, news = await at_home(serving, gateway)
    physical = await put_card(serving, person, CardState.NORMAL)
    await news.fresh()
    card_of(await hand.on_card("reportTemporaryLoss", physical))
    electronic = await stored_card(serving, person, CardKind.ELECTRONIC)
    assert electronic["state"] == "SUSPENDED"
    assert await news.fresh() == [("CARD_CHANGED", physical["_id"])]
    serving.clock.advance(days=11)
    assert await release_due_losses(gateway, serving.clock()) == 1
    news = News(serving, gateway, person)
    assert (await news.fresh())[-1] == ("CARD_CHANGED", physical["_id"])
    assert len(news.heard) == 3


BY_POST = AT_COUNTER | {"making": "FACTORY", "collection": "POST"}
FROM_FACTORY = AT_COUNTER | {"making": "FACTORY"}


@pytest.mark.parametrize(
    "wanted",
    [BY_POST, FROM_FACTORY],
    ids=["sent", "ready"],
)
async def test_an_order_is_told_of_where_something_is_asked_or_a_card_is_on_its_way(
    serving: Serving, gateway: Gateway, wanted: dict[str, Any]
) -> None:
    _, hand, news = await at_home(serving, gateway)
    counter = await counter_hand(serving)
    await news.fresh()
    order = order_of(await hand.act("orderCard", **wanted))
    assert await news.fresh() == []
    about = ("CARD_ORDER_CHANGED", order["id"])
    refused = order_of(await counter.on_order("checkPhoto", order, fault="TOO_SMALL"))
    assert await news.fresh() == [about]
    card = await make(counter, refused)
    assert await news.fresh() == []
    stored = await serving.database["card_orders"].find_one({"_id": order["id"]})
    assert stored is not None
    order_of(await counter.on_order("dispatchCard", stored))
    assert await news.fresh() == [about]
    card_of(await counter.on_card("activateCard", card))
    assert await news.fresh() == [("CARD_CHANGED", card["id"])]


async def test_an_order_given_up_is_told_of_unless_the_holder_did_it(
    serving: Serving, gateway: Gateway
) -> None:
    _, hand, news = await at_home(serving, gateway)
    counter = await counter_hand(serving)
    await news.fresh()
    first = order_of(await hand.act("orderCard", **AT_COUNTER))
    order_of(await hand.on_order("cancelCardOrder", first))
    assert await news.fresh() == []
    second = order_of(await hand.act("orderCard", **AT_COUNTER))
    order_of(await counter.on_order("cancelCardOrder", second))
    assert await news.fresh() == [("CARD_ORDER_CHANGED", second["id"])]
    assert second["id"] != first["id"]
