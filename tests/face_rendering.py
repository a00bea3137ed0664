"""Moving pictures of a face, made from one still: what an honest camera would see, and what an
attacker's would.

A head that moves is rendered from the 468 points that the engine itself finds: they are turned in
three dimensions, seen in perspective, and the picture is warped triangle by triangle to where they
come to lie. That is no person; it is what can be made here without one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from skimage.transform import PiecewiseAffineTransform, ProjectiveTransform, warp

from api.face.geometry import Points, height_of
from api.face.judging import Shot
from api.face.liveness import FaceAction
from api.face.models import Models
from api.face.pictures import Pixels
from api.face.seeing import look

FRAME_MS = 200
_NEAR = 4.0
"""How far the camera is, in heights of the face."""
_JAW = 14
_INNER_LIPS = (
    *(78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308),
    *(324, 318, 402, 317, 14, 87, 178, 88, 95),
)
_INSIDE = (48, 22, 24)
"""What is seen of an open mouth."""


@dataclass(frozen=True)
class Pose:
    """Degrees to the own left and upward; shares of the face's height; a growth."""

    left: float = 0.0
    up: float = 0.0
    mouth: float = 0.0
    closer: float = 0.0


FURTHEST = {
    FaceAction.TURN_LEFT: Pose(left=24),
    FaceAction.TURN_RIGHT: Pose(left=-24),
    FaceAction.LOOK_UP: Pose(up=18),
    FaceAction.OPEN_MOUTH: Pose(mouth=0.1),
    FaceAction.COME_CLOSER: Pose(closer=0.34),
}


def jpeg(pixels: Pixels, quality: int = 88) -> bytes:
    written = BytesIO()
    Image.fromarray(pixels).save(written, "JPEG", quality=quality)
    return written.getvalue()


def head(models: Models, still: Pixels, poses: Sequence[Pose]) -> list[Pixels]:
    """The face of `still` in each pose."""
    seen = look(models, still)
    assert seen is not None, "no face to move"
    return [_posed(still, seen.points, pose) for pose in poses]


def poses_of(actions: Sequence[FaceAction]) -> Iterator[Pose]:
    """At rest, then each action there and back; never quite still, as nobody is."""
    sway = np.random.default_rng(7)
    closer = 0.0

    def swaying(left: float, up: float, mouth: float, near: float) -> Pose:
        one, other = sway.normal(0, 0.5, 2)
        return Pose(left + one, up + other, mouth, near)

    for _ in range(4):
        yield swaying(0, 0, 0, 0)
    for action in actions:
        far = FURTHEST[action]
        for share in (0.35, 0.75, 1.0, 0.9, 0.4, 0.0):
            near = closer + far.closer * share
            if action is FaceAction.COME_CLOSER and share in (0.9, 0.4, 0.0):
                closer, near = far.closer, far.closer
            yield swaying(far.left * share, far.up * share, far.mouth * share, near)


def shots(frames: Sequence[Pixels], every_ms: int = FRAME_MS) -> list[Shot]:
    return [Shot(place * every_ms, jpeg(frame)) for place, frame in enumerate(frames)]


def flat(still: Pixels, matrices: Sequence[NDArray[np.float64]]) -> list[Pixels]:
    """The picture as a whole, moved by each plane-to-plane mapping about its middle."""
    rows, columns = still.shape[:2]
    middle = np.array([[1, 0, columns / 2], [0, 1, rows / 2], [0, 0, 1]])
    moved = []
    for matrix in matrices:
        mapping = ProjectiveTransform(middle @ matrix @ np.linalg.inv(middle))
        moved.append(_warped(still, mapping.inverse))
    return moved


def _posed(still: Pixels, points: Points, pose: Pose) -> Pixels:
    height, centre = height_of(points), points.mean(axis=0)
    moved = points.copy()
    if pose.mouth:
        below = points[:, 1] > points[_JAW, 1] - 1
        aside = np.abs(points[:, 0] - points[_JAW, 0]) / (0.35 * height)
        moved[:, 1] += below * np.clip(1 - aside, 0, 1) * pose.mouth * height
    moved = (moved - centre) @ (_about_x(pose.up) @ _about_y(-pose.left)).T * (1 + pose.closer)
    away = _NEAR * height
    moved[:, :2] *= (away / (away + moved[:, 2]))[:, None]
    moved += centre
    anchors = _border(still)
    mapping = PiecewiseAffineTransform.from_estimate(
        np.vstack((moved[:, :2], anchors)), np.vstack((points[:, :2], anchors))
    )
    turned = _warped(still, mapping)
    return _opened(turned, moved) if pose.mouth else turned


def _opened(pixels: Pixels, points: Points) -> Pixels:
    """A mouth that opens shows what a shut one hides."""
    picture = Image.fromarray(pixels)
    lips = [(float(x), float(y)) for x, y in points[list(_INNER_LIPS), :2]]
    ImageDraw.Draw(picture).polygon(lips, fill=_INSIDE)
    return np.asarray(picture, dtype=np.uint8)


def _warped(still: Pixels, mapping: object) -> Pixels:
    turned = warp(still, mapping, output_shape=still.shape[:2], mode="edge")
    return np.asarray(turned * 255, dtype=np.uint8)


def _border(still: Pixels) -> NDArray[np.float64]:
    rows, columns = still.shape[0] - 1, still.shape[1] - 1
    across, down = np.linspace(0, columns, 6), np.linspace(0, rows, 6)
    return np.array(
        [[x, y] for x in across for y in down if x in (0, columns) or y in (0, rows)],
    )


def _about_y(degrees: float) -> NDArray[np.float64]:
    turn = np.radians(degrees)
    return np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])


def _about_x(degrees: float) -> NDArray[np.float64]:
    turn = np.radians(-degrees)
    return np.array([[1, 0, 0], [0, np.cos(turn), -np.sin(turn)], [0, np.sin(turn), np.cos(turn)]])
