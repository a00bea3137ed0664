"""What MongoDB really examined for a read, told by its own profiler: `explain` may choose another
plan than the one that is remembered, and leaves out what is joined."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from auth.mongo import Database


async def examined(
    database: Database, collection: str, ask: Callable[[], Awaitable[object]]
) -> tuple[int, int]:
    """Documents and keys of the aggregations of `collection` that were sent while it asked."""
    await database.command("profile", 2)
    try:
        await ask()
    finally:
        await database.command("profile", 0)
    profiled = database["system.profile"]
    wanted = {"ns": f"{database.name}.{collection}", "command.aggregate": collection}
    found = [one async for one in profiled.find(wanted)]
    await profiled.drop()
    assert found
    return sum(one["docsExamined"] for one in found), sum(one["keysExamined"] for one in found)
