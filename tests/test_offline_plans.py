"""Every query of device keys, credentials, status lists and exports is served by an index."""

from __future__ import annotations

from datetime import timedelta

from api.ids import new_id
from api.settings import Settings
from tests.access_callers import employer_id_of
from tests.commands import CommandLog
from tests.devices import LIST, REMOVE, reference_of, registered_device
from tests.employer_client import employer_client
from tests.exporting import CANCEL, fetched, put_crowd, read, started, worked
from tests.serving import Serving
from tests.test_query_plans import scanned_by

OURS = ("device_keys", "permit_credentials", "exports", "export_parts", "employments", "permits")


async def test_every_query_of_credentials_and_exports_is_served_by_an_index(
    serving: Serving, settings: Settings, mongod_uri: str, command_log: CommandLog
) -> None:
    person = await serving.person()
    device = await registered_device(serving, person)
    path, _ = reference_of(await device.credential())
    assert (await serving.http.get(path)).status_code == 200
    await device.app.execute(LIST)
    key = {"idempotencyKey": new_id("key"), "deviceKeyId": device.key_id}
    await device.app.step(REMOVE, key)

    employer_id = await employer_id_of(serving, person)
    await put_crowd(serving, person.holder_id, 600, timedelta(minutes=1))
    portal = await employer_client(serving, employer_id)
    for wanted in ("EMPLOYEES", "PERMITS"):
        export = await started(portal, list=wanted)
        await worked(serving, settings, mongod_uri)
        ready = await read(portal, export["id"])
        assert (await fetched(portal, ready["url"])).status_code == 200
    given = {"idempotencyKey": new_id("key"), "exportId": export["id"]}
    await portal.step(CANCEL, given)
    scans = {}
    for shape, command in dict(command_log.queries).items():
        if shape.partition(" ")[0] in OURS:
            scans[shape] = await scanned_by(serving.database, command)
    assert {shape.partition(" ")[0] for shape in scans} == set(OURS)
    assert {shape: scanned for shape, scanned in scans.items() if scanned} == {}
