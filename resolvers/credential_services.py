"""What offline credentials work with: their stores, and what proves and signs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from auth.device_proofs import DeviceProofs
from auth.keys import KeySet, Purpose
from auth.mongo import Database
from auth.signed_json import SignedJson
from auth.used_once import UsedOnceStore
from resolvers.store.device_keys import DeviceKeyStore
from resolvers.store.permit_credentials import PermitCredentialStore
from resolvers.store.status_lists import StatusListStore

STATUS_LISTS_PATH: Final = "/status-lists"
MAX_TOKEN_LENGTH: Final = 65_536
"""Of a status list, the longest that is signed."""
TYPE_PATH: Final = "/credentials/work-permit"


@dataclass(frozen=True)
class CredentialServices:
    """`issuer` is who we are to verifiers; `key_version` the signing key of what is issued now."""

    issuer: str
    signed_json: SignedJson
    key_version: int
    proofs: DeviceProofs
    used: UsedOnceStore
    keys: DeviceKeyStore
    credentials: PermitCredentialStore
    lists: StatusListStore

    @property
    def credential_type(self) -> str:
        """`vct`; its metadata is served there."""
        return f"{self.issuer.rstrip('/')}{TYPE_PATH}"

    def list_address(self, list_id: str) -> str:
        return f"{self.issuer.rstrip('/')}{STATUS_LISTS_PATH}/{list_id}"


def credential_services(database: Database, key_set: KeySet, issuer: str) -> CredentialServices:
    return CredentialServices(
        issuer=issuer,
        signed_json=SignedJson(key_set, max_length=MAX_TOKEN_LENGTH),
        key_version=key_set.current(Purpose.SIGNING).version,
        proofs=DeviceProofs(key_set, issuer),
        used=UsedOnceStore(database),
        keys=DeviceKeyStore(database),
        credentials=PermitCredentialStore(database),
        lists=StatusListStore(database),
    )
