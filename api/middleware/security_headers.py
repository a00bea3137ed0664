"""Headers that keep browsers from doing more with our answers than was meant.

OWASP Secure Headers Project. A route that needs other values (GraphiQL's content policy) sets its
own; what is set already stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

Header: TypeAlias = tuple[bytes, bytes]
"""The name in small letters, as ASGI has it."""

_HEADERS: Sequence[Header] = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
_HTTPS_ONLY = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")


def security_headers(*, https_only: bool) -> Sequence[Header]:
    """`https_only` tells browsers to come by HTTPS for two years: production, behind TLS."""
    return (*_HEADERS, _HTTPS_ONLY) if https_only else _HEADERS
