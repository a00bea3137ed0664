"""What an old key is still needed for, and so why `onecard keys retire` refuses it."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from pathlib import Path

import click

from api.clock import utc_now
from api.commands.connection import database_uri
from api.database import open_database
from api.failure import Refusal
from api.settings import Settings
from auth.keys import Purpose
from auth.tokens import FLOW_TOKEN_LIFETIME
from resolvers.jobs.key_usage import count_needing, find_proofs_end

NEEDED_BY = {
    Purpose.SIGNING: "credentials, and tokens under way",
    Purpose.MASTER: "holder keys and secrets",
    Purpose.DIGEST: "documents",
    Purpose.REFRESH: "live sessions",
    Purpose.LETTERS: "letters on record",
}
_OR_WAIT = {
    Purpose.DIGEST: ", and wait for live share codes (90 days at most)",
    Purpose.MASTER: ", and wait for exports (a day at most)",
}


def refuse_while_needed(settings: Settings, purpose: Purpose, version: int, at_once: bool) -> None:
    """Or say what ends with it, where that is wanted."""
    if purpose is Purpose.SIGNING:
        if at_once:
            return
        _refuse_while_tokens_live(settings.keys_path, version)
    with database_uri(settings) as uri:
        needing, proofs_end = asyncio.run(_needs(settings, uri, purpose, version))
    if proofs_end is not None:
        _refuse_while_proofs_are_kept(version, proofs_end, at_once)
    if needing == 0:
        return
    if purpose is Purpose.SIGNING:
        raise Refusal(
            f"{needing} credentials of signing key {version} could no longer be checked: wait "
            "until they are over (30 days at most), or retire it with --at-once"
        )
    if purpose is Purpose.LETTERS:
        if not at_once:
            raise Refusal(
                f"{needing} letters of letters key {version} could no longer be checked: keep it, "
                "or retire it with --at-once if it has leaked"
            )
        click.echo(f"{needing} letters of letters key {version} can be checked no more.")
        return
    if purpose is not Purpose.REFRESH:
        raise Refusal(
            f"{needing} {NEEDED_BY[purpose]} still need {purpose} key {version}: run 'onecard keys "
            "rewrap' first" + _OR_WAIT.get(purpose, "")
        )
    if not at_once:
        raise Refusal(
            f"{needing} live sessions of refresh key {version} would be logged out: wait until "
            "they have ended (30 days at most), or log them out with --at-once"
        )
    click.echo(f"{needing} live sessions of refresh key {version} can refresh no more.")


def _refuse_while_tokens_live(path: Path, version: int) -> None:
    """Tokens are not stored. The key was current no later than the last change of the file, so
    its last token ends at most one lifetime after that."""
    left = FLOW_TOKEN_LIFETIME.total_seconds() - (time.time() - path.stat().st_mtime)
    if left > 0:
        raise Refusal(
            f"tokens of signing key {version} may live for another {int(left // 60) + 1} minutes: "
            "wait, or log their bearers out with --at-once"
        )


def _refuse_while_proofs_are_kept(version: int, end: datetime, at_once: bool) -> None:
    proofs = f"proofs of checks that employers keep until {end.date()}"
    if not at_once:
        raise Refusal(
            f"{proofs} could no longer be verified without letters key {version}: keep it, or "
            "retire it with --at-once if it has leaked"
        )
    click.echo(f"{proofs} cannot be verified with letters key {version} any more.".capitalize())


async def _needs(
    settings: Settings, uri: str, purpose: Purpose, version: int
) -> tuple[int, datetime | None]:
    """How many documents need it, and until when proofs of checks do."""
    now = utc_now()
    async with open_database(settings, uri) as database:
        count = await count_needing(database, purpose, version, now)
        end = await find_proofs_end(database, version) if purpose is Purpose.LETTERS else None
    return count, None if end is None or end < now else end
