"""Whose records they are: holders by keyed digest, employers by credit code, for a whole batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auth.digests import Digester
from resolvers.gateway import Gateway
from resolvers.imports.outcomes import ImportCode, LineRefused
from resolvers.imports.records import HolderNumber, StatedInsurance, StatedRecord


@dataclass(frozen=True)
class MatchedRecord:
    """`employer_id` is that of an insurance, else None."""

    stated: StatedRecord
    holder_id: str
    employer_id: str | None


async def match_records(
    gateway: Gateway, records: Sequence[StatedRecord]
) -> Sequence[tuple[StatedRecord, MatchedRecord | LineRefused]]:
    """Two commands, however many records."""
    holders = await _load_holders(gateway, [record.holder for record in records])
    codes = [
        record.content.credit_code
        for record in records
        if isinstance(record.content, StatedInsurance)
    ]
    employers = await gateway.employers.load_ids(codes) if codes else {}
    return [(record, _match(record, holders, employers)) for record in records]


def _match(
    record: StatedRecord, holders: Mapping[HolderNumber, str], employers: Mapping[str, str]
) -> MatchedRecord | LineRefused:
    holder_id = holders.get(record.holder)
    if holder_id is None:
        return LineRefused(ImportCode.HOLDER_UNKNOWN, "holder")
    if not isinstance(record.content, StatedInsurance):
        return MatchedRecord(record, holder_id, None)
    employer_id = employers.get(record.content.credit_code)
    if employer_id is None:
        return LineRefused(ImportCode.EMPLOYER_UNKNOWN, "employer")
    return MatchedRecord(record, holder_id, employer_id)


async def _load_holders(
    gateway: Gateway, numbers: Sequence[HolderNumber]
) -> Mapping[HolderNumber, str]:
    candidates = {number: _candidates(gateway.digester, number) for number in set(numbers)}
    if not candidates:
        return {}
    found = await gateway.holder_matching.load_ids(
        [value for values in candidates.values() for value in values]
    )
    return {
        number: found[value]
        for number, values in candidates.items()
        for value in values
        if value in found
    }


def _candidates(digester: Digester, number: HolderNumber) -> Sequence[bytes]:
    return [digest.value for digest in digester.candidates(number.kind, number.text)]
