"""What goes through the pipes to and from a worker process: a length, a JSON head, and pictures.

    4 bytes: length of the head, big-endian │ head │ pictures, one after the other, as `sizes` says

Only pictures and what was asked go in, only a verdict comes out: no holder, no flow, no name.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from api.face.judging import Fault, Shot, Verdict
from api.face.liveness import FaceAction, LivenessFault
from api.face.quality import QualityFault

MAX_HEAD_BYTES: Final = 16_384
LENGTH: Final = struct.Struct(">I")


@dataclass(frozen=True)
class Job:
    """Shots against a portrait; without shots: whether the portrait is good enough to be one."""

    portrait: bytes = field(repr=False)
    shots: Sequence[Shot] = ()
    asked: Sequence[FaceAction] = ()


def encode_job(job: Job) -> bytes:
    pictures = [job.portrait, *(shot.content for shot in job.shots)]
    head = json.dumps(
        {
            "sizes": [len(picture) for picture in pictures],
            "at": [shot.at_ms for shot in job.shots],
            "asked": [str(action) for action in job.asked],
        }
    ).encode()
    return b"".join((LENGTH.pack(len(head)), head, *pictures))


def decode_job(head: dict[str, Any], pictures: Sequence[bytes]) -> Job:
    portrait, *contents = pictures
    shots = [Shot(at, content) for at, content in zip(head["at"], contents, strict=True)]
    return Job(portrait, shots, [FaceAction(one) for one in head["asked"]])


def encode_verdict(verdict: Verdict) -> bytes:
    head = json.dumps(
        {
            "fault": verdict.fault,
            "quality": verdict.quality,
            "liveness": verdict.liveness,
            "band": verdict.band,
        }
    ).encode()
    return LENGTH.pack(len(head)) + head


def decode_verdict(head: bytes) -> Verdict:
    told = json.loads(head)
    return Verdict(
        fault=None if told["fault"] is None else Fault(told["fault"]),
        quality=None if told["quality"] is None else QualityFault(told["quality"]),
        liveness=None if told["liveness"] is None else LivenessFault(told["liveness"]),
        band=told["band"],
    )
