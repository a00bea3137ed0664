"""One picture, looked at once: how many faces, how good it is, and where the largest face is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from api.face.geometry import Angles, Points, angles_of, height_of, mouth_opening
from api.face.models import Models
from api.face.pictures import Pixels

Descriptor = NDArray[np.float64]
"""128 numbers; the distance of two says how alike two faces are."""

_DETECTION_SCORE: Final = 0.25
"""Below it, textures count as faces (measured on the pictures of the tests)."""
_PRESENCE: Final = 0.5
_LOOKS_ON: Final = 0.4
"""How tall a second face is, of the first, to count: smaller ones are on a wall."""
_MAX_BOXES: Final = 4
_EYES: Final = (70, 300, 117, 346)
_MOUTH: Final = (205, 425, 200, 200)
"""Points whose heights bound a band of the face: its upper edge by two, its lower by two."""
_MESH_SIDE: Final = 192
_MESH_MARGIN: Final = 0.75
"""Half of the square that the mesh looks at, as a share of the face's longer side."""
_SETTLING: Final = 3
_CHIP_SIDE: Final = 150


@dataclass(frozen=True)
class Seen:
    """What a picture shows. `points` and what follows are of its one or largest face.

    `brightness` and `contrast` are mean and spread of the face's grey values (0 to 255),
    `sharpness` the variance of its Laplacian at a width of 150 pixels, `eyes_texture` and
    `mouth_texture` the median of what it is in those bands, which the edge of a mask does not
    raise, `height` is that of the face in pixels of a picture whose longer side has 640, `presence`
    how sure the mesh is that it is a face (0 to 1), `touches_edge` whether part of it lies
    outside."""

    faces: int
    points: Points = field(repr=False)
    box: Any = field(repr=False)
    angles: Angles
    mouth: float
    height: float
    presence: float
    brightness: float
    contrast: float
    sharpness: float
    eyes_texture: float
    mouth_texture: float
    touches_edge: bool


def look(models: Models, pixels: Pixels) -> Seen | None:
    """None when there is no face."""
    found = [(box, *_mesh(models, pixels, box)) for box in _boxes(models, pixels)]
    faces = [one for one in found if one[2] >= _PRESENCE]
    if not faces:
        return None
    box, points, presence = max(faces, key=lambda one: height_of(one[1]))
    rows, columns = pixels.shape[:2]
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    face = _grey_face(pixels, low, high)
    return Seen(
        faces=sum(height_of(one[1]) >= _LOOKS_ON * height_of(points) for one in faces),
        points=points,
        box=box,
        angles=angles_of(points),
        mouth=mouth_opening(points),
        height=height_of(points),
        presence=presence,
        brightness=float(face.mean()),
        contrast=float(face.std()),
        sharpness=_sharpness(face),
        eyes_texture=_texture(_band(face, points, _EYES)),
        mouth_texture=_texture(_band(face, points, _MOUTH)),
        touches_edge=bool((low < 0).any() or high[0] > columns or high[1] > rows),
    )


def describe(models: Models, pixels: Pixels, seen: Seen) -> Descriptor:
    """The descriptor of the face that was seen, aligned as the network was trained."""
    import dlib

    shape = models.alignment(pixels, seen.box)
    chip = dlib.get_face_chip(pixels, shape, size=_CHIP_SIDE)
    return np.asarray(models.descriptor.compute_face_descriptor(chip), dtype=np.float64)


def distance(one: Descriptor, other: Descriptor) -> float:
    return float(np.linalg.norm(one - other))


def _boxes(models: Models, pixels: Pixels) -> list[Any]:
    """At most four that may be faces: as the picture is, and at twice its size if there is none."""
    for enlarged in (0, 1):
        boxes, scores, _ = models.detector.run(pixels, enlarged, 0.0)
        found = [box for box, score in zip(boxes, scores, strict=True) if score >= _DETECTION_SCORE]
        if found:
            return found[:_MAX_BOXES]
    return []


def _mesh(models: Models, pixels: Pixels, box: Any) -> tuple[Points, float]:
    """The points of a face near `box`: a few rounds, each on a square that the one before found."""
    centre = np.array([(box.left() + box.right()) / 2, (box.top() + box.bottom()) / 2])
    half, lean = box.width() * _MESH_MARGIN, 0.0
    points, presence = _mesh_within(models, pixels, centre, half, lean)
    for _ in range(_SETTLING - 1):
        low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
        centre, half = (low + high) / 2, float((high - low).max()) * _MESH_MARGIN
        lean = np.radians(angles_of(points).roll)
        points, presence = _mesh_within(models, pixels, centre, half, lean)
    return points, presence


def _mesh_within(
    models: Models, pixels: Pixels, centre: NDArray[np.float64], half: float, lean: float
) -> tuple[Points, float]:
    """On a square of twice `half` that leans by `lean` radians."""
    step, middle = 2 * half / _MESH_SIDE, _MESH_SIDE / 2
    turn = step * np.array([[np.cos(lean), -np.sin(lean)], [np.sin(lean), np.cos(lean)]])
    shift = centre - turn @ np.array([middle, middle])
    square = Image.fromarray(pixels).transform(
        (_MESH_SIDE, _MESH_SIDE),
        Image.Transform.AFFINE,
        (turn[0, 0], turn[0, 1], shift[0], turn[1, 0], turn[1, 1], shift[1]),
        Image.Resampling.BILINEAR,
    )
    mesh = models.mesh
    taken = np.asarray(square, dtype=np.float32)[None] / 255.0
    mesh.set_tensor(mesh.get_input_details()[0]["index"], taken)
    mesh.invoke()
    found, score = (mesh.get_tensor(one["index"]) for one in mesh.get_output_details())
    local = found.reshape(-1, 3).astype(np.float64)
    points = np.column_stack((local[:, :2] @ turn.T + shift, local[:, 2] * step))
    return points, float(1 / (1 + np.exp(-float(score.ravel()[0]))))


def _grey_face(
    pixels: Pixels, low: NDArray[np.float64], high: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The face alone, 150 pixels wide, in shades of grey."""
    rows, columns = pixels.shape[:2]
    left, top = max(0, int(low[0])), max(0, int(low[1]))
    right, bottom = min(columns, int(high[0]) + 1), min(rows, int(high[1]) + 1)
    if right - left < 8 or bottom - top < 8:
        return np.zeros((_CHIP_SIDE, _CHIP_SIDE))
    face = Image.fromarray(pixels[top:bottom, left:right]).convert("L")
    scaled = face.resize((_CHIP_SIDE, round(_CHIP_SIDE * face.height / face.width)))
    return np.asarray(scaled, dtype=np.float64)


def _band(
    face: NDArray[np.float64], points: Points, bounds: tuple[int, int, int, int]
) -> NDArray[np.float64]:
    """The middle half of the face between two heights of the mesh."""
    heights = points[:, 1]
    top, bottom = heights.min(), heights.max()
    edges = [(points[one, 1] - top) / max(1.0, bottom - top) * len(face) for one in bounds]
    upper, lower = int(min(edges[:2])), int(max(edges[2:]))
    quarter = face.shape[1] // 4
    band = face[max(0, upper) : max(upper + 4, lower), quarter:-quarter]
    return band if min(band.shape) >= 4 else face


def _sharpness(grey: NDArray[np.float64]) -> float:
    return float(_laplacian(grey).var())


def _texture(grey: NDArray[np.float64]) -> float:
    return float(np.median(np.abs(_laplacian(grey))))


def _laplacian(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    return around - 4 * grey[1:-1, 1:-1]
