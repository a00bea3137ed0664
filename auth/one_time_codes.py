"""The second factor of officers: codes of an authenticator app (TOTP, RFC 6238).

Six digits, steps of 30 seconds, HMAC-SHA-1: what every app can do; its weakness in collisions is
none here (RFC 6238, section 1.2 with RFC 4226, appendix B.2). One step of drift counts either way.
A code is good once: whoever accepts one stores its step and takes none up to that step again.
"""

from __future__ import annotations

import base64
import os
from datetime import datetime
from hmac import compare_digest
from typing import Final
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from auth.keys import KEY_BYTES
from auth.master_keys import MasterKeys, WrappedKey

DIGITS: Final = 6
STEP_SECONDS: Final = 30
DRIFT_STEPS: Final = 1
ISSUER: Final = "OneCard Gateway"
_DECOY_ID: Final = "decoy"


def step_at(now: datetime) -> int:
    """Steps since 1970: the moving factor of RFC 6238."""
    return int(now.timestamp()) // STEP_SECONDS


def code_of(secret: bytes, step: int) -> str:
    """Six digits, leading zeros included."""
    totp = TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303 - what RFC 6238 and apps use
    return totp.generate(step * STEP_SECONDS).decode("ascii")


def matching_step(secret: bytes, code: str, now: datetime) -> int | None:
    """The newest step within the drift that has this code. All are always computed."""
    given = code.encode()
    present = step_at(now)
    steps = range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1)
    matching = [
        step for step in steps if compare_digest(code_of(secret, step).encode("ascii"), given)
    ]
    return max(matching, default=None)


def new_secret() -> bytes:
    """256 random bits: more than the 160 that RFC 4226 recommends, and what a master key wraps."""
    return os.urandom(KEY_BYTES)


def base32_of(secret: bytes) -> str:
    """As authenticator apps take it, without padding."""
    return base64.b32encode(secret).decode("ascii").rstrip("=")


def enrolment_uri(login_name: str, secret: bytes) -> str:
    """The `otpauth://` address that an authenticator app reads, as text or as a QR code."""
    label = quote(f"{ISSUER}:{login_name}", safe=":")
    parameters = {
        "secret": base32_of(secret),
        "issuer": ISSUER,
        "algorithm": "SHA1",
        "digits": DIGITS,
        "period": STEP_SECONDS,
    }
    return f"otpauth://totp/{label}?{urlencode(parameters, quote_via=quote)}"


class CodeSecrets:
    """Secrets as they are stored: wrapped by a master key and bound to their officer."""

    def __init__(self, master_keys: MasterKeys) -> None:
        self._master_keys = master_keys
        self._decoy = master_keys.wrap(_DECOY_ID, new_secret())

    def wrap(self, officer_id: str, secret: bytes) -> WrappedKey:
        return self._master_keys.wrap(officer_id, secret)

    def matching_step(
        self, officer_id: str | None, wrapped: WrappedKey | None, code: str, now: datetime
    ) -> int | None:
        """As above, for a stored secret. Without one the same work is done for nothing.

        Raises `auth.master_keys.WrapBroken` or `auth.keys.UnknownKeyVersion`.
        """
        if officer_id is None or wrapped is None:
            matching_step(self._master_keys.unwrap(_DECOY_ID, self._decoy), code, now)
            return None
        return matching_step(self._master_keys.unwrap(officer_id, wrapped), code, now)
