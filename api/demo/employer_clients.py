"""Portals of the fictional employers: one client each, whose key pair anybody can know."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.demo.days import midnight
from api.demo.draw import drawn_id
from api.settings import TOKEN_PATH
from auth.client_keys import keys_of_jwks, private_jwk
from auth.clients import Client, ClientState, encode_client
from auth.mongo import Document
from auth.scopes import ClientScope
from resolvers.store.employers import EmployerRecord

READ_ONLY: Final = 7
"""The number of the one whose portal may only read."""

CALLBACKS: Final = ("http://127.0.0.1:9400/hooks", "http://localhost:9400/hooks")
"""Where a portal on the same machine would listen."""

_READING = tuple(scope for scope in ClientScope if scope.value.endswith(":read"))


@dataclass(frozen=True)
class DemoClient:
    client: Client
    private_jwk: Mapping[str, str]

    def told(self, employer: EmployerRecord) -> dict[str, Any]:
        """As `onecard demo --json` prints it."""
        one = self.client
        return {
            "label": f"{employer.name['en']}: {one.name}",
            "employerId": one.employer_id,
            "creditCode": employer.credit_code,
            "city": employer.city,
            "clientId": one.client_id,
            "scopes": [str(scope) for scope in one.scopes],
            "callbacks": list(one.callbacks),
            "privateJwk": dict(self.private_jwk),
            "tokenRequest": _token_request(one),
        }


def client_id(data_set: str, number: int) -> str:
    return drawn_id("cli", f"{data_set}/client/{number}")


def demo_client(
    data_set: str, number: int, employer: EmployerRecord, reference: date
) -> DemoClient:
    """The same key on every machine: it protects nothing, and production takes no demo data."""
    seed = hashlib.sha256(f"onecard {data_set} client {number}: no secret".encode()).digest()
    jwk = private_jwk(Ed25519PrivateKey.from_private_bytes(seed))
    public = {name: value for name, value in jwk.items() if name != "d"}
    reads_only = number == READ_ONLY
    client = Client(
        client_id=client_id(data_set, number),
        employer_id=employer.employer_id,
        name="Demo portal that only reads" if reads_only else "Demo portal",
        keys=keys_of_jwks(json.dumps(public).encode()),
        scopes=_READING if reads_only else tuple(ClientScope),
        state=ClientState.ACTIVE,
        session_id=drawn_id("ses", f"{data_set}/client/{number}"),
        created_at=midnight(reference),
        callbacks=CALLBACKS,
    )
    return DemoClient(client, jwk)


def client_documents(clients: Sequence[DemoClient]) -> list[Document]:
    return [encode_client(one.client) for one in clients]


def _token_request(client: Client) -> dict[str, Any]:
    [key] = client.keys
    return {
        "address": TOKEN_PATH,
        "how": (
            "Sign a JWT with privateJwk under `header` and `claims`; <issuer> is the `issuer` of "
            "/.well-known/oauth-authorization-server, times are seconds since 1970, <random> is "
            "new each time. POST `form` as application/x-www-form-urlencoded; the answer's "
            "access_token goes into the header Authorization: Bearer."
        ),
        "header": {"alg": str(key.algorithm), "kid": key.kid, "typ": "JWT"},
        "claims": {
            "iss": client.client_id,
            "sub": client.client_id,
            "aud": "<issuer>",
            "iat": "<now>",
            "exp": "<now + 60>",
            "jti": "<random>",
        },
        "form": {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": "<JWT>",
        },
    }
