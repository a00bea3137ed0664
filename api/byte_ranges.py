"""One range of bytes of a file that never changes (RFC 9110, sections 13.1.5 and 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_RANGE: Final = re.compile(
    r"bytes=[ \t]*(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))[ \t]*", re.IGNORECASE
)


@dataclass(frozen=True)
class ByteRange:
    """From `first` to `last`, both included."""

    first: int
    last: int


class Unsatisfiable(Exception):
    """The range begins behind the end of the file: answered with 416."""


def asked_range(header: str | None, if_range: str | None, etag: str, size: int) -> ByteRange | None:
    """What to send of a file of `size` bytes; None for all of it: no range, several, another unit,
    or one of a file that is no longer this one. Raises Unsatisfiable."""
    found = None if header is None else _RANGE.fullmatch(header.strip())
    if found is None or (if_range is not None and if_range.strip() != etag):
        return None
    first_text, last_text, suffix = found.groups()
    if suffix is not None:
        length = min(int(suffix), size)
        if length == 0:
            raise Unsatisfiable
        return ByteRange(size - length, size - 1)
    first = int(first_text)
    last = int(last_text) if last_text else size - 1
    if last < first and last_text:
        return None  # not well-formed, so as if it were not there
    if first >= size:
        raise Unsatisfiable
    return ByteRange(first, min(last, size - 1))
