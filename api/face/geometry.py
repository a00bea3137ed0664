"""What 468 points of a face say: where it looks, whether the mouth is open, and whether it moved as
a body does or as a picture of one.

Points are those of the MediaPipe face mesh: x to the right, y down, z away from the camera, all in
pixels of the frame. Left and right are the person's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""468 × 3."""

_RIGHT_EYE, _LEFT_EYE, _FOREHEAD, _CHIN, _UPPER_LIP, _LOWER_LIP = 33, 263, 10, 152, 13, 14


@dataclass(frozen=True, slots=True)
class Angles:
    """Degrees. Yaw grows as the head turns to its own left, pitch as it looks down, roll as it
    leans to its own left shoulder."""

    yaw: float
    pitch: float
    roll: float


def angles_of(points: Points) -> Angles:
    across = points[_LEFT_EYE] - points[_RIGHT_EYE]
    across = across / np.linalg.norm(across)
    down = points[_CHIN] - points[_FOREHEAD]
    down = down - across * (across @ down)
    down = down / np.linalg.norm(down)
    return Angles(
        yaw=float(np.degrees(np.arctan2(across[2], np.hypot(across[0], across[1])))),
        pitch=float(np.degrees(np.arctan2(down[2], down[1]))),
        roll=float(np.degrees(np.arctan2(across[1], across[0]))),
    )


def height_of(points: Points) -> float:
    """From the forehead to the chin in the picture, in pixels."""
    return float(np.linalg.norm(points[_CHIN, :2] - points[_FOREHEAD, :2]))


def mouth_opening(points: Points) -> float:
    """The gap between the lips as a share of the face's height."""
    return float(np.linalg.norm(points[_LOWER_LIP, :2] - points[_UPPER_LIP, :2])) / height_of(
        points
    )


def depth_shown(before: Points, after: Points) -> float:
    """How far from any picture of a flat thing the change between two frames is: the error of the
    best plane-to-plane mapping (a homography), root mean square, as a share of the face's height.

    A photo that is moved, turned, tilted, zoomed or bent as a whole leaves nearly nothing; a head
    that turns does, since its nose is nearer than its ears (Hartley and Zisserman, chapter 13).
    """
    mapping = _homography(before[:, :2], after[:, :2])
    mapped = _homogeneous(before[:, :2]) @ mapping.T
    error = mapped[:, :2] / mapped[:, 2:] - after[:, :2]
    return float(np.sqrt((error**2).sum(axis=1).mean())) / height_of(after)


def _homography(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """The direct linear transform of normalised points (Hartley, 1997)."""
    to_source, to_target = _normalising(source), _normalising(target)
    a, b = _homogeneous(source) @ to_source.T, _homogeneous(target) @ to_target.T
    zero = np.zeros_like(a)
    rows = np.vstack(
        (
            np.hstack((a, zero, -b[:, :1] * a)),
            np.hstack((zero, a, -b[:, 1:2] * a)),
        )
    )
    _, _, last = np.linalg.svd(rows, full_matrices=False)
    normalised = last[-1].reshape(3, 3)
    mapping: NDArray[np.float64] = np.linalg.inv(to_target) @ normalised @ to_source
    return mapping


def _normalising(points: NDArray[np.float64]) -> NDArray[np.float64]:
    centre = points.mean(axis=0)
    scale = _SQRT2 / np.linalg.norm(points - centre, axis=1).mean()
    return np.array([[scale, 0, -scale * centre[0]], [0, scale, -scale * centre[1]], [0, 0, 1]])


def _homogeneous(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.hstack((points, np.ones((len(points), 1))))


_SQRT2: Final = float(np.sqrt(2))
