"""What a rotation job tells of itself: how far it is, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Obstacle(StrEnum):
    """Why a document was left as it was."""

    KEY_MISSING = "KEY_MISSING"
    """The holder has no key, or one that the key set cannot unwrap."""
    UNREADABLE = "UNREADABLE"
    """A sealed number does not open, is no such number, or is not there."""
    TAKEN = "TAKEN"
    """Another document already has that number under the current key."""


@dataclass(frozen=True, slots=True)
class RotationProgress:
    """After each batch. `total` is what was due at the start; more may have come since."""

    moved: int
    total: int


@dataclass(frozen=True, slots=True)
class RotationEnd:
    """How a job ended: it is `complete` when nothing carries an older version any more.

    `left` counts documents by obstacle, `example` is the id of one of them. `missing_versions` are
    master key versions that were needed and are not in the key set. `newer` counts documents under
    a version above the current one.
    """

    moved: int
    older: int
    newer: int
    left: Mapping[Obstacle, int]
    example: str | None
    missing_versions: tuple[int, ...]

    @property
    def complete(self) -> bool:
        return self.older == 0


RotationStep = RotationProgress | RotationEnd
