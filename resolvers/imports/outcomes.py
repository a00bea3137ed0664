"""What becomes of each line of an import. A report names lines and fields, never a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class LineOutcome(StrEnum):
    STORED = "stored"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class ImportCode(StrEnum):
    """Why a line was refused: stable codes, explained in docs/import.md."""

    LINE_TOO_LONG = "LINE_TOO_LONG"
    NOT_JSON = "NOT_JSON"
    UNKNOWN_KIND = "UNKNOWN_KIND"
    MISSING_FIELD = "MISSING_FIELD"
    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    BAD_VALUE = "BAD_VALUE"
    BAD_DATE = "BAD_DATE"
    UNKNOWN_SOURCE = "UNKNOWN_SOURCE"
    FOREIGN_SOURCE = "FOREIGN_SOURCE"
    FROM_THE_FUTURE = "FROM_THE_FUTURE"
    HOLDER_UNKNOWN = "HOLDER_UNKNOWN"
    EMPLOYER_UNKNOWN = "EMPLOYER_UNKNOWN"
    PICTURE_MISSING = "PICTURE_MISSING"
    PICTURE_UNUSABLE = "PICTURE_UNUSABLE"


@dataclass(frozen=True)
class LineRefused:
    """`field` is the name of a field of ours; None where the whole line is at fault."""

    code: ImportCode
    field: str | None = None


@dataclass(frozen=True)
class LineReport:
    """`line` counts from 1."""

    line: int
    outcome: LineOutcome
    refused: LineRefused | None = None


@dataclass
class Counts:
    """Of one import so far."""

    outcomes: Counter[LineOutcome] = field(default_factory=Counter)
    refusals: Counter[LineRefused] = field(default_factory=Counter)
    last_line: int = 0

    def add(self, reports: Iterable[LineReport]) -> None:
        for report in reports:
            self.outcomes[report.outcome] += 1
            self.last_line = report.line
            if report.refused is not None:
                self.refusals[report.refused] += 1

    @property
    def lines(self) -> int:
        return self.outcomes.total()
