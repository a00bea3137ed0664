"""What a home screen may cost, by counts: docs/compiled-reads.md has the table."""

from __future__ import annotations

import cProfile
import pstats
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import bson
import pytest

from api.settings import Settings
from auth.direct_commands import DECODED
from auth.keys import KeySet
from auth.mongo import Database, Document
from bench.profile_home import HomeScreen, home_screen
from resolvers.store.holders import HolderStore
from resolvers.vocabulary import CardState
from schema.compiled.running import Program
from tests.commands import CommandLog
from tests.factories import PermitPlan, make_person

PAGE = Path(__file__).parent.parent / "docs" / "compiled-reads.md"
BUDGET = {
    what: int(most.replace(",", ""))
    for what, most in re.findall(r"^\| ([a-z ,']+) \| ([\d,]+) \|$", PAGE.read_text(), re.MULTILINE)
}


def _calls(profile: cProfile.Profile, *names: str) -> int:
    """How often functions of these names were called; without names, all."""
    table = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    return sum(found[0] for (_, _, name), found in table.items() if not names or name in names)


async def _least(home: HomeScreen, *names: str) -> int:
    """Of some requests: now and then the revocation feed reads beside one."""
    counts = []
    for _ in range(15):
        profile = cProfile.Profile()
        profile.enable()
        await home.ask()
        profile.disable()
        counts.append(_calls(profile, *names))
    return min(counts)


async def _rows(home: HomeScreen) -> bytes:
    """What the database answers to it."""
    found: list[bytes] = []
    read = HolderStore.aggregate

    async def kept(store: HolderStore, pipeline: list[Document], most: int = 1) -> list[Document]:
        rows = await read(store, pipeline, most)
        found.append(bson.encode({"rows": rows}))
        return rows

    with patch.object(HolderStore, "aggregate", kept):
        await home.ask()
    return found[0]


@contextmanager
def _canned(encoded: bytes) -> Iterator[None]:
    """Reads answered from memory."""

    async def rows(*_given: object) -> list[Document]:
        decoded: list[Document] = bson.decode(encoded, DECODED)["rows"]
        return decoded

    with patch.object(HolderStore, "aggregate", rows):
        yield


async def test_a_home_screen_keeps_to_its_budget(
    settings: Settings,
    mongod_uri: str,
    database: Database,
    key_set: KeySet,
    command_log: CommandLog,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plans = (PermitPlan(), PermitPlan(-400, -101))
    person = await make_person(database, key_set, permit_plans=plans, physical=CardState.NORMAL)
    monkeypatch.setattr("logging.Logger.isEnabledFor", lambda *_: False)
    async with home_screen(settings, mongod_uri, key_set, person.holder_id) as home:
        first = await home.ask()
        command_log.clear()
        assert await home.ask() == first
        assert len(command_log.sent) == BUDGET["commands"] == 1
        assert command_log.sent == [("aggregate", "holders")]
        assert await _least(home, "submit") == BUDGET["turns to another thread"] == 0
        with _canned(await _rows(home)):
            assert await home.ask() == first
            assert await _least(home) <= BUDGET["calls of functions without the driver"]
        with (
            patch.object(Program, "execute", autospec=True, side_effect=KeyError) as program,
            pytest.raises(RuntimeError, match="refused"),
        ):
            await home.ask()
        assert program.call_count == 1
