"""The whole judgement of one check: frames against a portrait and against what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np
from PIL import Image

from api.face.liveness import FaceAction, Frame, LivenessFault, liveness_fault, timing_fault
from api.face.models import Models
from api.face.pictures import BadPicture, Pixels, pixels_of
from api.face.quality import QualityFault, quality_fault
from api.face.seeing import Descriptor, Seen, describe, distance, look

SAME_PERSON: Final = 0.5
"""Distances up to this are the portrait's person. The network was published with 0.6, at which it
is right in 99.38 % of the pairs of Labeled Faces in the Wild (dlib's model notes); we ask for more
and accept that some are asked to try again. No rate of our own is claimed."""
SAME_FACE: Final = 0.6
"""Two frames of one burst, whichever way the head looks."""


class Fault(StrEnum):
    NOT_LIVE = "NOT_LIVE"
    NOT_THE_HOLDER = "NOT_THE_HOLDER"
    POOR_QUALITY = "POOR_QUALITY"
    BAD_PORTRAIT = "BAD_PORTRAIT"
    """The picture on record cannot be compared with."""


@dataclass(frozen=True)
class Shot:
    """A frame as it was sent."""

    at_ms: int
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Verdict:
    """`fault` is None for the living person of the portrait. `quality` says what to do better;
    `liveness` is for operators. `band` of the distance to the portrait: a tenth, never more
    exactly, so that nobody can climb towards a face by it."""

    fault: Fault | None
    quality: QualityFault | None = None
    liveness: LivenessFault | None = None
    band: int | None = None


def judge(
    models: Models, portrait: Descriptor, shots: Sequence[Shot], asked: Sequence[FaceAction]
) -> Verdict:
    """Some 90 ms a frame. Never raises for what was sent."""
    dead = timing_fault([shot.at_ms for shot in shots])
    if dead is not None:
        return Verdict(Fault.NOT_LIVE, liveness=dead)
    pictures: list[Pixels] = []
    frames: list[Frame] = []
    for shot in shots:
        try:
            pixels = pixels_of(shot.content)
        except BadPicture:
            return Verdict(Fault.POOR_QUALITY, quality=QualityFault.NO_FACE)
        seen = look(models, pixels)
        poor = quality_fault(seen, facing=not frames)
        if seen is None or poor is not None:
            return Verdict(Fault.POOR_QUALITY, quality=poor)
        change = _change(pictures[-1], pixels) if pictures else 255.0
        pictures.append(pixels)
        frames.append(Frame(shot.at_ms, seen, change))
    dead = liveness_fault(frames, asked)
    if dead is not None:
        return Verdict(Fault.NOT_LIVE, liveness=dead)
    return _identity(models, portrait, pictures, [frame.seen for frame in frames])


def enrol(models: Models, content: bytes) -> Descriptor | QualityFault:
    """The descriptor of a portrait, or why it cannot be one."""
    try:
        pixels = pixels_of(content)
    except BadPicture:
        return QualityFault.NO_FACE
    seen = look(models, pixels)
    poor = quality_fault(seen)
    if seen is None or poor is not None:
        return poor or QualityFault.NO_FACE
    return describe(models, pixels, seen)


def _identity(
    models: Models, portrait: Descriptor, pictures: Sequence[Pixels], seen: Sequence[Seen]
) -> Verdict:
    """Every frame is of one face, or somebody else did the actions; and the first, which looks into
    the camera, is the portrait's."""
    described = [describe(models, *one) for one in zip(pictures, seen, strict=True)]
    if any(distance(described[0], one) > SAME_FACE for one in described[1:]):
        return Verdict(Fault.NOT_LIVE, liveness=LivenessFault.SEVERAL_FACES)
    apart = distance(described[0], portrait)
    band = int(apart * 10)
    return Verdict(Fault.NOT_THE_HOLDER if apart > SAME_PERSON else None, band=band)


def _change(before: Pixels, after: Pixels) -> float:
    """Of the pictures, small and grey."""
    small = [
        np.asarray(Image.fromarray(one).convert("L").resize((96, 96)), dtype=np.float64)
        for one in (before, after)
    ]
    return float(np.abs(small[0] - small[1]).mean())
