"""The measurement: every server runs all the time, and is asked in turn, round after round."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import uvloop

from api.failure import Refusal
from bench.answers import answers_of, refuse_difference
from bench.asking import Asking
from bench.figures import Run, per_answer_ms
from bench.load import Sample, WrongAnswer, load
from bench.operations import Operation
from bench.process_times import cpu_seconds, memory_bytes, own_seconds
from bench.servers import Kind, Running

COMPARED: Final = 16
"""Callers whose answers are compared before anything is measured, for each operation and server."""
CARDS_A_SECOND: Final = 250
REQUESTS_PREPARED: Final = 64
_MIB: Final = 1024 * 1024

Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    rounds: int
    seconds: float
    warm_up_seconds: float
    operations: Sequence[Operation]


def compare(asking: Asking, operations: Sequence[Operation], servers: Sequence[Running]) -> int:
    """Every server's answers beside ours; how many were compared. Raises Refusal at the first that
    differs or is an error. What checks a code asks with a code of its own of the same card."""
    ours = next(one for one in servers if one.server.kind is Kind.OURS)
    compared = 0
    for operation in operations:
        expected = uvloop.run(answers_of(ours.port, asking.requests(operation, COMPARED)))
        for one in servers:
            if one is ours or not _is_compared(one, operation):
                continue
            theirs = uvloop.run(answers_of(one.port, asking.requests(operation, COMPARED)))
            for mine, other in zip(expected, theirs, strict=True):
                refuse_difference(operation.name, one.server.title, mine, other)
                compared += 1
    return compared


def _is_compared(one: Running, operation: Operation) -> bool:
    return operation.name in one.server.operations and one.server.name != "constant"


def measure(
    asking: Asking, plan: Plan, servers: Sequence[Running], mongod_pid: int, say: Say
) -> list[Run]:
    runs: list[Run] = []
    for one, operation in _in_turn(plan, servers):
        asked(asking, operation, one, plan.warm_up_seconds)
    began = time.monotonic()
    for number in range(plan.rounds):
        for one, operation in _in_turn(plan, servers, number):
            runs.append(_run(asking, operation, one, plan.seconds, number, mongod_pid))
        spent = time.monotonic() - began
        left = spent / (number + 1) * (plan.rounds - number - 1)
        say(f"round {number + 1} of {plan.rounds}, about {left:.0f} s to go")
    return runs


def _in_turn(
    plan: Plan, servers: Sequence[Running], number: int = 0
) -> list[tuple[Running, Operation]]:
    """Each round begins with another server, so that none is always behind the same one."""
    first = number % len(servers)
    turned = [*servers[first:], *servers[:first]]
    return [
        (one, operation)
        for operation in plan.operations
        for one in turned
        if operation.name in one.server.operations
    ]


def _run(
    asking: Asking,
    operation: Operation,
    one: Running,
    seconds: float,
    number: int,
    mongod_pid: int,
) -> Run:
    # What is made beforehand, such as codes of cards, must not count as the cost of asking.
    requests = _made(asking, operation, one, seconds)
    before = _spent(one, mongod_pid)
    sample = _sent(one, operation, requests, seconds, operation.connections)
    server, mongod, own = (
        after - earlier for after, earlier in zip(_spent(one, mongod_pid), before, strict=True)
    )
    answers = sample.answers
    return Run(
        operation=operation.name,
        server=one.server.name,
        round=number,
        answers=answers,
        seconds=sample.seconds,
        p50_ms=sample.latency(0.5) * 1000,
        p99_ms=sample.latency(0.99) * 1000,
        server_cpu_ms=per_answer_ms(server, answers),
        mongod_cpu_ms=per_answer_ms(mongod, answers),
        load_cpu_ms=per_answer_ms(own, answers),
        bytes=sample.bytes / max(1, answers),
        memory_mib=memory_bytes(one.pid) / _MIB,
    )


def _spent(one: Running, mongod_pid: int) -> tuple[float, float, float]:
    return cpu_seconds(one.pid), cpu_seconds(mongod_pid), own_seconds()


def asked(
    asking: Asking,
    operation: Operation,
    one: Running,
    seconds: float,
    connections: int | None = None,
) -> Sample:
    """So long, as fast as it answers."""
    requests = _made(asking, operation, one, seconds)
    return _sent(one, operation, requests, seconds, connections or operation.connections)


def asked_for(
    asking: Asking,
    operation: Operation,
    one: Running,
    count: int,
    connections: int | None = None,
) -> Sample:
    """So many requests, each once."""
    requests = [request.to(one.port) for request in asking.requests(operation, count)]
    return _sent(one, operation, requests, None, connections or operation.connections)


def _made(asking: Asking, operation: Operation, one: Running, seconds: float) -> list[bytes]:
    count = REQUESTS_PREPARED
    if operation.writes:
        count = max(operation.connections, int(CARDS_A_SECOND * seconds))
    return [request.to(one.port) for request in asking.requests(operation, count)]


def _sent(
    one: Running,
    operation: Operation,
    requests: Sequence[bytes],
    seconds: float | None,
    connections: int,
) -> Sample:
    """What writes is sent once, since a code counts once."""
    until = None if operation.writes else seconds
    try:
        return uvloop.run(load(one.port, requests, connections=connections, seconds=until))
    except WrongAnswer as wrong:
        raise Refusal(f"{operation.name}, {one.server.title}: {wrong}; see {one.log}") from None
