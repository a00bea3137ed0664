"""A browser with a Web Push subscription: it opens what arrives by an implementation that is not
ours (`http-ece`), and checks by whom it was signed as a push service does."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass, field
from typing import Any

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from resolvers.push_channel import PushTarget
from tests.tls_server import HOST, Received


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Browser:
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    secret: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def p256dh(self) -> str:
        public = self.private.public_key()
        return base64url(public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    def target(self, url: str, server_key: str) -> PushTarget:
        keys = {"p256dh": self.p256dh, "auth": base64url(self.secret), "server_key": server_key}
        return PushTarget(url, keys)

    def web_push(self, url: str, server_key: str) -> dict[str, Any]:
        """As it is given to `registerPushEndpoint`."""
        return {
            "webPush": {
                "endpoint": url,
                "p256dh": self.p256dh,
                "auth": base64url(self.secret),
                "serverKey": server_key,
            }
        }

    def opened(self, body: bytes) -> dict[str, Any]:
        plaintext = http_ece.decrypt(
            body, private_key=self.private, auth_secret=self.secret, version="aes128gcm"
        )
        opened: dict[str, Any] = json.loads(plaintext.decode())
        return opened


def signed_claims(received: Received, *, origin: str, server_key: str) -> dict[str, Any]:
    """The claims of the request's VAPID signature, checked as RFC 8292 says."""
    scheme, _, given = received.headers["authorization"].partition(" ")
    parts = dict(part.strip().split("=", 1) for part in given.split(","))
    assert scheme == "vapid"
    assert parts["k"] == server_key
    point = base64.urlsafe_b64decode(parts["k"] + "=" * (-len(parts["k"]) % 4))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    claims: dict[str, Any] = jwt.decode(
        parts["t"], public, algorithms=["ES256"], audience=origin, options={"verify_exp": False}
    )
    return claims


def push_url(port: int, path: str = "/wpush/v2/abc") -> str:
    return f"https://{HOST}:{port}{path}"
