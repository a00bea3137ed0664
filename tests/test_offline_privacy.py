"""Credentials and exports leave nothing of anybody in logs, errors, metrics, lists or documents."""

from __future__ import annotations

from api.settings import Settings
from tests.access_callers import employer_id_of, logged_in
from tests.devices import REGISTER, Device, reference_of
from tests.employer_client import employer_client
from tests.exporting import fetched, read, started, worked
from tests.leaks import assert_nothing_left, new_person, watched
from tests.serving import Serving


async def test_nothing_of_what_is_shown_offline_or_exported_is_left_anywhere(
    serving: Serving, settings: Settings, mongod_uri: str
) -> None:
    async with watched(serving) as watch:
        person = await new_person(serving, watch)
        device = Device(await logged_in(serving, person))
        proof = device.sign("device-key-proof+jwt", await device.proof_claims())
        await device.app.step(
            REGISTER,
            {**device.given(proof), "publicKey": {"kty": "EC", "crv": person.name, "x": "A"}},
        )
        await device.register()
        text = await device.credential()
        # As a credential it is worth nothing without the key, but it holds all of the person.
        watch.known.add(text)
        path, _ = reference_of(text)
        listed = await serving.http.get(path)
        assert watch.known.found_in(listed.text) == set()
        assert (await serving.http.get(path + "x")).status_code == 404

        portal = await employer_client(serving, await employer_id_of(serving, person))
        for kind in ("CSV", "XLSX"):
            export = await started(portal, format=kind, filter={"name": "Zwent"})
            await worked(serving, settings, mongod_uri)
            ready = await read(portal, export["id"])
            assert (await fetched(portal, ready["url"])).status_code == 200
            assert watch.known.found_in(ready["url"]) == set()
            assert (await fetched(portal, ready["url"] + "x")).status_code == 404
        await assert_nothing_left(serving, watch)
