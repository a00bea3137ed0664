"""`make profile`: where the time of a home screen goes, part by part, in one process.

The application is asked in this process, without a socket, under cProfile: that makes everything
slower and small functions most of all, so shares count, not milliseconds. `make bench` measures
what a request costs. What cProfile does not see is MongoDB itself.
"""

from __future__ import annotations

import cProfile
import json
import logging
import os
import pstats
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop
from starlette.applications import Starlette
from starlette.types import Message

from api.app import build_app
from api.clock import utc_now
from api.demo import load_demo
from api.embedded import LocalMongod
from api.ids import new_id
from api.logs import configure_logging
from api.metrics import Metrics
from api.operations import known_operations
from api.runtime import open_runtime
from api.settings import Settings
from auth.key_files import save_key_set
from auth.keys import KeySet, new_key_set
from auth.mongo import connect, database_of
from auth.principal import Assurance
from auth.tokens import SubjectKind, TokenAuthority
from resolvers.store import permits
from resolvers.store.installation import prepare_database

ASKED = 500
HOME = next(text for text in known_operations() if text.startswith("query Home"))

_PLACES: Mapping[str, tuple[str, str]] = {
    "all": ("starlette/applications.py", "__call__"),
    "endpoint": ("api/graphql_http.py", "__call__"),
    "who": ("api/graphql_context.py", "context_for"),
    "shortcut": ("schema/compiled/shortcut.py", "answer"),
    "program": ("schema/compiled/running.py", "execute"),
    "root": ("schema/own_read.py", "read_own"),
    "pipeline": ("resolvers/pipeline.py", "compile_read"),
    "driver": ("resolvers/store/holders.py", "aggregate"),
    "encode": ("api/live/results.py", "encoded"),
    "log": ("api/middleware/access_log.py", "note"),
}
"""Functions by whose time, callees included, the parts are told apart."""


@dataclass(frozen=True)
class Part:
    name: str
    share: float


def parts_of(stats: pstats.Stats) -> list[Part]:
    """The parts of a request, in its order; their shares add up to one."""
    spent = {place: _spent(stats, *where) for place, where in _PLACES.items()}
    parts = {
        "middleware, routing": spent["all"] - spent["endpoint"] - spent["log"],
        "JSON, headers of the answer": spent["endpoint"]
        - spent["who"]
        - spent["shortcut"]
        - spent["encode"],
        "who asks: token, session, language": spent["who"],
        "plan: document, access, variables": spent["shortcut"] - spent["program"],
        "pipeline": spent["pipeline"],
        "driver": spent["driver"],
        "rows arranged, audit, opening": spent["root"] - spent["pipeline"] - spent["driver"],
        "answer made by the program": spent["program"] - spent["root"],
        "answer as bytes": spent["encode"],
        "line of the log": spent["log"],
    }
    return [Part(name, seconds / spent["all"]) for name, seconds in parts.items()]


def _spent(stats: pstats.Stats, file: str, function: str) -> float:
    table: Mapping[tuple[str, int, str], Any] = stats.stats  # type: ignore[attr-defined]
    spent: list[float] = [
        found[3]
        for (path, _line, name), found in table.items()
        if name == function and path.endswith(file)
    ]
    return sum(spent)


@dataclass(frozen=True)
class HomeScreen:
    """An application and a holder's token, asked without a socket."""

    app: Starlette
    token: str
    state: Mapping[str, Any]

    async def ask(self) -> bytes:
        body = json.dumps({"query": HOME}).encode()
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/graphql",
            "raw_path": b"/graphql",
            "query_string": b"",
            "root_path": "",
            "headers": [
                (b"host", b"127.0.0.1"),
                (b"content-type", b"application/json"),
                (b"accept", b"application/graphql-response+json"),
                (b"authorization", f"Bearer {self.token}".encode()),
                (b"content-length", str(len(body)).encode()),
            ],
            "client": ("127.0.0.1", 1),
            "state": dict(self.state),
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        answer: bytes = sent[1]["body"]
        if sent[0]["status"] != 200 or b'"errors"' in answer:
            raise RuntimeError("the home screen was refused")
        return answer


@asynccontextmanager
async def home_screen(
    settings: Settings, uri: str, keys: KeySet, holder_id: str
) -> AsyncIterator[HomeScreen]:
    authority = TokenAuthority(keys, issuer=settings.issuer, audience=settings.audience)
    now = utc_now()
    token = authority.mint_access(
        subject=holder_id,
        kind=SubjectKind.HOLDER,
        client_id="profile",
        session_id=new_id("ses"),
        scope=(),
        acr=Assurance.REAL_PERSON.acr,
        amr=("user",),
        authenticated_at=now,
        token_id=new_id("tok"),
        issued_at=now,
    )
    app = build_app(settings, lambda: open_runtime(settings, uri), Metrics(), with_worker=False)
    async with app.router.lifespan_context(app) as state:
        yield HomeScreen(app, token, state or {})


async def _profiled(directory: Path) -> None:
    keys = new_key_set(now=utc_now())
    save_key_set(directory / "keys.json", keys)
    settings = Settings(data_dir=directory, keys_file=directory / "keys.json")
    with LocalMongod(directory / "mongodb") as local:
        client = connect(local.uri)
        database = database_of(client, settings.mongodb_database)
        await prepare_database(database, utc_now())
        await load_demo(database, keys, now=utc_now())
        permit = await database[permits.NAME].find_one({}, sort=[("_id", 1)])
        if permit is None:
            raise RuntimeError("the demo has no permit")
        async with home_screen(settings, local.uri, keys, permit["holder_id"]) as home:
            await _told(home)
        client.close()


async def _told(home: HomeScreen) -> None:
    for _ in range(ASKED // 5):
        await home.ask()
    began = resource.getrusage(resource.RUSAGE_SELF)
    for _ in range(ASKED):
        await home.ask()
    ended = resource.getrusage(resource.RUSAGE_SELF)
    cpu = ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime
    # Of this thread alone, so that no waiting counts.
    profile = cProfile.Profile(time.thread_time)
    profile.enable()
    for _ in range(ASKED):
        await home.ask()
    profile.disable()
    stats = pstats.Stats(profile)
    calls = stats.prim_calls / ASKED  # type: ignore[attr-defined]
    lines = [f"{'part of a home screen':42}share"]
    lines += [f"{part.name:42}{part.share:5.1%}" for part in parts_of(stats)]
    lines.append(f"{cpu / ASKED * 1_000:.2f} ms of processor time, {calls:.0f} calls a request")
    sys.stdout.write("\n".join(lines) + "\n")
    stats.dump_stats("profile-home.pstats")
    sys.stdout.write("profile-home.pstats has every function: python -m pstats\n")


def main() -> None:
    configure_logging()
    with (
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        tempfile.TemporaryDirectory(prefix="onecard-profile-") as directory,
    ):
        for handler in logging.getLogger().handlers:
            if isinstance(handler, logging.StreamHandler):
                # Lines are made as in production, and thrown away.
                handler.setStream(nowhere)
        uvloop.run(_profiled(Path(directory)))


if __name__ == "__main__":
    main()
