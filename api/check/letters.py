"""A letter's QR at the check page: a form for what is printed, then the verdict."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.check import letter_pages
from api.check.form import read_form
from api.check.frame import Frame, not_ours
from api.check.serving import asked_by_anyone, page, seconds_of, too_many
from resolvers.gateway import Gateway
from resolvers.letters.checking import (
    CheckRefusal,
    Genuine,
    NotProved,
    SignedLetter,
    check_letter,
    signed_letter,
)
from resolvers.letters.printed import FIELDS_OF, MAX_VALUE_LENGTH

CODE_FIELD: Final = "code"


async def letter(gateway: Gateway, request: Request, frame: Frame) -> Response:
    signed = signed_letter(gateway, frame.token)
    if signed is None:
        return page(not_ours(frame), 404)
    if request.method != "POST":
        return page(letter_pages.letter_form(frame, signed), 200)
    return await _check(gateway, request, frame, signed)


async def _check(
    gateway: Gateway, request: Request, frame: Frame, signed: SignedLetter
) -> Response:
    fields = FIELDS_OF[signed.kind]
    asked = [*(field.value for field in fields), CODE_FIELD]
    form = await read_form(request, asked, MAX_VALUE_LENGTH)
    typed = {field: form[field.value] for field in fields}
    ask = asked_by_anyone(request)
    outcome = await check_letter(gateway, ask, signed, typed, form[CODE_FIELD])
    match outcome:
        case Genuine():
            return page(letter_pages.genuine(frame, outcome), 200)
        case NotProved(CheckRefusal.TOO_MANY_ATTEMPTS, waits):
            seconds = seconds_of(waits)
            html = letter_pages.letter_form(frame, signed, form, outcome, seconds)
            return too_many(request, html, seconds)
        case NotProved():
            return page(letter_pages.letter_form(frame, signed, form, outcome), 200)
