"""An employer's client gets an access token for its assertion (RFC 6749 section 4.4, RFC 7523),
bound to a key when it proves to hold one (RFC 9449).

Everybody's attempts count under the network address before anything is looked at; a client's own
count under its id, or that of its sub-user, only once it has proved itself, so that nobody else can
use them up. A refusal that names a client that exists, or is told to a client that proved itself,
leaves an audit line.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from auth.audit import AuditAction, AuditLine
from auth.client_assertions import (
    BEFORE_SIGNATURE,
    AssertionFault,
    AssertionRefused,
    Authenticated,
)
from auth.dpop import Presented, ProofFault
from auth.principal import Assurance, Principal, PrincipalKind
from auth.scopes import ClientScope
from auth.tokens import ACCESS_TOKEN_LIFETIME, SubjectKind
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.policy.throttling import CLIENT, CLIENT_ADDRESS, counted_address

METHODS: Final = ("pop",)  # RFC 8176: proof of possession of a key


class TokenRefusal(StrEnum):
    CLIENT_NOT_AUTHENTICATED = "CLIENT_NOT_AUTHENTICATED"
    CLIENT_ID_DIFFERS = "CLIENT_ID_DIFFERS"
    SCOPE_NOT_GRANTED = "SCOPE_NOT_GRANTED"
    PROOF_REFUSED = "PROOF_REFUSED"
    TOO_MANY_ATTEMPTS = "TOO_MANY_ATTEMPTS"


@dataclass(frozen=True)
class TokenAsked:
    """`scopes` is None for all that were granted; a `client_id` must be the assertion's. A token is
    bound when there is a proof among what is `presented`."""

    assertion: str
    presented: Presented
    client_id: str | None = None
    scopes: tuple[str, ...] | None = None


@dataclass(frozen=True)
class TokenIssued:
    access_token: str
    lifetime: timedelta
    scopes: tuple[ClientScope, ...]
    is_bound: bool


@dataclass(frozen=True)
class TokenRefused:
    """`fault` is set where the client itself may know what is wrong with its assertion."""

    code: TokenRefusal
    fault: AssertionFault | None = None
    proof_fault: ProofFault | None = None
    retry_after: timedelta | None = None


async def issue_client_token(
    gateway: Gateway, ask: Ask, asked: TokenAsked
) -> TokenIssued | TokenRefused:
    now = gateway.now()
    address_key = gateway.digester.blind("client-address", counted_address(ask.address)).value
    by_address = await gateway.throttle.charge(address_key, CLIENT_ADDRESS, now)
    if by_address.waits is not None:
        return TokenRefused(TokenRefusal.TOO_MANY_ATTEMPTS, retry_after=by_address.waits)
    found = await gateway.client_assertions.authenticate(asked.assertion, now)
    if isinstance(found, AssertionRefused):
        return await _refuse_assertion(gateway, ask, found)
    client = found.client
    own = replace(ask, principal=_principal(found))
    if asked.client_id is not None and asked.client_id != client.client_id:
        await _audit(gateway, own, TokenRefusal.CLIENT_ID_DIFFERS, client.client_id)
        return TokenRefused(TokenRefusal.CLIENT_ID_DIFFERS)
    client_key = gateway.digester.blind("client", _counted(found)).value
    by_client = await gateway.throttle.charge(client_key, CLIENT, now)
    if by_client.waits is not None:
        return TokenRefused(TokenRefusal.TOO_MANY_ATTEMPTS, retry_after=by_client.waits)
    wanted = client.scopes if asked.scopes is None else asked.scopes
    if not set(wanted) <= set(client.scopes):
        await _audit(gateway, own, TokenRefusal.SCOPE_NOT_GRANTED, client.client_id)
        return TokenRefused(TokenRefusal.SCOPE_NOT_GRANTED)
    scopes = tuple(scope for scope in client.scopes if scope in wanted)
    thumbprint = None
    if asked.presented.proofs or client.requires_dpop:
        proved = await gateway.dpop_proofs.check(asked.presented, now)
        if isinstance(proved, ProofFault):
            await _audit(gateway, own, TokenRefusal.PROOF_REFUSED, client.client_id)
            return TokenRefused(TokenRefusal.PROOF_REFUSED, proof_fault=proved)
        thumbprint = proved
    token = gateway.tokens.mint_access(
        subject=client.employer_id,
        kind=SubjectKind.EMPLOYER,
        client_id=client.client_id,
        session_id=client.session_id,
        scope=tuple(str(scope) for scope in scopes),
        acr=Assurance.NONE.acr,
        amr=METHODS,
        authenticated_at=now,
        token_id=gateway.new_id("tok"),
        issued_at=now,
        sub_user=found.sub_user,
        key_thumbprint=thumbprint,
    )
    line = AuditLine(AuditAction.CLIENT_TOKEN_ISSUED, None, objects=(client.client_id,))
    await append_audit(gateway, own, line)
    return TokenIssued(token, ACCESS_TOKEN_LIFETIME, scopes, thumbprint is not None)


async def _refuse_assertion(gateway: Gateway, ask: Ask, refused: AssertionRefused) -> TokenRefused:
    if refused.client_id is not None:
        await _audit(gateway, ask, refused.fault, refused.client_id)
    told = None if refused.fault in BEFORE_SIGNATURE else refused.fault
    return TokenRefused(TokenRefusal.CLIENT_NOT_AUTHENTICATED, told)


async def _audit(gateway: Gateway, ask: Ask, result: StrEnum, client_id: str) -> None:
    line = AuditLine(
        AuditAction.CLIENT_TOKEN_REFUSED, None, result=str(result), objects=(client_id,)
    )
    await append_audit(gateway, ask, line)


def _counted(found: Authenticated) -> str:
    """Each of a client's own users counts alone: many can work at once."""
    client_id = found.client.client_id
    return client_id if found.sub_user is None else f"{client_id}/{found.sub_user}"


def _principal(found: Authenticated) -> Principal:
    client = found.client
    return Principal(
        PrincipalKind.EMPLOYER,
        subject=client.employer_id,
        client_id=client.client_id,
        session_id=client.session_id,
        methods=METHODS,
        scopes=tuple(str(scope) for scope in client.scopes),
        sub_user=found.sub_user,
    )
