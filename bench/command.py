"""What the commands of the benchmark share: progress, and the servers that were chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, TypeVar

import click

from api.failure import Refusal
from bench.node import node_with_peers
from bench.operations import OPERATIONS, Operation
from bench.peer_place import write_peer_place
from bench.place import Place
from bench.processors import Sharing
from bench.servers import SERVERS, Kind, Running, Server, running

DIRECTORY: Final = Path(".onecard/bench")

_T = TypeVar("_T")


def say(line: str) -> None:
    """Progress; standard output is for figures."""
    click.echo(line, err=True)


def chosen_operations(names: str | None) -> list[Operation]:
    """Comma-separated names; all without any. Raises Refusal for one that is none."""
    return [_known(OPERATIONS, name, "operation") for name in _listed(names, OPERATIONS)]


def chosen_servers(names: str | None) -> list[Server]:
    """Ours first, which all others are compared with, whether or not it was named."""
    chosen = [_known(SERVERS, name, "server") for name in _listed(names, SERVERS)]
    ours = [one for one in SERVERS.values() if one.kind is Kind.OURS]
    return [*ours, *(one for one in chosen if one.kind is not Kind.OURS)]


def node_of(servers: Sequence[Server]) -> tuple[str, ...]:
    """How to start Node, with what its peers need; nothing where none of them was chosen."""
    return node_with_peers(say) if any(one.script for one in servers) else ()


def start_all(
    stack: ExitStack, place: Place, servers: Sequence[Server], sharing: Sharing
) -> list[Running]:
    node = node_of(servers)
    write_peer_place(place)
    started = []
    for server in servers:
        one = stack.enter_context(running(place, server, node, processors=sharing.server))
        say(f"{server.title} serves after {one.started_in:.1f} s")
        started.append(one)
    return started


def _listed(names: str | None, known: Mapping[str, object]) -> list[str]:
    if names is None:
        return list(known)
    return [name.strip() for name in names.split(",") if name.strip()]


def _known(known: Mapping[str, _T], name: str, what: str) -> _T:
    if name not in known:
        raise Refusal(f"there is no {what} '{name}': {', '.join(known)}")
    return known[name]
