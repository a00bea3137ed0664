"""The one key set: every secret that OneCard Gateway holds, by purpose and version.

Five purposes, each a ring of 256-bit keys of which one is current (docs/keys.md):

- signing: Ed25519 seeds (RFC 8032); the current one signs, all verify.
- master: wraps the key of each holder (AES-256-GCM).
- digest: HMAC-SHA-256 for searching a sealed number by equality.
- refresh: HMAC-SHA-256 from which refresh tokens are derived.
- letters: Ed25519 seeds for what letters carry in their QR; all verify for as long as letters live.

Nothing here reads a clock; randomness comes from `new_key` alone. No repr shows a secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

KEY_BYTES = 32
NONCE_BYTES = 12
MAX_KEYS_PER_RING = 16
MAX_VERSION = 2**31 - 1


class Purpose(StrEnum):
    SIGNING = "signing"
    MASTER = "master"
    DIGEST = "digest"
    REFRESH = "refresh"
    LETTERS = "letters"


class UnsoundKeySet(ValueError):
    """The keys contradict each other. The message names purpose and version, never a secret."""


class UnknownKeyVersion(LookupError):
    """Something stored names a key version that the set does not (or no longer) hold."""

    def __init__(self, purpose: Purpose, version: int) -> None:
        super().__init__(f"the key set holds no {purpose} key of version {version}")
        self.purpose = purpose
        self.version = version


@dataclass(frozen=True, slots=True)
class Key:
    """One secret of 32 bytes; versions count from 1 within a purpose."""

    purpose: Purpose
    version: int
    created_at: datetime
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not 1 <= self.version <= MAX_VERSION:
            raise UnsoundKeySet(f"a {self.purpose} key has a version out of range")
        if len(self.secret) != KEY_BYTES:
            raise UnsoundKeySet(f"{self.purpose} key {self.version} is not {KEY_BYTES} bytes long")
        if self.created_at.tzinfo is None:
            raise UnsoundKeySet(f"{self.purpose} key {self.version} has a time without a zone")


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The live keys of one purpose, newest first.

    The current key is used for everything new. Older ones only read what was made with them; newer
    ones are staged: already read by every process, not yet used by any.
    """

    purpose: Purpose
    current_version: int
    keys: tuple[Key, ...]

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.keys, key=lambda key: key.version, reverse=True))
        object.__setattr__(self, "keys", ordered)
        versions = {key.version for key in ordered}
        if not 1 <= len(ordered) <= MAX_KEYS_PER_RING:
            raise UnsoundKeySet(f"{self.purpose} needs 1 to {MAX_KEYS_PER_RING} keys")
        if len(versions) != len(ordered):
            raise UnsoundKeySet(f"a version of {self.purpose} occurs twice")
        if self.current_version not in versions:
            raise UnsoundKeySet(f"the current version of {self.purpose} is not among its keys")
        if any(key.purpose is not self.purpose for key in ordered):
            raise UnsoundKeySet(f"a key of another purpose stands under {self.purpose}")

    @property
    def newest(self) -> Key:
        return self.keys[0]


@dataclass(frozen=True, slots=True)
class KeySet:
    """All five rings. Immutable: a rotation makes a new set, see `auth/key_files.py`."""

    signing: KeyRing
    master: KeyRing
    digest: KeyRing
    refresh: KeyRing
    letters: KeyRing

    def __post_init__(self) -> None:
        for purpose in Purpose:
            if self.ring(purpose).purpose is not purpose:
                raise UnsoundKeySet(f"the ring of {purpose} is of another purpose")
        secrets = [key.secret for purpose in Purpose for key in self.ring(purpose).keys]
        # Also what makes every `kid` unique, as it is computed from the secret.
        if len(set(secrets)) != len(secrets):
            raise UnsoundKeySet("the same secret stands in the key set twice")

    @classmethod
    def of(cls, rings: Iterable[KeyRing]) -> KeySet:
        by_purpose = {ring.purpose: ring for ring in rings}
        for purpose in Purpose:
            if purpose not in by_purpose:
                raise UnsoundKeySet(f"the {purpose} keys are missing")
        return cls(**{purpose.value: ring for purpose, ring in by_purpose.items()})

    def ring(self, purpose: Purpose) -> KeyRing:
        match purpose:
            case Purpose.SIGNING:
                return self.signing
            case Purpose.MASTER:
                return self.master
            case Purpose.DIGEST:
                return self.digest
            case Purpose.REFRESH:
                return self.refresh
            case Purpose.LETTERS:
                return self.letters

    def current(self, purpose: Purpose) -> Key:
        return self.version(purpose, self.ring(purpose).current_version)

    def version(self, purpose: Purpose, version: int) -> Key:
        """Raises `UnknownKeyVersion` for a version that was retired or never was."""
        for key in self.ring(purpose).keys:
            if key.version == version:
                return key
        raise UnknownKeyVersion(purpose, version)

    def digest_versions(self) -> tuple[int, ...]:
        """Every live digest version, newest first: a search must try them all."""
        return tuple(key.version for key in self.digest.keys)

    def with_ring(self, ring: KeyRing) -> KeySet:
        return KeySet.of([*(self.ring(p) for p in Purpose if p is not ring.purpose), ring])

    def staged(self, key: Key) -> KeySet:
        """With one more key that is read but not yet used."""
        ring = self.ring(key.purpose)
        if key.version <= ring.newest.version:
            raise UnsoundKeySet(f"a new {key.purpose} key needs a version above the newest")
        return self.with_ring(replace(ring, keys=(key, *ring.keys)))

    def promoted(self, purpose: Purpose) -> KeySet:
        """With the newest key of the purpose as the current one."""
        ring = self.ring(purpose)
        return self.with_ring(replace(ring, current_version=ring.newest.version))

    def retired(self, purpose: Purpose, version: int) -> KeySet:
        """Without that key. The current one cannot be retired."""
        ring = self.ring(purpose)
        self.version(purpose, version)
        if version == ring.current_version:
            raise UnsoundKeySet(f"{purpose} key {version} is the current one: rotate first")
        kept = tuple(key for key in ring.keys if key.version != version)
        return self.with_ring(replace(ring, keys=kept))


def new_key(purpose: Purpose, version: int, *, now: datetime) -> Key:
    """A fresh secret from the operating system."""
    return Key(purpose, version, now.replace(microsecond=0), os.urandom(KEY_BYTES))


def new_key_set(*, now: datetime) -> KeySet:
    """A fresh set, version 1 of every purpose."""
    return KeySet.of(KeyRing(purpose, 1, (new_key(purpose, 1, now=now),)) for purpose in Purpose)


def first_letters_ring(master: KeyRing) -> KeyRing:
    """The letters keys of a set that was written before there were any.

    Derived from the oldest master key and not drawn, so that every process that reads a copy of the
    old file comes to the same key; the next change of the file writes it down.
    """
    oldest = master.keys[-1]
    secret = hmac.digest(oldest.secret, framed("onecard", "letters key"), hashlib.sha256)
    return KeyRing(Purpose.LETTERS, 1, (Key(Purpose.LETTERS, 1, oldest.created_at, secret),))


def new_nonce() -> bytes:
    """96 random bits for one AES-GCM message (NIST SP 800-38D: at most 2^32 per key)."""
    return os.urandom(NONCE_BYTES)


def framed(*parts: str | bytes) -> bytes:
    """The parts one after another, each led by its length in four bytes.

    No two different lists of parts give the same bytes, so "ab"+"c" never passes for "a"+"bc".
    """
    encoded = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def base64url(data: bytes) -> str:
    """Without padding, as RFC 7515 writes it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
