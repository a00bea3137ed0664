"""The measurement: every server runs all the time, and is asked in turn, round after round."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import uvloop

from api.failure import Refusal
from bench.answers import answers_of, refuse_difference
from bench.asking import Asking
from bench.figures import Run, per_answer_ms
from bench.load import Sample, WrongAnswer, load
from bench.logins import one_login, people, sample_logins
from bench.operations import Caller, Operation
from bench.process_times import cpu_seconds, memory_bytes, own_seconds
from bench.servers import Kind, Running

COMPARED: Final = 16
"""Callers whose answers are compared before anything is measured, for each operation and server."""
CARDS_A_SECOND: Final = 250
LOGINS_A_SECOND: Final = 25
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
        if operation.caller is Caller.STRANGER:
            compared += _compare_logins(asking, operation, ours, servers)
            continue
        expected = uvloop.run(answers_of(ours.port, asking.requests(operation, COMPARED)))
        for one in servers:
            if one is ours or not _is_compared(one, operation):
                continue
            theirs = uvloop.run(answers_of(one.port, asking.requests(operation, COMPARED)))
            for mine, other in zip(expected, theirs, strict=True):
                refuse_difference(operation.name, one.server.title, mine, other)
                compared += 1
    return compared


def _compare_logins(
    asking: Asking, operation: Operation, ours: Running, servers: Sequence[Running]
) -> int:
    """Each answer of a login is new; what is compared is which steps there were, and how they are
    told. Whoever proves a name often has to wait, so each server logs in somebody else."""
    compared = 0
    for one in servers:
        if one is not ours and _is_compared(one, operation):
            told = []
            for server, person in zip((ours, one), people(asking.place.holders, 2), strict=True):
                answers = uvloop.run(one_login(server.port, operation, person))
                told.append({one["__typename"]: sorted(one) for one in answers})
            shared = told[0].keys() & told[1].keys()
            refuse_difference(
                operation.name,
                one.server.title,
                *(repr([steps[name] for name in sorted(shared)]).encode() for steps in told),
            )
            compared += len(shared)
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
    sampling = _prepared(asking, operation, one, seconds, operation.connections)
    before = _spent(one, mongod_pid)
    sample = sampling()
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
    return _prepared(asking, operation, one, seconds, connections or operation.connections)()


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


def _prepared(
    asking: Asking, operation: Operation, one: Running, seconds: float, connections: int
) -> Callable[[], Sample]:
    if operation.caller is Caller.STRANGER:
        who = people(asking.place.holders, max(1, int(LOGINS_A_SECOND * seconds)))
        return partial(sample_logins, one.port, operation, who)
    requests = _made(asking, operation, one, seconds)
    return partial(_sent, one, operation, requests, seconds, connections)


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
