"""The keys that wrap each holder's own key, behind a seam for a key management service.

The local form uses the master keys of the key set: a 96-bit nonce, then AES-256-GCM with the
holder's id as associated data, so that one holder's wrapped key opens for no other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from auth.keys import (
    KEY_BYTES,
    NONCE_BYTES,
    KeySet,
    Purpose,
    UnknownKeyVersion,
    framed,
    new_nonce,
)


class WrapBroken(Exception):
    """A wrapped key does not open: other holder, other master key, or changed bytes."""

    def __init__(self) -> None:
        super().__init__("a wrapped key does not open")


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A holder's key as it is stored: unreadable without the master key of that version."""

    version: int
    value: bytes = field(repr=False)


class MasterKeys(Protocol):
    """The seam for a key management service; calls are synchronous and must be quick.

    A service behind a network should be asked once per version at start (envelope encryption) and
    not once per holder: one page of holders needs up to 100 keys.
    """

    @property
    def current_version(self) -> int:
        """The version that `wrap` uses; whatever names another is due for re-wrapping."""
        ...

    def wrap(self, holder_id: str, key: bytes) -> WrappedKey: ...

    def unwrap(self, holder_id: str, wrapped: WrappedKey) -> bytes:
        """Raises `WrapBroken` or `UnknownKeyVersion`."""
        ...


class LocalMasterKeys:
    """Wraps with the key set's own master keys: nonce, then AES-256-GCM bound to the holder."""

    def __init__(self, key_set: KeySet) -> None:
        self._ciphers = {key.version: AESGCM(key.secret) for key in key_set.master.keys}
        self._current_version = key_set.master.current_version

    @property
    def current_version(self) -> int:
        return self._current_version

    def wrap(self, holder_id: str, key: bytes) -> WrappedKey:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a holder's key is {KEY_BYTES} bytes long")
        nonce = new_nonce()
        cipher = self._ciphers[self._current_version]
        sealed = cipher.encrypt(nonce, key, self._bound_to(holder_id))
        return WrappedKey(self._current_version, nonce + sealed)

    def unwrap(self, holder_id: str, wrapped: WrappedKey) -> bytes:
        cipher = self._ciphers.get(wrapped.version)
        if cipher is None:
            raise UnknownKeyVersion(Purpose.MASTER, wrapped.version)
        key = b""
        if len(wrapped.value) == NONCE_BYTES + KEY_BYTES + 16:
            nonce, sealed = wrapped.value[:NONCE_BYTES], wrapped.value[NONCE_BYTES:]
            try:
                key = cipher.decrypt(nonce, sealed, self._bound_to(holder_id))
            except InvalidTag:
                key = b""
        if not key:
            raise WrapBroken
        return key

    @staticmethod
    def _bound_to(holder_id: str) -> bytes:
        return framed("onecard", "holder key", holder_id)
