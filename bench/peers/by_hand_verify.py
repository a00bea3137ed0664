"""A card checked over a plain endpoint: the product's use case without a graph above it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.peers.gate import Gate
from resolvers.cards.verifying import CardChecked, check_card
from resolvers.gateway import Ask
from resolvers.policy.card_showing_texts import VERDICT_TEXTS
from resolvers.rules.card_showing import CardVerdict


async def verify(gate: Gate, ask: Ask, variables: Mapping[str, Any]) -> dict[str, Any]:
    checked = await check_card(gate.open.gateway, ask, variables["input"]["code"])
    if not isinstance(checked, CardChecked):
        raise TypeError("checked too often")
    permit = checked.permit
    employer = None if permit is None else permit.employer
    return {
        "verifyCard": {
            "__typename": "CardCheck",
            "isValid": checked.verdict is CardVerdict.VALID,
            "verdict": checked.verdict.value,
            "message": VERDICT_TEXTS[checked.verdict].en,
            "permitCategory": None if permit is None else permit.category.value,
            "employerName": None if employer is None else employer["en"],
            "lastValidDay": None if permit is None else permit.last_valid_day.isoformat(),
            "maskedName": None if permit is None else permit.masked_name,
            "fullName": checked.by_duty.full_name,
        }
    }
