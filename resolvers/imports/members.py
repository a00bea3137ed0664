"""Members of a line's JSON object, each read by its shape. The object is closed: what nobody asked
for is refused.

A refusal names the field as this page of code does, since a member's name may be a value too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeVar

from resolvers.imports.outcomes import ImportCode, LineRefused
from resolvers.rules.windows import is_plausible

E = TypeVar("E", bound=StrEnum)

MAX_TEXT = 64
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)


class BadLine(Exception):
    """Carries a code and the name of a field, and nothing of the line."""

    def __init__(self, code: ImportCode, field: str | None = None) -> None:
        super().__init__(code.value)
        self.refused = LineRefused(code, field)


class Members:
    """The members of one object. `path` is its own name, which leads the names of its fields."""

    def __init__(self, members: Mapping[str, object], now: datetime, path: str = "") -> None:
        self._members = members
        self._now = now
        self._path = path

    def close(self, *known: str) -> None:
        if not self._members.keys() <= set(known):
            raise BadLine(ImportCode.UNKNOWN_FIELD, self._path or None)

    def has(self, name: str) -> bool:
        """Null counts as left out."""
        return self._members.get(name) is not None

    def name_of(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def text(self, name: str) -> str:
        value = self._given(name)
        if not isinstance(value, str) or not 1 <= len(value) <= MAX_TEXT:
            raise self.bad(name)
        return value

    def number(self, name: str, normalise: Callable[[str], str | None]) -> str:
        """In the canonical form of its kind."""
        number = normalise(self.text(name))
        if number is None:
            raise self.bad(name)
        return number

    def word(self, name: str, words: type[E]) -> E:
        text = self.text(name)
        if text not in set(words):
            raise self.bad(name)
        return words(text)

    def day(self, name: str) -> date:
        """An ISO date within 20 years of now."""
        text = self.text(name)
        try:
            day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
        except ValueError:
            day = None
        if day is None or not is_plausible(day, self._now):
            raise BadLine(ImportCode.BAD_DATE, self.name_of(name))
        return day

    def optional_day(self, name: str) -> date | None:
        return self.day(name) if self.has(name) else None

    def instant(self, name: str) -> datetime:
        """RFC 3339, cut to the millisecond that the database keeps."""
        text = self.text(name)
        try:
            at = datetime.fromisoformat(text) if _INSTANT.fullmatch(text) else None
        except ValueError:
            at = None
        if at is None:
            raise BadLine(ImportCode.BAD_DATE, self.name_of(name))
        at = at.astimezone(UTC)
        return at.replace(microsecond=at.microsecond // 1_000 * 1_000)

    def nested(self, name: str) -> Members:
        value = self._given(name)
        if not isinstance(value, dict):
            raise self.bad(name)
        return Members(value, self._now, self.name_of(name))

    def listed(self, name: str, maximum: int) -> list[Members]:
        """One to `maximum` objects."""
        value = self._given(name)
        if not isinstance(value, list) or not 1 <= len(value) <= maximum:
            raise self.bad(name)
        if not all(isinstance(one, dict) for one in value):
            raise self.bad(name)
        return [Members(one, self._now, self.name_of(name)) for one in value]

    def bad(self, name: str) -> BadLine:
        return BadLine(ImportCode.BAD_VALUE, self.name_of(name))

    def bad_date(self, name: str) -> BadLine:
        return BadLine(ImportCode.BAD_DATE, self.name_of(name))

    def _given(self, name: str) -> object:
        value = self._members.get(name)
        if value is None:
            raise BadLine(ImportCode.MISSING_FIELD, self.name_of(name))
        return value
