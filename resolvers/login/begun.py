"""What a flow was begun with: to tell the holder before the camera which login it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from auth.login_flow import FlowKind
from resolvers.gateway import Ask, Gateway


@dataclass(frozen=True)
class Begun:
    """`device` is what whoever began it called it: words of somebody who has proved nothing.
    `reference` is the provider's, of the last challenge."""

    kind: FlowKind
    started_at: datetime
    device: str
    holder_id: str | None
    reference: str | None


async def begun_flow(gateway: Gateway, ask: Ask) -> Begun | None:
    """The flow of this token; None when it is over and forgotten."""
    flow = await gateway.flows.find(ask.principal.own_flow_id())
    if flow is None:
        return None
    challenge = flow["challenge"]
    return Begun(
        kind=FlowKind(flow["kind"]),
        started_at=flow["started_at"],
        device=flow["device"]["name"],
        holder_id=flow["holder_id"],
        reference=challenge and challenge["reference"],
    )
