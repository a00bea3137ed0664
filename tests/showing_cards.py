"""Cards as their holders show them, and as others check what they are shown."""

from __future__ import annotations

from typing import Any

from resolvers.rules.check_addresses import token_in
from resolvers.vocabulary import CardKind
from tests.app_client import AppClient
from tests.card_desk import Hand, holder_hand, stored_card
from tests.factories import Person
from tests.serving import Serving

SHOW = """query Show($id: ID) { cardCode(cardId: $id) { __typename
  ... on CardCode { payload expiresAt refreshAfter }
  ... on CardCodeRefused { code message } } }"""
DRAWN = """query Drawn { cardCode {
  ... on CardCode { payload qr { version size svg } } } }"""
VERIFY = """mutation Verify($input: VerifyCardInput!) { verifyCard(input: $input) { __typename
  ... on CardCheck { isValid verdict message permitCategory employerName lastValidDay maskedName
    fullName permitNumber permitStatus post city { code } cardId cardState cardCause }
  ... on CardCheckRefused { message retryAfterSeconds } } }"""
PRESSED = {"check": "check"}
"""What the button of the check page sends."""
BY_DUTY = ("fullName", "permitNumber", "permitStatus", "post", "city", "cardId", "cardState")


class Showing:
    """A holder with an electronic card in the app."""

    def __init__(self, person: Person, hand: Hand, card_id: str) -> None:
        self.person = person
        self.hand = hand
        self.card_id = card_id

    @classmethod
    async def of(cls, serving: Serving, **plan: Any) -> Showing:
        person = await serving.person(**plan)
        hand = await holder_hand(serving, person)
        card = await stored_card(serving, person, CardKind.ELECTRONIC)
        return cls(person, hand, card["_id"])

    async def show(self, card_id: str | None = None) -> dict[str, Any]:
        variables = {"id": card_id or self.card_id}
        payload: dict[str, Any] = (await self.hand.app.execute(SHOW, variables))["cardCode"]
        return payload

    async def code(self) -> str:
        """The token alone."""
        payload = await self.show()
        assert payload["__typename"] == "CardCode", payload
        token = token_in(payload["payload"])
        assert token is not None
        return token


async def verify(app: AppClient, code: str) -> dict[str, Any]:
    payload: dict[str, Any] = (await app.execute(VERIFY, {"input": {"code": code}}))["verifyCard"]
    return payload
