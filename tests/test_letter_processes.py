"""One letter, however many processes are asked for it, whatever they sign with."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from pathlib import Path

import httpx
import pytest

from auth.mongo import Database
from resolvers.changes import change
from resolvers.letters import issuing
from resolvers.vocabulary import LetterKind
from tests.app_client import AppClient
from tests.cases import Scene
from tests.commands import CommandLog
from tests.letter_asking import Asker, make_subjects, path_of
from tests.processes import eventually
from tests.serving import Serving
from tests.test_revocation_http import gateway_process, is_up


@pytest.mark.timeout(180)
async def test_a_letter_is_one_file_from_every_process_after_restarts_and_with_other_keys(
    serving: Serving, database: Database, mongod_uri: str, keys_file: Path, tmp_path: Path
) -> None:
    """Each process has a data directory, and so a signing key, of its own."""
    subjects = await make_subjects(await Scene.of(serving))
    token = subjects.holder().app.token
    files: dict[LetterKind, set[bytes]] = {kind: set() for kind in subjects.about}
    for round_ in range(2):
        async with contextlib.AsyncExitStack() as stack:
            bases = []
            for number in range(2 - round_):
                data = tmp_path / f"data-{round_}-{number}"
                process = gateway_process(mongod_uri, database, keys_file, data)
                bases.append(stack.enter_context(process)[1])
            askers = []
            for base in bases:
                assert await asyncio.to_thread(eventually, partial(is_up, base))
                client = httpx.AsyncClient(base_url=base, timeout=30)
                http = await stack.enter_async_context(client)
                askers += [Asker(AppClient(http, token))] * 2
            for kind, about_id in subjects.about.items():
                letters = await asyncio.gather(*(one.letter(kind, about_id) for one in askers))
                for asker, letter in zip(askers, letters, strict=True):
                    files[kind].add((await asker.download(letter)).content)
    assert [len(found) for found in files.values()] == [1] * len(LetterKind)
    assert await database["letters"].count_documents({}) == len(LetterKind)
    lines = await database["audit"].count_documents({"action": "letter.issued"})
    assert lines == len(LetterKind)


async def test_two_who_have_both_made_it_store_one(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both find that there is none yet, both make it, and only then does either store it."""
    subjects = await make_subjects(await Scene.of(serving))
    barrier = asyncio.Barrier(2)

    async def together(*given: object) -> object:
        async with asyncio.timeout(20):
            await barrier.wait()
        return await change(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("resolvers.letters.issuing.change", together)
    kind = LetterKind.DECISION
    letters = await asyncio.gather(
        subjects.holder().letter(kind, subjects.about[kind]),
        subjects.employer().letter(kind, subjects.about[kind]),
    )
    assert letters[0]["id"] == letters[1]["id"]
    assert letters[0]["sha256"] == letters[1]["sha256"]
    database = serving.database
    for name in ("letters", "letter_pieces"):
        assert await database[name].count_documents({}) == 1
    for name, key in (("audit", "action"), ("outgoing_events", "kind")):
        assert await database[name].count_documents({key: "letter.issued"}) == 1


async def test_another_template_makes_no_other_file_and_nothing_is_set_again(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, command_log: CommandLog
) -> None:
    subjects = await make_subjects(await Scene.of(serving))
    holder, kind = subjects.holder(), LetterKind.PERMIT_NOTIFICATION
    first = await holder.file(kind, subjects.about[kind])

    def never(*_: object) -> None:
        raise AssertionError("set again")

    monkeypatch.setattr(issuing, "TEMPLATE", "2")
    monkeypatch.setattr(issuing, "print_letter", never)
    command_log.clear()
    assert await holder.file(kind, subjects.about[kind]) == first
    written = {name for name, where in command_log.sent if where in ("letters", "letter_pieces")}
    assert written == {"find"}


async def test_the_address_hangs_on_no_signing_key_of_tokens(serving: Serving) -> None:
    subjects = await make_subjects(await Scene.of(serving))
    kind = LetterKind.CARD_RECEIPT
    letter = await subjects.holder().letter(kind, subjects.about[kind])
    assert path_of(letter).startswith(f"/letters/{letter['id']}?until=")
    assert "&key=1&proof=" in path_of(letter)
