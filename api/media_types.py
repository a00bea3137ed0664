"""Content negotiation between the two media types of GraphQL over HTTP.

https://graphql.github.io/graphql-over-http/draft/#sec-Media-Types, RFC 9110 section 12.5.1.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

MAX_RANGES = 32
EVENT_STREAM = "text/event-stream"
MAX_REMEMBERED = 64
_MAX_REMEMBERED_LENGTH = 200
_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


class MediaType(StrEnum):
    GRAPHQL_RESPONSE = "application/graphql-response+json"
    JSON = "application/json"


def negotiated(accept: str | None) -> MediaType | None:
    """What the client takes best; None when it takes neither.

    Without a header or with a wildcard it is `application/json`, which older clients expect; of two
    that are named and liked alike it is the newer one.
    """
    return _negotiated(accept) if _is_short(accept) else _negotiated.__wrapped__(accept)


@lru_cache(maxsize=MAX_REMEMBERED)
def _negotiated(accept: str | None) -> MediaType | None:
    if accept is None or not accept.strip():
        return MediaType.JSON
    ranges = [_range(part) for part in accept.split(",")[:MAX_RANGES]]
    liking: dict[MediaType, tuple[float, int]] = {}
    for media_type in MediaType:
        fitting = [
            (exact, quality) for name, quality in ranges if (exact := _fit(name, media_type))
        ]
        if fitting:
            exact, quality = max(fitting)
            if quality > 0:
                liking[media_type] = (quality, exact)
    if not liking:
        return None
    best = max(liking.values())
    liked = [media_type for media_type, value in liking.items() if value == best]
    if len(liked) == 1:
        return liked[0]
    return MediaType.GRAPHQL_RESPONSE if best[1] == _EXACT else MediaType.JSON


def _is_short(header: str | None) -> bool:
    """A client sends the same few words each time; what is longer is not remembered."""
    return header is None or len(header) <= _MAX_REMEMBERED_LENGTH


_EXACT = 3


def _fit(name: str, media_type: MediaType) -> int:
    """How exactly the range names the type; 0 when it does not."""
    if name == media_type.value:
        return _EXACT
    return {"application/*": 2, "*/*": 1}.get(name, 0)


def takes_events(accept: str | None) -> bool:
    """Whether the client names `text/event-stream` among what it takes."""
    if accept is None or EVENT_STREAM not in accept.lower():
        return False
    parts = accept.split(",")[:MAX_RANGES]
    return any(name == EVENT_STREAM and quality > 0 for name, quality in map(_range, parts))


def _range(part: str) -> tuple[str, float]:
    name, *parameters = part.split(";")
    quality = 1.0
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            quality = float(value) if _QUALITY.fullmatch(value.strip()) else 0.0
    return name.strip().lower(), quality


def is_json(content_type: str | None) -> bool:
    """Whether a body is declared as `application/json` in UTF-8, which is also the default."""
    if content_type == MediaType.JSON.value:
        return True
    name, *parameters = (content_type or "").split(";")
    if name.strip().lower() != MediaType.JSON.value:
        return False
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset" and value.strip().strip('"').lower() != "utf-8":
            return False
    return True
