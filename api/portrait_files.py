"""Portraits from a folder: decoded within bounds, encoded anew and looked at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from api.face.models import ModelsMissing, check_installed
from api.face.pictures import BadPicture, portrait_jpeg
from api.face.pool import FaceBusy, FacePool, FaceUnavailable
from api.failure import Refusal
from resolvers.imports.outcomes import ImportCode

MAX_FILE_BYTES = 10_000_000
PATIENCE = timedelta(seconds=60)
"""A start on a busy machine takes seconds, and whoever calls a command waits."""


class PortraitFolder:
    """`Pictures` of an import. A picture in which no single clear face looks at the camera cannot
    be compared with, so it is refused here and not at a login."""

    def __init__(self, folder: Path, pool: FacePool) -> None:
        self._folder = folder
        self._pool = pool

    async def portrait(self, name: str) -> bytes | ImportCode:
        """`name` is checked by the import: no path."""
        try:
            with (self._folder / name).open("rb") as file:
                content = file.read(MAX_FILE_BYTES + 1)
        except OSError:
            return ImportCode.PICTURE_MISSING
        return await usable_portrait(content, self._pool) or ImportCode.PICTURE_UNUSABLE


async def usable_portrait(content: bytes, pool: FacePool) -> bytes | None:
    """The picture anew, without what it said of itself; None when it is none to compare with.
    Raises Refusal where the engine does not answer."""
    try:
        picture = portrait_jpeg(content)
    except BadPicture:
        return None
    try:
        verdict = await pool.look_at_portrait(picture)
    except (FaceBusy, FaceUnavailable):
        raise Refusal("the face engine does not answer: try again") from None
    return picture if verdict.fault is None else None


def open_pool() -> FacePool:
    """Raises Refusal where the engine is not installed."""
    try:
        check_installed()
    except ModelsMissing as missing:
        raise Refusal(str(missing)) from None
    return FacePool(judgement=PATIENCE)
