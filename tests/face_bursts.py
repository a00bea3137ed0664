"""The engine and a few moving heads, made once for each process: a burst takes seconds."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from api.face.judging import Shot, Verdict, enrol, judge
from api.face.liveness import FaceAction, Frame
from api.face.models import Models
from api.face.pictures import Pixels
from api.face.quality import QualityFault
from api.face.seeing import Descriptor, look
from tests.face_pictures import content_of, picture
from tests.face_rendering import flat, head, poses_of, shots

ASKED = (FaceAction.TURN_LEFT, FaceAction.OPEN_MOUTH, FaceAction.LOOK_UP)


@cache
def models() -> Models:
    return Models.load()


@cache
def moving(name: str, asked: tuple[FaceAction, ...] = ASKED) -> tuple[Pixels, ...]:
    """The head of a picture as it does what is asked."""
    return tuple(head(models(), picture(name), list(poses_of(asked))))


@cache
def seen_moving(name: str, asked: tuple[FaceAction, ...] = ASKED) -> tuple[Frame, ...]:
    """What the engine sees of it, 200 ms apart; every picture differs from the one before."""
    frames = []
    for place, pixels in enumerate(moving(name, asked)):
        seen = look(models(), pixels)
        assert seen is not None
        frames.append(Frame(place * 200, seen, change=5.0))
    return tuple(frames)


@cache
def portrait(name: str) -> Descriptor:
    described = enrol(models(), content_of(name))
    assert not isinstance(described, QualityFault)
    return described


def judged(name: str, frames: Sequence[Pixels], asked: Sequence[FaceAction] = ASKED) -> Verdict:
    """Against the portrait of that picture."""
    return judge(models(), portrait(name), shots(frames), asked)


def burst(name: str, asked: tuple[FaceAction, ...] = ASKED) -> list[Shot]:
    return shots(moving(name, asked))


def flat_moves(count: int, seed: int) -> list[NDArray[np.float64]]:
    """Plane-to-plane mappings as of a photo in a hand: shifts, turns, zooms, shears and tilts, a
    few at once, growing and shrinking along the way."""
    drawn = np.random.default_rng(seed)
    ends = drawn.uniform(-1, 1, 8)
    moves = []
    for step in range(count):
        far = np.sin(np.pi * step / (count - 1)) if step > 2 else 0.0
        shift_x, shift_y, turn, zoom, shear_x, shear_y, tilt_x, tilt_y = ends * far
        angle = turn * 0.3
        turned = np.array(
            [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
        )
        sheared = np.array([[1, shear_x * 0.2, 0], [shear_y * 0.2, 1, 0], [0, 0, 1]])
        tilted = np.array([[1, 0, 0], [0, 1, 0], [tilt_x * 0.0008, tilt_y * 0.0008, 1]])
        zoomed = np.diag([1 + zoom * 0.2, 1 + zoom * 0.2, 1])
        shifted = np.array([[1, 0, shift_x * 40], [0, 1, shift_y * 40], [0, 0, 1]])
        moves.append(shifted @ tilted @ sheared @ turned @ zoomed)
    return moves


def moved_photo(name: str, seed: int, count: int = 14) -> list[Pixels]:
    return flat(picture(name), flat_moves(count, seed))
