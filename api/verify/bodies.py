"""The frames of a camera, read from a JSON body with every type and size checked.

{"frames": [{"at": milliseconds since the first, "jpeg": base64}, ...]}
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from starlette.requests import Request

from api.graphql_ask import json_of
from auth.verification import (
    MAX_FRAME_BYTES,
    MAX_FRAME_MS,
    MAX_FRAMES,
    MIN_FRAMES,
    CameraFrame,
    FrameProof,
)
from schema.failures import RequestError, RequestErrorCode

MAX_BODY_BYTES: Final = 12 * 1024 * 1024
_MAX_BASE64: Final = (MAX_FRAME_BYTES + 2) // 3 * 4


GRACE_SECONDS: Final = 2.0
LEAST_BYTES_PER_SECOND: Final = 65_536
"""A burst is a megabyte and has ten seconds: whoever sends more slowly does not arrive anyway, and
must not hold a turn until then."""


async def paced_body(request: Request) -> Sequence[bytes]:
    """As it came, in pieces; then `request.state.is_read`. Raises RequestError with BODY_TOO_SLOW
    for whoever stops or crawls."""
    now = asyncio.get_running_loop().time
    began, size = now(), 0
    pieces: list[bytes] = []
    coming = request.stream()
    try:
        while True:
            async with asyncio.timeout_at(began + GRACE_SECONDS + size / LEAST_BYTES_PER_SECOND):
                piece = await anext(coming, None)
            if piece is None:
                request.state.is_read = True
                return pieces
            size += len(piece)
            pieces.append(piece)
    except TimeoutError:
        least = LEAST_BYTES_PER_SECOND // 1_024
        sentence = f"Send at least {least} KiB a second."
        raise RequestError(RequestErrorCode.BODY_TOO_SLOW, sentence) from None


def frames_of(pieces: Sequence[bytes]) -> FrameProof:
    """Raises RequestError with BAD_REQUEST, which repeats nothing of what was sent."""
    sent = json_of(b"".join(pieces), "The body")
    if not isinstance(sent, dict) or set(sent) != {"frames"}:
        _bad("The body must be an object with `frames` alone.")
    frames = sent["frames"]
    if not isinstance(frames, list) or not MIN_FRAMES <= len(frames) <= MAX_FRAMES:
        _bad(f"`frames` must be a list of {MIN_FRAMES} to {MAX_FRAMES}.")
    return FrameProof(tuple(_frame(one) for one in frames))


def _frame(sent: Any) -> CameraFrame:
    if not isinstance(sent, dict) or set(sent) != {"at", "jpeg"}:
        _bad("Each frame must be an object with `at` and `jpeg` alone.")
    at, text = sent["at"], sent["jpeg"]
    too_large = f"`jpeg` must be base64 of 1 to {MAX_FRAME_BYTES} bytes."
    # `True` is an int in Python.
    if type(at) is not int or not 0 <= at <= MAX_FRAME_MS:
        _bad(f"`at` must be milliseconds from 0 to {MAX_FRAME_MS}.")
    if not isinstance(text, str) or not 0 < len(text) <= _MAX_BASE64:
        _bad(too_large)
    try:
        picture = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        _bad("`jpeg` must be base64.")
    if len(picture) > MAX_FRAME_BYTES:
        _bad(too_large)
    return CameraFrame(at, picture)


def _bad(message: str) -> NoReturn:
    raise RequestError(RequestErrorCode.BAD_REQUEST, message) from None
