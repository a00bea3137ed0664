"""The vaults of one batch of holders, opened with one command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auth.keys import UnknownKeyVersion
from auth.master_keys import WrapBroken
from auth.mongo import Database, Document
from auth.sealing import HolderVault, Sealer
from resolvers.jobs.number_digests import IDENTITY_DOCUMENT_FIELDS
from resolvers.store import holder_keys, identity_documents
from resolvers.vocabulary import IdentityDocumentKind

PASSPORTS_PER_COMMAND = 1_000


@dataclass(frozen=True)
class OpenedHolders:
    """Those of the asked holders whose key opens, and the master versions that were missing."""

    vaults: Mapping[str, HolderVault]
    missing_versions: frozenset[int]

    @classmethod
    async def load(
        cls, database: Database, sealer: Sealer, holder_ids: Sequence[str]
    ) -> OpenedHolders:
        vaults: dict[str, HolderVault] = {}
        missing: set[int] = set()
        found = database[holder_keys.NAME].find({"_id": {"$in": list(set(holder_ids))}})
        for stored in await found.to_list(len(holder_ids)):
            try:
                wrapped = holder_keys.decode_holder_key(stored)
                vaults[stored["_id"]] = sealer.vault_for(stored["_id"], wrapped)
            except UnknownKeyVersion as unknown:
                missing.add(unknown.version)
            except WrapBroken:
                continue  # left out, as if it had no key
        return cls(vaults, frozenset(missing))

    async def load_passports(self, database: Database) -> dict[str, Document]:
        """Each holder's current passport: the newest that is not superseded."""
        cursor = database[identity_documents.NAME].find(
            {
                "holder_id": {"$in": list(self.vaults)},
                "kind": str(IdentityDocumentKind.PASSPORT),
                "superseded_at": None,
            },
            dict.fromkeys(IDENTITY_DOCUMENT_FIELDS, 1),
            sort=[("holder_id", 1), ("valid_from", -1), ("_id", 1)],
            batch_size=PASSPORTS_PER_COMMAND,
        )
        newest: dict[str, Document] = {}
        async for stored in cursor:
            newest.setdefault(stored["holder_id"], stored)
        return newest
