"""Exports as a portal asks for them, and employers with many people."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx

from api.ids import new_id
from api.runtime import open_runtime
from api.settings import Settings
from auth.master_keys import LocalMasterKeys
from auth.mongo import Document
from auth.sealing import Sealer
from resolvers.exports.making import make_exports
from tests.app_client import AppClient
from tests.serving import CHEAP_PASSWORDS, Serving

FIELDS = "id list format state rowsDone rowsTotal bytes url urlExpiresAt"
START = f"""mutation($input: StartExportInput!) {{ startExport(input: $input) {{
  ... on ExportChanged {{ export {{ {FIELDS} }} }} ... on ChangeRefused {{ code }} }} }}"""
CANCEL = f"""mutation($input: CancelExportInput!) {{ cancelExport(input: $input) {{
  ... on ExportChanged {{ export {{ {FIELDS} }} }} ... on ChangeRefused {{ code }} }} }}"""
READ = f"query($id: ID!) {{ employer {{ export(id: $id) {{ {FIELDS} }} }} }}"
BATCH = 5_000


def given(**wanted: Any) -> dict[str, Any]:
    usual = {"list": "EMPLOYEES", "format": "CSV", "language": "EN"}
    return {"idempotencyKey": new_id("key"), **usual, **wanted}


async def started(portal: AppClient, **wanted: Any) -> dict[str, Any]:
    payload = await portal.step(START, given(**wanted))
    export: dict[str, Any] = payload["export"]
    return export


async def read(portal: AppClient, export_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await portal.execute(READ, {"id": export_id}))["employer"]["export"]
    return found


async def worked(serving: Serving, settings: Settings, uri: str) -> int:
    """As a worker does; how many pages were written."""
    opened = open_runtime(settings, uri, now=serving.clock, password_cost=CHEAP_PASSWORDS)
    async with opened as runtime:
        return await make_exports(runtime.gateway, serving.clock())


async def fetched(
    portal: AppClient, url: str, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    parts = urlsplit(url)
    sent = {"Authorization": f"Bearer {portal.token}", **(headers or {})}
    return await portal.http.get(f"{parts.path}?{parts.query}", headers=sent)


async def made(
    serving: Serving, settings: Settings, uri: str, portal: AppClient, **wanted: Any
) -> bytes:
    """The file."""
    export = await started(portal, **wanted)
    await worked(serving, settings, uri)
    ready = await read(portal, export["id"])
    assert ready["state"] == "READY"
    answer = await fetched(portal, ready["url"])
    assert answer.status_code == 200
    assert len(answer.content) == ready["bytes"]
    return answer.content


async def put_crowd(serving: Serving, like: str, count: int, began_every: timedelta) -> None:
    """So many more employees as the holder `like` is, each with a key, name, number and day of
    beginning of its own; of their records what an export reads."""
    database = serving.database
    permit = await database["permits"].find_one({"holder_id": like})
    employment = await database["employments"].find_one({"holder_id": like})
    assert permit is not None
    assert employment is not None
    sealer = Sealer(LocalMasterKeys(serving.key_set))
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        people = [_one_more(sealer, permit, employment, one, began_every) for one in numbers]
        for name in ("holders", "holder_keys", "permits", "employments"):
            await database[name].insert_many(
                [person[name] for person in people],
                ordered=False,
                bypass_document_validation=True,
            )


def _one_more(
    sealer: Sealer,
    permit: Document,
    employment: Document,
    number: int,
    began_every: timedelta,
) -> dict[str, Document]:
    holder_id, permit_id, employment_id = new_id("hld"), new_id("pmt"), new_id("emt")
    vault, wrapped = sealer.new_vault(holder_id)
    name = vault.seal("holders", "full_name", f"Person {number:06d}")
    sealed = vault.seal("permits", "number", f"GD45{number:08d}")
    began = employment["started_at"] - began_every * (number + 1)
    return {
        "holders": {
            "_id": holder_id,
            "full_name": {"masked": "P***", "sealed": name},
            # Two that have none would be the same to the unique index.
            "digests": [{"kind": "PASSPORT", "key_version": 1, "value": os.urandom(16)}],
        },
        "holder_keys": {
            "_id": holder_id,
            "key_version": wrapped.version,
            "wrapped": wrapped.value,
        },
        "permits": {
            **permit,
            "_id": permit_id,
            "holder_id": holder_id,
            "employment_id": employment_id,
            "number": {"masked": "GD***", "sealed": sealed},
        },
        "employments": {
            **employment,
            "_id": employment_id,
            "holder_id": holder_id,
            "started_at": began,
            "permit": {**employment["permit"], "id": permit_id},
        },
    }
