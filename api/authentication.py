"""From the Authorization header to the principal: who asks, or why the token does not count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from auth.known_terms import KnownTerms
from auth.principal import ANONYMOUS, Assurance, Principal, PrincipalKind
from auth.revocation import RevocationFeed, Verdict
from auth.signed_json import MAX_TOKEN_LENGTH, Refused, TokenRefused
from auth.tokens import AccessClaims, TokenAuthority
from auth.verified_tokens import VerifiedTokens


class TokenFault(StrEnum):
    INVALID = "INVALID"
    UNDECIDED = "UNDECIDED"
    """Whether the session has ended cannot be told now: answered with 503."""


@dataclass(frozen=True)
class Authenticator:
    """Checks bearer tokens: access tokens of sessions, flow tokens of logins."""

    tokens: TokenAuthority
    verified: VerifiedTokens
    feed: RevocationFeed
    terms: KnownTerms

    async def principal(self, authorization: str | None, now: datetime) -> Principal | TokenFault:
        """ANONYMOUS without a header. A header that does not hold is a fault and never
        anonymous: the client must notice that its token is over."""
        if authorization is None:
            return ANONYMOUS
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN_LENGTH:
            return TokenFault.INVALID
        try:
            claims = self.verified.verify(token, now)
        except TokenRefused as refused:
            if refused.code is not Refused.WRONG_TYPE:
                return TokenFault.INVALID
            return self._flow_principal(token, now)
        match await self.feed.check(claims.session_id):
            case Verdict.LIVE:
                return await self._live_principal(claims)
            case Verdict.REVOKED:
                return TokenFault.INVALID
            case Verdict.UNKNOWN:
                return TokenFault.UNDECIDED

    async def _live_principal(self, claims: AccessClaims) -> Principal | TokenFault:
        principal = _session_principal(claims)
        if principal.kind is not PrincipalKind.EMPLOYER:
            return principal
        terms = await self.terms.of(claims.client_id, claims.session_id)
        return TokenFault.INVALID if terms is None else replace(principal, terms=terms)

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
    )
