"""Message encryption for Web Push: RFC 8291, which is RFC 8188's aes128gcm with one record.

The salt and our key pair are new for each message, so two equal messages look unlike; all have the
same length, so neither language nor text shows.
"""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PADDED_BYTES: Final = 512
RECORD_BYTES: Final = 4_096
"""Announced in the header; the one record is shorter."""
POINT_BYTES: Final = 65
SECRET_BYTES: Final = 16
_SALT_BYTES: Final = 16
_LAST_RECORD: Final = b"\x02"


@dataclass(frozen=True)
class SubscriptionKeys:
    """What a subscription brings: the browser's public key and its authentication secret."""

    point: bytes
    public: EllipticCurvePublicKey
    secret: bytes

    @classmethod
    def parsed(cls, p256dh: str, auth: str) -> SubscriptionKeys | None:
        """From base64url; None if they are none: a point that is not on the curve, another size."""
        try:
            point, secret = unpadded(p256dh), unpadded(auth)
            if len(point) != POINT_BYTES or len(secret) != SECRET_BYTES:
                return None
            public = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
        except ValueError:
            return None
        return cls(point, public, secret)


def unpadded(text: str) -> bytes:
    """base64url, padded or not. Raises ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except binascii.Error:
        raise ValueError("no base64url") from None


def encrypted(keys: SubscriptionKeys, plaintext: bytes) -> bytes:
    """The body of the request, `Content-Encoding: aes128gcm`."""
    return _encrypted(
        keys, plaintext, private=generate_private_key(SECP256R1()), salt=os.urandom(_SALT_BYTES)
    )


def _encrypted(
    keys: SubscriptionKeys, plaintext: bytes, *, private: EllipticCurvePrivateKey, salt: bytes
) -> bytes:
    if len(plaintext) >= PADDED_BYTES:
        raise ValueError(f"a message has less than {PADDED_BYTES} bytes")
    own = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = private.exchange(ECDH(), keys.public)
    key_info = b"WebPush: info\0" + keys.point + own
    material = _derived(keys.secret, shared, key_info, 32)
    key = _derived(salt, material, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(salt, material, b"Content-Encoding: nonce\0", 12)
    record = (plaintext + _LAST_RECORD).ljust(PADDED_BYTES, b"\0")
    header = salt + RECORD_BYTES.to_bytes(4, "big") + bytes([len(own)]) + own
    return header + AESGCM(key).encrypt(nonce, record, None)


def _derived(salt: bytes, material: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(material)
