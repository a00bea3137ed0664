"""A portal written with `authlib` and `cryptography` alone, on a running gateway over HTTP."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from pathlib import Path

import httpx
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey

from api.clock import utc_now
from api.ids import new_id
from auth.client_keys import keys_of_jwks
from auth.clients import NAME
from auth.mongo import Database
from auth.stored_keys import encode_retirable_keys
from tests.dpop_proofs import Holding
from tests.employer_client import new_portal
from tests.processes import eventually
from tests.serving import Serving
from tests.test_revocation_http import gateway_process, is_up

ASK = {"query": "{ __typename }"}


def authlib_client(client_id: str, key: ECKey, token_endpoint: str) -> OAuth2Session:
    """Nothing but what authlib's own pages say, and the `kid`."""
    client = OAuth2Session(
        client_id,
        key,
        token_endpoint=token_endpoint,
        token_endpoint_auth_method="private_key_jwt",
        grant_type="client_credentials",
    )
    method = PrivateKeyJWT(token_endpoint, headers={"kid": key.thumbprint()}, alg="ES256")
    client.register_client_auth_method(method)
    return client


async def registered(serving: Serving, key: ECKey) -> str:
    """A client with this key."""
    portal = await new_portal(serving, new_id("emp"))
    keys = encode_retirable_keys(keys_of_jwks(json.dumps(key.as_dict(private=False)).encode()), ())
    await serving.database[NAME].update_one({"_id": portal.client_id}, {"$set": {"keys": keys}})
    return portal.client_id


def ask_as_portals_do(base: str, client_id: str, key: ECKey) -> None:
    metadata = httpx.get(f"{base}/.well-known/oauth-authorization-server").json()
    assert metadata["issuer"] == base
    endpoint = metadata["token_endpoint"]
    with authlib_client(client_id, key, endpoint) as client:
        token = client.fetch_token(scope="permits:read")
        assert (token["token_type"], token["scope"]) == ("Bearer", "permits:read")
        # It sends the token by itself.
        assert client.post(f"{base}/graphql", json=ASK).json() == {"data": {"__typename": "Query"}}
    holding = Holding(address=base)
    proof = holding.proof(utc_now(), "POST", "/oauth/token")
    with authlib_client(client_id, key, endpoint) as client:
        bound = client.fetch_token(headers={"DPoP": proof})
    assert bound["token_type"] == "DPoP"
    made = holding.headers(utc_now(), "POST", "/graphql", bound["access_token"])
    answer = httpx.post(f"{base}/graphql", json=ASK, headers=made)
    assert answer.json() == {"data": {"__typename": "Query"}}
    again = httpx.post(f"{base}/graphql", json=ASK, headers=made)
    assert again.json()["errors"][0]["extensions"]["reason"] == "REPLAYED"


async def test_authlib_gets_tokens_and_asks_the_graph_with_them(
    serving: Serving, database: Database, mongod_uri: str, keys_file: Path, tmp_path: Path
) -> None:
    key = ECKey.generate_key("P-256")
    client_id = await registered(serving, key)
    with gateway_process(mongod_uri, database, keys_file, tmp_path, is_issuer=True) as (_, base):
        assert await asyncio.to_thread(eventually, partial(is_up, base))
        await asyncio.to_thread(ask_as_portals_do, base, client_id, key)
