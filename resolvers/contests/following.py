"""What an authority says of a contested record while the contest runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from auth.mongo import Transaction
from resolvers.gateway import Gateway
from resolvers.rules.contests import ContestField


async def mark_contests(
    gateway: Gateway,
    changed: Mapping[str, set[ContestField]],
    now: datetime,
    transaction: Transaction,
) -> None:
    """`changed` has by record which fields are others than before. A running contest of one of
    them says so from now on; whether that answers it is for an officer to decide."""
    record_ids = [record_id for record_id, fields in changed.items() if fields]
    if not record_ids:
        return
    running = await gateway.contests.load_running(record_ids, transaction)
    touched = [
        contest["_id"]
        for contest in running
        if changed[contest["record"]["id"]] & {ContestField(one) for one in contest["fields"]}
    ]
    if touched:
        await gateway.contests.mark_changed(touched, now, transaction)
