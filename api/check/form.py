"""Reading what the check page's forms send: small, each once, nothing that we did not ask for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from schema.failures import RequestError, RequestErrorCode

FORM: Final = "application/x-www-form-urlencoded"
MAX_FORM_BYTES: Final = 16_384
_MAX_FIELDS: Final = 40


async def read_form(request: Request, asked: Collection[str], max_length: int) -> dict[str, str]:
    """Each of the fields `asked`, "" where it is missing. Raises RequestError, with nothing of what
    was sent, for anything but such a form: too large, not UTF-8, a field twice, unknown or too
    long, a control character in it."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != FORM or len(request.headers.getlist("content-type")) != 1:
        raise RequestError(RequestErrorCode.UNSUPPORTED_MEDIA_TYPE, f"Send {FORM}.")
    body = await request.body()
    if len(body) > MAX_FORM_BYTES:
        raise RequestError(RequestErrorCode.BODY_TOO_LARGE, "The form is too large.")
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MAX_FIELDS,
        )
    except ValueError:
        pairs = None
    if pairs is None:
        raise RequestError(RequestErrorCode.BAD_REQUEST, "The form cannot be read.")
    given = dict(pairs)
    is_ours = len(given) == len(pairs) and set(given) <= set(asked)
    if not is_ours or not all(_is_text(value, max_length) for value in given.values()):
        raise RequestError(RequestErrorCode.BAD_REQUEST, "The form is not ours.")
    return {name: given.get(name, "") for name in asked}


def _is_text(value: str, max_length: int) -> bool:
    """A text area sends its line ends as CRLF."""
    return len(value) <= max_length and all(
        char.isprintable() or char in "\r\n\t\u200b\u200c\u200d\u3000\xa0" for char in value
    )
