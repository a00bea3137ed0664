"""Tasks: what the law ties to a permit, for the party that has to do it.

Valid to the end of a day: `due_at` is the midnight in Asia/Shanghai after it. A task that is done
stays on record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from auth.bson_schema import INSTANT, INTEGER, document, identifier, one_of, optional, text
from auth.collections import CollectionSpec, Index
from auth.mongo import Collection, Database, Document, Transaction
from resolvers.rules.permit_status import ends_at
from resolvers.rules.tasks import NewTask, ResponsibleParty, TaskKind, TaskState

NAME = "tasks"
MAX_OPEN_PER_HOLDER = 20
OPEN_FOR_HOLDER: Mapping[str, Any] = {
    "state": str(TaskState.OPEN),
    "responsible.kind": str(ResponsibleParty.HOLDER),
}
"""What a holder is to be reminded of; an employer has no inbox."""

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the party that has to do it",
    validator=document(
        {
            "_id": identifier("tsk"),
            "revision": INTEGER,
            "kind": one_of(TaskKind),
            "responsible": document({"kind": one_of(ResponsibleParty), "subject": text(40)}),
            "holder_id": identifier("hld"),
            "employer_id": identifier("emp"),
            "permit_id": identifier("pmt"),
            "due_at": INSTANT,
            "state": one_of(TaskState),
            "opened_at": INSTANT,
            "done_at": optional(INSTANT),
        }
    ),
    indexes=(
        Index(
            "responsible_newest",
            (("responsible.subject", 1), ("opened_at", -1), ("_id", 1)),
            serves="the tasks of a holder or an employer, newest first",
        ),
        Index(
            "responsible_due",
            (("responsible.subject", 1), ("state", 1), ("due_at", 1), ("_id", -1), ("kind", 1)),
            serves="open or done tasks by due day; how many there are of each kind",
        ),
        Index(
            "holder_state",
            (("holder_id", 1), ("state", 1), ("kind", 1)),
            serves="a holder's open tasks, to be closed",
        ),
        Index(
            "kind_permit",
            (("permit_id", 1), ("kind", 1)),
            serves="each permit opens a kind of task once",
            unique=True,
        ),
        Index(
            "last_day",
            (("due_at", 1), ("_id", 1)),
            serves="holders' open tasks that are due on one day, to remind of",
            partial=OPEN_FOR_HOLDER,
        ),
    ),
)


def encode_task(task_id: str, task: NewTask, opened_at: datetime) -> Document:
    return {
        "_id": task_id,
        "revision": 1,
        "kind": str(task.kind),
        "responsible": {"kind": str(task.responsible), "subject": task.subject},
        "holder_id": task.holder_id,
        "employer_id": task.employer_id,
        "permit_id": task.permit_id,
        "due_at": ends_at(task.due_on),
        "state": str(TaskState.OPEN),
        "opened_at": opened_at,
        "done_at": None,
    }


class TaskStore:
    def __init__(self, database: Database) -> None:
        self._tasks: Collection = database[NAME]

    async def is_known(self, task: NewTask, transaction: Transaction) -> bool:
        """Whether this permit has opened it, or the same is open by another permit."""
        same = {"holder_id": task.holder_id, "employer_id": task.employer_id}
        found = await self._tasks.find_one(
            {
                "$or": [
                    {"permit_id": task.permit_id, "kind": str(task.kind)},
                    {**same, "kind": str(task.kind), "state": str(TaskState.OPEN)},
                ]
            },
            {"_id": 1},
            session=transaction,
        )
        return found is not None

    async def insert(self, task: Document, transaction: Transaction) -> None:
        """Raises DuplicateKeyError when another transaction was first."""
        await self._tasks.insert_one(task, session=transaction)

    async def load_open(
        self, holder_ids: Sequence[str], transaction: Transaction
    ) -> Sequence[Document]:
        """Oldest first; at most `MAX_OPEN_PER_HOLDER` for each holder asked for."""
        maximum = MAX_OPEN_PER_HOLDER * len(holder_ids)
        cursor = self._tasks.find(
            {"holder_id": {"$in": list(holder_ids)}, "state": str(TaskState.OPEN)},
            sort=[("opened_at", 1), ("_id", 1)],
            batch_size=maximum + 1,
            session=transaction,
        ).limit(maximum)
        found: list[Document] = await cursor.to_list(maximum)
        return found

    async def mark_done(
        self, task_ids: Sequence[str], now: datetime, transaction: Transaction
    ) -> None:
        await self._tasks.update_many(
            {"_id": {"$in": list(task_ids)}},
            {"$set": {"state": str(TaskState.DONE), "done_at": now}, "$inc": {"revision": 1}},
            session=transaction,
        )
