"""Web Push: a message to a browser's push service (RFC 8030), encrypted for the browser (RFC 8291)
and signed by us (VAPID, RFC 8292).

What the push service sees is an address, a time to live, an urgency and a block of bytes that has
always the same length.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import jwt

from api.outbound import AddressRefused, Answer, CallFailed, Outbound
from api.providers.web_push_encryption import SubscriptionKeys, encrypted
from auth.web_push_keys import WebPushKeys
from resolvers.push_channel import (
    Gone,
    PushMessage,
    PushOutcome,
    PushTarget,
    Rejected,
    Sent,
    TryLater,
    Urgency,
)

P256DH, AUTH, SERVER_KEY = "p256dh", "auth", "server_key"
SIGNATURE_LIFETIME: Final = timedelta(hours=12)
"""RFC 8292 allows a day."""
LONGEST_WAIT: Final = timedelta(days=1)
_URGENCIES: Final = {Urgency.LOW: "low", Urgency.NORMAL: "normal", Urgency.HIGH: "high"}
_GONE: Final = (404, 410)
_LATER: Final = (408, 425, 429)


class WebPushChannel:
    """`contact` is the `sub` of our signatures: where a push service finds whoever operates us."""

    is_sandbox = False

    def __init__(self, outbound: Outbound, keys: WebPushKeys, contact: str) -> None:
        self._outbound = outbound
        self._keys = keys
        self._contact = contact

    def accepts(self, target: PushTarget) -> bool:
        """A subscription that was made with one of our keys."""
        return (
            self._outbound.accepts(target.address)
            and target.keys.get(SERVER_KEY) in self._keys.by_public
            and _keys_of(target) is not None
        )

    async def send(self, target: PushTarget, message: PushMessage, now: datetime) -> PushOutcome:
        keys, server_key = _keys_of(target), target.keys.get(SERVER_KEY, "")
        if keys is None or server_key not in self._keys.by_public:
            return Gone()
        payload = json.dumps({"title": message.title, "body": message.body}, ensure_ascii=False)
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(int(message.lifetime.total_seconds())),
            "Urgency": _URGENCIES[message.urgency],
            "Topic": message.topic,
            "Authorization": f"vapid t={self._signed(target, server_key, now)}, k={server_key}",
        }
        try:
            answer = await self._outbound.post(
                target.address, headers, encrypted(keys, payload.encode())
            )
        except AddressRefused:
            return Rejected()
        except CallFailed:
            return TryLater()
        return outcome_of(answer, now)

    def _signed(self, target: PushTarget, server_key: str, now: datetime) -> str:
        url = urlsplit(target.address)
        claims = {
            "aud": f"{url.scheme}://{url.netloc}",
            "exp": int((now + SIGNATURE_LIFETIME).timestamp()),
            "sub": self._contact,
        }
        return jwt.encode(claims, self._keys.by_public[server_key], algorithm="ES256")

    async def close(self) -> None:
        await self._outbound.close()


def _keys_of(target: PushTarget) -> SubscriptionKeys | None:
    return SubscriptionKeys.parsed(target.keys.get(P256DH, ""), target.keys.get(AUTH, ""))


def outcome_of(answer: Answer, now: datetime) -> PushOutcome:
    status = answer.status
    if 200 <= status < 300:
        return Sent()
    if status in _GONE:
        return Gone()
    if status in _LATER or status >= 500:
        return TryLater(retry_after(answer.headers, now))
    # A redirect too: whoever chose the address would choose where it leads.
    return Rejected()


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Seconds or a date; None for anything else. At most a day."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return min(max(at - now, timedelta(0)), LONGEST_WAIT)
