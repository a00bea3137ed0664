"""The process dies at any point of a card procedure: all of it is stored, or nothing; the same
request sent again ends it exactly once. One card after the other through their whole lives."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import pytest

from auth.officers import Duty
from auth.tokens import SubjectKind
from tests.card_desk import AT_COUNTER, OFFICE, Hand, new_key, new_number
from tests.cases import minted
from tests.factories import Person
from tests.killing import COMMIT, COMMITTED, Told, kill_everywhere
from tests.officer_client import officer_clients
from tests.serving import Serving


class Life:
    """A holder and a counter; each step is killed everywhere before it is done."""

    def __init__(self, serving: Serving, person: Person, counter: Hand) -> None:
        self._serving = serving
        self.holder = Hand(minted(serving, SubjectKind.HOLDER, person.holder_id).app)
        self.counter = counter
        self.steps = 0

    async def step(self, act: Any, *lines: str) -> tuple[dict[str, Any], Told]:
        """What was changed as the answer shows it; `lines` is what the trail must hold of it."""
        points, told, payload = await kill_everywhere(self._serving, act)
        assert payload["__typename"] != "ChangeRefused", payload
        assert told.lines == Counter(lines)
        assert told.documents["idempotency"] == 1
        at = points.index(COMMIT)
        assert points[at : at + 2] == [COMMIT, COMMITTED]
        self.steps += 1
        shown: dict[str, Any] = payload.get("card") or payload["order"]
        return shown, told

    async def on_card(self, hand: Hand, mutation: str, card: Any, *lines: str) -> dict[str, Any]:
        act = partial(hand.on_card, mutation, card, idempotencyKey=new_key())
        return (await self.step(act, *lines))[0]

    async def on_order(
        self, hand: Hand, mutation: str, order: Any, *lines: str, **more: Any
    ) -> dict[str, Any]:
        act = partial(hand.on_order, mutation, order, idempotencyKey=new_key(), **more)
        return (await self.step(act, *lines))[0]

    async def ordered(self, **wanted: Any) -> dict[str, Any]:
        given = AT_COUNTER | wanted | {"idempotencyKey": new_key()}
        order, told = await self.step(
            partial(self.holder.act, "orderCard", **given), "card_order.placed"
        )
        assert told.documents["queue_tickets"] == told.documents["card_orders"] == 1
        return order

    async def made(self, order: dict[str, Any]) -> dict[str, Any]:
        checked = await self.on_order(
            self.counter, "checkPhoto", order, "card_order.photo_accepted"
        )
        return await self.on_order(
            self.counter, "makeCard", checked, "card.made", cardNumber=new_number()
        )


@pytest.fixture
async def life(serving: Serving) -> Life:
    person = await serving.person()
    [counter] = await officer_clients(serving, 1, OFFICE, (Duty.COUNTER,))
    return Life(serving, person, Hand(counter))


async def test_killed_at_any_step_from_the_first_card_to_its_cancellation(life: Life) -> None:
    holder, counter = life.holder, life.counter
    act = partial(holder.act, "issueElectronicCard", idempotencyKey=new_key())
    electronic, _ = await life.step(act, "card.issued")
    card = await life.made(await life.ordered())
    card = await life.on_card(
        counter, "activateCard", card, "card.activated", "card_order.collected"
    )
    lost = ("card.temporary_loss_reported", "card.suspended")
    card = await life.on_card(holder, "reportTemporaryLoss", card, *lost)
    back = ("card.loss_released", "card.reactivated")
    card = await life.on_card(holder, "releaseTemporaryLoss", card, *back)
    card = await life.on_card(counter, "lockPin", card, "card.pin_locked")
    card = await life.on_card(counter, "unlockPin", card, "card.pin_unlocked")
    card = await life.on_card(counter, "reportLoss", card, "card.loss_reported", "card.suspended")
    card = await life.on_card(counter, "releaseLoss", card, "card.found", "card.reactivated")
    order = await life.ordered(reason="RENEW")
    await life.on_order(holder, "cancelCardOrder", order, "card_order.cancelled")
    newer = await life.made(await life.ordered(reason="RENEW"))
    activated = ("card.voided", "card.activated", "card_order.collected")
    newer = await life.on_card(counter, "activateCard", newer, *activated)
    cancelled = ("card.cancelled", "card.cancelled")
    newer = await life.on_card(counter, "cancelCard", newer, *cancelled)
    assert newer["status"] == "CANCELLED"
    assert electronic["kind"] == "ELECTRONIC"
    assert life.steps == 18


async def test_killed_while_the_holder_stops_and_starts_the_electronic_card(life: Life) -> None:
    act = partial(life.holder.act, "issueElectronicCard", idempotencyKey=new_key())
    card, _ = await life.step(act, "card.issued")
    for mutation, line in (
        ("suspendElectronicCard", "card.suspended"),
        ("reactivateElectronicCard", "card.reactivated"),
        ("cancelElectronicCard", "card.cancelled"),
    ):
        card = await life.on_card(life.holder, mutation, card, line)
    assert card["status"] == "CANCELLED"
