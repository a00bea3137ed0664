"""How long a record of another authority is taken for fresh, as data.

The numbers are ours: each authority confirms its records once a month, and has half a month more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum


class RecordKind(StrEnum):
    """Records of other authorities, as an import names them."""

    RESIDENCE_PERMIT = "residence_permit"
    INSURANCE = "insurance"
    PORTRAIT = "portrait"


FRESH_LIFETIMES: Mapping[RecordKind, timedelta] = {
    RecordKind.RESIDENCE_PERMIT: timedelta(days=45),
    RecordKind.INSURANCE: timedelta(days=45),
}
"""A kind without a number never goes stale."""


def stale_after(kind: RecordKind | None, updated_at: datetime) -> datetime | None:
    """The instant from which the record is stale; None for never."""
    lifetime = None if kind is None else FRESH_LIFETIMES.get(kind)
    return None if lifetime is None else updated_at + lifetime


def is_stale(kind: RecordKind | None, updated_at: datetime, now: datetime) -> bool:
    at = stale_after(kind, updated_at)
    return at is not None and now >= at
