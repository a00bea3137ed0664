"""Every attack that can be made here on a login over HTTP, counted; and what is not resisted."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence

import pytest

from api.face.liveness import FaceAction
from api.face.pictures import Pixels
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from tests.face_bursts import ASKED, moved_photo, moving
from tests.face_pictures import ASTRONAUT, content_of, picture
from tests.face_rendering import shots
from tests.frame_provider import post_frames
from tests.portraits import challenged, give_portrait, sent, serving_faces
from tests.serving import Serving

LEFT, MOUTH, UP = ASKED
OTHERS = ((MOUTH, LEFT, UP), (LEFT, UP, MOUTH), (FaceAction.TURN_RIGHT, MOUTH, UP))
PEOPLE = (ASTRONAUT, "obama.jpg", "biden.jpg")


@pytest.fixture
async def serving(
    settings: Settings,
    mongod_uri: str,
    database: Database,
    key_set: KeySet,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Serving]:
    async with serving_faces(settings, mongod_uri, database, key_set, monkeypatch) as running:
        yield running


async def ending(serving: Serving, name: str, frames: Sequence[Pixels], every_ms: int = 200) -> str:
    """How a login of the person of that picture ends, with these frames."""
    person = await serving.person()
    await give_portrait(serving, person.holder_id, content_of(name))
    client, challenge = await challenged(serving, person)
    burst = sent(shots(frames, every_ms))
    told = (await post_frames(client, str(challenge["challengeId"]), burst)).json()
    return str(told.get("result") or told["code"])


@pytest.mark.slow
@pytest.mark.timeout(1_800)
async def test_every_attack_that_can_be_made_here_is_refused(serving: Serving) -> None:
    """28 in eight kinds, and none ends as a person (APCER 0 of 28)."""
    ends: dict[str, Counter[str]] = {}

    async def attack(kind: str, name: str, frames: Sequence[Pixels], every_ms: int = 200) -> None:
        ends.setdefault(kind, Counter())[await ending(serving, name, frames, every_ms)] += 1

    for name in PEOPLE:
        right = moving(name)
        other = moving(PEOPLE[PEOPLE.index(name) - 1])
        await attack("one still again and again", name, [picture(name)] * 13)
        for seed in range(3):
            await attack(
                "a still moved, rotated, zoomed and sheared", name, moved_photo(name, seed)
            )
        await attack("two persons mixed", name, [*right[:7], *other[7:]])
        await attack("another holder", name, other)
        await attack("too fast", name, right, 60)
        backwards = [*right[:4], *reversed(right[4:])]
        await attack("wrong order", name, backwards)
    for asked in OTHERS:
        await attack("another nonce's sequence", ASTRONAUT, moving(ASTRONAUT, asked))
    # At other times than as another holder's above, which would be a replay already.
    assert await ending(serving, ASTRONAUT, moving(ASTRONAUT), 210) == "REAL_PERSON_PROVED"
    await attack("replayed", ASTRONAUT, moving(ASTRONAUT), 210)
    assert sum(count.total() for count in ends.values()) == 28
    assert not [kind for kind, count in ends.items() if count["REAL_PERSON_PROVED"]]


@pytest.mark.slow
@pytest.mark.timeout(1_800)
async def test_an_animated_still_in_place_of_the_camera_is_accepted_which_the_page_says(
    serving: Serving,
) -> None:
    ends = [await ending(serving, name, moving(name)) for name in PEOPLE]
    assert ends.count("REAL_PERSON_PROVED") >= 2
