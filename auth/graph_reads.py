"""The graph's reads: one aggregation for each, which goes straight (`auth.direct_commands`) and by
Motor where that has no answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from auth.direct_commands import DirectCommands
from auth.mongo import Database, Document

_MAJORITY: Final = {"level": "majority"}


@dataclass(frozen=True)
class ReadCollection:
    """What the graph reads of one collection. Without `direct` all goes by Motor, whose `aggregate`
    is `by_motor`, as in commands and jobs."""

    name: str
    by_motor: Callable[..., Any]
    direct: DirectCommands | None

    async def aggregate(
        self, pipeline: Sequence[Document], most: int, **options: Any
    ) -> list[Document]:
        """At most so many documents, all in one answer. Raises PyMongoError."""
        if self.direct is not None:
            aggregation = {"aggregate": self.name, "pipeline": pipeline, **options}
            batch = {"cursor": {"batchSize": most + 1}, "readConcern": _MAJORITY}
            answer = await self.direct.answer_in_turn(aggregation | batch)
            if answer is not None and answer["cursor"]["id"] == 0:
                found: list[Document] = answer["cursor"]["firstBatch"]
                return found[:most]
        cursor = self.by_motor(pipeline, batchSize=most + 1, **options)
        rows: list[Document] = await cursor.to_list(most)
        return rows


def read_from(database: Database, direct: DirectCommands | None, name: str) -> ReadCollection:
    return ReadCollection(name, database[name].aggregate, direct)
