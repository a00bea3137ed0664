"""How a field fails: the same errors, at the same paths, as the ordinary executor's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import FieldNode, GraphQLError, located_error

Path: TypeAlias = tuple[Any, str | int] | None
"""Where a value stands in the answer: (path of what holds it, key or index)."""


@dataclass(frozen=True)
class Told:
    """What errors say of a field, or of the items of its list: the nodes that ask for it, and
    whether null may stand there."""

    nodes: Sequence[FieldNode]
    coordinate: str
    is_non_null: bool


def missing(told: Told) -> TypeError:
    return TypeError(f"Cannot return null for non-nullable field {told.coordinate}.")


def no_list(told: Told) -> GraphQLError:
    return GraphQLError(f"Expected Iterable, but did not find one for field '{told.coordinate}'.")


def located(fault: Exception, told: Told, path: Path) -> GraphQLError:
    """The fault as an error of this place, unless it has one already."""
    return located_error(fault, told.nodes, _steps(path))


def _steps(path: Path) -> list[str | int]:
    steps: list[str | int] = []
    while path is not None:
        path, step = path
        steps.append(step)
    steps.reverse()
    return steps
