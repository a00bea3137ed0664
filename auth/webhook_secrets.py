"""Secrets of webhooks, and what is signed with them: Standard Webhooks 1.0, symmetric (`v1`).

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md. A secret
is 256 random bits, shown once as `whsec_` and base64, and stored wrapped by a master key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping, Sequence
from datetime import datetime

from auth.keys import KEY_BYTES
from auth.master_keys import MasterKeys, WrappedKey

PREFIX = "whsec_"


def new_webhook_secret() -> bytes:
    return os.urandom(KEY_BYTES)


def shown_secret(secret: bytes) -> str:
    """As the libraries take it."""
    return f"{PREFIX}{base64.b64encode(secret).decode('ascii')}"


def signed_headers(
    message_id: str, at: datetime, body: bytes, secrets: Sequence[bytes]
) -> Mapping[str, str]:
    """With one signature for each secret: whoever knows one of them can check."""
    timestamp = str(int(at.timestamp()))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    signatures = (
        base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode("ascii")
        for secret in secrets
    )
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


class WebhookSecrets:
    """Wrapped by a master key, each bound to its id."""

    def __init__(self, master_keys: MasterKeys) -> None:
        self._master_keys = master_keys

    def wrap(self, secret_id: str, secret: bytes) -> WrappedKey:
        return self._master_keys.wrap(secret_id, secret)

    def unwrap(self, secret_id: str, wrapped: WrappedKey) -> bytes:
        """Raises `auth.master_keys.WrapBroken` or `auth.keys.UnknownKeyVersion`."""
        return self._master_keys.unwrap(secret_id, wrapped)
