"""The code of a card at the check page: one button, then the verdict.

A camera, a mail program or a browser may open the address any number of times without using the
code up.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from api.check.card_pages import BUTTON, card_form, checked, not_counting
from api.check.form import read_form
from api.check.frame import Frame, not_ours
from api.check.serving import asked_by_anyone, page, seconds_of, too_many
from resolvers.cards.verifying import TooManyChecks, check_card, early_verdict
from resolvers.gateway import Gateway
from resolvers.rules.card_showing import CardVerdict


async def card(gateway: Gateway, request: Request, frame: Frame) -> Response:
    early = early_verdict(gateway, frame.token)
    if early is CardVerdict.NOT_OURS:
        return page(not_ours(frame), 404)
    if request.method != "POST":
        html = card_form(frame) if early is None else not_counting(frame, early)
        return page(html, 200)
    await read_form(request, [BUTTON], len(BUTTON))
    outcome = await check_card(gateway, asked_by_anyone(request), frame.token)
    if isinstance(outcome, TooManyChecks):
        seconds = seconds_of(outcome.retry_after)
        return too_many(request, card_form(frame, seconds), seconds)
    return page(checked(frame, outcome), 200)
