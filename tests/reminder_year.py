"""What is to be told of records over many days, computed from the records alone and without any of
the code that sends reminders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.reminding import Told

DAY = timedelta(days=1)
DAYS: Mapping[str, Sequence[int]] = {
    "permits": (90, 60, 30, 14, 7, 1, 0, -1),
    "residence_permits": (90, 60, 30, 14, 7, 1, 0, -1),
    "identity_documents": (180, 90, 30, 7, 0, -1),
    "tasks": (14, 7, 3, 1, 0, -1),
    "applications": (14, 7, 3, 1, 0),
}
OUTLASTED = ("permits", "residence_permits", "identity_documents")


@dataclass
class Record:
    """`over_on`: the first day on which it no longer holds."""

    collection: str
    record_id: str
    last_day: date
    same: tuple[str, ...]
    over_on: date = date.max


@dataclass
class Expected:
    """Told day by day, on which days workers ran."""

    records: list[Record]
    told: list[Told] = field(default_factory=list)
    _looked_at: set[tuple[str, int]] = field(default_factory=set)
    _same: dict[tuple[str, ...], list[Record]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for record in self.records:
            self._same[(record.collection, *record.same)].append(record)

    def run_on(self, today: date) -> int:
        """How many more are to be told."""
        before = len(self.told)
        for record in self.records:
            left = (record.last_day - today).days
            if not -7 <= left <= 180:
                continue
            fits = _fits(DAYS[record.collection], left)
            if fits is None or (record.record_id, fits) in self._looked_at:
                continue
            self._looked_at.add((record.record_id, fits))
            if record.over_on > today and not self._is_outlasted(record, today):
                self.told.append((record.record_id, fits, record.last_day.isoformat()))
        return len(self.told) - before

    def cut_short_on(self, today: date, told: set[Told]) -> None:
        """The workers ended before the day's work did, and had told this by then. What they have
        not told is looked at again on the next day."""
        before = len(self.told)
        seen = set(self._looked_at)
        self.run_on(today)
        due = self.told[before:]
        self.told[before:] = [one for one in due if one in told]
        done = {(one[0], one[1]) for one in self.told[before:]}
        self._looked_at = seen | done

    def _is_outlasted(self, record: Record, today: date) -> bool:
        if record.collection not in OUTLASTED:
            return False
        return any(
            other.last_day > record.last_day and other.over_on > today
            for other in self._same[(record.collection, *record.same)]
        )

    def add(self, record: Record) -> None:
        self.records.append(record)
        self._same[(record.collection, *record.same)].append(record)


def _fits(days: Iterable[int], left: int) -> int | None:
    if left < 0:
        return -1 if -1 in days else None
    return min((day for day in days if day >= left), default=None)
