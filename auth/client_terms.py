"""What a client is held to beyond its scopes: where it may be called, what it may ask, how often.

`callbacks` are compared character by character; `allowed_documents` are lower-case hex SHA-256 of
the exact text of a GraphQL document in UTF-8.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from auth.bson_schema import BOOLEAN, INTEGER, Shape, array, document, text

MAX_CALLBACKS: Final = 10
MAX_CALLBACK_LENGTH: Final = 500
MAX_DOCUMENTS: Final = 500
OPERATIONS_PER_MINUTE: Final = 600
"""Unless registered otherwise."""
MAX_OPERATIONS_PER_MINUTE: Final = 60_000

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_NO_ADDRESS: Final = "is no address such as https://portal.example/hooks"
_DIGEST: Final = re.compile("[0-9a-f]{64}")

SHAPES: Final[dict[str, Shape]] = {
    "callbacks": array(text(MAX_CALLBACK_LENGTH, "^https?://"), maximum=MAX_CALLBACKS),
    "allowed_documents": {
        "bsonType": ["array", "null"],
        "items": text(64, "^[0-9a-f]{64}$"),
        "maxItems": MAX_DOCUMENTS,
    },
    "limits": document({"operations_per_minute": INTEGER}),
    "requires_dpop": BOOLEAN,
}
"""Of a client's document."""


@dataclass(frozen=True, slots=True)
class ClientLimits:
    """`operations_per_minute`: 1 to 60,000, counted by each process for itself."""

    operations_per_minute: int


USUAL_LIMITS: Final = ClientLimits(OPERATIONS_PER_MINUTE)


@dataclass(frozen=True, slots=True)
class ClientTerms:
    """What each request of a client is held to; None of `allowed_documents` is any."""

    limits: ClientLimits
    allowed_documents: frozenset[str] | None = None
    requires_dpop: bool = False

    def allows(self, document_text: str) -> bool:
        """Whether a GraphQL document may be asked with, by its text alone."""
        if self.allowed_documents is None:
            return True
        return hashlib.sha256(document_text.encode()).hexdigest() in self.allowed_documents


class UnsoundDocuments(ValueError):
    """One clause for whoever registers: what is wrong with a list of documents."""


def callback_fault(address: str, *, loopback_allowed: bool) -> str | None:
    """Why nobody is called there, as a clause; None for a good one: https, or, where that is
    allowed, http on loopback. Whether a name leads to a private network is seen at each call."""
    if len(address) > MAX_CALLBACK_LENGTH:
        return f"has more than {MAX_CALLBACK_LENGTH} characters"
    if not address.isascii() or not address.isprintable() or set(address) & set(' <>"\\^`{|}'):
        return _NO_ADDRESS
    try:
        url = urlsplit(address)
        has_host = bool(url.hostname) and url.port != 0
    except ValueError:  # brackets or a port that are none
        return _NO_ADDRESS
    if not has_host:
        return _NO_ADDRESS
    if "@" in url.netloc or "#" in address:
        return "has a user or a fragment"
    if not address.startswith("https://"):
        is_local = address.startswith("http://") and url.hostname in _LOOPBACK
        if not (is_local and loopback_allowed):
            return "must begin with https://"
    return None


def documents_of(data: str) -> tuple[str, ...]:
    """The digests of a file: one at the beginning of each line, as `sha256sum` writes them; empty
    lines and those that begin with # are left out. Raises `UnsoundDocuments`."""
    lines = [line.split() for line in data.splitlines()]
    first = [words[0].lower() for words in lines if words and not words[0].startswith("#")]
    for number, word in enumerate(first, start=1):
        if not _DIGEST.fullmatch(word):
            raise UnsoundDocuments(f"has no SHA-256 in hexadecimal as its entry {number}")
    digests = tuple(sorted(set(first)))
    if not 1 <= len(digests) <= MAX_DOCUMENTS:
        raise UnsoundDocuments(f"must name 1 to {MAX_DOCUMENTS} documents")
    return digests


def document_digest(text: str) -> str:
    """As `allowed_documents` has it."""
    return hashlib.sha256(text.encode()).hexdigest()


def in_order(callbacks: Sequence[str]) -> tuple[str, ...]:
    """Each once."""
    return tuple(sorted(set(callbacks)))
