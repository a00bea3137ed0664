"""Databases as earlier versions left them: kept dumps of fictional people, each with its keys.

`v1` is of the first version that stored anything; `v2` of the last one before employers' clients
saw more than procedures: no employments, no grants, share codes, contests or webhooks.
"""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bson import json_util

from auth.mongo import Client, Database, Document, database_of

DUMPS = Path(__file__).parent / "dumps"


def documents_of(dump: Path) -> dict[str, list[Document]]:
    """Collection → its documents."""
    documents: dict[str, list[Document]] = defaultdict(list)
    for line in (dump / "documents.ndjson").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        documents[entry["collection"]].append(json_util.loads(json.dumps(entry["document"])))
    return documents


@asynccontextmanager
async def left_by(dump: Path, client: Client) -> AsyncIterator[Database]:
    """Indexes and validators aside."""
    name = f"test_{secrets.token_hex(8)}"
    database = database_of(client, name)
    for collection, found in documents_of(dump).items():
        await database[collection].insert_many(found)
    yield database
    await client.drop_database(name)
