"""Importing a batch of lines: each is read, matched and stored, or refused with its code.

A bad line never stops the others. Refusals leave audit lines too, one for each code of a batch,
with the names of the fields.
"""

from __future__ import annotations

from collections.abc import Sequence

from auth.audit import AuditAction, AuditLine
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.imports.lines import RawLine
from resolvers.imports.matching import MatchedRecord, match_records
from resolvers.imports.outcomes import ImportCode, LineOutcome, LineRefused, LineReport
from resolvers.imports.portraits import Pictures, store_portraits
from resolvers.imports.reading import read_line
from resolvers.imports.records import StatedPortrait
from resolvers.imports.storing import store_records


async def import_batch(
    gateway: Gateway,
    ask: Ask,
    lines: Sequence[RawLine],
    source: str | None,
    *,
    dry_run: bool = False,
    pictures: Pictures | None = None,
) -> Sequence[LineReport]:
    """A report for each line, in their order. `source` is the authority that sends them; None
    where each line names its own. `pictures` are those that portraits name."""
    now = gateway.now()
    reports: dict[int, LineReport] = {}
    stated = []
    for line in lines:
        read = read_line(line, source, now)
        if isinstance(read, LineRefused):
            reports[line.number] = _refused(line.number, read)
        else:
            stated.append(read)
    matched: list[MatchedRecord] = []
    for record, found in await match_records(gateway, stated):
        if isinstance(found, LineRefused):
            reports[record.line] = _refused(record.line, found)
        else:
            matched.append(found)
    faces = [one for one in matched if isinstance(one.stated.content, StatedPortrait)]
    records = [one for one in matched if one not in faces]
    outcomes = await store_records(gateway, ask, records, dry_run=dry_run)
    for one, outcome in zip(records, outcomes, strict=True):
        reports[one.stated.line] = LineReport(one.stated.line, outcome)
    ends = await store_portraits(gateway, ask, faces, pictures, dry_run=dry_run)
    for one, end in zip(faces, ends, strict=True):
        number = one.stated.line
        if isinstance(end, LineRefused):
            reports[number] = _refused(number, end)
        else:
            reports[number] = LineReport(number, end)
    ordered = [reports[line.number] for line in lines]
    if not dry_run:
        await _audit_refusals(gateway, ask, ordered)
    return ordered


def _refused(line: int, refused: LineRefused) -> LineReport:
    return LineReport(line, LineOutcome.REFUSED, refused)


async def _audit_refusals(gateway: Gateway, ask: Ask, reports: Sequence[LineReport]) -> None:
    fields: dict[ImportCode, set[str]] = {}
    for report in reports:
        if report.refused is not None:
            named = fields.setdefault(report.refused.code, set())
            named |= {report.refused.field} if report.refused.field else set()
    if fields:
        lines = [
            AuditLine(AuditAction.RECORD_REFUSED, None, result=str(code), fields=sorted(names))
            for code, names in fields.items()
        ]
        await append_audit(gateway, ask, *lines)
