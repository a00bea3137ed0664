"""The two shapes that many documents share: a sealed value with its mask, and a source."""

from __future__ import annotations

from datetime import datetime

from auth.mongo import Document
from auth.sealing import HolderVault
from resolvers.policy.masking import mask


def sealed_document(
    vault: HolderVault, collection: str, field: str, mask_kind: str, value: str
) -> Document:
    """`field` is the dotted path inside the document; it is bound to the ciphertext."""
    return {"masked": mask(mask_kind, value), "sealed": vault.seal(collection, field, value)}


def source_document(authority: str, updated_at: datetime) -> Document:
    return {"authority": authority, "updated_at": updated_at}
