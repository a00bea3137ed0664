"""The engine on this machine verifies a login over HTTP, and refuses what is not the holder."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from api.face.judging import Verdict
from api.face.pool import FacePool
from api.providers.local_face import LocalFaceProvider
from api.settings import Settings
from auth.evidence import verified_evidence
from auth.keys import KeySet
from auth.mongo import Database
from auth.verification import (
    FrameProof,
    PersonCheck,
    ProofFault,
    ProviderBusy,
    ProviderUnavailable,
    ScoreBand,
    SignedEvidence,
    TextProof,
)
from resolvers.login.real_name import retry_after_seconds
from tests.app_client import COMPLETE, AppClient
from tests.face_bursts import ASKED, burst
from tests.face_pictures import ASTRONAUT, content_of, picture
from tests.face_rendering import shots
from tests.flows import audit_actions
from tests.frame_provider import FRAMES, post_frames, proof_of
from tests.portraits import SLOW_MACHINE, challenged, give_portrait, sent, serving_faces
from tests.serving import MovableClock, Serving
from tests.test_face_pool import workers

CARD = "{ me { cards { edges { node { kind status } } } } }"


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


async def ready(serving: Serving, name: str = ASTRONAUT) -> tuple[AppClient, str]:
    """The client of somebody whose portrait is that picture."""
    person = await serving.person()
    await give_portrait(serving, person.holder_id, content_of(name))
    client, challenge = await challenged(serving, person)
    assert challenge["instructions"] == list(ASKED)
    return client, str(challenge["challengeId"])


async def refused_as(client: AppClient, challenge_id: str, frames: Any) -> tuple[str, str | None]:
    answer = (await post_frames(client, challenge_id, frames)).json()
    return answer["code"], answer["advice"]


async def test_a_head_that_does_what_is_asked_logs_its_holder_in_to_the_card(
    serving: Serving, database: Database
) -> None:
    client, challenge_id = await ready(serving)
    answer = await post_frames(client, challenge_id, sent(burst(ASTRONAUT)))
    assert answer.json() == {"result": "REAL_PERSON_PROVED"}
    [flow] = await database["login_flows"].find().to_list(None)
    kept = flow["evidence"]
    assert (kept["provider"], kept["level"], kept["band"]) == ("local-face", "local", "CLEAR")
    assert kept["reference"] == hashlib.sha256(flow["challenge"]["reference"].encode()).hexdigest()
    line = await database["audit"].find_one({"action": "login_flow.real_person_proved"})
    assert line is not None
    assert line["evidence"] == kept, "it stays when the flow is forgotten"
    assert "face" in flow["amr"]
    assert ("login_flow.real_person_proved", "OK") in await audit_actions(database)
    completed = await client.step(COMPLETE)
    client.token = completed["accessToken"]
    [card] = (await client.execute(CARD))["me"]["cards"]["edges"]
    assert card["node"] == {"kind": "ELECTRONIC", "status": "NORMAL"}


async def test_another_face_is_not_the_holder_and_no_frames_count_for_two(
    serving: Serving, database: Database
) -> None:
    frames = sent(burst(ASTRONAUT))
    stranger, challenge_id = await ready(serving, "obama.jpg")
    assert await refused_as(stranger, challenge_id, frames) == ("NOT_THE_HOLDER", None)
    line = await database["audit"].find_one({"action": "login_flow.real_person_refused"})
    assert line is not None
    assert (line["result"], line["evidence"]["provider"]) == ("NOT_THE_HOLDER", "local-face")
    assert len(line["evidence"]["reference"]) == 64
    assert (line["evidence"]["level"], line["evidence"]["band"]) == (None, None)
    holder, challenge_id = await ready(serving)
    assert await refused_as(holder, challenge_id, frames) == ("NOT_LIVE", None)


async def test_a_still_again_and_again_or_frames_too_fast_or_too_soon_are_not_live(
    serving: Serving,
) -> None:
    client, challenge_id = await ready(serving)
    still = sent(shots([picture(ASTRONAUT)] * 12))
    assert await refused_as(client, challenge_id, still) == ("NOT_LIVE", None)
    client, challenge_id = await ready(serving)
    hurried = [(at // 4, content) for at, content in sent(burst(ASTRONAUT))]
    assert await refused_as(client, challenge_id, hurried) == ("NOT_LIVE", None)
    client, challenge_id = await ready(serving)
    long_before = [(at * 10, content) for at, content in sent(burst(ASTRONAUT))]
    assert long_before[-1][0] > 20_000
    assert await refused_as(client, challenge_id, long_before) == ("NOT_LIVE", None)


async def test_frames_that_are_no_pictures_come_with_advice(serving: Serving) -> None:
    client, challenge_id = await ready(serving)
    frames = [(at, content[:700]) for at, content in sent(burst(ASTRONAUT))]
    assert await refused_as(client, challenge_id, frames) == ("POOR_QUALITY", "NO_FACE")


async def test_without_a_portrait_there_is_no_check_as_if_the_engine_were_away(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, alone = await challenged(serving)

    async def away(_self: LocalFaceProvider, _check: PersonCheck) -> None:
        raise ProviderUnavailable

    monkeypatch.setattr(LocalFaceProvider, "start", away)
    person = await serving.person()
    await give_portrait(serving, person.holder_id, content_of(ASTRONAUT))
    _, broken = await challenged(serving, person)
    assert alone == broken
    assert alone["code"] == "PROVIDER_UNAVAILABLE"


class OnePortrait:
    async def has_portrait(self, subject: str) -> bool:
        return subject == CHECK.subject

    async def portrait_of(self, subject: str) -> bytes | None:
        return content_of(ASTRONAUT) if subject == CHECK.subject else None


CHECK = PersonCheck("flw_1", "nonce-1", "flw_1", "iOS 19", "LOGIN")
LONG_AGO = timedelta(seconds=30)


class ColdPool(FacePool):
    """Nobody is started for those who only ask for a challenge."""

    def warm(self) -> None:
        return


def provider(clock: MovableClock, secret: bytes = b"one", **pool: Any) -> LocalFaceProvider:
    return LocalFaceProvider(secret, OnePortrait(), ColdPool(**pool), clock)


async def test_a_challenge_has_a_worker_ready_when_the_frames_come() -> None:
    pool = FacePool(judgement=SLOW_MACHINE)
    local = LocalFaceProvider(b"one", OnePortrait(), pool, MovableClock())
    assert workers() == []
    await local.start(CHECK)
    await local.start(CHECK)
    await pool.look_at_portrait(b"x")
    assert len(workers()) == 1
    await local.close()
    assert workers() == []


@pytest.mark.parametrize(
    "other",
    [
        {"nonce": "nonce-2"},
        {"flow_id": "flw_2"},
        {"device": "Android 17"},
        {"purpose": "STEP_UP"},
    ],
)
async def test_what_was_asked_of_one_check_is_nothing_to_another(other: dict[str, Any]) -> None:
    clock = MovableClock()
    local = provider(clock)
    reference = (await local.start(CHECK)).reference
    assert local._asked(CHECK, reference)[0]
    assert local._asked(replace(CHECK, **other), reference) == ((), 0)
    answer = await local.submit(replace(CHECK, **other), reference, proof_of(), clock() + LONG_AGO)
    assert answer is ProofFault.NOT_LIVE


async def test_a_reference_of_somebody_else_or_with_other_actions_asks_nothing() -> None:
    clock = MovableClock()
    local = provider(clock)
    reference = (await local.start(CHECK)).reference
    head, actions, since, code = reference.split(".")
    earlier = str(int(since) - 60_000)
    for forged in (
        "",
        "sandbox",
        ".".join((head, actions[::-1], since, code)),
        ".".join((head, actions, earlier, code)),
        ".".join((head, actions, since, "0" * 64)),
        (await provider(clock, b"another deployment").start(CHECK)).reference,
    ):
        assert local._asked(CHECK, forged) == ((), 0)
    assert provider(clock)._asked(CHECK, reference) == local._asked(CHECK, reference)


async def test_a_word_is_no_proof_and_a_full_queue_says_when_to_come_back() -> None:
    clock = MovableClock()
    local = provider(clock)
    reference = (await local.start(CHECK)).reference
    now = clock() + LONG_AGO
    assert await local.submit(CHECK, reference, TextProof("x"), now) is ProofFault.NOT_LIVE
    full = provider(clock, workers=1, waiting=-1)
    with pytest.raises(ProviderBusy) as busy:
        await full.submit(CHECK, reference, proof_of(FRAMES), now)
    assert retry_after_seconds(busy.value.retry_after) == 5
    with pytest.raises(ProviderBusy) as unread:
        full.expect(reference)
    assert retry_after_seconds(unread.value.retry_after) == 5
    with pytest.raises(ProviderBusy) as next_one:
        full.expect("somebody else's")
    assert retry_after_seconds(next_one.value.retry_after) == 7
    local.expect(reference)


async def test_evidence_of_the_engine_holds_for_its_own_check_alone() -> None:
    clock = MovableClock()
    local = provider(clock)
    signed = local._signer.sign(local.name, local.level, CHECK, clock())
    assert verified_evidence(signed, provider(clock), CHECK, clock()) is not None
    assert verified_evidence(signed, provider(clock, b"another"), CHECK, clock()) is None
    other = replace(CHECK, nonce="nonce-2")
    assert verified_evidence(signed, local, other, clock()) is None


@pytest.mark.parametrize(
    ("tenth", "told"),
    [(0, ScoreBand.CLEAR), (3, ScoreBand.CLEAR), (4, ScoreBand.NEAR), (5, ScoreBand.NEAR)],
)
async def test_evidence_says_whether_it_was_near_the_threshold_and_no_more(
    tenth: int, told: ScoreBand, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = MovableClock()
    local = provider(clock)

    async def judged(*_: object) -> Verdict:
        return Verdict(None, band=tenth)

    monkeypatch.setattr(FacePool, "judge", judged)
    reference = (await local.start(CHECK)).reference
    now = clock() + LONG_AGO
    signed = await local.submit(CHECK, reference, proof_of(), now)
    assert isinstance(signed, SignedEvidence)
    evidence = verified_evidence(signed, local, CHECK, now)
    assert evidence is not None
    assert evidence.band is told


def test_a_proof_shows_nothing_of_itself() -> None:
    assert "picture" not in repr(FrameProof(proof_of().frames))
