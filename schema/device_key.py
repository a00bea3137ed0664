"""Keys of the holder's devices, with which a permit is shown offline."""

import json
from datetime import datetime
from typing import Annotated

import strawberry

from auth.client_keys import KeyAlgorithm
from auth.device_proofs import MAX_PROOF_LENGTH, device_key_of_jwk
from auth.permissions import Permission
from resolvers.credentials.device_keys import (
    begin_registration,
    register_device_key,
    remove_device_key,
)
from resolvers.refusals import Refused
from schema.change_types import KEY, ChangeRefused, change_refused, command_of
from schema.context import Info
from schema.field import field_for, guarded, personal
from schema.login_inputs import bounded
from schema.own_read import read_own
from schema.row import Row

MAX_MEMBER, MAX_ID = 100, 40

key_field = field_for(Permission.DEVICE_KEY_READ)
registered_field = field_for(Permission.DEVICE_KEY_REGISTER)
removed_field = field_for(Permission.DEVICE_KEY_REMOVE)


@strawberry.type(description="The public half of a key in one of the holder's devices.")
class DeviceKey:
    row: strawberry.Private[Row]

    @key_field("Random, stable id; give it to `issuePermitCredential` and `removeDeviceKey`.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @key_field("`ES256` or `EdDSA`.", reads=("algorithm",))
    def algorithm(self) -> str:
        return str(KeyAlgorithm(self.row["algorithm"]))

    @key_field("The key's thumbprint by RFC 7638.", reads=("thumbprint",))
    def thumbprint(self) -> str:
        thumbprint: str = self.row["thumbprint"]
        return thumbprint

    @key_field("When it was last registered.", reads=("registered_at",))
    def registered_at(self) -> datetime:
        at: datetime = self.row["registered_at"]
        return at

    @key_field(
        "The session that registered it, one of `sessions`; the key ends with it.",
        reads=("session_id",),
    )
    def session_id(self) -> strawberry.ID:
        return strawberry.ID(self.row["session_id"])

    @key_field("Whether the session that asks has registered it.", reads=("session_id",))
    def is_of_this_session(self, info: Info) -> bool:
        return bool(self.row["session_id"] == info.context.ask.principal.session_id)


@strawberry.type(description="What the device is to sign, to prove that the key is in it.")
class DeviceKeyNonce:
    nonce: str = registered_field("The `nonce` of the proof; good once.")
    audience: str = registered_field("The `aud` of the proof.")
    session_id: strawberry.ID = registered_field("The `sid` of the proof.")
    expires_at: datetime = registered_field("Until when the nonce is good.")


@strawberry.input(description="A public key as RFC 7517 has it; its private half never leaves.")
class PublicJwkInput:
    kty: str = strawberry.field(description="`EC` or `OKP`.")
    crv: str = strawberry.field(description="`P-256` or `Ed25519`.")
    x: str = personal("In base64url without padding.")
    y: str | None = personal("The same, for `P-256` only.", default=None)


@strawberry.input(description="A key of the device that asks.")
class RegisterDeviceKeyInput:
    idempotency_key: str = strawberry.field(description=KEY)
    public_key: PublicJwkInput = personal("Its public half.")
    proof: str = personal(
        "A JWT signed with the key: header `alg` and `typ` `device-key-proof+jwt`; claims `aud`, "
        "`nonce` and `sid` as `deviceKeyNonce` tells them, and `iat`."
    )


@strawberry.input(description="A key that is to show nothing any more.")
class RemoveDeviceKeyInput:
    idempotency_key: str = strawberry.field(description=KEY)
    device_key_id: strawberry.ID = strawberry.field(description="From `deviceKeys`.")


@strawberry.type(description="The device's key is registered.")
class DeviceKeyRegistered:
    row: strawberry.Private[Row]

    @key_field("The key; null if it has been removed since.", edge="device_key")
    def device_key(self, info: Info) -> DeviceKey | None:
        rows = self.row.related(info)
        return DeviceKey(row=Row("device_keys", rows[0])) if rows else None


@strawberry.type(description="The key is gone, and nothing that was issued to it holds any more.")
class DeviceKeyRemoved:
    id: strawberry.ID = removed_field("Which it was.")


RegisterDeviceKeyPayload = Annotated[
    DeviceKeyRegistered | ChangeRefused,
    strawberry.union("RegisterDeviceKeyPayload", description="How it ended."),
]
RemoveDeviceKeyPayload = Annotated[
    DeviceKeyRemoved | ChangeRefused,
    strawberry.union("RemoveDeviceKeyPayload", description="How it ended."),
]


@strawberry.type
class DeviceKeyQuery:
    @guarded(
        Permission.DEVICE_KEY_REGISTER,
        description="A new nonce for `registerDeviceKey`, bound to the session that asks.",
    )
    def device_key_nonce(self, info: Info) -> DeviceKeyNonce:
        begun = begin_registration(info.context.gateway, info.context.ask)
        return DeviceKeyNonce(
            nonce=begun.nonce,
            audience=begun.audience,
            session_id=strawberry.ID(begun.session_id),
            expires_at=begun.expires_at,
        )


@strawberry.type
class DeviceKeyMutation:
    @guarded(
        Permission.DEVICE_KEY_REGISTER,
        description=(
            "Register a key of the device that asks, in place of its former one; see "
            "docs/credentials.md."
        ),
    )
    async def register_device_key(
        self, info: Info, input: RegisterDeviceKeyInput
    ) -> RegisterDeviceKeyPayload:
        command = command_of(info, "registerDeviceKey", input)
        key = device_key_of_jwk(_jwk(input.public_key))
        proof = bounded(input.proof, "proof", MAX_PROOF_LENGTH)
        context = info.context
        outcome = await register_device_key(context.gateway, context.ask, command, key, proof)
        if isinstance(outcome, Refused):
            return change_refused(info, outcome)
        where = {"_id": outcome.object_id}
        return DeviceKeyRegistered(row=await read_own(info, "DeviceKeyRegistered", where))

    @guarded(
        Permission.DEVICE_KEY_REMOVE,
        description="Remove a key of any of the holder's devices, and with it what it can show.",
    )
    async def remove_device_key(
        self, info: Info, input: RemoveDeviceKeyInput
    ) -> RemoveDeviceKeyPayload:
        command = command_of(info, "removeDeviceKey", input)
        context = info.context
        key_id = str(input.device_key_id)[:MAX_ID]
        outcome = await remove_device_key(context.gateway, context.ask, command, key_id)
        if isinstance(outcome, Refused):
            return change_refused(info, outcome)
        return DeviceKeyRemoved(id=strawberry.ID(outcome.object_id))


def _jwk(given: PublicJwkInput) -> bytes:
    members = {
        name: bounded(value, name, MAX_MEMBER)
        for name in ("kty", "crv", "x", "y")
        if (value := getattr(given, name)) is not None
    }
    return json.dumps(members).encode()
