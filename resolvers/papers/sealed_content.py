"""A content as sealed pieces, and back. A piece opens in its place only; that they are all there
is checked here."""

from __future__ import annotations

from collections.abc import Iterable

from auth.sealing import PIECE_BYTES, HolderVault, PiecePlace, SealBroken

SealedPiece = tuple[int, bytes]
"""Offset of the piece's first byte in the whole, and the sealed bytes."""


def seal_content(
    vault: HolderVault, collection: str, content_id: str, content: bytes, first: int, total: int
) -> list[SealedPiece]:
    """`content` begins at the byte `first` of a whole of `total` bytes."""
    pieces = []
    for start in range(0, len(content), PIECE_BYTES):
        place = PiecePlace(collection, content_id, first + start, total)
        piece = content[start : start + PIECE_BYTES]
        pieces.append((place.offset, vault.seal_piece(place, piece)))
    return pieces


def open_content(
    vault: HolderVault,
    collection: str,
    content_id: str,
    pieces: Iterable[SealedPiece],
    expected: int,
    total: int,
) -> bytes:
    """The first `expected` bytes of a whole of `total`. Raises `SealBroken` when a piece is
    missing, moved or changed."""
    opened: list[bytes] = []
    size = 0
    for offset, sealed in pieces:
        if offset != size:
            raise SealBroken
        opened.append(vault.open_piece(PiecePlace(collection, content_id, offset, total), sealed))
        size += len(opened[-1])
    if size != expected:
        raise SealBroken
    return b"".join(opened)
