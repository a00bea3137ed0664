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
LOOKED_AT_SIDE: Final = 640
"""Every picture is brought to this longer side: what is measured in pixels then means the same."""
SMALLEST_SIDE: Final = 160
_FORMATS: Final = ("JPEG", "PNG")


class BadPicture(ValueError):
    """No picture that we look at. Carries nothing of it."""


def pixels_of(content: bytes) -> Pixels:
    """Raises `BadPicture`."""
    if not 0 < len(content) <= MAX_BYTES:
        raise BadPicture
    try:
        picture = _decoded(content)
    except Exception:  # noqa: BLE001 - a decoder fails in many ways, which all mean the same
        picture = None
    if picture is None:
        raise BadPicture
    scale = LOOKED_AT_SIDE / max(picture.size)
    size = (round(picture.width * scale), round(picture.height * scale))
    return np.asarray(picture.resize(size, Image.Resampling.BILINEAR), dtype=np.uint8)


def _decoded(content: bytes) -> Image.Image | None:
    """None when it is too large, too small, or a film."""
    with Image.open(BytesIO(content), formats=_FORMATS) as image:
        if max(image.size) > MAX_SIDE or min(image.size) < SMALLEST_SIDE:
            return None
        if getattr(image, "n_frames", 1) != 1:
            return None
        # JPEG decodes at a fraction of its size where that is enough.
        image.draft("RGB", (LOOKED_AT_SIDE, LOOKED_AT_SIDE))
        return image.convert("RGB")
