"""A key of a device: registered by whoever has it in hand, and gone with its session."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.ids import new_id
from tests.access_callers import age_proof, logged_in
from tests.app_client import LOGOUT
from tests.devices import (
    LIST,
    NONCE,
    REGISTER,
    REMOVE,
    Device,
    new_p256,
    public_members,
    registered_device,
)
from tests.flows import audit_actions
from tests.serving import Serving

PROOF = "device-key-proof+jwt"


async def listed(device: Device) -> list[dict[str, Any]]:
    keys: list[dict[str, Any]] = (await device.app.execute(LIST))["me"]["deviceKeys"]
    return keys


@pytest.mark.parametrize("kind", ["ES256", "EdDSA"])
async def test_a_device_registers_its_key_once_and_the_holder_is_told(
    serving: Serving, kind: str
) -> None:
    key = new_p256() if kind == "ES256" else Ed25519PrivateKey.generate()
    device = Device(await logged_in(serving, await serving.person()), key)
    proof = device.sign(PROOF, await device.proof_claims())
    given = device.given(proof)
    first = await device.app.step(REGISTER, given)
    assert first["deviceKey"]["algorithm"] == kind
    assert first["deviceKey"]["isOfThisSession"] is True
    # The same request again is the same registration; the same proof in another one is none.
    assert await device.app.step(REGISTER, given) == first
    again = await device.app.step(REGISTER, {**given, "idempotencyKey": new_id("key")})
    assert again["code"] == "DEVICE_PROOF_REFUSED"
    assert [one["id"] for one in await listed(device)] == [first["deviceKey"]["id"]]
    actions = [action for action, _ in await audit_actions(serving.database)]
    assert actions.count("device_key.registered") == 1
    [event] = (
        await serving.database["outgoing_events"].find({"kind": "device_key.registered"}).to_list(9)
    )
    assert event["awaited_by"] == ["INBOX"]


async def test_of_proofs_that_meet_with_one_nonce_one_counts(serving: Serving) -> None:
    device = Device(await logged_in(serving, await serving.person()))
    claims = await device.proof_claims()
    rivals = [Device(device.app) for _ in range(6)]
    payloads = await asyncio.gather(
        *(device.app.step(REGISTER, rival.given(rival.sign(PROOF, claims))) for rival in rivals)
    )
    assert sum("deviceKey" in payload for payload in payloads) == 1
    assert len(await listed(device)) == 1


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"aud": "https://other.example"}, PROOF),
        ({"nonce": "made-up"}, PROOF),
        ({"sid": "ses_00000000000000000000000000"}, PROOF),
        ({"iat": 0}, PROOF),
        ({}, "JWT"),
        ({}, "kb+jwt"),
    ],
    ids=["audience", "nonce", "session", "old", "type", "binding"],
)
async def test_a_proof_that_is_not_for_this_proves_nothing(
    serving: Serving, changes: dict[str, object], kind: str
) -> None:
    device = Device(await logged_in(serving, await serving.person()))
    proof = device.sign(kind, {**(await device.proof_claims()), **changes})
    payload = await device.app.step(REGISTER, device.given(proof))
    assert payload["code"] == "DEVICE_PROOF_REFUSED"
    assert await listed(device) == []


async def test_a_proof_of_another_key_another_session_or_too_late_proves_nothing(
    serving: Serving,
) -> None:
    person = await serving.person()
    device = Device(await logged_in(serving, person))
    other = Device(await logged_in(serving, person))
    claims = await device.proof_claims()
    foreign = device.given(other.sign(PROOF, claims))
    assert (await device.app.step(REGISTER, foreign))["code"] == "DEVICE_PROOF_REFUSED"
    moved = other.given(other.sign(PROOF, claims))
    assert (await other.app.step(REGISTER, moved))["code"] == "DEVICE_PROOF_REFUSED"
    serving.clock.advance(minutes=4)
    await device.app.refresh()
    serving.clock.advance(seconds=55)
    await device.app.step_up()
    serving.clock.advance(seconds=10)
    late = device.given(device.sign(PROOF, claims))
    assert (await device.app.step(REGISTER, late))["code"] == "DEVICE_PROOF_REFUSED"


async def test_only_p256_and_ed25519_are_taken(serving: Serving) -> None:
    device = Device(await logged_in(serving, await serving.person()))
    proof = device.sign(PROOF, await device.proof_claims())
    p256 = public_members(device.key)
    p384 = public_members(generate_private_key(SECP384R1()))
    for key in (p384, {**p256, "y": p256["x"]}, {"kty": "oct", "crv": "P-256", "x": "AAAA"}):
        payload = await device.app.step(REGISTER, {**device.given(proof), "publicKey": key})
        assert payload["code"] == "BAD_DEVICE_KEY"


async def test_registering_needs_a_fresh_real_person_proof(serving: Serving) -> None:
    device = Device(await logged_in(serving, await serving.person()))
    await age_proof(serving, device.app)
    refused = (await device.app.post(NONCE)).json()
    assert refused["errors"][0]["extensions"]["code"] == "STEP_UP_REQUIRED"


async def test_a_session_has_one_key_and_a_holder_five_of_other_devices(serving: Serving) -> None:
    person = await serving.person()
    device = await registered_device(serving, person)
    former = device.key_id
    device.key = new_p256()
    await device.register()
    assert [one["id"] for one in await listed(device)] == [device.key_id] != [former]
    # Devices that log in again and again lose nothing: a key that is known stays the same record.
    await serving.database["device_keys"].update_many(
        {"holder_id": person.holder_id}, {"$set": {"session_id": new_id("ses")}}
    )
    again = Device(device.app, device.key)
    await again.register()
    assert again.key_id == device.key_id
    for number in range(5):
        other = Device(device.app)
        await serving.database["device_keys"].update_many(
            {"holder_id": person.holder_id}, {"$set": {"session_id": new_id("ses")}}
        )
        payload = await other.register()
        assert ("deviceKey" in payload) is (number < 4), payload
    assert payload["code"] == "TOO_MANY_DEVICE_KEYS"


async def test_a_phone_that_is_handed_on_shows_nothing_of_its_former_holder(
    serving: Serving,
) -> None:
    before = await registered_device(serving, await serving.person())
    after = await registered_device(serving, await serving.person(), before.key)
    assert await listed(before) == []
    assert [one["id"] for one in await listed(after)] == [after.key_id]


async def test_a_key_ends_with_its_session_or_when_the_holder_removes_it(serving: Serving) -> None:
    person = await serving.person()
    first, second = (
        await registered_device(serving, person),
        await registered_device(serving, person),
    )
    assert len(await listed(second)) == 2
    await first.app.execute(LOGOUT)
    [left] = await listed(second)
    assert left["id"] == second.key_id
    given = {"idempotencyKey": new_id("key"), "deviceKeyId": second.key_id}
    assert (await second.app.step(REMOVE, given))["id"] == second.key_id
    assert await listed(second) == []
    foreign = await registered_device(serving, await serving.person())
    stolen = {"idempotencyKey": new_id("key"), "deviceKeyId": foreign.key_id}
    assert (await second.app.step(REMOVE, stolen))["code"] == "NOT_FOUND"
    assert len(await listed(foreign)) == 1
