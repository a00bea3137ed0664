"""Whether a picture of a face is good enough to judge by, and if not, what its holder can do. Pure.

The limits are ours, set so that every picture of the tests that a person can recognise passes and
the spoiled ones do not (docs/decisions/0028-face-engine.md); ISO/IEC 19794-5 names the same
defects for portraits.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from api.face.seeing import Seen


class QualityFault(StrEnum):
    """Worst first: what is told when several hold."""

    NO_FACE = "NO_FACE"
    TWO_FACES = "TWO_FACES"
    TOO_DARK = "TOO_DARK"
    TOO_BRIGHT = "TOO_BRIGHT"
    FACE_TOO_SMALL = "FACE_TOO_SMALL"
    FACE_CUT_OFF = "FACE_CUT_OFF"
    BLURRED = "BLURRED"
    COVERED = "COVERED"
    TURNED_AWAY = "TURNED_AWAY"


DARKEST: Final = 35.0
BRIGHTEST: Final = 232.0
LEAST_CONTRAST: Final = 8.0
SMALLEST_HEIGHT: Final = 64.0
LEAST_SHARPNESS: Final = 8.0
LEAST_TEXTURE: Final = 1.0
"""Shades of grey. Skin, lashes and lips have more; a band with less is a thing before the face."""
MOST_YAW: Final = 20.0
MOST_PITCH: Final = 25.0


def quality_fault(seen: Seen | None, *, facing: bool = True) -> QualityFault | None:
    """None for a good picture. `facing`: the face must look into the camera, too."""
    if seen is None:
        return QualityFault.NO_FACE
    checks = (
        (QualityFault.TWO_FACES, seen.faces > 1),
        (QualityFault.TOO_DARK, seen.brightness < DARKEST or seen.contrast < LEAST_CONTRAST),
        (QualityFault.TOO_BRIGHT, seen.brightness > BRIGHTEST),
        (QualityFault.FACE_TOO_SMALL, seen.height < SMALLEST_HEIGHT),
        (QualityFault.FACE_CUT_OFF, seen.touches_edge),
        (QualityFault.BLURRED, seen.sharpness < LEAST_SHARPNESS),
        (QualityFault.COVERED, min(seen.eyes_texture, seen.mouth_texture) < LEAST_TEXTURE),
        (QualityFault.TURNED_AWAY, facing and _is_turned(seen)),
    )
    return next((fault for fault, holds in checks if holds), None)


def _is_turned(seen: Seen) -> bool:
    return abs(seen.angles.yaw) > MOST_YAW or abs(seen.angles.pitch) > MOST_PITCH
