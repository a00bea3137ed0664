"""Keyed digests: finding a sealed number by equality without storing the number.

HMAC-SHA-256 over the kind and the normalised text, each led by its length. Kind is part of the
input, so a passport number and a permit number with the same digits have unrelated digests.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field

from auth.keys import KeySet, Purpose, framed

DIGEST_BYTES = 32
_VERSION_BYTES = 4


@dataclass(frozen=True, slots=True)
class Digest:
    """32 bytes and the key version they were made with."""

    version: int
    value: bytes = field(repr=False)

    @property
    def packed(self) -> bytes:
        """36 bytes, version first (big-endian): one indexed binary field, searched with `$in`."""
        return self.version.to_bytes(_VERSION_BYTES, "big") + self.value

    @classmethod
    def unpacked(cls, packed: bytes) -> Digest:
        """Raises ValueError for any other length."""
        if len(packed) != _VERSION_BYTES + DIGEST_BYTES:
            raise ValueError("a packed digest has another length")
        data = bytes(packed)
        return cls(int.from_bytes(data[:_VERSION_BYTES], "big"), data[_VERSION_BYTES:])


class Digester:
    """Digests with the key set's digest keys."""

    def __init__(self, key_set: KeySet) -> None:
        self._keys = {key.version: key.secret for key in key_set.digest.keys}
        self._current_version = key_set.current(Purpose.DIGEST).version

    @property
    def current_version(self) -> int:
        """The version `digest` uses; a stored digest of another is due for re-digesting."""
        return self._current_version

    def digest(self, kind: str, normalised: str) -> Digest:
        """For storing: under the current key."""
        return self._made(self._current_version, "equality", kind, normalised)

    def digest_all(self, kind: str, texts: Iterable[str]) -> list[bytes]:
        """The same of many texts at once: their values, under `current_version`."""
        key, head = self._keys[self._current_version], framed("onecard", "equality", kind)
        return [hmac.digest(key, head + framed(text), "sha256") for text in texts]

    def candidates(self, kind: str, normalised: str) -> list[Digest]:
        """For searching: under every live key, newest first, so that a rotation hides nobody."""
        return [self._made(version, "equality", kind, normalised) for version in self._keys]

    def blind(self, kind: str, text: str) -> Digest:
        """For counting without knowing (throttle keys): never equal to a digest that finds."""
        return self._made(self._current_version, "blind", kind, text)

    def blind_under(self, version: int, kind: str, text: str) -> Digest | None:
        """As `blind` made it while that version was the current one; None once it is retired."""
        return self._made(version, "blind", kind, text) if version in self._keys else None

    def _made(self, version: int, use: str, kind: str, text: str) -> Digest:
        message = framed("onecard", use, kind, text)
        return Digest(version, hmac.digest(self._keys[version], message, hashlib.sha256))
