"""The same operation by compiled functions and by the ordinary executor, on the same documents."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any
from unittest.mock import patch

from graphql import OperationDefinitionNode, get_operation_ast
from strawberry.types import ExecutionResult

import schema.own_read as own_read
from api.live.results import encoded
from resolvers.reads import Read
from resolvers.selection import Selection
from schema.compiled.plans import Plan
from schema.context import RequestContext
from schema.documents import Prepared
from schema.failures import RequestError
from schema.gateway_schema import GatewaySchema
from tests.random_operations import Operation

_GIVEN_UP = object()
"""A read that was cancelled, since another root had failed."""
_ERROR_ID = re.compile(r"err_[0-9a-z]+")
_ODD: tuple[Any, ...] = (None, 12345, "zz", [], {}, True, datetime(2020, 2, 29, tzinfo=UTC))


@dataclass
class Reads:
    """What was read for one operation, to be read again: the first executor's documents are those
    of the second. A selection that differs is a difference."""

    recorded: list[tuple[Selection, Any]] = field(default_factory=list)
    corrupt: Callable[[Any], None] = lambda _document: None
    _next: int | None = None

    def begin_again(self) -> None:
        self._next = 0

    @contextmanager
    def between(self) -> Iterator[None]:
        reading = {
            kind: (collection, self._reading(read))
            for kind, (collection, read) in own_read._READS.items()
        }
        with patch.object(own_read, "_READS", reading):
            yield

    def _reading(self, read: Any) -> Any:
        async def recorded(gateway: Any, ask: Any, selection: Selection) -> Any:
            if self._next is None:
                place = len(self.recorded)
                self.recorded.append((selection, _GIVEN_UP))
                found = await read(gateway, ask, selection)
                self.recorded[place] = (selection, deepcopy_read(found))
                return found
            asked, found = self.recorded[self._next]
            self._next += 1
            assert asked == selection
            # As from the database: whatever else can be done is done meanwhile.
            await asyncio.sleep(5 if found is _GIVEN_UP else 0)
            return deepcopy_read(found)

        return recorded

    def corrupted(self, random: Random) -> None:
        for _, found in self.recorded:
            if isinstance(found, Read):
                corrupt(random, found.document)


def deepcopy_read(found: Any) -> Any:
    return Read(deepcopy(found.document), found.vaults) if isinstance(found, Read) else found


def corrupt(random: Random, document: Any) -> None:
    """One to three values of a document tree are taken out or replaced."""
    for _ in range(random.randint(1, 3)):
        places = list(_places(document))
        if places:
            holder, key = random.choice(places)
            if isinstance(holder, dict) and random.random() < 0.4:
                del holder[key]
            else:
                holder[key] = deepcopy(random.choice(_ODD))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, below in list(inner):
        yield value, key
        if isinstance(below, dict | list):
            yield from _places(below)


class _Told(logging.Handler):
    """Faults as they stand in the log, without what only one run has."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[Any, ...]] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = record.__dict__
        self.lines.append((line["error_type"], line["code"], line["path"]))


@dataclass(frozen=True)
class Answer:
    body: bytes
    log: Sequence[tuple[Any, ...]]


async def answer(schema: GatewaySchema, context: RequestContext, operation: Operation) -> Answer:
    """The bytes that a client is sent; ids of errors are replaced by their numbers."""
    told = _Told()
    logger = logging.getLogger("onecard.failures")
    logger.addHandler(told)
    try:
        result = await schema.execute(
            operation.text,
            variable_values=operation.variables,
            context_value=context,
            operation_name=operation.name,
        )
    finally:
        logger.removeHandler(told)
    return Answer(_numbered(result), told.lines)


def _numbered(result: ExecutionResult) -> bytes:
    text = encoded(result).decode()
    numbers: dict[str, str] = {}
    return _ERROR_ID.sub(
        lambda found: numbers.setdefault(found[0], f"err_{len(numbers)}"), text
    ).encode()


def plan_of(schema: GatewaySchema, operation: Operation) -> Plan | None:
    """The plan, made at once; None for an operation that is not executed at all."""
    prepared = _kept(schema, operation.text)
    assert schema.shortcut is not None
    if prepared is None:
        return None
    node = get_operation_ast(prepared.document, operation.name)
    if not isinstance(node, OperationDefinitionNode):
        return None
    return schema.shortcut.planner.plan(prepared, node, operation.variables, at_once=True)


def _kept(schema: GatewaySchema, text: str) -> Prepared | None:
    try:
        schema.documents.prepare(text)
    except RequestError:
        return None
    return schema.documents.remembered(text)


async def both_answers(
    schema: GatewaySchema,
    new_context: Callable[[], RequestContext],
    operation: Operation,
    reads: Reads,
) -> tuple[Answer, Answer]:
    """The ordinary executor's and the compiled. Reads for the first time are made for real."""
    shortcut = schema.shortcut
    with reads.between():
        schema.shortcut = None
        try:
            reference = await answer(schema, new_context(), operation)
        finally:
            schema.shortcut = shortcut
        reads.begin_again()
        plan_of(schema, operation)
        compiled = await answer(schema, new_context(), operation)
        reads.begin_again()
    return reference, compiled


def same(one: Answer, other: Answer) -> bool:
    if one == other:
        return True
    # Roots that are read side by side may fail in any order.
    roots = {str(error.get("path", [""])[0]) for error in _members(one).get("errors", ())}
    return len(roots) > 1 and _sorted(one) == _sorted(other)


def outcome(one: Answer) -> str:
    members = _members(one)
    if not members.get("data"):
        return "refused" if "data" not in members else "null"
    return "partial" if "errors" in members else "whole"


def _members(one: Answer) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(_ERROR_ID.sub("", one.body.decode()))
    return members


def _sorted(one: Answer) -> Any:
    members = _members(one)
    errors = sorted(json.dumps(error) for error in members.get("errors", ()))
    return errors, json.dumps(members.get("data")), sorted(map(str, one.log))
