"""docs/import.md, its sample and the example script do what they say."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import click
import pytest

from api.demo import load_demo
from api.feeds import MAX_BODY_BYTES
from api.settings import Settings
from auth import feed_signatures
from auth.compact_jws import JTI_LENGTHS
from auth.feed_sources import MAX_ACTIVE
from auth.keys import KeySet
from auth.mongo import Database
from resolvers.feeds import MAX_FEED_LINES
from resolvers.imports.lines import BATCH_LINES, MAX_LINE_BYTES
from resolvers.imports.outcomes import ImportCode, LineOutcome
from resolvers.imports.reading import CLOCK_LEEWAY
from resolvers.policy.freshness import FRESH_LIFETIMES
from resolvers.policy.throttling import FEED_ADDRESS
from resolvers.rules.tasks import TaskKind
from tests.command_line import ROOT, command_named
from tests.feed_source import Source, registered
from tests.record_lines import BUREAU, POLICE, Importer, importer_on, told
from tests.serving import Serving

PAGE = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "docs" / "examples" / "send_feed.py"
[RECORDS, ANSWER] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
async def importer(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> AsyncIterator[Importer]:
    async with importer_on(settings, mongod_uri, database, key_set) as made:
        await load_demo(database, key_set, now=made.clock())
        for name in ("residence_permits", "insurance_enrolments"):
            await database[name].delete_many({})
        yield made


def test_every_code_outcome_and_task_is_told() -> None:
    report = PAGE.split("\n## The report\n")[1]
    assert re.findall(r"^\| `([A-Z_]+)` \|", report, re.MULTILINE) == [str(c) for c in ImportCode]
    for word in (*LineOutcome, *TaskKind):
        assert f"`{word}`" in PAGE


@pytest.mark.parametrize(
    "sentence",
    [
        f"at most {MAX_LINE_BYTES:,} bytes",
        f"stored {BATCH_LINES} lines at a time",
        f"at most {MAX_BODY_BYTES:,} bytes and {MAX_FEED_LINES:,} lines",
        f"good for {feed_signatures.LIFETIME.seconds // 60} minutes from then",
        f"{JTI_LENGTHS[0]} to {JTI_LENGTHS[-1]} printable",
        f"may have {MAX_ACTIVE} sources at a time",
        f"not more than {CLOCK_LEEWAY.seconds // 60} minutes in the future",
        f"may send {FEED_ADDRESS.delays.count(FEED_ADDRESS.delays[0])} times in 10 minutes",
        *(f"not confirmed for {span.days} days" for span in FRESH_LIFETIMES.values()),
    ],
)
def test_the_figures_on_the_page_are_those_of_the_code(sentence: str) -> None:
    assert sentence in " ".join(PAGE.split())


def test_every_command_on_the_page_exists() -> None:
    group = command_named("source")
    assert isinstance(group, click.Group)
    assert set(re.findall("onecard source ([a-z]+)", PAGE)) == set(group.commands)
    importing = command_named("import")
    assert importing is not None
    options = {name for option in importing.params for name in option.opts}
    assert set(re.findall("`(--[a-z-]+)`", PAGE)) - {"--jwks"} == options - {"file"}


async def test_the_sample_is_stored_for_a_demo_holder(
    importer: Importer, database: Database
) -> None:
    residence, insurance = RECORDS.splitlines()
    assert told(await importer.take(residence.encode())) == ["stored"]
    assert told(await importer.take(insurance.encode(), source=BUREAU)) == ["stored"]
    stored = [await database[n].find_one() for n in ("residence_permits", "insurance_enrolments")]
    assert stored[0] is not None
    assert stored[1] is not None
    assert stored[0]["holder_id"] == stored[1]["holder_id"]


async def test_each_field_of_the_sample_is_in_the_table_and_no_other() -> None:
    table = PAGE.split("\n## A record\n")[1].split("\n## ")[0]
    cells = " ".join(re.findall(r"^\| .*? \|", table, re.MULTILINE))
    named = set(re.findall(r"`([a-z_.]+)`", cells))
    shown: set[str] = {"source"}
    for line in RECORDS.splitlines():
        record = json.loads(line)
        shown |= {*record}
        for one in record.get("enrolments", ()):
            shown |= {f"enrolments.{name}" for name in one if name != "kind"}
    assert named == shown


async def test_the_example_sends_the_sample_and_prints_the_answer_of_the_page(
    importer: Importer, serving: Serving, tmp_path: Path
) -> None:
    source = await registered(importer)
    records = tmp_path / "records.ndjson"
    records.write_text(RECORDS)
    sent = await asyncio.to_thread(example, tmp_path, source, str(records), serving.base_url)
    assert (sent.returncode, sent.stderr) == (0, "")
    assert json.loads(sent.stdout) == json.loads(ANSWER)
    stranger = await asyncio.to_thread(
        example, tmp_path, Source.new(), str(records), serving.base_url
    )
    assert stranger.returncode == 1
    assert "HTTP 401: The source could not be authenticated." in stranger.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("none.ndjson", "127.0.0.1:8000"), 2, "BASE_URL must begin with"),
        (("none.ndjson",), 1, "a file cannot be read"),
        ((str(ROOT / "LICENSE"), "http://127.0.0.1:9"), 1, "start it with 'make run'"),
    ],
)
def test_a_wrong_call_of_the_example_is_told_in_words(
    arguments: tuple[str, ...], code: int, reason: str, tmp_path: Path
) -> None:
    answer = example(tmp_path, Source.new(), *arguments)
    assert (answer.returncode, answer.stdout) == (code, "")
    assert reason in answer.stderr
    assert "Traceback" not in answer.stderr


def example(folder: Path, source: Source, *arguments: str) -> subprocess.CompletedProcess[str]:
    key = folder / "private.jwk"
    key.write_text(json.dumps(source.private))
    return subprocess.run(
        [sys.executable, EXAMPLE, str(key), POLICE, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
