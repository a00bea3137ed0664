"""DPoP at the edge: what a request presents, and what is said of a proof that does not hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request

from auth.client_keys import ALGORITHM_NAMES
from auth.dpop import PROOF_LIFETIME, Presented, ProofFault

SCHEME: Final = "DPoP"
_LIFE: Final = int(PROOF_LIFETIME.total_seconds())

TOLD: Final[Mapping[ProofFault, str]] = {
    ProofFault.MISSING: "A DPoP proof is missing.",
    ProofFault.SEVERAL: "Send one DPoP proof.",
    ProofFault.MALFORMED: "The proof is no JWT of type dpop+jwt with an algorithm that is served.",
    ProofFault.UNSOUND_KEY: "jwk is no public key for alg, or more than that.",
    ProofFault.BAD_SIGNATURE: "The proof is not signed by its jwk.",
    ProofFault.BAD_CLAIMS: "iat or jti of the proof is missing or is not what it should be.",
    ProofFault.WRONG_METHOD: "htm is not the method of this request.",
    ProofFault.WRONG_ADDRESS: "htu is not the address of this request under our public address.",
    ProofFault.TOO_OLD: f"The proof was made over {_LIFE} seconds ago: set your clock.",
    ProofFault.NOT_YET_VALID: "iat of the proof lies in the future: set your clock.",
    ProofFault.WRONG_TOKEN: "ath is not the digest of the access token.",
    ProofFault.WRONG_KEY: "The proof is by another key than the one the token is bound to.",
    ProofFault.REPLAYED: "The proof was used already: make a new one for each request.",
}


def presented(request: Request, issuer: str) -> Presented:
    """`issuer` is our public address, below which all paths are."""
    address = f"{issuer.rstrip('/')}{request.url.path}"
    return Presented(tuple(request.headers.getlist("dpop")), request.method, address)


def challenge(realm: str, error: str | None = None) -> str:
    """For WWW-Authenticate (RFC 9449 section 7.1)."""
    told = "" if error is None else f', error="{error}"'
    return f'{SCHEME} realm="{realm}"{told}, algs="{" ".join(ALGORITHM_NAMES)}"'
