"""A value for whatever a function says that it takes: what is wanted is its query."""

from __future__ import annotations

import collections.abc
import dataclasses
import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any, Final

from bson.timestamp import Timestamp

NOW: Final = datetime.fromisoformat("2026-11-27T04:00:00+00:00")
_PLAIN: Final[Mapping[Any, Callable[[str], Any]]] = {
    str: lambda name: f"{name}-1",
    int: lambda _: 5,
    bool: lambda _: True,
    float: lambda _: 1.0,
    bytes: lambda _: b"x" * 32,
    datetime: lambda _: NOW,
    date: lambda _: NOW.date(),
    time: lambda _: NOW.time(),
    timedelta: lambda _: timedelta(days=1),
    Timestamp: lambda _: Timestamp(1_000, 1),
}
Arguments = dict[str, Any]


class AnyDocument(dict[str, Any]):
    """A stored document of which nobody says what stands in it: whatever is asked for."""

    def __missing__(self, name: str) -> Any:
        return NOW if name.endswith("_at") else f"{name}-1"


class _Anything(dict[Any, Any]):
    """The same of one kind of value for every name."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self._value = value

    def __missing__(self, name: Any) -> Any:
        return self._value


class Maker:
    """`known` says what there is of some types."""

    def __init__(self, known: Mapping[Any, Any]) -> None:
        self._known = known

    def arguments(self, function: Callable[..., Any]) -> Iterator[Arguments]:
        """All of them; then without each that may be absent, and with every word of each list of
        words, one at a time."""
        hints = typing.get_type_hints(function)
        taken = [name for name in inspect.signature(function).parameters if name != "self"]
        made = {name: self.made(hints[name], name) for name in taken}
        yield made
        for name in taken:
            for other in _others(hints[name]):
                yield made | {name: other}

    def made(self, wanted: Any, name: str) -> Any:
        if wanted in _PLAIN:
            return _PLAIN[wanted](name)
        for kind, value in self._known.items():
            if wanted == kind:
                return value
        if typing.get_origin(wanted) is not None:
            return self._composed(wanted, name)
        if wanted in (Any, object):
            return f"{name}-1"
        if issubclass(wanted, Enum):
            return next(iter(wanted))
        return self._instance(wanted)

    def _composed(self, wanted: Any, name: str) -> Any:
        origin, args = typing.get_origin(wanted), typing.get_args(wanted)
        if origin in (types.UnionType, typing.Union):
            return self.made(next(one for one in args if one is not type(None)), name)
        if origin is collections.abc.Callable:
            return _nothing
        if origin is tuple and args[1:] != (...,):
            return tuple(self.made(one, name) for one in args)
        if issubclass(origin, collections.abc.Mapping):
            if args == (str, Any):
                return AnyDocument()
            value = _Anything(self.made(args[1], name))
            value[self.made(args[0], name)] = value[None]
            return value
        several = [self.made(args[0], name)] * 2
        return origin(several) if origin in (set, frozenset, tuple) else several

    def _instance(self, wanted: Any) -> Any:
        if dataclasses.is_dataclass(wanted):
            hints = typing.get_type_hints(wanted)
            names = [one.name for one in dataclasses.fields(wanted) if one.init]
        else:
            hints = typing.get_type_hints(wanted.__init__)
            taken = inspect.signature(wanted).parameters
            names = [name for name, one in taken.items() if one.default is one.empty]
        return wanted(**{name: self.made(hints[name], name) for name in names})


async def _nothing(*_: Any) -> None:
    pass


def _others(wanted: Any) -> Iterator[Any]:
    args = typing.get_args(wanted)
    for one in (wanted, *args) if typing.get_origin(wanted) in _UNIONS else (wanted,):
        if one is type(None):
            yield None
        elif one is bool:
            yield False
        elif isinstance(one, type) and issubclass(one, Enum):
            yield from one


_UNIONS: Final = (types.UnionType, typing.Union)
