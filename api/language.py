"""Accept-Language (RFC 9110, 12.5.4) → one of the two languages that we speak."""

from __future__ import annotations

import re
from functools import lru_cache

from resolvers.vocabulary import Language

_MAX_RANGES = 20
_MAX_REMEMBERED = 64
_MAX_REMEMBERED_LENGTH = 200
"""A client sends the same few words each time."""
_ANY = "*"
_RANGE = re.compile(
    r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*)?",
    re.IGNORECASE,
)


def preferred_language(header: str | None) -> Language:
    """English unless Chinese is wanted more. Anything malformed is passed over."""
    if header is None:
        return Language.EN
    if len(header) > _MAX_REMEMBERED_LENGTH:
        return _preferred.__wrapped__(header)
    return _preferred(header)


@lru_cache(maxsize=_MAX_REMEMBERED)
def _preferred(header: str) -> Language:
    weights: dict[str, float] = {}
    for part in header.split(",")[:_MAX_RANGES]:
        found = _RANGE.fullmatch(part)
        if found is not None:
            primary = found[1].lower().partition("-")[0]
            weights[primary] = max(weights.get(primary, 0.0), float(found[2] or 1))
    # The star stands for every language that no other range names.
    any_other = weights.get(_ANY, 0.0)
    english, chinese = (weights.get(one.value, any_other) for one in (Language.EN, Language.ZH))
    return Language.ZH if chinese > english else Language.EN
