"""What the token endpoint tells of a request that gets no token."""

from __future__ import annotations

from enum import StrEnum


class OAuthError(StrEnum):
    """RFC 6749 section 5.2 and RFC 9449 section 5; those that can occur here."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    INVALID_SCOPE = "invalid_scope"
    INVALID_DPOP_PROOF = "invalid_dpop_proof"
    TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"
