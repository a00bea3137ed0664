"""Webhooks over HTTP, by the guarded calls of `api.outbound`."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from api.outbound import AddressRefused, CallFailed, CallTimedOut, Outbound
from resolvers.rules.webhook_health import DeliveryFault
from resolvers.webhook_channel import Answered, Unanswered

_SECONDS: Final = re.compile("[0-9]{1,6}")


class OutboundWebhooks:
    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound

    def accepts(self, address: str) -> bool:
        return self._outbound.accepts(address)

    async def post(
        self, address: str, headers: Mapping[str, str], body: bytes
    ) -> Answered | Unanswered:
        sent = {"Content-Type": "application/json", **headers}
        began = time.monotonic()
        try:
            answer = await self._outbound.post(address, sent, body)
        except AddressRefused:
            return Unanswered(DeliveryFault.ADDRESS_REFUSED, _since(began))
        except CallTimedOut:
            return Unanswered(DeliveryFault.TIMED_OUT, _since(began))
        except CallFailed:
            return Unanswered(DeliveryFault.NOT_REACHED, _since(began))
        asked = answer.headers.get("retry-after", "")
        wait = timedelta(seconds=int(asked)) if _SECONDS.fullmatch(asked) else None
        return Answered(answer.status, _since(began), wait)

    async def close(self) -> None:
        await self._outbound.close()


def _since(began: float) -> timedelta:
    return timedelta(seconds=time.monotonic() - began)
