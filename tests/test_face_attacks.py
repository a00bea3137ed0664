"""What does not count as a living person: pictures that move as pictures do, and other answers."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from api.face.geometry import depth_shown
from api.face.judging import Fault
from api.face.liveness import (
    LEAST_DEPTH,
    MAX_FRAMES,
    FaceAction,
    Frame,
    LivenessFault,
    liveness_fault,
)
from tests.face_bursts import ASKED, judged, moved_photo, moving, seen_moving
from tests.face_pictures import ASTRONAUT, picture

LEFT, MOUTH, UP = ASKED


def at(frames: Sequence[Frame], every_ms: int) -> list[Frame]:
    return [replace(frame, at_ms=place * every_ms) for place, frame in enumerate(frames)]


def test_the_right_sequence_is_right() -> None:
    assert liveness_fault(seen_moving(ASTRONAUT), ASKED) is None


@pytest.mark.parametrize(
    "asked",
    [
        (MOUTH, LEFT, UP),
        (LEFT, UP, MOUTH),
        (FaceAction.TURN_RIGHT, MOUTH, UP),
        (LEFT, MOUTH, FaceAction.COME_CLOSER),
    ],
)
def test_the_answer_to_another_sequence_or_in_another_order_is_refused(
    asked: tuple[FaceAction, ...],
) -> None:
    assert liveness_fault(seen_moving(ASTRONAUT), asked) is LivenessFault.OTHER_ACTIONS


def test_only_the_sequence_that_was_asked_is_right() -> None:
    frames = seen_moving(ASTRONAUT)
    right = [
        asked
        for asked in itertools.permutations(FaceAction, len(ASKED))
        if liveness_fault(frames, asked) is None
    ]
    assert right == [ASKED]


def test_frames_left_out_or_brought_in_another_order_are_refused() -> None:
    frames = seen_moving(ASTRONAUT)
    assert liveness_fault(frames[:11], ASKED) is LivenessFault.WRONG_COUNT
    assert liveness_fault(at(frames * 4, 200), ASKED) is LivenessFault.WRONG_COUNT
    assert len(frames) * 4 > MAX_FRAMES
    backwards = [*frames[:4], *reversed(frames[4:])]
    assert liveness_fault(at(backwards, 200), ASKED) is LivenessFault.OTHER_ACTIONS


def test_times_that_go_back_or_stand_still_are_refused() -> None:
    frames = list(seen_moving(ASTRONAUT))
    frames[5] = replace(frames[5], at_ms=frames[4].at_ms)
    assert liveness_fault(frames, ASKED) is LivenessFault.TIMES_WRONG
    late = [replace(frame, at_ms=frame.at_ms + 1) for frame in seen_moving(ASTRONAUT)]
    assert liveness_fault(late, ASKED) is LivenessFault.TIMES_WRONG
    assert liveness_fault(at(frames, 3_000), ASKED) is LivenessFault.TIMES_WRONG


def test_who_is_faster_than_anybody_can_be_is_refused() -> None:
    assert liveness_fault(at(seen_moving(ASTRONAUT), 60), ASKED) is LivenessFault.TOO_FAST
    hurried = [
        replace(frame, at_ms=place * 60 if place < 12 else 2_000)
        for place, frame in enumerate(seen_moving(ASTRONAUT))
    ]
    assert liveness_fault(hurried, ASKED) is LivenessFault.TOO_FAST


def test_one_still_again_and_again_is_refused() -> None:
    verdict = judged(ASTRONAUT, [picture(ASTRONAUT)] * 13)
    assert (verdict.fault, verdict.liveness) == (Fault.NOT_LIVE, LivenessFault.REPEATED_FRAMES)


def test_frames_that_are_repeated_between_the_right_ones_are_refused() -> None:
    twice = [one for frame in moving(ASTRONAUT) for one in (frame, frame)]
    assert judged(ASTRONAUT, twice).liveness is LivenessFault.REPEATED_FRAMES


@pytest.mark.parametrize("seed", range(2))
def test_a_photo_that_is_moved_turned_and_tilted_as_a_whole_is_refused(seed: int) -> None:
    assert judged(ASTRONAUT, moved_photo(ASTRONAUT, seed)).fault is not None


def test_a_flat_thing_shows_no_depth_and_a_head_that_turns_does() -> None:
    frames = [frame.seen.points for frame in seen_moving(ASTRONAUT)]
    assert depth_shown(frames[0], frames[5]) > LEAST_DEPTH
    tilt = np.array([[1, 0.1, 9], [-0.1, 1, 4], [0.0004, 0.0002, 1]])
    mapped = np.column_stack((frames[0][:, :2], np.ones(len(frames[0])))) @ tilt.T
    flat = np.column_stack((mapped[:, :2] / mapped[:, 2:], frames[0][:, 2]))
    assert depth_shown(frames[0], flat) < 0.0001


def test_frames_of_two_persons_mixed_are_refused() -> None:
    """Each does what is asked, and the first frame is the holder's."""
    one, other = moving(ASTRONAUT), moving("obama.jpg")
    for mixed in ([*one[:7], *other[7:]], [*one[:4], *other[4:]]):
        assert judged(ASTRONAUT, mixed).fault in (Fault.NOT_LIVE, Fault.POOR_QUALITY)


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_no_photo_moved_as_a_whole_is_ever_accepted_whatever_is_asked() -> None:
    """200 ways of moving it, each against all sequences."""
    sequences = list(itertools.permutations(FaceAction, len(ASKED)))
    for name in (ASTRONAUT, "obama.jpg"):
        for seed in range(100):
            verdict = judged(name, moved_photo(name, seed), sequences[seed % len(sequences)])
            assert verdict.fault is not None, (name, seed)
