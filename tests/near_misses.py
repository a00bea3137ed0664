"""Documents that a filter finds, and near misses, each of which fails in one condition of it.

An index that serves only a part of a filter reads the near misses of the other part as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bson.timestamp import Timestamp

_ABSENT: Final = object()
_OF_TYPE: Final[Mapping[str, Any]] = {
    "date": datetime.fromisoformat("2026-11-27T04:00:00+00:00"),
    "string": "any",
    "object": {"any": 1},
    "null": None,
}


@dataclass(frozen=True)
class Condition:
    path: str
    operator: str
    operand: Any

    @property
    def is_vague(self) -> bool:
        """Said of a value that another condition may say more of."""
        return self.operator in ("$ne", "$nin", "$not", "$exists", "$type")


def conditions_of(wanted: Mapping[str, Any]) -> list[Condition]:
    """All that must hold; of an `$or` its first branch."""
    found: list[Condition] = []
    for path, said in wanted.items():
        if path == "$and":
            found += [one for clause in said for one in conditions_of(clause)]
        elif path == "$or":
            found += conditions_of(said[0])
        elif path.startswith("$"):
            raise TypeError(f"nobody knows what {path} finds")
        elif isinstance(said, Mapping) and any(key.startswith("$") for key in said):
            found += [Condition(path, operator, operand) for operator, operand in said.items()]
        else:
            found.append(Condition(path, "$eq", said))
    return found


def found_by(conditions: Sequence[Condition]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for one in sorted(conditions, key=lambda one: one.is_vague):
        if not (one.is_vague and has(document, one.path)):
            put(document, one.path, _holding(one.operator, one.operand))
    return document


def near_misses(conditions: Sequence[Condition], count: int) -> Iterator[dict[str, Any]]:
    """So many for each condition."""
    for one in conditions:
        for by in range(1, count + 1):
            document = found_by(conditions)
            if one.path != "_id":
                document.pop("_id", None)
            put(document, one.path, _failing(one.operator, one.operand, by))
            yield document


def has(document: Any, path: str) -> bool:
    for name in path.split("."):
        if not isinstance(document, dict) or name not in document:
            return False
        document = document[name]
    return True


def put(document: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for name in parents:
        if not isinstance(document.get(name), dict):
            document[name] = {}
        document = document[name]
    document.pop(last, None)
    if value is not _ABSENT:
        document[last] = value


def _holding(operator: str, operand: Any) -> Any:
    match operator:
        case "$eq" | "$gte" | "$lte":
            return operand
        case "$in":
            return operand[0] if operand else _ABSENT
        case "$not":
            return _ABSENT
        case "$lt":
            return _other(operand, -1)
        case "$gt" | "$ne":
            return _other(operand, 1)
        case "$nin":
            return _other(max(operand), 1)
        case "$exists":
            return "any" if operand else _ABSENT
        case "$type":
            return _OF_TYPE[operand]
        case "$elemMatch":
            return [found_by(conditions_of(operand))]
    raise TypeError(f"nobody knows what holds for {operator}")


def _failing(operator: str, operand: Any, by: int) -> Any:
    match operator:
        case "$eq" | "$lte" | "$lt":
            return _other(operand, by)
        case "$in":
            return _other(max(operand, key=repr, default="any"), by)
        case "$gte" | "$gt":
            return _other(operand, -by)
        case "$ne":
            return operand
        case "$nin":
            return operand[0] if operand else _ABSENT
        case "$not":
            return _holding(*next(iter(operand.items())))
        case "$exists":
            return _ABSENT if operand else "any"
        case "$type":
            return "any" if operand == "null" else None
        case "$elemMatch":
            return [found_by([_failed(one, by) for one in conditions_of(operand)])]
    raise TypeError(f"nobody knows what fails for {operator}")


def _failed(one: Condition, by: int) -> Condition:
    return Condition(one.path, "$eq", _failing(one.operator, one.operand, by))


def _other(value: Any, by: int) -> Any:
    """Behind the value, or before it for a negative number; another one for each number."""
    match value:
        case None:
            return f"any {by}"
        case bool():
            return not value
        case int() | float():
            return value + by
        case datetime():
            return value + timedelta(days=by)
        case Timestamp():
            return Timestamp(max(value.time + by, 0), 0)
        case str():
            return f"{value}~{by}" if by > 0 else f" {-by}"
        case bytes():
            return value + bytes([by]) if by > 0 else bytes([-by])
        case dict():
            return {name: _other(inner, by) for name, inner in value.items()}
        case list():
            return [*value, f"any {by}"]
    raise TypeError(f"nobody knows another {type(value).__name__}")
