"""Where a holder is told that there is news: devices and mail addresses."""

from datetime import datetime
from typing import Annotated

import strawberry

from auth.permissions import Permission
from resolvers.delivery.emails import CODE_DIGITS, CodeMailed, confirm_email, register_email
from resolvers.delivery.endpoints import register_device, remove_endpoint
from resolvers.policy.named import Named
from resolvers.push_channel import EndpointKind, PushTarget
from resolvers.refusals import Refused
from schema.change_types import KEY, ChangeRefused, change_refused, command_of
from schema.context import Info
from schema.field import field_for, guarded, personal, public_field
from schema.login_inputs import bounded
from schema.own_read import read_own
from schema.row import Row

strawberry.enum(EndpointKind, description="How somebody is reached.")

MAX_URL, MAX_KEY, MAX_ADDRESS, MAX_CODE, MAX_ID = 1_000, 120, 254, 20, 40
SANDBOX_NOTICE = Named(
    "Sandbox: no mail is sent; the code is sandboxCode.",
    "沙箱环境：不发送邮件，验证码见 sandboxCode。",
)

push_field = field_for(Permission.PUSH_READ)
managed_field = field_for(Permission.PUSH_MANAGE)


@strawberry.type(description="A device or mail address at which the holder is told of news.")
class PushEndpoint:
    row: strawberry.Private[Row]

    @push_field("Random, stable id; give it to `removePushEndpoint`.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @push_field("How it is reached.", reads=("kind",))
    def kind(self) -> EndpointKind:
        return EndpointKind(self.row["kind"])

    @push_field(
        "The host of a push service, or the masked form of a mail address or token.",
        reads=("target.masked",),
    )
    def masked_address(self) -> str:
        masked: str = self.row["target"]["masked"]
        return masked

    @push_field("When it was last registered.", reads=("registered_at",))
    def registered_at(self) -> datetime:
        at: datetime = self.row["registered_at"]
        return at

    @push_field("When a message was last taken there.", reads=("last_success_at",))
    def last_success_at(self) -> datetime | None:
        at: datetime | None = self.row.get("last_success_at")
        return at

    @push_field("Whether the session that asks has registered it.", reads=("session_id",))
    def is_of_this_session(self, info: Info) -> bool:
        return bool(self.row["session_id"] == info.context.ask.principal.session_id)


@strawberry.input(description="A subscription of the browser, as `PushManager` gives it.")
class WebPushInput:
    endpoint: str = personal("`PushSubscription.endpoint`.")
    p256dh: str = personal("`getKey('p256dh')`, in base64url.")
    auth: str = personal("`getKey('auth')`, in base64url.")
    server_key: str = strawberry.field(
        description="The `deliveryChannels { webPushKey }` that it was made with."
    )


@strawberry.input(one_of=True, description="Exactly one way to reach the device.")
class DeviceTargetInput:
    web_push: WebPushInput | None = personal("A Web Push subscription.", default=strawberry.UNSET)
    vendor_token: str | None = personal(
        "What the phone's vendor knows it by, where this gateway has an adapter for that.",
        default=strawberry.UNSET,
    )


@strawberry.input(description="The device that asks, to be told of news.")
class RegisterPushEndpointInput:
    idempotency_key: str = strawberry.field(description=KEY)
    target: DeviceTargetInput = personal("How it is reached.")


@strawberry.input(description="A mail address, to be told of news.")
class RegisterEmailInput:
    idempotency_key: str = strawberry.field(description=KEY)
    address: str = personal("The address, in ASCII.")


@strawberry.input(description="The proof that a mail address is the holder's.")
class ConfirmEmailInput:
    idempotency_key: str = strawberry.field(description=KEY)
    address: str = personal("The same address.")
    code: str = personal(f"The {CODE_DIGITS} digits that came by mail.")


@strawberry.input(description="An endpoint that is no longer to be used.")
class RemovePushEndpointInput:
    idempotency_key: str = strawberry.field(description=KEY)
    endpoint_id: strawberry.ID = strawberry.field(description="From `pushEndpoints`.")


@strawberry.type(description="The holder is told of news there.")
class PushEndpointRegistered:
    row: strawberry.Private[Row]

    @push_field("The endpoint; null if it has been removed since.", edge="push_endpoint")
    def endpoint(self, info: Info) -> PushEndpoint | None:
        rows = self.row.related(info)
        return PushEndpoint(row=Row("push_endpoints", rows[0])) if rows else None


@strawberry.type(description="A code is on its way to the address; nothing is stored of it yet.")
class EmailCodeSent:
    expires_at: datetime | None = managed_field(
        "Until when the code is good; null where a request was repeated, which sends none."
    )
    sandbox_notice: str | None = managed_field("Set where no mail is really sent.")
    sandbox_code: str | None = managed_field("The code, from a sandbox only.")


@strawberry.type(description="Nothing is sent there any more.")
class PushEndpointRemoved:
    id: strawberry.ID = managed_field("Which it was.")


RegisterPushEndpointPayload = Annotated[
    PushEndpointRegistered | ChangeRefused,
    strawberry.union("RegisterPushEndpointPayload", description="How it ended."),
]
RegisterEmailPayload = Annotated[
    EmailCodeSent | ChangeRefused,
    strawberry.union("RegisterEmailPayload", description="How it ended."),
]
ConfirmEmailPayload = Annotated[
    PushEndpointRegistered | ChangeRefused,
    strawberry.union("ConfirmEmailPayload", description="How it ended."),
]
RemovePushEndpointPayload = Annotated[
    PushEndpointRemoved | ChangeRefused,
    strawberry.union("RemovePushEndpointPayload", description="How it ended."),
]


@strawberry.type(description="By which channels this gateway can tell holders of news.")
class DeliveryChannels:
    web_push_key: str | None = public_field(
        "The public key with which a browser subscribes to Web Push (`applicationServerKey`); null "
        "where none is sent."
    )
    email: bool = public_field("Whether mail is sent.")
    vendor: bool = public_field("Whether a phone vendor's push service is used.")


@strawberry.type
class PushQuery:
    @guarded(Permission.ANYONE, description="How holders can be told of news; docs/push.md.")
    def delivery_channels(self, info: Info) -> DeliveryChannels:
        outlets = info.context.gateway.outlets
        return DeliveryChannels(
            web_push_key=outlets.web_push_key,
            email=EndpointKind.EMAIL in outlets.channels,
            vendor=EndpointKind.VENDOR in outlets.channels,
        )


@strawberry.type
class PushMutation:
    @guarded(
        Permission.PUSH_MANAGE,
        description=(
            "Have the device that asks told of news, until its session ends; docs/push.md."
        ),
    )
    async def register_push_endpoint(
        self, info: Info, input: RegisterPushEndpointInput
    ) -> RegisterPushEndpointPayload:
        command = command_of(info, "registerPushEndpoint", input)
        kind, target = _target(input.target)
        context = info.context
        outcome = await register_device(context.gateway, context.ask, command, kind, target)
        if isinstance(outcome, Refused):
            return change_refused(info, outcome)
        return await _registered(info, outcome.object_id)

    @guarded(
        Permission.PUSH_MANAGE,
        description="Have a code sent to a mail address, to prove that it is the holder's.",
    )
    async def register_email(self, info: Info, input: RegisterEmailInput) -> RegisterEmailPayload:
        command = command_of(info, "registerEmail", input)
        context = info.context
        outcome = await register_email(
            context.gateway,
            context.ask,
            command,
            bounded(input.address, "address", MAX_ADDRESS),
            context.language,
        )
        if isinstance(outcome, Refused):
            return change_refused(info, outcome)
        return _code_sent(info, outcome)

    @guarded(
        Permission.PUSH_MANAGE,
        description="Type the code that came by mail; from then on the holder is told of news.",
    )
    async def confirm_email(self, info: Info, input: ConfirmEmailInput) -> ConfirmEmailPayload:
        command = command_of(info, "confirmEmail", input)
        context = info.context
        address = bounded(input.address, "address", MAX_ADDRESS)
        code = bounded(input.code.strip(), "code", MAX_CODE)
        outcome = await confirm_email(context.gateway, context.ask, command, address, code)
        if isinstance(outcome, Refused):
            return change_refused(info, outcome)
        return await _registered(info, outcome.object_id)

    @guarded(Permission.PUSH_MANAGE, description="Have nothing more sent to an endpoint.")
    async def remove_push_endpoint(
        self, info: Info, input: RemovePushEndpointInput
    ) -> RemovePushEndpointPayload:
        command = command_of(info, "removePushEndpoint", input)
        context = info.context
        endpoint_id = str(input.endpoint_id)[:MAX_ID]
        outcome = await remove_endpoint(context.gateway, context.ask, command, endpoint_id)
        if isinstance(outcome, Refused):
            return change_refused(info, outcome)
        return PushEndpointRemoved(id=strawberry.ID(outcome.object_id))


def _target(given: DeviceTargetInput) -> tuple[EndpointKind, PushTarget]:
    web_push = given.web_push
    if isinstance(web_push, WebPushInput):
        keys = {
            "p256dh": bounded(web_push.p256dh, "p256dh", MAX_KEY),
            "auth": bounded(web_push.auth, "auth", MAX_KEY),
            "server_key": bounded(web_push.server_key, "serverKey", MAX_KEY),
        }
        address = bounded(web_push.endpoint, "endpoint", MAX_URL)
        return EndpointKind.WEB_PUSH, PushTarget(address, keys)
    token = bounded(given.vendor_token or "", "vendorToken", MAX_URL)
    return EndpointKind.VENDOR, PushTarget(token)


async def _registered(info: Info, endpoint_id: str) -> PushEndpointRegistered:
    row = await read_own(info, "PushEndpointRegistered", {"_id": endpoint_id})
    return PushEndpointRegistered(row=row)


def _code_sent(info: Info, mailed: CodeMailed) -> EmailCodeSent:
    is_sandbox = mailed.sandbox_code is not None
    notice = info.context.text(SANDBOX_NOTICE, "SANDBOX") if is_sandbox else None
    return EmailCodeSent(
        expires_at=mailed.expires_at, sandbox_notice=notice, sandbox_code=mailed.sandbox_code
    )
