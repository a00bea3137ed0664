"""From the Authorization header to the principal: who asks, or why the token does not count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from auth.dpop import BoundToken, DpopProofs, Presented, ProofFault
from auth.known_terms import KnownTerms
from auth.principal import ANONYMOUS, Assurance, Principal, PrincipalKind
from auth.revocation import RevocationFeed, Verdict
from auth.signed_json import MAX_TOKEN_LENGTH, Refused, TokenRefused
from auth.tokens import AccessClaims, TokenAuthority
from auth.verified_tokens import VerifiedTokens

Presenting = Callable[[], Presented]

_BEARER: Final = "bearer"
_SCHEMES: Final = (_BEARER, "dpop")


class TokenFault(StrEnum):
    INVALID = "INVALID"
    BOUND = "BOUND"
    """It is bound to a key and came as if it were not."""
    UNDECIDED = "UNDECIDED"
    """Whether the session has ended cannot be told now: answered with 503."""


@dataclass(frozen=True)
class Authenticator:
    """Checks access tokens of sessions and clients, and flow tokens of logins."""

    tokens: TokenAuthority
    verified: VerifiedTokens
    feed: RevocationFeed
    terms: KnownTerms
    proofs: DpopProofs

    async def principal(
        self, authorization: str | None, now: datetime, presented: Presenting | None = None
    ) -> Principal | TokenFault | ProofFault:
        """ANONYMOUS without a header. A header that does not hold is a fault and never
        anonymous: the client must notice that its token is over.

        `presented` gives what proves a bound token; a route that takes none takes no such token.
        """
        if authorization is None:
            return ANONYMOUS
        scheme, _, token = authorization.partition(" ")
        scheme, token = scheme.lower(), token.strip()
        if scheme not in _SCHEMES or not token or len(token) > MAX_TOKEN_LENGTH:
            return TokenFault.INVALID
        try:
            claims = self.verified.verify(token, now)
        except TokenRefused as refused:
            if refused.code is not Refused.WRONG_TYPE or scheme != _BEARER:
                return TokenFault.INVALID
            return self._flow_principal(token, now)
        if (claims.key_thumbprint is None) != (scheme == _BEARER):
            return TokenFault.BOUND if scheme == _BEARER else TokenFault.INVALID
        match await self.feed.check(claims.session_id):
            case Verdict.LIVE:
                return await self._live_principal(claims, token, now, presented)
            case Verdict.REVOKED:
                return TokenFault.INVALID
            case Verdict.UNKNOWN:
                return TokenFault.UNDECIDED

    async def _live_principal(
        self, claims: AccessClaims, token: str, now: datetime, presented: Presenting | None
    ) -> Principal | TokenFault | ProofFault:
        principal = _session_principal(claims)
        if principal.kind is PrincipalKind.EMPLOYER:
            terms = await self.terms.of(claims.client_id, claims.session_id)
            if terms is None:
                return TokenFault.INVALID
            if terms.requires_dpop and claims.key_thumbprint is None:
                return TokenFault.INVALID
            principal = replace(principal, terms=terms)
        if claims.key_thumbprint is not None:
            if presented is None:
                return TokenFault.INVALID
            bound = BoundToken(token, claims.key_thumbprint)
            proved = await self.proofs.check(presented(), now, bound)
            if isinstance(proved, ProofFault):
                return proved
        return principal

    def _flow_principal(self, token: str, now: datetime) -> Principal | TokenFault:
        try:
            claims = self.tokens.verify_flow(token, now)
        except TokenRefused:
            return TokenFault.INVALID
        return Principal(
            PrincipalKind.FLOW, flow_id=claims.flow_id, assurance=Assurance.of_acr(claims.acr)
        )


def _session_principal(claims: AccessClaims) -> Principal:
    return Principal(
        kind=PrincipalKind(claims.kind.value),
        subject=claims.subject,
        client_id=claims.client_id,
        session_id=claims.session_id,
        assurance=Assurance.of_acr(claims.acr),
        authenticated_at=claims.authenticated_at,
        methods=claims.amr,
        scopes=claims.scope,
        token_ends_at=claims.expires_at,
        sub_user=claims.sub_user,
    )
