"""Which records other authorities send us: each only its own kind, of its own city."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from resolvers.policy.freshness import RecordKind
from resolvers.policy.places import AUTHORITIES, CITIES

_KINDS: Mapping[str, RecordKind] = {
    "exit-entry": RecordKind.RESIDENCE_PERMIT,
    "human-resources": RecordKind.INSURANCE,
    "foreign-experts": RecordKind.PORTRAIT,
}


@dataclass(frozen=True)
class SourceScope:
    kind: RecordKind
    city: str


def _scope(authority: str) -> SourceScope | None:
    bureau, _, city = authority.rpartition("-")
    kind = _KINDS.get(bureau)
    return SourceScope(kind, city) if kind is not None and city in CITIES else None


SOURCES: Mapping[str, SourceScope] = {
    authority: scope for authority in AUTHORITIES if (scope := _scope(authority)) is not None
}
"""Code of the authority → what it may send."""
