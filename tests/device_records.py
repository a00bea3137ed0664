"""A device key and an export as they are stored, where no device and no worker is needed."""

from __future__ import annotations

import json

from api.ids import new_id
from auth.client_keys import KeyAlgorithm, new_private_jwk
from auth.device_proofs import device_key_of_jwk
from auth.master_keys import LocalMasterKeys
from auth.sealing import Sealer
from resolvers.rules.exports import ExportFormat, ExportList, ExportState
from resolvers.store import device_keys, exports
from resolvers.store.device_keys import NewDeviceKey, encode_device_key
from resolvers.store.exports import NewExport, encode_export
from resolvers.vocabulary import Language
from tests.serving import Serving


async def put_device_key(serving: Serving, holder_id: str) -> None:
    private = new_private_jwk(KeyAlgorithm.ES256)
    public = {name: private[name] for name in ("kty", "crv", "x", "y")}
    key = device_key_of_jwk(json.dumps(public).encode())
    assert key is not None
    new = NewDeviceKey(new_id("dvk"), holder_id, new_id("ses"), key)
    encoded = encode_device_key(new, serving.clock())
    await serving.database[device_keys.NAME].insert_one(encoded)


async def put_key_and_export(serving: Serving, holder_id: str, employer_id: str) -> str:
    """The id of the export."""
    await put_device_key(serving, holder_id)
    return await put_export(serving, employer_id)


async def put_export(serving: Serving, employer_id: str) -> str:
    """One that is ready; its id."""
    export_id = new_id("exp")
    vault, wrapped = Sealer(LocalMasterKeys(serving.key_set)).new_vault(export_id)
    kinds = ExportList.EMPLOYEES, ExportFormat.CSV, Language.EN
    new = NewExport(export_id, employer_id, new_id("cli"), *kinds, match={}, rows_total=0)
    encoded = encode_export(new, vault, wrapped, serving.clock())
    ready = encoded | {"state": str(ExportState.READY), "ready_at": serving.clock()}
    await serving.database[exports.NAME].insert_one(ready)
    return export_id
