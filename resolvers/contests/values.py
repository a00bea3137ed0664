"""How a record stands, field by field, as text: what an officer sees of a contested one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from auth.mongo import Document
from auth.sealing import HolderVault
from resolvers.rules.contests import FIELDS_OF, ContestedKind, ContestField
from resolvers.rules.permit_status import first_day, printed_day
from resolvers.store import contests
from resolvers.store.contested_records import COLLECTIONS

Texts = Mapping[ContestField, str]


def texts_of(kind: ContestedKind, record: Document, vault: HolderVault) -> Texts:
    """Every field that can be contested; "" where the record has none."""
    return {
        field: _text(COLLECTIONS[kind], path, record.get(path), vault)
        for field, path in FIELDS_OF[kind].items()
    }


def seal_texts(texts: Texts, vault: HolderVault) -> bytes:
    content = json.dumps({str(field): text for field, text in texts.items()}, ensure_ascii=False)
    return vault.seal(contests.NAME, contests.VALUES, content)


def read_texts(opened: str) -> Texts:
    return {ContestField(field): text for field, text in json.loads(opened).items()}


def changed_fields(
    kind: ContestedKind, before: Document, after: Document, vault: HolderVault | None
) -> set[ContestField]:
    """What a record says otherwise than before. A sealed value is opened, since its ciphertext is
    another one each time; without a vault it counts as it was."""
    return {
        field
        for field, path in FIELDS_OF[kind].items()
        if _compared(COLLECTIONS[kind], path, before.get(path), vault)
        != _compared(COLLECTIONS[kind], path, after.get(path), vault)
    }


def _compared(collection: str, path: str, value: Any, vault: HolderVault | None) -> Any:
    if not _is_sealed(value):
        return value
    return None if vault is None else vault.open(collection, path, bytes(value["sealed"]))


def _text(collection: str, path: str, value: Any, vault: HolderVault) -> str:
    if value is None:
        return ""
    if _is_sealed(value):
        return vault.open(collection, path, bytes(value["sealed"]))
    if isinstance(value, datetime):
        day = printed_day(value) if path == "valid_until" else first_day(value)
        return day.isoformat()
    if isinstance(value, list):
        return "; ".join(f"{one['kind']} {one['state']}" for one in value)
    if isinstance(value, Mapping):
        return " / ".join(str(part) for part in value.values())
    return str(value)


def _is_sealed(value: Any) -> bool:
    return isinstance(value, Mapping) and "sealed" in value
