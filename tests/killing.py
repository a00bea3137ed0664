"""The process dies between two writes: the n-th write, or the commit, is never sent, and nothing
of what would have followed it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from auth import throttle
from auth.mongo import Collection, Document, Transaction
from tests.cases import written
from tests.flows import everything_stored
from tests.serving import Serving

_WRITES = (
    *("insert_one", "insert_many", "update_one", "update_many", "replace_one"),
    *("delete_one", "delete_many", "find_one_and_update", "find_one_and_delete", "bulk_write"),
)
LOOKS = {"case.read", "card.read", "card_order.read"}
COMMIT, COMMITTED = "commit", "committed"


class ProcessEnded(BaseException):
    """Nothing catches it: no code of ours runs after it but what closes sockets."""


@dataclass
class Death:
    """At the `at`-th point; `seen` are the points that were reached, the last one not passed."""

    at: int
    seen: list[str] = field(default_factory=list)

    def point(self, name: str) -> None:
        self.seen.append(name)
        if len(self.seen) == self.at:
            raise ProcessEnded

    @property
    def happened(self) -> bool:
        return len(self.seen) >= self.at

    @contextmanager
    def awaited(self) -> Iterator[Death]:
        with pytest.MonkeyPatch.context() as patch:
            for name in _WRITES:
                patch.setattr(Collection, name, self._before(name))
            patch.setattr(Transaction, "commit_transaction", self._around_commit())
            yield self

    def _before(self, name: str) -> Callable[..., Any]:
        write = getattr(Collection, name)

        async def dying(collection: Any, *args: Any, **given: Any) -> Any:
            if collection.name != throttle.NAME:  # no part of the procedure
                self.point(f"{collection.name}.{name}")
            return await write(collection, *args, **given)

        return dying

    def _around_commit(self) -> Callable[..., Any]:
        commit = Transaction.commit_transaction

        async def dying(transaction: Any) -> None:
            self.point(COMMIT)
            await commit(transaction)
            self.point(COMMITTED)

        return dying


@dataclass(frozen=True)
class Told:
    """What a procedure wrote: documents by collection, audit lines by action, events by kind."""

    documents: Counter[str]
    lines: Counter[str]
    events: Counter[str]

    @classmethod
    def of(cls, changed: dict[str, list[Document]]) -> Told:
        """An officer's looking at what was changed is no part of the procedure."""
        trail = [one for one in changed.pop("audit", []) if one["action"] not in LOOKS]
        events = changed.pop("outgoing_events", [])
        return cls(
            Counter({name: len(documents) for name, documents in changed.items()}),
            Counter(line["action"] for line in trail),
            Counter(event["kind"] for event in events),
        )


NOTHING = Told(Counter(), Counter(), Counter())


async def kill_everywhere(
    serving: Serving, act: Callable[[], Awaitable[dict[str, Any]]]
) -> tuple[list[str], Told, dict[str, Any]]:
    """Send the same request again and again, with a death at each of its points in turn, until it
    is answered. The points, what was written in all, and the payload. Up to the commit nothing is
    stored, from it on everything, and never anything twice."""
    before = await everything_stored(serving.database)
    points: list[str] = []
    whole: Told | None = None
    at = 1
    while True:
        with Death(at).awaited() as death:
            payload = await _answer(act)
        if not death.happened:
            break
        assert payload is None, "nobody is left to answer"
        points.append(death.seen[-1])
        at += 1
        found = Told.of(await written(serving, before))
        if whole is None and points[-1] == COMMITTED:
            # From here on it is a repetition, which dies at each of its own points.
            whole, at = found, 1
        assert found == (whole or NOTHING), points
    assert payload is not None
    assert Told.of(await written(serving, before)) == whole
    assert whole is not None
    return points, whole, payload


async def _answer(act: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any] | None:
    """None for an answer that is not ours."""
    try:
        return await act()
    except ValueError:
        return None
