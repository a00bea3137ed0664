"""Letters go with the person whom they are about."""

from __future__ import annotations

from auth.mongo import Transaction
from resolvers.gateway import Gateway


async def remove_letters(gateway: Gateway, about_id: str, transaction: Transaction) -> None:
    """Every letter about this record, with its file."""
    letter_ids = await gateway.letters.load_ids_about(about_id, transaction)
    await gateway.letters.remove(letter_ids, transaction)
    await gateway.letter_pieces.remove(letter_ids, transaction)
