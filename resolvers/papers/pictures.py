"""JPEG and PNG: walked from marker to marker first, so that size and end are known before anything
is decoded, then decoded in full.

JPEG is ITU-T T.81, PNG is ISO/IEC 15948. What a picture says of itself (EXIF, text) is not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image

from resolvers.papers.outcomes import PaperCode

MAX_PIXELS: Final = 30_000_000
"""A page of A4 at 500 dots per inch has 24 million. Decoded, one takes four bytes."""
MAX_SEGMENTS: Final = 20_000
"""More than any real picture has, and few enough to be walked in milliseconds."""

JPEG_BEGIN: Final = b"\xff\xd8\xff"
PNG_BEGIN: Final = b"\x89PNG\r\n\x1a\n"

_FILL = re.compile(rb"\xff+")
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_END_OF_IMAGE, _START_OF_SCAN = 0xD9, 0xDA
_NO_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True)
class Picture:
    """Pixels, and the offset behind the picture's last byte."""

    width: int
    height: int
    end: int


def walk_jpeg(content: bytes) -> Picture | PaperCode:
    position, size = 2, None
    for _ in range(MAX_SEGMENTS):
        found = _marker_at(content, position)
        if isinstance(found, PaperCode):
            return found
        marker, position = found
        if marker == _END_OF_IMAGE:
            return PaperCode.UNREADABLE if size is None else Picture(*size, position)
        if marker in _NO_LENGTH:
            continue
        length = int.from_bytes(content[position : position + 2], "big")
        if position + max(length, 2) > len(content):
            return PaperCode.TRUNCATED
        if marker in _FRAMES:
            if size is not None:  # two sizes: which one would a decoder believe?
                return PaperCode.UNREADABLE
            height = int.from_bytes(content[position + 3 : position + 5], "big")
            size = int.from_bytes(content[position + 5 : position + 7], "big"), height
        position += length
        if marker == _START_OF_SCAN:
            following = _MARKER.search(content, position)
            position = len(content) if following is None else following.start()
    return PaperCode.UNREADABLE


def _marker_at(content: bytes, position: int) -> tuple[int, int] | PaperCode:
    """The marker that stands here, and the offset behind it."""
    fill = _FILL.match(content, position)
    if fill is None and position < len(content):
        return PaperCode.UNREADABLE
    if fill is None or fill.end() == len(content):
        return PaperCode.TRUNCATED
    return content[fill.end()], fill.end() + 1


def walk_png(content: bytes) -> Picture | PaperCode:
    position, size = len(PNG_BEGIN), None
    for _ in range(MAX_SEGMENTS):
        length = int.from_bytes(content[position : position + 4], "big")
        end = position + 12 + length
        if end > len(content):
            return PaperCode.TRUNCATED
        kind = content[position + 4 : position + 8]
        if kind == b"IHDR" and size is None and length == 13:
            width = int.from_bytes(content[position + 8 : position + 12], "big")
            size = width, int.from_bytes(content[position + 12 : position + 16], "big")
        if size is None or kind == b"acTL":  # no header first, or a film
            return PaperCode.UNREADABLE
        if kind == b"IEND":
            return Picture(*size, end)
        position = end
    return PaperCode.UNREADABLE


def decoding_fault(content: bytes, picture: Picture, kind: str) -> PaperCode | None:
    """Decodes all of it; `kind` is JPEG or PNG and the only decoder that is tried."""
    if picture.width * picture.height > MAX_PIXELS:
        return PaperCode.TOO_MANY_PIXELS
    try:
        with Image.open(BytesIO(content), formats=[kind]) as image:
            if image.size != (picture.width, picture.height):
                return PaperCode.UNREADABLE
            image.load()
    except Exception:  # noqa: BLE001 - a decoder fails in many ways, which all mean the same
        return PaperCode.UNREADABLE
    return None
