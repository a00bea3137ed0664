"""From what somebody sent to pixels: JPEG and PNG alone, bounded before anything is decoded.

What a picture says of itself (EXIF, orientation, colour profile, text) is not read: an app sends
frames upright. Anything else about it is one fault, since who sends such things needs no details.
"""

from __future__ import annotations

from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
"""Rows, columns, red-green-blue."""

MAX_BYTES: Final = 400_000
MAX_SIDE: Final = 2_048
MAX_PORTRAIT_FILE: Final = 10_000_000
MAX_PORTRAIT_SIDE: Final = 8_192
LOOKED_AT_SIDE: Final = 640
"""Every picture is brought to this longer side: what is measured in pixels then means the same."""
SMALLEST_SIDE: Final = 160
_FORMATS: Final = ("JPEG", "PNG")


class BadPicture(ValueError):
    """No picture that we look at. Carries nothing of it."""


def pixels_of(content: bytes) -> Pixels:
    """Raises `BadPicture`."""
    return np.asarray(_looked_at(content, MAX_BYTES, MAX_SIDE), dtype=np.uint8)


def portrait_jpeg(content: bytes) -> bytes:
    """A portrait of any usual size as a small JPEG that holds pixels and nothing that the file said
    beside them. Raises `BadPicture`."""
    picture = _looked_at(content, MAX_PORTRAIT_FILE, MAX_PORTRAIT_SIDE)
    written = BytesIO()
    Image.fromarray(np.asarray(picture, dtype=np.uint8)).save(written, "JPEG", quality=88)
    return written.getvalue()


def _looked_at(content: bytes, max_bytes: int, max_side: int) -> Image.Image:
    if not 0 < len(content) <= max_bytes:
        raise BadPicture
    try:
        picture = _decoded(content, max_side)
    except Exception:  # noqa: BLE001 - a decoder fails in many ways, which all mean the same
        picture = None
    if picture is None:
        raise BadPicture
    scale = LOOKED_AT_SIDE / max(picture.size)
    size = (round(picture.width * scale), round(picture.height * scale))
    return picture.resize(size, Image.Resampling.BILINEAR)


def _decoded(content: bytes, max_side: int) -> Image.Image | None:
    """None when it is too large, too small, or a film."""
    with Image.open(BytesIO(content), formats=_FORMATS) as image:
        if max(image.size) > max_side or min(image.size) < SMALLEST_SIDE:
            return None
        if getattr(image, "n_frames", 1) != 1:
            return None
        # JPEG decodes at a fraction of its size where that is enough.
        image.draft("RGB", (LOOKED_AT_SIDE, LOOKED_AT_SIDE))
        return image.convert("RGB")
