"""A signed feed: an authority sends its records over HTTP, and hears what became of each line.

Attempts count under the network address before anything is looked at. What is received leaves a
line in the audit trail, and so does a refusal that names a key that exists.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from auth.audit import RESULT_OK, AuditAction, AuditLine
from auth.feed_signatures import BEFORE_SIGNATURE, ClaimedSigner, FeedFault, FeedRefused
from auth.principal import Principal, PrincipalKind
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.imports.importing import import_batch
from resolvers.imports.lines import batches, raw_lines
from resolvers.imports.outcomes import LineReport
from resolvers.policy.throttling import FEED_ADDRESS, counted_address

MAX_FEED_LINES = 1_000


@dataclass(frozen=True)
class FeedDenied:
    """`fault` is set where the source itself may know what is wrong with its signature, and
    `retry_after` where it has sent too often."""

    fault: FeedFault | None = None
    retry_after: timedelta | None = None


class TooManyLines(Exception):
    """More than `MAX_FEED_LINES`; nothing was stored."""


async def admit_feed(
    gateway: Gateway, ask: Ask, authority: str, signature: str
) -> ClaimedSigner | FeedDenied:
    """Whether the body is worth reading."""
    key = gateway.digester.blind("feed-address", counted_address(ask.address)).value
    charge = await gateway.throttle.charge(key, FEED_ADDRESS, gateway.now())
    if charge.waits is not None:
        return FeedDenied(retry_after=charge.waits)
    signer = await gateway.feed_signatures.find_signer(authority, signature)
    return FeedDenied() if isinstance(signer, FeedRefused) else signer


async def take_feed(
    gateway: Gateway, ask: Ask, signer: ClaimedSigner, body: bytes
) -> Sequence[LineReport] | FeedDenied:
    """A report for each line. Raises TooManyLines."""
    refused = await gateway.feed_signatures.prove(signer, body, gateway.now())
    if refused is not None:
        await _audit(gateway, ask, signer, AuditAction.FEED_REFUSED, refused.fault)
        return FeedDenied(None if refused.fault in BEFORE_SIGNATURE else refused.fault)
    source = signer.source
    principal = Principal(
        PrincipalKind.AUTHORITY, subject=source.source_id, client_id=source.authority
    )
    own = replace(ask, principal=principal)
    if body.count(b"\n") + (not body.endswith(b"\n")) > MAX_FEED_LINES:
        raise TooManyLines
    await _audit(gateway, own, signer, AuditAction.FEED_RECEIVED, RESULT_OK)
    reports: list[LineReport] = []
    for batch in batches(raw_lines(io.BytesIO(body))):
        reports += await import_batch(gateway, own, batch, source.authority)
    return reports


async def _audit(
    gateway: Gateway, ask: Ask, signer: ClaimedSigner, action: AuditAction, result: str
) -> None:
    line = AuditLine(action, None, result=str(result), objects=(signer.source.source_id,))
    await append_audit(gateway, ask, line)
