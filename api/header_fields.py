"""Header fields read from the scope as they came: Starlette's mapping is made anew and decodes all
of them for each that is asked for."""

from __future__ import annotations

from starlette.types import Scope


def field_lines(scope: Scope, name: bytes) -> list[str]:
    """The lines of one field in their order; `name` is in small letters."""
    return [value.decode("latin-1") for given, value in scope["headers"] if given == name]


def joined_lines(scope: Scope, name: bytes) -> str | None:
    """RFC 9110 section 5.2: lines of one field are one list. None without any."""
    lines = field_lines(scope, name)
    return ", ".join(lines) if lines else None


def first_line(scope: Scope, name: bytes) -> str | None:
    lines = field_lines(scope, name)
    return lines[0] if lines else None
