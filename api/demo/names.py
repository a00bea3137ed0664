"""A fictional name in all the forms that a registration holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.demo.draw import Draw
from api.demo.names_latin import LATIN_NAMES
from api.demo.names_scripts import (
    CHINESE_GIVEN_NAMES,
    CHINESE_SURNAMES,
    CYRILLIC,
    EUROPE_AND_WEST_ASIA,
    SOUTH_AND_EAST_ASIA,
)

_CHINESE_NAME_PERCENT = 35
_NATIVE_NAME_PERCENT = 85
_GLUED = {"korean": "", "japanese": " ", "huaren": ""}
"""Cultures that write the surname first, and what stands between."""

Part = tuple[str, str]
"""One name: Latin, and native or empty."""


@dataclass(frozen=True)
class FictionalName:
    surname: str
    given_names: str
    chinese_name: str | None
    native_name: str | None


def draw_name(draw: Draw, culture: str) -> FictionalName:
    surnames, given_names = _PARTS[culture]
    surname, native_surname = draw.pick(surnames)
    given, native_given = draw.pick(given_names)
    native = _in_order(culture, native_surname, native_given)
    if culture == "huaren":
        return FictionalName(surname, given, native, None)
    chinese = None
    if draw.chance(_CHINESE_NAME_PERCENT):
        chinese = draw.pick(CHINESE_SURNAMES) + draw.pick(CHINESE_GIVEN_NAMES)
    registered = native if native and draw.chance(_NATIVE_NAME_PERCENT) else None
    return FictionalName(surname, given, chinese, registered)


def _in_order(culture: str, surname: str, given_names: str) -> str:
    glue = _GLUED.get(culture)
    if glue is not None:
        return f"{surname}{glue}{given_names}"
    return f"{given_names} {surname}".strip()


def _parts(names: str) -> tuple[Part, ...]:
    parts = [entry.strip().partition("|") for entry in names.split(",")]
    return tuple((latin, native) for latin, _, native in parts)


_PARTS: Mapping[str, tuple[tuple[Part, ...], tuple[Part, ...]]] = {
    culture: (_parts(surnames), _parts(given_names))
    for table in (LATIN_NAMES, CYRILLIC, EUROPE_AND_WEST_ASIA, SOUTH_AND_EAST_ASIA)
    for culture, (surnames, given_names) in table.items()
}
