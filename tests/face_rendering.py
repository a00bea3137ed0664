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
from scipy.interpolate import LinearNDInterpolator
from scipy.ndimage import map_coordinates

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


_THERE_AND_BACK = (0.6, 1.0, 0.15)


def poses_of(actions: Sequence[FaceAction]) -> Iterator[Pose]:
    """At rest, then each action there and back; never quite still, as nobody is."""
    sway = np.random.default_rng(7)
    nearer = 0.0

    def swaying(pose: Pose) -> Pose:
        left, up = sway.normal(0, 0.5, 2)
        return Pose(pose.left + left, pose.up + up, pose.mouth, nearer + pose.closer)

    for _ in range(4):
        yield swaying(Pose())
    for action in actions:
        far = FURTHEST[action]
        for share in _THERE_AND_BACK:
            # Who has come closer stays there.
            near = far.closer if share == _THERE_AND_BACK[-1] else far.closer * share
            yield swaying(Pose(far.left * share, far.up * share, far.mouth * share, near))
        nearer += far.closer


def shots(frames: Sequence[Pixels], every_ms: int = FRAME_MS) -> list[Shot]:
    return [Shot(place * every_ms, jpeg(frame)) for place, frame in enumerate(frames)]


def flat(still: Pixels, matrices: Sequence[NDArray[np.float64]]) -> list[Pixels]:
    """The picture as a whole, moved by each plane-to-plane mapping about its middle."""
    rows, columns = still.shape[:2]
    middle = np.array([[1, 0, columns / 2], [0, 1, rows / 2], [0, 0, 1]])
    moved = []
    x, y = _grid(still)
    for matrix in matrices:
        back = np.linalg.inv(middle @ matrix @ np.linalg.inv(middle))
        source = np.stack((x, y, np.ones_like(x)), axis=-1) @ back.T
        moved.append(_sampled(still, source[..., :2] / source[..., 2:]))
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
    turned = _warped(still, np.vstack((points[:, :2], anchors)), np.vstack((moved[:, :2], anchors)))
    return _opened(turned, moved) if pose.mouth else turned


def _opened(pixels: Pixels, points: Points) -> Pixels:
    """A mouth that opens shows what a shut one hides."""
    picture = Image.fromarray(pixels)
    lips = [(float(x), float(y)) for x, y in points[list(_INNER_LIPS), :2]]
    ImageDraw.Draw(picture).polygon(lips, fill=_INSIDE)
    return np.asarray(picture, dtype=np.uint8)


def _warped(still: Pixels, source: Points, target: Points) -> Pixels:
    """Triangle by triangle; the map is made at a quarter of the size, which is enough of it."""
    x, y = _grid(still)
    back = LinearNDInterpolator(target, source)(x[::4, ::4], y[::4, ::4])
    size = (still.shape[1], still.shape[0])
    whole = [
        np.asarray(Image.fromarray(back[..., axis].astype(np.float32)).resize(size, 2))
        for axis in (0, 1)
    ]
    return _sampled(still, np.stack(whole, axis=-1))


def _grid(still: Pixels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rows, columns = still.shape[:2]
    x, y = np.meshgrid(np.arange(columns, dtype=np.float64), np.arange(rows, dtype=np.float64))
    return x, y


def _sampled(still: Pixels, source: NDArray[np.float64]) -> Pixels:
    """The colour at each place of `source` (x, y); the border goes on beyond the picture."""
    places = [source[..., 1], source[..., 0]]
    colours = [
        map_coordinates(still[..., colour], places, order=1, mode="nearest") for colour in range(3)
    ]
    return np.stack(colours, axis=-1).astype(np.uint8)


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
