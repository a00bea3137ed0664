"""Whose portrait a check compares with: by the flow, so that no provider is told a holder."""

from __future__ import annotations

from dataclasses import dataclass

from auth.login_flows import LoginFlowStore
from auth.sealing import Sealer
from resolvers.store.holder_keys import HolderKeyStore
from resolvers.store.portraits import PortraitStore, open_portrait


@dataclass(frozen=True)
class FlowPortraits:
    """A `PersonCheck.subject` is the id of its flow."""

    flows: LoginFlowStore
    portraits: PortraitStore
    holder_keys: HolderKeyStore
    sealer: Sealer

    async def has_portrait(self, subject: str) -> bool:
        holder_id = await self._holder_of(subject)
        return holder_id is not None and await self.portraits.exists(holder_id)

    async def portrait_of(self, subject: str) -> bytes | None:
        """Opened for one look; None when there is none, or its key is gone."""
        holder_id = await self._holder_of(subject)
        if holder_id is None:
            return None
        stored = await self.portraits.find(holder_id)
        wrapped = await self.holder_keys.find(holder_id)
        if stored is None or wrapped is None:
            return None
        return open_portrait(stored, self.sealer.vault_for(holder_id, wrapped))

    async def _holder_of(self, subject: str) -> str | None:
        flow = await self.flows.find(subject)
        return None if flow is None else flow["holder_id"]
