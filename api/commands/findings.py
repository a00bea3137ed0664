"""What `onecard doctor` finds: one line for each thing it looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    OK = "ok"
    FAIL = "FAIL"
    SKIPPED = "skip"
    """Not looked at, since something that it needs failed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`detail` of a failure says what is wrong, a colon, and what to do."""

    check: str
    health: Health
    detail: str

    @property
    def line(self) -> str:
        return f"{self.health:5}{self.check}: {self.detail}"


def good(check: str, detail: str) -> Finding:
    return Finding(check, Health.OK, detail)


def bad(check: str, detail: str) -> Finding:
    return Finding(check, Health.FAIL, " ".join(detail.split()))


def skipped(check: str, because: str) -> Finding:
    return Finding(check, Health.SKIPPED, because)
