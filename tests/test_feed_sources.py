"""Sources of feeds: registered and revoked by an administrator, by use case and by command."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.commands.source import source as command
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from resolvers.feed_sources import (
    SourceRefusal,
    SourceRegistered,
    SourceRevocation,
    register_source,
    revoke_source,
)
from tests.command_line import called
from tests.feed_source import Source, keys_of, registered
from tests.flows import audit_actions
from tests.record_lines import (
    BUREAU,
    POLICE,
    SYSTEM,
    Importer,
    importer_on,
    ndjson,
    residence_line,
)
from tests.serving import Serving


@pytest.fixture
async def importer(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> AsyncIterator[Importer]:
    async with importer_on(settings, mongod_uri, database, key_set) as made:
        yield made


async def test_a_source_is_registered_once_and_a_key_is_one_sources_for_ever(
    importer: Importer, database: Database
) -> None:
    source, gateway = await registered(importer), importer.gateway
    again = await register_source(gateway, SYSTEM, POLICE, keys_of(source))
    assert isinstance(again, SourceRegistered)
    assert (again.source.source_id, again.is_new) == (source.source_id, False)
    for authority, keys in (
        (BUREAU, keys_of(source)),
        (POLICE, (*keys_of(source), *keys_of(Source.new()))),
        (POLICE, keys_of(Source(Source.new().private | {"kid": source.kid}))),
    ):
        taken = await register_source(gateway, SYSTEM, authority, keys)
        assert taken is SourceRefusal.KEY_TAKEN
    await revoke_source(gateway, SYSTEM, source.source_id)
    assert await revoke_source(gateway, SYSTEM, source.source_id) is SourceRevocation.REVOKED_BEFORE
    assert await revoke_source(gateway, SYSTEM, "src_nobody") is SourceRevocation.NOT_FOUND
    taken = await register_source(gateway, SYSTEM, POLICE, keys_of(source))
    assert taken is SourceRefusal.KEY_TAKEN
    assert await audit_actions(database) == [
        ("source.registered", "OK"),
        ("source.revoked", "OK"),
    ]


async def test_an_authority_has_five_sources_at_most(importer: Importer) -> None:
    sources = [await registered(importer) for _ in range(5)]
    more = keys_of(Source.new())
    outcome = await register_source(importer.gateway, SYSTEM, POLICE, more)
    assert outcome is SourceRefusal.TOO_MANY
    await revoke_source(importer.gateway, SYSTEM, sources[0].source_id)
    assert isinstance(
        await register_source(importer.gateway, SYSTEM, POLICE, more), SourceRegistered
    )


async def test_new_keys_count_beside_the_old_ones(importer: Importer, serving: Serving) -> None:
    person = await importer.person()
    for source in [await registered(importer) for _ in range(2)]:
        response = await source.send(serving, ndjson([residence_line(person)]))
        assert response.status_code == 200


def test_an_operator_registers_lists_and_revokes_a_source(
    command_settings: dict[str, str], tmp_path: Path
) -> None:
    made = Source.new()
    jwks = tmp_path / "jwks.json"
    jwks.write_text(json.dumps({"keys": [made.jwk]}))
    for beginning in ("registered", "was registered just so before"):
        answer = called(command, "add", POLICE, "--jwks", str(jwks), settings=command_settings)
        assert (answer.code, answer.stdout.splitlines()[0]) == (0, beginning)
        assert made.kid in answer.stdout
    source_id = answer.stdout.splitlines()[1].split()[1]
    listed = called(command, "list", settings=command_settings).stdout.splitlines()
    assert [line.split()[:3] for line in listed[1:]] == [[source_id, POLICE, "ACTIVE"]]
    for ending in ("is revoked", "was revoked before"):
        answer = called(command, "revoke", source_id, settings=command_settings)
        assert (answer.code, answer.stdout.strip()) == (0, f"{source_id} {ending}")
    listed = called(command, "list", settings=command_settings).stdout.splitlines()
    assert [line.split()[:3] for line in listed[1:]] == [[source_id, POLICE, "REVOKED"]]
    taken = called(command, "add", POLICE, "--jwks", str(jwks), settings=command_settings)
    assert taken.code == 1
    assert "one of the keys is or was another source's" in taken.only_line


def test_mistakes_with_sources_are_told_in_one_line(
    command_settings: dict[str, str], tmp_path: Path
) -> None:
    private = tmp_path / "private.json"
    private.write_text(json.dumps(Source.new().private))
    for arguments, told in (
        (("add", POLICE, "--jwks", str(private)), "private or secret key"),
        (("add", POLICE, "--jwks", str(tmp_path / "none")), "cannot be read"),
        (("revoke", "src_nobody"), "there is no such source"),
    ):
        answer = called(command, *arguments, settings=command_settings)
        assert answer.code == 1
        assert told in answer.only_line
    wrong = called(command, "add", "market-regulation", "--jwks", "x", settings=command_settings)
    assert wrong.code == 2
