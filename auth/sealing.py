"""Sealed fields: AES-256-GCM under a key of the holder's own.

A sealed value is one byte of format version (1), a random 96-bit nonce, ciphertext and tag. The
associated data binds it to collection, field and holder, so a value moved elsewhere does not open.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from auth.keys import KEY_BYTES, NONCE_BYTES, framed, new_nonce
from auth.master_keys import MasterKeys, WrappedKey

SEAL_FORMAT = 1
MAX_PLAINTEXT_BYTES = 65_536
PIECE_BYTES = 262_144
"""What a larger content is cut into before it is sealed."""
SEAL_OVERHEAD_BYTES = 1 + NONCE_BYTES + 16
MAX_DECOYS = 16
DECOY_HOLDER_ID = "decoy"


class SealBroken(Exception):
    """A sealed value does not open: other place, other key, unknown format or changed bytes."""

    def __init__(self) -> None:
        super().__init__("a sealed value does not open")


def new_holder_key() -> bytes:
    """256 random bits from the operating system."""
    return os.urandom(KEY_BYTES)


def seal(
    key: bytes, *, collection: str, field: str, holder_id: str, plaintext: bytes | str
) -> bytes:
    """Seals up to 64 KiB; text as UTF-8."""
    return _seal(AESGCM(key), _bound_to(collection, field, holder_id), plaintext)


def open_sealed(key: bytes, *, collection: str, field: str, holder_id: str, sealed: bytes) -> bytes:
    """The plaintext, or `SealBroken`."""
    return _open(AESGCM(key), _bound_to(collection, field, holder_id), sealed)


@dataclass(frozen=True, slots=True)
class PiecePlace:
    """Where a piece of a content belongs: `offset` is that of its first byte, `total` counts the
    bytes of the whole. A sealed piece opens in its place only, so pieces cannot change places,
    come from another content, or be cut off unnoticed by whoever knows the total."""

    collection: str
    content_id: str
    offset: int
    total: int


class HolderVault:
    """One holder's key, opened, with what it can do."""

    __slots__ = ("_cipher", "_holder_id")

    def __init__(self, holder_id: str, key: bytes) -> None:
        self._holder_id = holder_id
        self._cipher = AESGCM(key)

    def __repr__(self) -> str:
        return "HolderVault()"

    @property
    def holder_id(self) -> str:
        return self._holder_id

    def seal(self, collection: str, field: str, text: str) -> bytes:
        return _seal(self._cipher, _bound_to(collection, field, self._holder_id), text)

    def open(self, collection: str, field: str, sealed: bytes) -> str:
        """The text, or `SealBroken`."""
        opened = _open(self._cipher, _bound_to(collection, field, self._holder_id), sealed)
        try:
            return opened.decode()
        except UnicodeDecodeError:
            pass  # raised below, where the bytes are no longer in the exception's context
        raise SealBroken

    def seal_piece(self, place: PiecePlace, piece: bytes) -> bytes:
        """Seals up to `PIECE_BYTES`."""
        return _seal(self._cipher, _piece_bound_to(place, self._holder_id), piece, PIECE_BYTES)

    def open_piece(self, place: PiecePlace, sealed: bytes) -> bytes:
        """The piece, or `SealBroken`."""
        return _open(self._cipher, _piece_bound_to(place, self._holder_id), sealed, PIECE_BYTES)


@dataclass(frozen=True, slots=True)
class Decoy:
    """What stands in for a holder who does not exist, in the same shape: open it all the same."""

    holder_id: str
    wrapped: WrappedKey
    sealed: Mapping[str, bytes] = field(repr=False)


class Sealer:
    """Opens holders' vaults. Every key opening of the process goes through `vault_for`."""

    def __init__(self, master_keys: MasterKeys) -> None:
        self._master_keys = master_keys
        self._decoys: dict[tuple[str, tuple[tuple[str, str], ...]], Decoy] = {}

    @property
    def current_version(self) -> int:
        return self._master_keys.current_version

    def new_vault(self, holder_id: str) -> tuple[HolderVault, WrappedKey]:
        """A fresh key for a new holder, and the form in which it is stored."""
        key = new_holder_key()
        return HolderVault(holder_id, key), self._master_keys.wrap(holder_id, key)

    def vault_for(self, holder_id: str, wrapped: WrappedKey) -> HolderVault:
        """Raises `auth.master_keys.WrapBroken` or `auth.keys.UnknownKeyVersion`."""
        return HolderVault(holder_id, self._master_keys.unwrap(holder_id, wrapped))

    def rewrap(self, holder_id: str, wrapped: WrappedKey) -> WrappedKey:
        """The same holder key under the current master key; unchanged if it is already."""
        if wrapped.version == self._master_keys.current_version:
            return wrapped
        return self._master_keys.wrap(holder_id, self._master_keys.unwrap(holder_id, wrapped))

    def decoy(self, collection: str, texts: Mapping[str, str]) -> Decoy:
        """A stand-in whose fields hold these texts, made once per process and kept.

        `texts` are constants of the code, of the size that real values have, never input.
        """
        wanted = (collection, tuple(sorted(texts.items())))
        known = self._decoys.get(wanted)
        if known is not None:
            return known
        if len(self._decoys) >= MAX_DECOYS:
            raise ValueError("too many decoys: they are made from constants, never from input")
        vault, wrapped = self.new_vault(DECOY_HOLDER_ID)
        sealed = {name: vault.seal(collection, name, text) for name, text in texts.items()}
        return self._decoys.setdefault(wanted, Decoy(DECOY_HOLDER_ID, wrapped, sealed))


def _bound_to(collection: str, field: str, holder_id: str) -> bytes:
    return framed("onecard", "sealed field", bytes([SEAL_FORMAT]), collection, field, holder_id)


def _piece_bound_to(place: PiecePlace, holder_id: str) -> bytes:
    return framed(
        "onecard",
        "sealed piece",
        bytes([SEAL_FORMAT]),
        place.collection,
        place.content_id,
        place.offset.to_bytes(8, "big"),
        place.total.to_bytes(8, "big"),
        holder_id,
    )


def _seal(
    cipher: AESGCM,
    bound_to: bytes,
    plaintext: bytes | str,
    max_bytes: int = MAX_PLAINTEXT_BYTES,
) -> bytes:
    data = plaintext.encode() if isinstance(plaintext, str) else plaintext
    if len(data) > max_bytes:
        raise ValueError(f"a sealed value holds at most {max_bytes} bytes")
    nonce = new_nonce()
    return bytes([SEAL_FORMAT]) + nonce + cipher.encrypt(nonce, data, bound_to)


def _open(
    cipher: AESGCM, bound_to: bytes, sealed: bytes, max_bytes: int = MAX_PLAINTEXT_BYTES
) -> bytes:
    data = bytes(sealed)  # drivers hand out subclasses and views of bytes
    shortest, longest = SEAL_OVERHEAD_BYTES, SEAL_OVERHEAD_BYTES + max_bytes
    if shortest <= len(data) <= longest and data[0] == SEAL_FORMAT:
        nonce_end = 1 + NONCE_BYTES
        try:
            return cipher.decrypt(data[1:nonce_end], data[nonce_end:], bound_to)
        except InvalidTag:
            pass
    raise SealBroken
