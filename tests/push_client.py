"""Devices and mail addresses, registered as an app does."""

from __future__ import annotations

from typing import Any

from api.ids import new_id
from api.runtime import open_runtime
from api.settings import Settings
from resolvers.delivery.dispatching import dispatch_notices
from resolvers.delivery.sending import send_due
from resolvers.notices.posting import NewNotice, post
from resolvers.rules.notice_kinds import NoticeKind
from tests.app_client import AppClient
from tests.factories import Person
from tests.push_subscriber import Browser
from tests.serving import Serving

ENDING = "... on ChangeRefused { code message }"
REGISTER = f"""mutation($input: RegisterPushEndpointInput!) {{
  registerPushEndpoint(input: $input) {{
  __typename ... on PushEndpointRegistered {{ endpoint {{ id kind maskedAddress isOfThisSession
  lastSuccessAt }} }} {ENDING} }} }}"""
REGISTER_EMAIL = f"""mutation($input: RegisterEmailInput!) {{ registerEmail(input: $input) {{
  __typename ... on EmailCodeSent {{ expiresAt sandboxCode sandboxNotice }} {ENDING} }} }}"""
CONFIRM_EMAIL = f"""mutation($input: ConfirmEmailInput!) {{ confirmEmail(input: $input) {{
  __typename ... on PushEndpointRegistered {{ endpoint {{ id kind maskedAddress }} }}
  {ENDING} }} }}"""
REMOVE = f"""mutation($input: RemovePushEndpointInput!) {{ removePushEndpoint(input: $input) {{
  __typename ... on PushEndpointRemoved {{ id }} {ENDING} }} }}"""
LISTED = "{ me { pushEndpoints { id kind maskedAddress isOfThisSession lastSuccessAt } } }"
ADDRESS = "Ada.Quastenfloesser@mail.example.com"


async def server_key(app: AppClient) -> str:
    channels = await app.execute("{ deliveryChannels { webPushKey email vendor } }")
    assert channels["deliveryChannels"]["email"]
    return str(channels["deliveryChannels"]["webPushKey"])


async def registered(app: AppClient, url: str, browser: Browser | None = None) -> dict[str, Any]:
    target = (browser or Browser()).web_push(url, await server_key(app))
    return await app.step(REGISTER, {"idempotencyKey": new_id("key"), "target": target})


async def listed(app: AppClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await app.execute(LISTED))["me"]["pushEndpoints"]
    return found


async def told(serving: Serving, settings: Settings, uri: str, person: Person) -> int:
    """Something happens to the holder, and a worker does the rest; how many messages were taken."""
    async with open_runtime(settings, uri, now=serving.clock) as runtime:
        notice = NewNotice(
            person.holder_id, NoticeKind.PERMIT_ISSUED, person.permit_ids[0], new_id("evt")
        )
        assert await post(runtime.gateway, [notice], serving.clock()) == 1
        await dispatch_notices(runtime.gateway, serving.clock())
        return await send_due(runtime.gateway, serving.clock())


async def mailed(app: AppClient, address: str) -> dict[str, Any]:
    return await app.step(REGISTER_EMAIL, {"idempotencyKey": new_id("key"), "address": address})


async def confirmed(app: AppClient, address: str, code: str | None = None) -> dict[str, Any]:
    if code is None:
        code = (await mailed(app, address))["sandboxCode"]
    given = {"idempotencyKey": new_id("key"), "address": address, "code": code}
    return await app.step(CONFIRM_EMAIL, given)
