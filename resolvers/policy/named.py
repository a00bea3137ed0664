"""A text in the two languages in which holders are addressed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Named:
    en: str
    zh: str
