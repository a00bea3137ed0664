"""Everything that the system does by itself when a time is over, in one call.

Each job is safe to stop anywhere and to run in any number of processes at once. One that fails
does not keep the others from running.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from resolvers.delivery.dispatching import dispatch_notices
from resolvers.delivery.sending import send_due
from resolvers.exports.making import make_exports
from resolvers.gateway import Gateway
from resolvers.jobs.application_upkeep import (
    forget_strangers,
    lapse_applications,
    recompute_promises,
)
from resolvers.jobs.card_releases import recompute_card_promises, release_due_losses
from resolvers.jobs.employment_filling import fill_employments
from resolvers.jobs.grant_lapses import lapse_grants
from resolvers.jobs.notice_retention import remove_old_notices
from resolvers.jobs.paper_sweep import sweep_papers
from resolvers.jobs.reminders import send_reminders
from resolvers.notices.projecting import project_events
from resolvers.webhooks.projecting import project_to_webhooks
from resolvers.webhooks.sending import send_to_webhooks

EVERY_MINUTE: Final = timedelta(minutes=1)
EVERY_SECOND: Final = timedelta(seconds=1)
"""What somebody waits for."""


@dataclass(frozen=True)
class Job:
    """`run` takes the gateway and now, and answers how many documents it changed or removed, 0 when
    nothing was due. A worker runs it `every` so often, each job beside the others."""

    run: Callable[[Gateway, datetime], Awaitable[int]]
    every: timedelta = EVERY_MINUTE
    at_once: int = 1
    """How many of it a worker runs side by side: where one may last, another begins."""


@dataclass(frozen=True)
class JobDone:
    """`count` of documents changed or removed; `fault` is what kept it from ending."""

    name: str
    count: int = 0
    fault: Exception | None = None


async def _sweep_papers(gateway: Gateway, now: datetime) -> int:
    swept = await sweep_papers(gateway, now)
    return swept.uploads + swept.orphans + swept.papers


async def _send_reminders(gateway: Gateway, _now: datetime) -> int:
    return await send_reminders(gateway)


JOBS: Mapping[str, Job] = {
    "temporary losses released": Job(release_due_losses),
    "applications lapsed": Job(lapse_applications),
    "asks for grants lapsed": Job(lapse_grants),
    "promises counted again": Job(recompute_promises),
    "card promises counted again": Job(recompute_card_promises),
    "employments found": Job(fill_employments),
    "papers and uploads removed": Job(_sweep_papers),
    "applicants forgotten": Job(forget_strangers),
    "reminders sent": Job(_send_reminders),
    "events told to holders": Job(project_events, EVERY_SECOND),
    "notices dispatched": Job(dispatch_notices, EVERY_SECOND),
    "messages sent": Job(send_due, EVERY_SECOND),
    "events told to webhooks": Job(project_to_webhooks, EVERY_SECOND),
    "webhooks sent": Job(send_to_webhooks, EVERY_SECOND, at_once=2),
    "exports made": Job(make_exports, EVERY_SECOND, at_once=2),
    "old notices removed": Job(remove_old_notices),
}


async def run_upkeep(gateway: Gateway) -> AsyncIterator[JobDone]:
    """One by one, so that a caller can tell how far it is."""
    for name, job in JOBS.items():
        try:
            yield JobDone(name, await job.run(gateway, gateway.now()))
        except Exception as fault:  # noqa: BLE001 - told to the caller; the other jobs go on
            yield JobDone(name, fault=fault)
