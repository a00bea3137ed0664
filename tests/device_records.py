"""A device key as it is stored, where no device is needed."""

from __future__ import annotations

import json

from api.ids import new_id
from auth.client_keys import KeyAlgorithm, new_private_jwk
from auth.device_proofs import device_key_of_jwk
from resolvers.store import device_keys
from resolvers.store.device_keys import NewDeviceKey, encode_device_key
from tests.serving import Serving


async def put_device_key(serving: Serving, holder_id: str) -> None:
    private = new_private_jwk(KeyAlgorithm.ES256)
    public = {name: private[name] for name in ("kty", "crv", "x", "y")}
    key = device_key_of_jwk(json.dumps(public).encode())
    assert key is not None
    new = NewDeviceKey(new_id("dvk"), holder_id, new_id("ses"), key)
    encoded = encode_device_key(new, serving.clock())
    await serving.database[device_keys.NAME].insert_one(encoded)
