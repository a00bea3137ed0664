"""A film for the browser's fake camera: a rendered head that does what a challenge asks.

Chromium plays a file of JPEG pictures, one after the other, at 30 a second, from the beginning when
the camera is opened and from there again at its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from api.face.liveness import FaceAction
from api.face.pictures import Pixels
from tests.face_bursts import models
from tests.face_pictures import picture
from tests.face_rendering import FURTHEST, Pose, head, jpeg

_PER_SECOND: Final = 30
_POSE_PICTURES: Final = 9
"""How long each pose lasts: 0.3 s, about as long as the page waits between two pictures."""
_RESTING_SECONDS: Final = 5.0
_RESTING_AFTER_SECONDS: Final = 6.0
BEGIN: Final = (0.5, 3.2)
"""Between which seconds of the film a recording must begin to have all of what is done in it."""
_THERE_AND_BACK: Final = (0.5, 1.0, 0.9, 0.35, 0.05)


def write_film(
    file: Path, name: str, actions: Sequence[FaceAction], brightness: float = 1.0
) -> float:
    """The head of that picture: at rest, then each action, then at rest. Its length in seconds."""
    poses, rests = _poses(actions)
    moving = _films(head(models(), picture(name), [*rests, *poses]), brightness)
    resting, acting = moving[: len(rests)], moving[len(rests) :]
    last = acting[-2:]
    whole = [
        *_for_seconds(resting, _RESTING_SECONDS),
        *acting,
        *_for_seconds(last, _RESTING_AFTER_SECONDS),
    ]
    with file.open("wb") as film:
        for content in whole:
            film.write(content * _POSE_PICTURES)
    return len(whole) * _POSE_PICTURES / _PER_SECOND


def _poses(actions: Sequence[FaceAction]) -> tuple[list[Pose], list[Pose]]:
    """What is done, with two at rest at its end; and a few at rest. Never quite still."""
    sway = np.random.default_rng(11)
    nearer = 0.0

    def swaying(pose: Pose) -> Pose:
        left, up = sway.normal(0, 0.5, 2)
        return Pose(pose.left + left, pose.up + up, pose.mouth, nearer + pose.closer)

    rests = [swaying(Pose()) for _ in range(4)]
    done = []
    for action in actions:
        far = FURTHEST[action]
        for place, share in enumerate(_THERE_AND_BACK):
            # Who has come closer stays there.
            near = far.closer if place else far.closer * share
            done.append(swaying(Pose(far.left * share, far.up * share, far.mouth * share, near)))
        nearer += far.closer
    return [*done, swaying(Pose()), swaying(Pose())], rests


def _films(pictures: Sequence[Pixels], brightness: float) -> list[bytes]:
    """Three by four, as a phone that is held upright sees."""
    rows, columns = pictures[0].shape[:2]
    across = min(columns, rows * 3 // 4)
    left = (columns - across) // 2
    middle = [one[:, left : left + across] for one in pictures]
    return [jpeg((one * brightness).astype(np.uint8)) for one in middle]


def _for_seconds(pictures: Sequence[bytes], seconds: float) -> Iterator[bytes]:
    for place in range(round(seconds * _PER_SECOND / _POSE_PICTURES)):
        yield pictures[place % len(pictures)]
