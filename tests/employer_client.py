"""A portal of an employer: registered in the database, with a key of its own and real tokens."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.ids import new_id
from api.settings import DEFAULT_ISSUER
from auth.client_keys import ClientKey, KeyAlgorithm
from auth.clients import NAME, Client, ClientState, encode_client
from auth.scopes import ClientScope
from tests.app_client import AppClient
from tests.serving import Serving

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
KID = "portal-1"
EVERY_SCOPE = tuple(ClientScope)


@dataclass
class Portal:
    """What an employer's portal knows of itself."""

    client_id: str
    employer_id: str
    session_id: str
    key: Ed25519PrivateKey = field(repr=False)

    def claims(self, now: datetime, **changes: Any) -> dict[str, Any]:
        """Of a good assertion; a change to None leaves the claim out."""
        seconds = int(now.timestamp())
        made = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": DEFAULT_ISSUER,
            "iat": seconds,
            "exp": seconds + 60,
            "jti": secrets.token_urlsafe(16),
        } | changes
        return {name: value for name, value in made.items() if value is not None}

    def assertion(
        self, now: datetime, header: Mapping[str, Any] | None = None, **changes: Any
    ) -> str:
        headers = {"kid": KID} | dict(header or {})
        payload = json.dumps(self.claims(now, **changes)).encode()
        return jwt.PyJWS().encode(payload, self.key, "EdDSA", headers)

    def form(self, assertion: str, **more: str) -> dict[str, str]:
        return {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
        } | more

    async def ask(self, http: httpx.AsyncClient, now: datetime, **more: str) -> httpx.Response:
        """A token, by a new assertion."""
        return await http.post("/oauth/token", data=self.form(self.assertion(now), **more))


def portal_record(
    employer_id: str, now: datetime, scopes: Sequence[ClientScope] = EVERY_SCOPE, **terms: Any
) -> tuple[Portal, Client]:
    """`terms`: what the client is held to, by the names of `Client`."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    portal = Portal(new_id("cli"), employer_id, new_id("ses"), key)
    client = Client(
        client_id=portal.client_id,
        employer_id=employer_id,
        name="Test portal",
        keys=(ClientKey(KID, KeyAlgorithm.EDDSA, public),),
        scopes=tuple(scopes),
        state=ClientState.ACTIVE,
        session_id=portal.session_id,
        created_at=now,
        **terms,
    )
    return portal, client


async def new_portal(
    serving: Serving,
    employer_id: str,
    scopes: Sequence[ClientScope] = EVERY_SCOPE,
    **terms: Any,
) -> Portal:
    """Registered in the database of the gateway."""
    portal, client = portal_record(employer_id, serving.clock(), scopes, **terms)
    await serving.database[NAME].insert_one(encode_client(client))
    return portal


async def employer_client(
    serving: Serving, employer_id: str, scopes: Sequence[ClientScope] = EVERY_SCOPE
) -> AppClient:
    """A client that bears a real token of this employer (`emp_…`), good for five minutes."""
    portal = await new_portal(serving, employer_id, scopes)
    answer = await portal.ask(serving.http, serving.clock())
    assert answer.status_code == 200, answer.text
    client = serving.client()
    client.token = answer.json()["access_token"]
    return client
