"""How far apart an operator's own pictures are, of one person and of two, and what each threshold
would do with them: figures and a drawing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.face.judging import SAME_PERSON, enrol
from api.face.models import Models
from api.face.pictures import BadPicture, portrait_jpeg
from api.face.quality import QualityFault
from api.face.seeing import Descriptor, distance

MAX_PICTURES: Final = 2_000
THRESHOLDS: Final = tuple(step / 100 for step in range(30, 91, 5))
_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png"})


@dataclass(frozen=True)
class Distances:
    """`unusable` counts pictures in which no face could be compared."""

    same: Sequence[float]
    other: Sequence[float]
    unusable: int

    def refused(self, threshold: float) -> int:
        """Pairs of one person that it would not take for one."""
        return sum(one > threshold for one in self.same)

    def accepted(self, threshold: float) -> int:
        """Pairs of two persons that it would take for one."""
        return sum(one <= threshold for one in self.other)


def pictures_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """A folder for each person."""
    for person in sorted(one for one in folder.iterdir() if one.is_dir()):
        for file in sorted(person.iterdir()):
            if file.suffix.lower() in _SUFFIXES:
                yield person.name, file


def distances_of(models: Models, pictures: Sequence[tuple[str, bytes]]) -> Distances:
    """Of every pair. A picture is read as an import reads a portrait."""
    described: list[tuple[str, Descriptor]] = []
    unusable = 0
    for person, content in pictures:
        try:
            found = enrol(models, portrait_jpeg(content))
        except BadPicture:
            found = QualityFault.NO_FACE
        if isinstance(found, QualityFault):
            unusable += 1
        else:
            described.append((person, found))
    pairs: Mapping[bool, list[float]] = {True: [], False: []}
    for (one, face), (other, another) in itertools.combinations(described, 2):
        pairs[one == other].append(distance(face, another))
    return Distances(sorted(pairs[True]), sorted(pairs[False]), unusable)


_LEFT, _TOP, _WIDTH, _HEIGHT = 60, 50, 640, 300
_LAST: Final = 1.0
_SAME_COLOUR, _OTHER_COLOUR = "#1b6e3c", "#a33a2c"


def drawing(found: Distances) -> str:
    """An SVG: the share of pairs that each threshold gets wrong, and every pair as a stroke."""
    steps = [step / 100 for step in range(101)]
    refused = [found.refused(one) / max(1, len(found.same)) for one in steps]
    accepted = [found.accepted(one) / max(1, len(found.other)) for one in steps]
    size = f'viewBox="0 0 {_WIDTH + 100} {_HEIGHT + 150}"'
    titles = (
        (0, 20, "#000", "Pairs that a threshold gets wrong, by distance"),
        (0, 38, _SAME_COLOUR, f"one person, refused: {len(found.same)} pairs"),
        (300, 38, _OTHER_COLOUR, f"two persons, accepted: {len(found.other)} pairs"),
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="13">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        *(
            f'<text x="{_LEFT + x}" y="{y}" fill="{one}">{said}</text>'
            for x, y, one, said in titles
        ),
        *_axes(),
        _line(steps, refused, _SAME_COLOUR),
        _line(steps, accepted, _OTHER_COLOUR),
        *_strokes(found.same, _TOP + _HEIGHT + 35, _SAME_COLOUR),
        *_strokes(found.other, _TOP + _HEIGHT + 60, _OTHER_COLOUR),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _x(value: float) -> float:
    return round(_LEFT + min(value, _LAST) / _LAST * _WIDTH, 1)


def _y(share: float) -> float:
    return round(_TOP + (1 - share) * _HEIGHT, 1)


def _axes() -> Iterator[str]:
    for step in range(11):
        x, y = _x(step / 10), _y(step / 10)
        yield f'<path d="M{x} {_y(0)}V{_y(1)}M{_x(0)} {y}H{_x(1)}" stroke="#ddd"/>'
        yield f'<text x="{x - 9}" y="{_y(0) + 18}">{step / 10}</text>'
        yield f'<text x="20" y="{y + 4}">{step * 10} %</text>'
    at = _x(SAME_PERSON)
    yield f'<path d="M{at} {_y(0)}V{_y(1)}" stroke="#333" stroke-dasharray="5 4"/>'
    yield f'<text x="{at + 5}" y="{_y(1) + 15}">threshold {SAME_PERSON}</text>'


def _line(steps: Sequence[float], shares: Sequence[float], colour: str) -> str:
    points = " ".join(f"{_x(a)},{_y(b)}" for a, b in zip(steps, shares, strict=True))
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'


def _strokes(distances: Sequence[float], y: float, colour: str) -> Iterator[str]:
    for one in distances:
        yield f'<path d="M{_x(one)} {y}v18" stroke="{colour}" stroke-opacity="0.6"/>'
