"""A holder's share code at the check page: typed with the birth date, never part of an address.

Everything travels in the body of a POST: code and birth date, and what fetches the proof. Each form
carries a key of its own, so that a page that is loaded again takes no second use.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.check import share_code_pages as pages
from api.check.form import read_form
from api.check.frame import Frame
from api.check.serving import asked_by_anyone, page, seconds_of, too_many
from api.exchange import exchange_of
from api.proofs import proof_file
from auth.proof_links import ProofClaim
from resolvers.changes import Command
from resolvers.gateway import Gateway
from resolvers.refusals import Refused
from resolvers.share_codes.checking import (
    MAX_TYPED_LENGTH,
    Checked,
    TooManyChecks,
    Typed,
    check_share_code,
)
from resolvers.share_codes.handing_out import NoProof, ProofFile, ProofForm, read_proof
from schema.failures import RequestError, RequestErrorCode

PATH: Final = "code"
PROOF_PATH: Final = "code/proof"
COMMAND: Final = "checkShareCode"
_MAX_LENGTH: Final = 80
_KEY: Final = re.compile(r"key_[0-9a-z]{26}")
_DAY: Final = re.compile(r"(\d{4})\D?(\d{2})\D?(\d{2})|(\d{4})\D+(\d{1,2})\D+(\d{1,2})\D?")


async def share_code(gateway: Gateway, request: Request, frame: Frame) -> Response:
    frame = replace(frame, token=PATH)
    if request.method != "POST":
        return page(pages.form(frame, gateway.new_id("key")), 200)
    asked = (pages.CODE, pages.BIRTH_DATE, pages.ONCE)
    given = await read_form(request, asked, _MAX_LENGTH)
    typed = Typed(given[pages.CODE][:MAX_TYPED_LENGTH], read_day(given[pages.BIRTH_DATE]))
    outcome = await check_share_code(
        gateway, asked_by_anyone(request), _command(gateway, given), typed
    )
    again = gateway.new_id("key")
    match outcome:
        case Checked():
            links = gateway.proof_links
            claim = links.claim(outcome.proof_id, None, outcome.downloadable_until)
            return page(pages.checked(frame, outcome, claim), 200)
        case Refused():
            return page(pages.form(frame, again, given, pages.NOT_ACCEPTED), 200)
        case TooManyChecks(waits):
            seconds = seconds_of(waits)
            html = pages.form(frame, again, given, pages.TOO_MANY, seconds)
            return too_many(request, html, seconds)


async def proof(gateway: Gateway, request: Request, frame: Frame) -> Response:
    """The file, by what the page gave to whoever made the check."""
    if request.method != "POST":
        raise RequestError(RequestErrorCode.NOT_FOUND, "A proof is fetched from its page.")
    asked = (pages.PROOF_ID, pages.UNTIL, pages.KEY, pages.PROOF, pages.FORM)
    given = await read_form(request, asked, _MAX_LENGTH)
    claim = ProofClaim(given[pages.UNTIL], given[pages.KEY], given[pages.PROOF])
    form = ProofForm.JSON if given[pages.FORM] == ProofForm.JSON else ProofForm.PDF
    ask = asked_by_anyone(request)
    found = await read_proof(gateway, ask, given[pages.PROOF_ID], claim, form)
    if isinstance(found, ProofFile):
        return proof_file(found, gateway.proof_signer.issuer)
    code, status = _FAILURES[found]
    exchange_of(request.scope).note_code(code.value)
    return page(pages.no_proof(replace(frame, token=PATH), found), status)


_FAILURES: Final = {
    NoProof.NOT_FOUND: (RequestErrorCode.NOT_FOUND, 404),
    NoProof.BUSY: (RequestErrorCode.UNAVAILABLE, 503),
    NoProof.NOT_PRINTABLE: (RequestErrorCode.NOT_FOUND, 404),
}


def read_day(typed: str) -> date | None:
    """Year, month, day, however they are parted; None for what is no day."""
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", typed).strip())
    if found is None:
        return None
    try:
        return date(*(int(part) for part in found.groups() if part is not None))
    except ValueError:
        return None


def _command(gateway: Gateway, given: dict[str, str]) -> Command:
    """What is typed anew is another request, also from a page that was gone back to."""
    once = given[pages.ONCE]
    if _KEY.fullmatch(once) is None:
        once = gateway.new_id("key")
    text = f"{COMMAND}\x1f{given[pages.CODE]}\x1f{given[pages.BIRTH_DATE]}"
    typed = gateway.digester.blind("command", text).value
    return Command(COMMAND, f"{once}{typed.hex()}", typed)
