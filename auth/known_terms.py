"""What clients are held to, remembered by their token families: no request costs a read for it.

A family's terms never change. Whatever would make them others gives the client a new family and
ends the old one in the same transaction (`ClientStore.amend`), and the feed (`auth/revocation.py`)
has every process refuse the old one within a second. So a process reads the client once for each
family, with the first token of it that it sees, and what it remembers is never old.

Holds the 512 families asked for last; with lists of the greatest length that is some 40 MB. Not
for use by several threads.
"""

from __future__ import annotations

from typing import Final

from auth.client_terms import ClientTerms
from auth.clients import ClientStore

MAX_REMEMBERED: Final = 512


class KnownTerms:
    def __init__(self, clients: ClientStore, *, limit: int = MAX_REMEMBERED) -> None:
        self._clients = clients
        self._limit = limit
        # Asked for longest ago first.
        self._terms: dict[str, ClientTerms] = {}

    def __len__(self) -> int:
        return len(self._terms)

    async def of(self, client_id: str, session_id: str) -> ClientTerms | None:
        """None when the client is not active, or its tokens are of another family by now."""
        known = self._terms.pop(session_id, None)
        if known is None:
            client = await self._clients.find(client_id)
            if client is None or not client.is_active or client.session_id != session_id:
                return None
            known = client.terms
            while len(self._terms) >= self._limit:
                del self._terms[next(iter(self._terms))]
        self._terms[session_id] = known
        return known
