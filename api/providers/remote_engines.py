"""The remote engines that a file lists, in its order: each is a provider by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from api.outbound import Outbound
from api.providers.remote_calls import RemoteCaller
from api.providers.remote_engine import Arrived, RemoteEngine, nothing_arrives
from api.providers.remote_files import listed_in

MAX_ENGINES: Final = 4
VARIABLE: Final = "ONECARD_PERSON_ENGINES_FILE"


def remote_engines(
    engines_file: Path | None, outbound: Outbound, arrived: Arrived = nothing_arrives
) -> list[RemoteEngine]:
    """By what the file says, or a `Refusal`. Nothing is connected to."""
    return [
        RemoteEngine(
            RemoteCaller(one.terms, outbound), takes_frames=one.takes_frames, arrived=arrived
        )
        for one in listed_in(VARIABLE, engines_file, "engine", outbound, MAX_ENGINES)
    ]
