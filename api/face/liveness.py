"""Whether a burst of frames shows somebody who did what was asked, in that order, as a head does.

What is asked is drawn by the server for each check: three different actions of five, 60 sequences.
Each frame is compared with how the person looked at the beginning, so that neither a lasting smile
nor a camera below the chin counts as an action. A turn or a look up must show depth
(`api.face.geometry.depth_shown`). What this resists and what not:
docs/decisions/0028-face-engine.md.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Final

from api.face.geometry import depth_shown
from api.face.seeing import Seen

ACTIONS_ASKED: Final = 3
MIN_FRAMES: Final = 12
MAX_FRAMES: Final = 40
SHORTEST: Final = 1_500
LONGEST: Final = 30_000
"""Milliseconds from the first frame to the last."""
SOONEST: Final = 250
"""Milliseconds from the beginning, or from one action, to the next: nobody is told and moves
faster (human reaction to a choice takes 0.3 to 0.5 s)."""
MOST_REPEATED: Final = 0.3
"""The share of frames that may be the same as the one before, bit for bit or nearly."""
LEAST_DEPTH: Final = 0.0135


class FaceAction(StrEnum):
    """What the camera shall see. Left and right are the person's own."""

    TURN_LEFT = "TURN_LEFT"
    TURN_RIGHT = "TURN_RIGHT"
    LOOK_UP = "LOOK_UP"
    OPEN_MOUTH = "OPEN_MOUTH"
    COME_CLOSER = "COME_CLOSER"


DEPTH_SHOWING: Final = frozenset({FaceAction.TURN_LEFT, FaceAction.TURN_RIGHT, FaceAction.LOOK_UP})
"""Any three of the five have one of these."""


class LivenessFault(StrEnum):
    """For operators and tests. A holder is told that it did not work, and what to do; not which of
    these it was, since that would teach an attacker."""

    WRONG_COUNT = "WRONG_COUNT"
    TIMES_WRONG = "TIMES_WRONG"
    TOO_FAST = "TOO_FAST"
    REPEATED_FRAMES = "REPEATED_FRAMES"
    NO_BEGINNING = "NO_BEGINNING"
    OTHER_ACTIONS = "OTHER_ACTIONS"
    FLAT = "FLAT"
    SEVERAL_FACES = "SEVERAL_FACES"


@dataclass(frozen=True)
class Frame:
    """One frame at its milliseconds since the first; `change` is how much its picture differs from
    the frame before (mean of grey values, 0 to 255)."""

    at_ms: int
    seen: Seen
    change: float


@dataclass(frozen=True)
class Action:
    """An action that was seen: the frame where it was furthest, and when it began."""

    kind: FaceAction
    began_ms: int
    furthest: Frame


def draw_actions(seed: bytes) -> tuple[FaceAction, ...]:
    """Three different ones in an order that `seed`, 32 bytes nobody can guess, decides."""
    left, number, drawn = list(FaceAction), int.from_bytes(seed), []
    for _ in range(ACTIONS_ASKED):
        number, place = divmod(number, len(left))
        drawn.append(left.pop(place))
    return tuple(drawn)


def timing_fault(times: Sequence[int]) -> LivenessFault | None:
    """What is wrong with when the frames were taken, before anybody looks at them."""
    if not MIN_FRAMES <= len(times) <= MAX_FRAMES:
        return LivenessFault.WRONG_COUNT
    if times[0] != 0 or any(later <= sooner for sooner, later in itertools.pairwise(times)):
        return LivenessFault.TIMES_WRONG
    if times[-1] > LONGEST:
        return LivenessFault.TIMES_WRONG
    return LivenessFault.TOO_FAST if times[-1] < SHORTEST else None


def liveness_fault(frames: Sequence[Frame], asked: Sequence[FaceAction]) -> LivenessFault | None:
    """None when the frames show a living person who did what was asked."""
    wrong = timing_fault([frame.at_ms for frame in frames])
    if wrong is not None:
        return wrong
    if sum(frame.change < _SAME for frame in frames[1:]) > MOST_REPEATED * len(frames):
        return LivenessFault.REPEATED_FRAMES
    beginning = _beginning(frames)
    if beginning is None:
        return LivenessFault.NO_BEGINNING
    done = _actions(frames, beginning)
    if [action.kind for action in done] != list(asked):
        return LivenessFault.OTHER_ACTIONS
    begins = [0, *(action.began_ms for action in done)]
    if any(later - sooner < SOONEST for sooner, later in itertools.pairwise(begins)):
        return LivenessFault.TOO_FAST
    turns = [action for action in done if action.kind in DEPTH_SHOWING]
    if not all(_shows_depth(beginning.frame, action.furthest) for action in turns):
        return LivenessFault.FLAT
    return None


@dataclass(frozen=True)
class _Beginning:
    """How the person looks at rest, and a frame of it."""

    yaw: float
    pitch: float
    mouth: float
    height: float
    frame: Frame


_SAME: Final = 0.15
_AT_FIRST: Final = 3
_STEADY: Final = 6.0


def _beginning(frames: Sequence[Frame]) -> _Beginning | None:
    """The first frames, which must agree with each other."""
    first = frames[:_AT_FIRST]
    angles = [frame.seen.angles for frame in first]
    yaw, pitch = median(one.yaw for one in angles), median(one.pitch for one in angles)
    if any(abs(one.yaw - yaw) > _STEADY or abs(one.pitch - pitch) > _STEADY for one in angles):
        return None
    return _Beginning(
        yaw,
        pitch,
        median(frame.seen.mouth for frame in first),
        median(frame.seen.height for frame in first),
        first[0],
    )


_FAR: Final = {
    FaceAction.TURN_LEFT: 11.0,
    FaceAction.TURN_RIGHT: 11.0,
    FaceAction.LOOK_UP: 8.0,
    FaceAction.OPEN_MOUTH: 0.028,
    FaceAction.COME_CLOSER: 0.18,
}
"""How far each must go: degrees, a share of the face's height, a growth of it."""
_BACK: Final = 0.5
"""An action is over when it is back to this share of what it had to reach."""


def _actions(frames: Sequence[Frame], beginning: _Beginning) -> list[Action]:
    """Every action that was seen, in order; one at a time, each from the first frame beyond what it
    must reach until it is back. Who came closer may stay there."""
    done: list[Action] = []
    under_way: Action | None = None
    scale = beginning.height
    for frame in frames:
        shares = _shares(frame.seen, beginning, scale)
        if under_way is not None:
            kind = under_way.kind
            if kind is FaceAction.COME_CLOSER and shares[kind] >= 1:
                scale = frame.seen.height
                done.append(under_way)
                under_way = None
                continue
            if shares[kind] > _shares(under_way.furthest.seen, beginning, scale)[kind]:
                under_way = Action(kind, under_way.began_ms, frame)
            if shares[kind] > _BACK:
                continue
            done.append(under_way)
            under_way = None
        kind = max(shares, key=lambda one: shares[one])
        if shares[kind] >= 1:
            under_way = Action(kind, frame.at_ms, frame)
    return [*done, under_way] if under_way is not None else done


def _shares(seen: Seen, beginning: _Beginning, scale: float) -> dict[FaceAction, float]:
    """How much of what it must reach each action has reached."""
    yaw, pitch = seen.angles.yaw - beginning.yaw, seen.angles.pitch - beginning.pitch
    reached = {
        FaceAction.TURN_LEFT: yaw,
        FaceAction.TURN_RIGHT: -yaw,
        FaceAction.LOOK_UP: -pitch,
        FaceAction.OPEN_MOUTH: seen.mouth - beginning.mouth,
        FaceAction.COME_CLOSER: seen.height / scale - 1,
    }
    return {kind: value / _FAR[kind] for kind, value in reached.items()}


def _shows_depth(beginning: Frame, furthest: Frame) -> bool:
    return depth_shown(beginning.seen.points, furthest.seen.points) >= LEAST_DEPTH
