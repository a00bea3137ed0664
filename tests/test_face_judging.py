"""Whom the engine takes for whom, what a poor picture is told, and that a moving head passes."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable

import pytest
from PIL import Image, ImageEnhance, ImageFilter

from api.face.judging import SAME_PERSON, Fault, enrol
from api.face.liveness import ACTIONS_ASKED, DEPTH_SHOWING, FaceAction, draw_actions
from api.face.quality import QualityFault, quality_fault
from api.face.seeing import distance, look
from tests.face_bursts import judged, models, moving, portrait
from tests.face_pictures import ASTRONAUT, jpeg_of, picture
from tests.face_rendering import Pose, head

OBAMA = ("obama.jpg", "obama2.jpg", "obama3.jpg")
PEOPLE = {ASTRONAUT: "astronaut", "biden.jpg": "biden"} | dict.fromkeys(OBAMA, "obama")
Change = Callable[[Image.Image], Image.Image]
HARMLESS: dict[str, Change] = {
    "darker": lambda one: ImageEnhance.Brightness(one).enhance(0.6),
    "lighter": lambda one: ImageEnhance.Brightness(one).enhance(1.3),
    "turned": lambda one: one.rotate(12, Image.Resampling.BILINEAR, fillcolor=(128, 128, 128)),
    "smaller": lambda one: one.resize((one.width // 2, one.height // 2)),
    "blurred": lambda one: one.filter(ImageFilter.GaussianBlur(1.2)),
    "cropped": lambda one: one.crop((one.width // 20, 0, one.width, one.height * 19 // 20)),
    "grey": lambda one: one.convert("L").convert("RGB"),
}


def image(name: str) -> Image.Image:
    return Image.fromarray(picture(name))


def fault_of(changed: Image.Image) -> QualityFault | None:
    found = enrol(models(), jpeg_of(changed))
    return found if isinstance(found, QualityFault) else None


def test_pictures_of_one_person_are_near_and_those_of_two_are_far() -> None:
    for one, other in itertools.combinations(PEOPLE, 2):
        apart = distance(portrait(one), portrait(other))
        if PEOPLE[one] == PEOPLE[other]:
            assert apart < SAME_PERSON, (one, other)
        else:
            assert apart > SAME_PERSON + 0.2, (one, other)


@pytest.mark.slow
@pytest.mark.parametrize("change", HARMLESS)
def test_a_person_is_known_again_in_other_light_size_and_sharpness(change: str) -> None:
    for name in PEOPLE:
        changed = enrol(models(), jpeg_of(HARMLESS[change](image(name)), 60))
        if isinstance(changed, QualityFault):
            continue  # told to try again, and let in nowhere
        for other in PEOPLE:
            apart = distance(changed, portrait(other))
            assert (apart <= SAME_PERSON) == (PEOPLE[name] == PEOPLE[other]), (name, other)


def beside(one: Image.Image, other: Image.Image) -> Image.Image:
    both = Image.new("RGB", (one.width + other.width, max(one.height, other.height)))
    both.paste(one, (0, 0))
    both.paste(other, (one.width, 0))
    return both


def without_eyes(one: Image.Image) -> Image.Image:
    seen = look(models(), picture("obama.jpg"))
    assert seen is not None
    (left, top, _), (right, bottom, _) = seen.points.min(axis=0), seen.points.max(axis=0)
    upper, lower = (top + share * (bottom - top) for share in (0.22, 0.42))
    covered = one.copy()
    covered.paste((30, 30, 30), (int(left), int(upper), int(right), int(lower)))
    return covered


SPOILED: dict[QualityFault, Change] = {
    QualityFault.NO_FACE: lambda one: one.crop((0, 0, 200, 200)),
    QualityFault.TWO_FACES: lambda one: beside(one, one),
    QualityFault.TOO_DARK: lambda one: ImageEnhance.Brightness(one).enhance(0.12),
    QualityFault.TOO_BRIGHT: lambda one: ImageEnhance.Brightness(one).enhance(2.4),
    QualityFault.FACE_TOO_SMALL: lambda one: beside(one, Image.new("RGB", (one.width, 1_700))),
    QualityFault.COVERED: without_eyes,
    QualityFault.BLURRED: lambda one: one.filter(ImageFilter.GaussianBlur(4)),
}


@pytest.mark.parametrize("fault", SPOILED)
def test_a_poor_picture_is_told_what_to_do_better(fault: QualityFault) -> None:
    assert fault_of(SPOILED[fault](image("obama.jpg"))) is fault


def test_a_face_at_the_edge_and_one_that_looks_aside_are_told_so() -> None:
    assert fault_of(image("obama_partial_face.jpg")) is QualityFault.FACE_CUT_OFF
    [aside] = head(models(), picture("obama.jpg"), [Pose(left=44)])
    assert quality_fault(look(models(), aside)) is QualityFault.TURNED_AWAY


def test_a_head_that_does_what_is_asked_is_its_person_and_nobody_else() -> None:
    frames = moving(ASTRONAUT)
    assert judged(ASTRONAUT, frames).fault is None
    other = judged("obama.jpg", frames)
    assert other.fault is Fault.NOT_THE_HOLDER
    assert other.band is not None
    assert other.band >= 7


def test_what_is_asked_is_three_different_actions_and_one_of_them_shows_depth() -> None:
    seeds = (hashlib.sha256(str(number).encode()).digest() for number in range(2_000))
    drawn = {draw_actions(seed) for seed in seeds}
    assert drawn == set(itertools.permutations(FaceAction, ACTIONS_ASKED))
    assert all(DEPTH_SHOWING & set(asked) for asked in drawn)


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("name", [ASTRONAUT, "obama.jpg", "biden.jpg"])
def test_nearly_every_sequence_that_a_moving_head_does_is_accepted(name: str) -> None:
    """One in ten may be asked to try again."""
    every = list(itertools.permutations(FaceAction, ACTIONS_ASKED))[::4]
    refused = [asked for asked in every if judged(name, moving(name, asked), asked).fault]
    assert len(refused) <= len(every) // 10, refused
