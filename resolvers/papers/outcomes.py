"""How the steps of an upload and of a download can end. Values, not exceptions; codes are stable.

docs/papers.md says what each code means and what to do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from auth.permissions import Denial


class PaperCode(StrEnum):
    """Why a file, a part of it or a question about it was refused."""

    NOT_FOUND = "NOT_FOUND"
    WRONG_STATE = "WRONG_STATE"

    # Of an upload that begins.
    EMPTY = "EMPTY"
    TOO_LARGE = "TOO_LARGE"
    TYPE_NOT_ALLOWED = "TYPE_NOT_ALLOWED"
    TOO_MANY_PAPERS = "TOO_MANY_PAPERS"
    TOO_MANY_UPLOADS = "TOO_MANY_UPLOADS"

    # Of a part.
    OFFSET_CONFLICT = "OFFSET_CONFLICT"
    CHUNK_TOO_SMALL = "CHUNK_TOO_SMALL"
    LENGTH_EXCEEDED = "LENGTH_EXCEEDED"

    # Of the whole content.
    TYPE_MISMATCH = "TYPE_MISMATCH"
    TRUNCATED = "TRUNCATED"
    UNREADABLE = "UNREADABLE"
    ENCRYPTED = "ENCRYPTED"
    TRAILING_DATA = "TRAILING_DATA"
    TOO_MANY_PIXELS = "TOO_MANY_PIXELS"
    PHOTO_PIXELS = "PHOTO_PIXELS"
    PHOTO_RATIO = "PHOTO_RATIO"
    PHOTO_BYTES = "PHOTO_BYTES"
    MALWARE_FOUND = "MALWARE_FOUND"
    SCANNER_UNAVAILABLE = "SCANNER_UNAVAILABLE"


SLIPS: Final = frozenset(
    {
        PaperCode.OFFSET_CONFLICT,
        PaperCode.CHUNK_TOO_SMALL,
        PaperCode.LENGTH_EXCEEDED,
        PaperCode.SCANNER_UNAVAILABLE,
    }
)
"""What every client meets that resumes an upload; worth no audit line."""


@dataclass(frozen=True)
class PaperRefused:
    """`objects` and `holder_id` are for the audit line, never for the caller."""

    code: PaperCode
    holder_id: str | None = None
    objects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Denied:
    """Callers of this kind never may, or not with this token."""

    denial: Denial


@dataclass(frozen=True)
class Upload:
    """How far an upload is. `expires_at` is None once it is a paper, with `offset` at `length`;
    then `revision` is that of its application, for whoever submits it next."""

    paper_id: str
    application_id: str
    kind: str
    media_type: str
    offset: int
    length: int
    expires_at: datetime | None
    revision: int | None = None


@dataclass(frozen=True)
class Begun:
    upload: Upload


@dataclass(frozen=True)
class Removed:
    """`revision` of the application, where a paper and not just an upload was taken back."""

    paper_id: str
    revision: int | None = None


@dataclass(frozen=True)
class PaperContent:
    paper_id: str
    media_type: str
    content: bytes = field(repr=False)
