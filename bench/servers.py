"""The servers: how each is started, watched and ended, by its process id alone."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from api.embedded.ports import free_port
from api.failure import Refusal
from bench.place import Place
from bench.processors import on_processors

START_SECONDS: Final = 60
STOP_SECONDS: Final = 15
READS: Final = ("home", "list50", "list500", "inbox")
EVERYTHING: Final = (*READS, "verify", "login")
PEERS: Final = Path(__file__).parent / "peers"
NODE: Final = PEERS / "node"


class Kind(StrEnum):
    OURS = "ours"
    PEER = "peer"
    """What a team would take instead: the targets are against these."""
    LIMIT = "limit"
    """What no graph can beat."""
    EXTRA = "extra"
    """Without a target, so that nobody is fooled."""


@dataclass(frozen=True)
class Server:
    """`module` is a Python peer's, `script` a Node peer's; neither is the gateway itself."""

    name: str
    title: str
    kind: Kind
    operations: tuple[str, ...] = READS
    module: str | None = None
    script: str | None = None


SERVERS: Final[Mapping[str, Server]] = {
    one.name: one
    for one in (
        Server("onecard", "OneCard Gateway", Kind.OURS, EVERYTHING),
        Server(
            "handwritten",
            "Starlette + Motor by hand",
            Kind.LIMIT,
            EVERYTHING,
            module="bench.peers.handwritten",
        ),
        Server(
            "constant",
            "Starlette, a constant",
            Kind.LIMIT,
            ("home",),
            module="bench.peers.constant",
        ),
        Server("mercurius", "Mercurius with JIT", Kind.PEER, script="mercurius.mjs"),
        Server("apollo", "Apollo Server", Kind.PEER, script="apollo.mjs"),
        Server("yoga", "GraphQL Yoga", Kind.PEER, script="yoga.mjs"),
        Server("strawberry", "Plain Strawberry", Kind.PEER, module="bench.peers.strawberry_peer"),
        Server("ariadne", "Ariadne", Kind.PEER, module="bench.peers.ariadne_peer"),
        Server(
            "mercurius-single",
            "Mercurius, one aggregation",
            Kind.EXTRA,
            script="mercurius-single.mjs",
        ),
        Server("fastify", "Fastify by hand", Kind.EXTRA, script="handwritten.mjs"),
    )
}


@dataclass(frozen=True)
class Running:
    server: Server
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    started_in: float

    @property
    def pid(self) -> int:
        return self.process.pid


@contextmanager
def running(
    place: Place,
    server: Server,
    node: Sequence[str],
    *,
    workers: int = 1,
    processors: Sequence[int] = (),
) -> Iterator[Running]:
    """The server, until the end of the block; it has answered a connection by then."""
    port = free_port()
    log = place.settings.data_dir / f"{server.name}.log"
    environment = {
        **os.environ,
        "ONECARD_DATA_DIR": str(place.settings.data_dir),
        "ONECARD_MONGODB_URI": place.uri,
        "ONECARD_MONGODB_DATABASE": place.settings.mongodb_database,
        "ONECARD_GRAPHIQL": "false",
        "ONECARD_TRUSTED_PROXIES": "127.0.0.1/32",
        "NODE_ENV": "production",
        "BENCH_PORT": str(port),
        "BENCH_PLACE": str(place.settings.data_dir / "peers.json"),
    }
    command = _command(server, port, node, workers)
    began = time.monotonic()
    with log.open("wb") as output, on_processors(processors):
        process = subprocess.Popen(  # noqa: S603 - our own servers
            command,
            cwd=PEERS.parent.parent,
            env=environment,
            # Held open by us alone: a Node peer ends with it.
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _await(process, port, server, log)
        yield Running(server, port, process, log, time.monotonic() - began)
    finally:
        _end(process)


def _command(server: Server, port: int, node: Sequence[str], workers: int) -> list[str]:
    if server.script is not None:
        return [*node, str(NODE / server.script)]
    if server.module is not None:
        return [sys.executable, "-m", server.module]
    onecard = str(Path(sys.executable).with_name("onecard"))
    return [onecard, "serve", "--port", str(port), "--workers", str(workers)]


def _await(process: subprocess.Popen[bytes], port: int, server: Server, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        if asyncio.run(_answers(port)):
            return
        time.sleep(0.02)
    raise Refusal(f"{server.title} did not start; see {log}")


async def _answers(port: int) -> bool:
    """Whether it speaks HTTP: something may listen long before it serves."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    try:
        writer.write(b"GET /health/ready HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
        return (await asyncio.wait_for(reader.read(5), 5)).startswith(b"HTTP")
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
