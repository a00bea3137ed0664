"""`onecard client` as an operator calls it, on a database of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from api.commands.client import client
from auth.client_keys import KeyAlgorithm, new_private_jwk
from auth.mongo import Database, connect, database_of
from resolvers.store import meta
from resolvers.store.registry import SPECS
from tests.command_line import Answer, called
from tests.flows import everything_stored

_T = TypeVar("_T")
CODE = "91350100M000100Y43"
NEW = ("--employer-name", "Sample (fictional)", "--employer-name-zh", "样例", "--city", "440100")
SCOPES = ("--scope", "applications:write", "--scope", "permits:read")


@dataclass(frozen=True)
class Place:
    """A database that the commands work on, and where an integrator keeps files."""

    settings: dict[str, str]
    files: Path

    def client(self, *arguments: str) -> Answer:
        return called(client, *arguments, settings=self.settings)

    def told(self, *arguments: str) -> list[str]:
        answer = self.client(*arguments)
        assert (answer.code, answer.stderr) == (0, ""), answer
        return answer.stdout.splitlines()

    def refused(self, *arguments: str) -> str:
        """The one line, after which everything is as it was."""
        before = self.do(everything_stored)
        answer = self.client(*arguments)
        assert (answer.code, answer.stdout) == (1, ""), answer
        assert self.do(everything_stored) == before
        return answer.only_line

    def add(self, jwks: str, *more: str) -> tuple[str, ...]:
        return ("add", "--employer", CODE, "--name", "Portal", "--jwks", jwks, *SCOPES, *more)

    def file(self, content: object) -> str:
        path = self.files / f"{len(list(self.files.iterdir()))}.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return str(path)

    def do(self, work: Callable[[Database], Awaitable[_T]]) -> _T:
        async def connected() -> _T:
            opened = connect(self.settings["ONECARD_MONGODB_URI"])
            try:
                name = self.settings["ONECARD_MONGODB_DATABASE"]
                return await work(database_of(opened, name))
            finally:
                opened.close()

        return asyncio.run(connected())


def opened_place(
    mongod_uri: str, database_name: str, keys_file: Path, tmp_path: Path
) -> Iterator[Place]:
    """Emptied at the end."""
    settings = {
        "ONECARD_MONGODB_URI": mongod_uri,
        "ONECARD_MONGODB_DATABASE": database_name,
        "ONECARD_KEYS_FILE": str(keys_file),
    }
    found = Place(settings, tmp_path)
    yield found

    async def empty(database: Database) -> None:
        for spec in SPECS:
            if spec.name != meta.NAME:
                await database[spec.name].delete_many({})

    found.do(empty)


def public_of(private: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in private.items() if name != "d"}


def new_public(algorithm: KeyAlgorithm = KeyAlgorithm.EDDSA) -> dict[str, str]:
    return public_of(new_private_jwk(algorithm))
