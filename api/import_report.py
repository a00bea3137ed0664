"""What became of the lines of an import, told alike in a file and over HTTP."""

from __future__ import annotations

from typing import Any

from resolvers.imports.outcomes import LineReport


def told(report: LineReport) -> dict[str, Any]:
    """Line number, outcome, and of a refusal its code and the name of the field."""
    line = {"line": report.line, "outcome": str(report.outcome)}
    if report.refused is None:
        return line
    return line | {"code": str(report.refused.code), "field": report.refused.field}
