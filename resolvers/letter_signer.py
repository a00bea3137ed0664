"""The seam to whoever holds the key that signs letters."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, runtime_checkable


class SignerUnavailable(Exception):
    """The key cannot be reached now: nothing is issued, and asking again may help."""


@runtime_checkable
class LetterSigner(Protocol):
    """Signs PDF files (PAdES baseline B-B, ETSI EN 319 142-1).

    `sign` is called in a thread of its own, at most two at a time, and may wait for a device for a
    few seconds; it raises SignerUnavailable when the device does not answer. `is_test` says that
    the certificate comes from a root that nobody trusts: production refuses such a signer.
    """

    @property
    def is_test(self) -> bool: ...

    def sign(self, pdf: bytes, at: datetime) -> bytes: ...
