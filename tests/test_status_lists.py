"""Status lists: what they say follows from the records, so that nothing can forget to say it."""

from __future__ import annotations

import asyncio
import base64
import itertools
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from api import credentials
from api.ids import new_id
from auth.mongo import Database
from resolvers.credentials import statuses as statuses_of
from resolvers.gateway import Gateway
from resolvers.rules.credential_status import CredentialStatus
from resolvers.rules.list_places import DECOYS, MAX_GIVEN, SIZE, decoys_of, place_of
from tests.app_client import LOGOUT
from tests.devices import REMOVE, Device, decoded, reference_of, registered_device
from tests.serving import Serving

_S = CredentialStatus


async def statuses(serving: Serving, path: str) -> list[int]:
    """Every place, as any verifier unpacks them."""
    answer = await serving.http.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/statuslist+jwt"
    assert "public" in answer.headers["cache-control"]
    claims = decoded(answer.text.split(".")[1])
    assert claims["status_list"]["bits"] == 2
    lst = claims["status_list"]["lst"]
    data = zlib.decompress(base64.urlsafe_b64decode(lst + "=" * (-len(lst) % 4)))
    return [byte >> shift & 3 for byte in data for shift in (0, 2, 4, 6)]


async def status_of(serving: Serving, credential: str) -> int:
    """From a list that is made anew."""
    serving.clock.advance(seconds=61)
    path, place = reference_of(credential)
    return (await statuses(serving, path))[place]


async def test_a_list_is_kept_on_its_way_no_longer_than_here(serving: Serving) -> None:
    device = await registered_device(serving, await serving.person())
    path, _ = reference_of(await device.credential())
    kept = []
    for _ in range(2):
        kept.append((await serving.http.get(path)).headers["cache-control"])
        serving.clock.advance(seconds=50)
    seconds = [int(one.removeprefix("public, max-age=")) for one in kept]
    assert 58 <= seconds[0] <= 60
    assert seconds[1] <= 10


async def test_who_has_the_list_already_is_not_sent_it_again(serving: Serving) -> None:
    device = await registered_device(serving, await serving.person())
    path, _ = reference_of(await device.credential())
    first = await serving.http.get(path)
    again = await serving.http.get(path, headers={"If-None-Match": f"W/{first.headers['etag']}"})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"].startswith("public, max-age=")
    serving.clock.advance(seconds=61)
    anew = await serving.http.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (anew.status_code, anew.headers["etag"] == first.headers["etag"]) == (200, False)


async def test_a_hall_of_verifiers_is_served_and_a_flood_waits(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "STATUS_LISTS_PER_MINUTE", 5)
    device = await registered_device(serving, await serving.person())
    path, _ = reference_of(await device.credential())
    strange = f"/status-lists/{new_id('stl')}"
    asked = [path, strange, path, strange, path, path, strange]
    answers = [await serving.http.get(one) for one in asked]
    assert [one.status_code for one in answers] == [200, 404, 200, 404, 200, 429, 429]
    refused = answers[-1]
    assert refused.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert refused.headers["cache-control"] == "no-store"
    assert refused.headers["access-control-allow-origin"] == "*"
    serving.clock.advance(seconds=int(refused.headers["retry-after"]))
    assert (await serving.http.get(path)).status_code == 200


async def test_who_asks_for_no_list_of_ours_waits_for_none_and_is_not_waited_for(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = await registered_device(serving, await serving.person())
    path, _ = reference_of(await device.credential())
    begun, release, plain = asyncio.Event(), asyncio.Event(), statuses_of.make_list

    async def slow(gateway: Gateway, list_id: str) -> statuses_of.ServedList | None:
        begun.set()
        await release.wait()
        return await plain(gateway, list_id)

    monkeypatch.setattr(statuses_of, "make_list", slow)
    served = asyncio.create_task(serving.http.get(path))
    await begun.wait()
    missing = await serving.http.get(f"{path[:-26]}{'0' * 26}")
    assert (missing.status_code, served.done()) == (404, False)
    release.set()
    assert (await served).status_code == 200


Change = Callable[[Database, Device], Awaitable[Any]]


def _set(collection: str, **changes: Any) -> Change:
    """Written by whoever, by whatever way: no use case needs to know of credentials."""
    return lambda database, _: database[collection].update_many({}, {"$set": changes})


def _gone(collection: str) -> Change:
    return lambda database, _: database[collection].delete_many({})


async def _log_out(_database: Database, device: Device) -> None:
    await device.app.execute(LOGOUT)


async def _remove_key(_database: Database, device: Device) -> None:
    given = {"idempotencyKey": new_id("key"), "deviceKeyId": device.key_id}
    assert "id" in await device.app.step(REMOVE, given)


@pytest.mark.parametrize(
    ("happens", "becomes"),
    [
        (_set("permits", state="CANCELLED"), _S.INVALID),
        (_set("permits", state="SUPERSEDED"), _S.INVALID),
        (_set("cards", state="CANCELLED"), _S.INVALID),
        (_set("cards", state="SUSPENDED"), _S.SUSPENDED),
        (_set("cards", permit_id=None), _S.INVALID),
        (_set("device_keys", holder_id=new_id("hld")), _S.INVALID),
        (_gone("permits"), _S.INVALID),
        (_gone("cards"), _S.INVALID),
        (_gone("permit_credentials"), _S.INVALID),
        (_log_out, _S.INVALID),
        (_remove_key, _S.INVALID),
    ],
    ids=[
        *("permit cancelled", "permit superseded", "card cancelled", "card suspended"),
        *("card unloaded", "key of another", "permit gone", "card gone", "forgotten"),
        *("logged out", "key removed"),
    ],
)
async def test_whatever_ends_a_permit_a_card_or_a_device_ends_the_credential(
    serving: Serving, happens: Change, becomes: CredentialStatus
) -> None:
    device = await registered_device(serving, await serving.person())
    credential = await device.credential()
    assert await status_of(serving, credential) == _S.VALID
    await device.app.refresh()
    await happens(serving.database, device)
    assert await status_of(serving, credential) == becomes


async def test_a_card_that_is_brought_back_brings_its_credentials_back(serving: Serving) -> None:
    device = await registered_device(serving, await serving.person())
    credential = await device.credential()
    for state, becomes in (("SUSPENDED", _S.SUSPENDED), ("NORMAL", _S.VALID)):
        await serving.database["cards"].update_many({}, {"$set": {"state": state}})
        assert await status_of(serving, credential) == becomes


async def test_a_list_is_made_once_a_minute_however_many_ask(
    serving: Serving,
) -> None:
    devices = [await registered_device(serving, await serving.person()) for _ in range(3)]
    credentials = [await device.credential() for device in devices]
    paths = {reference_of(one)[0] for one in credentials}
    assert len(paths) == 1
    [path] = paths
    first = await serving.http.get(path)
    serving.clock.advance(seconds=50)
    assert (await serving.http.get(path)).content == first.content
    serving.clock.advance(seconds=11)
    assert (await serving.http.get(path)).content != first.content


async def test_nobody_counts_by_a_list_who_holds_what(serving: Serving) -> None:
    device = await registered_device(serving, await serving.person())
    path, _ = reference_of(await device.credential())
    listed = await statuses(serving, path)
    assert len(listed) == SIZE
    assert listed.count(_S.VALID) == DECOYS + 1
    assert listed.count(_S.INVALID) == SIZE - DECOYS - 1


async def test_what_is_no_list_is_told_by_one_answer(serving: Serving) -> None:
    for name in (new_id("stl"), "stl_1", "x" * 300, "..%2Fkeys"):
        answer = await serving.http.get(f"/status-lists/{name}")
        assert answer.status_code == 404
    assert (await serving.http.post(f"/status-lists/{new_id('stl')}")).status_code == 405


def test_every_place_is_given_once_in_an_order_that_only_the_secret_tells() -> None:
    secret, other = b"\x01" * 32, b"\x02" * 32
    places = [place_of(secret, turn) for turn in range(SIZE)]
    assert sorted(places) == list(range(SIZE))
    assert not set(places[:MAX_GIVEN]) & set(decoys_of(secret))
    steps = {(after - before) % SIZE for before, after in itertools.pairwise(places)}
    assert len(steps) > SIZE // 3
    assert places[:100] != [place_of(other, turn) for turn in range(100)]
