"""What a file really is, found from its content: names and declared types prove nothing. Pure."""

from __future__ import annotations

from typing import Final

from resolvers.papers.outcomes import PaperCode
from resolvers.papers.pdf import PDF_BEGIN, walk_pdf
from resolvers.papers.pictures import (
    JPEG_BEGIN,
    PNG_BEGIN,
    Picture,
    decoding_fault,
    walk_jpeg,
    walk_png,
)
from resolvers.policy.papers import JPEG, PDF, PHOTO_RULE, PNG
from resolvers.vocabulary import PaperKind

MAX_BLANK_END: Final = 4_096
"""Line ends and zeros that some writers leave behind the end. Anything else there is a second
file, which another program would read."""
_BLANK: Final = b"\0\t\n\f\r "

_BEGINNINGS: Final = ((PDF_BEGIN, PDF), (JPEG_BEGIN, JPEG), (PNG_BEGIN, PNG))


def media_type_of(content: bytes) -> str | None:
    """By the first bytes; None for everything that is not on the list."""
    return next((kind for begin, kind in _BEGINNINGS if content.startswith(begin)), None)


def content_fault(content: bytes, declared: str, kind: PaperKind) -> PaperCode | None:
    """Why this content is no such paper; None when it is one. Keeps a processor busy for up to a
    second."""
    if media_type_of(content) != declared:
        return PaperCode.TYPE_MISMATCH
    walked = _walked(content, declared)
    if isinstance(walked, PaperCode):
        return walked
    end = walked.end if isinstance(walked, Picture) else walked
    if len(content) - end > MAX_BLANK_END or content[end:].strip(_BLANK):
        return PaperCode.TRAILING_DATA
    if not isinstance(walked, Picture):
        return None
    fault = decoding_fault(content, walked, "JPEG" if declared == JPEG else "PNG")
    if fault is None and kind is PaperKind.PHOTO:
        return photo_fault(walked.width, walked.height, len(content))
    return fault


def _walked(content: bytes, media_type: str) -> Picture | int | PaperCode:
    if media_type == PDF:
        return walk_pdf(content)
    return walk_jpeg(content) if media_type == JPEG else walk_png(content)


def photo_fault(width: int, height: int, size: int) -> PaperCode | None:
    """By the printed rules (`resolvers.policy.papers`)."""
    rule = PHOTO_RULE
    if size < rule.min_bytes:
        return PaperCode.PHOTO_BYTES
    if not (
        rule.min_width <= width <= rule.max_width and rule.min_height <= height <= rule.max_height
    ):
        return PaperCode.PHOTO_PIXELS
    if abs(width / height - rule.ratio) > rule.tolerance:
        return PaperCode.PHOTO_RATIO
    return None
