"""An employer's lists as files: asked for, made page by page, resumed, downloaded, gone."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from api.ids import new_id
from api.runtime import open_runtime
from api.settings import Settings
from auth.scopes import ClientScope
from resolvers.exports import making
from resolvers.store.exports import ExportStore
from tests.access_callers import employer_id_of
from tests.app_client import AppClient
from tests.employer_client import employer_client
from tests.exporting import (
    CANCEL,
    START,
    fetched,
    given,
    made,
    put_crowd,
    read,
    started,
    worked,
)
from tests.factories import PermitPlan, Person
from tests.flows import audit_actions
from tests.serving import CHEAP_PASSWORDS, Serving
from tests.test_spreadsheets import cells_of


async def _employer(serving: Serving, count: int = 0) -> tuple[AppClient, Person, str]:
    """Of one person, and so many more."""
    person = await serving.person()
    employer_id = await employer_id_of(serving, person)
    await put_crowd(serving, person.holder_id, count, timedelta(minutes=1))
    return await employer_client(serving, employer_id), person, employer_id


def _rows(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


async def test_a_list_comes_as_csv_and_as_a_workbook_in_both_languages(
    serving: Serving, settings: Settings, mongod_uri: str
) -> None:
    portal, person, _ = await _employer(serving)
    place = (serving, settings, mongod_uri, portal)
    [heads, row] = _rows(await made(*place))
    assert heads[:2] == ["Name", "Work permit number"]
    assert row[:2] == [person.name, next(iter(person.numbers.values()))]
    assert row[4] == "Guangzhou"
    [chinese, same] = cells_of(await made(*place, format="XLSX", language="ZH", list="PERMITS"))
    assert chinese[:2] == ["姓名", "工作许可编号"]
    assert same[0] == person.name


async def test_each_page_of_people_is_a_line_in_their_ledgers(
    serving: Serving, settings: Settings, mongod_uri: str
) -> None:
    portal, _, employer_id = await _employer(serving, count=24)
    with patch.object(making, "ROWS_AT_ONCE", 10):
        await made(serving, settings, mongod_uri, portal)
    lines = await serving.database["audit"].find({"action": "employee.read"}).to_list(99)
    assert sorted(len(line["people"]) for line in lines) == [5, 10, 10]
    assert {line["actor"]["subject"] for line in lines} == {employer_id}
    assert all({"permits.status", "employments.ends_at"} < set(line["fields"]) for line in lines)
    actions = [action for action, _ in await audit_actions(serving.database)]
    assert actions.count("export.started") == actions.count("export.downloaded") == 1


@pytest.mark.parametrize("kind", ["CSV", "XLSX"])
async def test_a_killed_worker_loses_no_row_and_doubles_none(
    serving: Serving, settings: Settings, mongod_uri: str, kind: str
) -> None:
    portal, _, _ = await _employer(serving, count=47)
    export = await started(portal, format=kind)
    assert (export["rowsDone"], export["rowsTotal"], export["url"]) == (0, 48, None)
    write, written = making._write_page, 0

    async def dying(*arguments: object) -> object:
        nonlocal written
        changes = await write(*arguments)  # type: ignore[arg-type]
        written += 1
        if written % 2 == 0:
            raise KeyboardInterrupt
        return changes

    with patch.object(making, "ROWS_AT_ONCE", 7), patch.object(making, "_write_page", dying):
        opened = open_runtime(
            settings, mongod_uri, now=serving.clock, password_cost=CHEAP_PASSWORDS
        )
        async with opened as runtime:
            for _ in range(20):
                try:
                    await making.make_exports(runtime.gateway, serving.clock())
                except KeyboardInterrupt:
                    # Until its lease is over, nobody goes on.
                    assert await making.make_exports(runtime.gateway, serving.clock()) == 0
                    serving.clock.advance(seconds=31)
                else:
                    break
    ready = await read(portal, export["id"])
    assert (ready["state"], ready["rowsDone"]) == ("READY", 48)
    told = {"kind": "export.ready", "object_id": export["id"], "awaited_by": ["WEBHOOKS"]}
    assert await serving.database["outgoing_events"].count_documents(told) == 1
    data = (await fetched(portal, ready["url"])).content
    rows = cells_of(data) if kind == "XLSX" else _rows(data)
    names = [row[0] for row in rows[1:]]
    assert len(names) == len(set(names)) == 48
    # Newest first, as the list in the graph.
    assert names[1:] == sorted(str(name) for name in names[1:])


async def test_a_filter_narrows_it_as_it_narrows_the_list(
    serving: Serving, settings: Settings, mongod_uri: str
) -> None:
    portal, person, employer_id = await _employer(serving)
    soon = await serving.person(
        given_names="Soon", employer_id=employer_id, permit_plans=(PermitPlan(ends=10),)
    )
    place = (serving, settings, mongod_uri, portal)
    for list_ in ("EMPLOYEES", "PERMITS"):
        rows = _rows(await made(*place, list=list_, filter={"expiringWithin": 30}))
        assert [row[0] for row in rows[1:]] == [soon.name]
    assert len(_rows(await made(*place, filter={"isCurrent": False}))) == 1
    [_, found] = _rows(await made(*place, filter={"name": "soon"}))
    assert found[0] == soon.name
    assert person.name != soon.name


async def test_a_download_is_for_its_own_client_in_parts_too_and_for_a_day(
    serving: Serving, settings: Settings, mongod_uri: str
) -> None:
    portal, _, employer_id = await _employer(serving, count=30)
    other = await employer_client(serving, employer_id)
    stranger, _, _ = await _employer(serving)
    export = await started(portal)
    with patch.object(making, "ROWS_AT_ONCE", 10):
        await worked(serving, settings, mongod_uri)
    ready = await read(portal, export["id"])
    whole = (await fetched(portal, ready["url"])).content
    for first, last in ((0, 99), (100, len(whole) - 1), (700, 1_400)):
        part = await fetched(portal, ready["url"], {"Range": f"bytes={first}-{last}"})
        assert (part.status_code, part.content) == (206, whole[first : last + 1])
    for nobody in (other, stranger, serving.client()):
        assert (await fetched(nobody, ready["url"])).status_code in (401, 404)
    assert (await stranger.execute("{ employer { employer { id } } }"))["employer"]
    found = await stranger.execute(
        "query($id: ID!) { employer { export(id: $id) { id } } }", {"id": export["id"]}
    )
    assert found["employer"]["export"] is None
    serving.clock.advance(minutes=5)
    fresh = await employer_client(serving, employer_id)
    assert (await fetched(fresh, ready["url"])).status_code == 404


async def test_it_is_cancelled_and_nothing_of_it_is_left(
    serving: Serving, settings: Settings, mongod_uri: str
) -> None:
    portal, _, _ = await _employer(serving)
    export = await started(portal)
    await worked(serving, settings, mongod_uri)
    assert await serving.database["export_parts"].count_documents({}) > 0
    wanted = {"idempotencyKey": new_id("key"), "exportId": export["id"]}
    for _ in range(2):
        payload = await portal.step(CANCEL, wanted)
        assert (payload["export"]["state"], payload["export"]["url"]) == ("CANCELLED", None)
    assert await serving.database["export_parts"].count_documents({}) == 0
    assert await worked(serving, settings, mongod_uri) == 0


async def test_a_client_that_loses_its_right_gets_no_further_page(
    serving: Serving, settings: Settings, mongod_uri: str
) -> None:
    portal, _, _ = await _employer(serving)
    export = await started(portal)
    await serving.database["employer_clients"].update_many(
        {}, {"$pull": {"scopes": "exports:make"}}
    )
    assert await worked(serving, settings, mongod_uri) == 0
    stored = await serving.database["exports"].find_one({"_id": export["id"]})
    assert stored is not None
    assert stored["state"] == "STOPPED"


@pytest.mark.parametrize("is_revoked", [True, False], ids=["revoked", "narrowed"])
async def test_a_download_under_way_stops_when_its_client_is_revoked_or_held_to_other_terms(
    serving: Serving, settings: Settings, mongod_uri: str, *, is_revoked: bool
) -> None:
    portal, _, _ = await _employer(serving, count=60)
    export = await started(portal)
    with patch.object(making, "ROWS_AT_ONCE", 10):
        await worked(serving, settings, mongod_uri)
    ready = await read(portal, export["id"])
    clients, pieces = serving.database["employer_clients"], ExportStore.pieces
    changed = {"state": "REVOKED"} if is_revoked else {"session_id": new_id("ses")}

    async def slow(store: ExportStore, *of: Any) -> AsyncIterator[tuple[int, bytes]]:
        count = 0
        async for one in pieces(store, *of):
            yield one
            count += 1
            if count == 2:
                # As `ClientStore.revoke` and `ClientStore.amend` have it, at another process.
                await clients.update_many({}, {"$set": changed}, bypass_document_validation=True)

    with patch.object(ExportStore, "pieces", slow), pytest.raises(httpx.RemoteProtocolError):
        await fetched(portal, ready["url"])
    assert (await audit_actions(serving.database))[-1] == ("export.refused", "CLIENT_NOT_ALLOWED")


async def test_no_more_than_three_are_made_at_once_and_none_without_permits_read(
    serving: Serving,
) -> None:
    portal, _, employer_id = await _employer(serving)
    same = given()
    assert await portal.step(START, same) == await portal.step(START, same)
    for _ in range(2):
        await started(portal)
    assert (await portal.step(START, given()))["code"] == "TOO_MANY_EXPORTS"
    narrow = await employer_client(serving, employer_id, [ClientScope.EXPORTS_MAKE])
    assert (await narrow.step(START, given()))["code"] == "PERMITS_NOT_GRANTED"


async def test_nothing_of_anybody_lies_open_in_the_database(
    serving: Serving, settings: Settings, mongod_uri: str
) -> None:
    portal, person, _ = await _employer(serving)
    await made(serving, settings, mongod_uri, portal)
    for name in ("exports", "export_parts"):
        for stored in await serving.database[name].find().to_list(99):
            assert person.name.encode() not in repr(stored).encode()
