"""An authority elsewhere that says whether a name belongs to a number (docs/remote-names.md).

It is asked with the transport of remote engines: signed, bounded, repeated with the same key and so
charged once. What it says counts only as a JWS about this very question.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import Any, Final

from api.providers.remote_calls import RemoteCaller, idempotency_key
from api.providers.remote_results import kid_of, signed_claims
from auth.keys import base64url, framed
from auth.verification import ProviderUnavailable
from resolvers.name_source import NameQuestion
from resolvers.rules.names import RegisteredName

NAME_TYPE: Final = "onecard-name+jwt"
MAX_AGE: Final = timedelta(minutes=2)
CONFIRMED: Final = "CONFIRMED"
NOT_CONFIRMED: Final = "NOT_CONFIRMED"
_OF_OURS: Final = frozenset({401, 403, 408, 429})
"""Refusals of us, not of what was asked."""


class RemoteNames:
    """All processes of one deployment give the same `secret`, so that each asks the same question
    of one login by the same key."""

    is_charged = True

    def __init__(self, caller: RemoteCaller, secret: bytes) -> None:
        self._caller, self._secret = caller, secret

    async def confirms(
        self,
        question: NameQuestion,
        registered: RegisteredName,  # noqa: ARG002 - the authority knows its own
    ) -> bool:
        """Raises ProviderUnavailable."""
        nonce = self._nonce(question)
        told = await self._caller.asked(
            "/names",
            idempotency_key("name", nonce),
            {
                "nonce": nonce,
                "kind": str(question.kind),
                "number": question.number,
                "name": question.name,
            },
        )
        if told.is_refusal and told.status not in _OF_OURS:
            # By the contract it has 200 for everybody; one that says 404 of an unknown number
            # must not make us tell it from a wrong name.
            return False
        jws = told.of.get("result")
        if told.status != 200 or not isinstance(jws, str):
            raise ProviderUnavailable
        await self._caller.keys.refresh_for(kid_of(jws, NAME_TYPE) or "")
        return self._judged(
            signed_claims(jws, self._caller.keys.known(), NAME_TYPE), nonce, question
        )

    async def close(self) -> None:
        await self._caller.close()

    def _judged(self, claims: dict[str, Any] | None, nonce: str, question: NameQuestion) -> bool:
        """Raises ProviderUnavailable where it is no answer to this question."""
        terms = self._caller.terms
        bound = {
            "iss": terms.name,
            "aud": terms.client_id,
            "nonce": nonce,
            "asked": asked_digest(nonce, str(question.kind), question.number, question.name),
        }
        if claims is None or any(claims.get(name) != value for name, value in bound.items()):
            raise ProviderUnavailable
        issued, result = claims.get("iat"), claims.get("result")
        if type(issued) is not int or result not in (CONFIRMED, NOT_CONFIRMED):
            raise ProviderUnavailable
        age = int(self._caller.now().timestamp()) - issued
        if abs(age) > MAX_AGE.total_seconds():
            raise ProviderUnavailable
        return bool(result == CONFIRMED)

    def _nonce(self, question: NameQuestion) -> str:
        """The same for the same question of one login: asked again it is not charged again."""
        asked = (question.flow_id, str(question.kind), question.number, question.name)
        message = framed("onecard", "name question", *asked)
        return base64url(hmac.digest(self._secret, message, hashlib.sha256))


def asked_digest(nonce: str, kind: str, number: str, name: str) -> str:
    """What a result repeats of the question: it can be made by whoever has asked, and says
    nothing to others, who have no nonce."""
    text = "\x1f".join((nonce, kind, number, name))
    return base64url(hashlib.sha256(text.encode()).digest())
