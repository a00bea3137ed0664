"""The channels that the settings name, by which holders are told that there is news."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from ssl import SSLContext
from typing import Final

import httpcore

from api.adapter_factories import adapter_of
from api.failure import Refusal
from api.outbound import Outbound
from api.providers.sandbox_mail import SandboxMail
from api.providers.smtp_mail import MailServer, SmtpMail
from api.providers.web_push import WebPushChannel
from api.providers.webhook_post import OutboundWebhooks
from api.settings import Settings
from auth.web_push_keys import (
    WebPushKeys,
    WebPushKeysUnreadable,
    load_or_create_web_push_keys,
    load_web_push_keys,
)
from resolvers.push_channel import EndpointKind, Outlets, PushChannel
from resolvers.webhooks.sending import CONNECTIONS

_NOBODY: Final = "https://gateway.invalid"
"""The contact of a gateway in development, which has no public address."""


def open_outlets(settings: Settings) -> Outlets:
    """Or a `Refusal`. Nothing is connected to."""
    channels: dict[EndpointKind, PushChannel] = {}
    keys = _web_push_keys(settings)
    if keys is not None:
        outbound = Outbound(
            loopback_allowed=settings.outbound_loopback, ssl_context=_public_roots()
        )
        contact = settings.issuer if settings.issuer.startswith("https://") else _NOBODY
        channels[EndpointKind.WEB_PUSH] = WebPushChannel(outbound, keys, contact)
    mail = _mail(settings)
    if mail is not None:
        channels[EndpointKind.EMAIL] = mail
    if settings.push_adapter is not None:
        channels[EndpointKind.VENDOR] = _vendor(settings, settings.push_adapter)
    # Spreads retries; nobody gains by guessing it.
    web_push_key = keys.current if keys else None
    webhooks = OutboundWebhooks(
        Outbound(
            loopback_allowed=settings.outbound_loopback,
            ssl_context=_public_roots(),
            at_once=CONNECTIONS,
        )
    )
    return Outlets(channels, web_push_key, random.random, settings.issuer.rstrip("/"), webhooks)


def check_outlets(settings: Settings) -> None:
    """Whether they can be made, or a `Refusal`; before anything is started."""
    _web_push_keys(settings)
    if settings.push_adapter is not None:
        _vendor(settings, settings.push_adapter)


@cache
def _public_roots() -> SSLContext:
    return httpcore.default_ssl_context()


def _web_push_keys(settings: Settings) -> WebPushKeys | None:
    """Development makes a key on first use; production has no Web Push without one."""
    try:
        if settings.web_push_keys_file is not None:
            return load_web_push_keys(settings.web_push_keys_file)
        if settings.in_production:
            return None
        return load_or_create_web_push_keys(_development_path(settings))
    except WebPushKeysUnreadable as error:
        raise Refusal(str(error)) from None


def _development_path(settings: Settings) -> Path:
    return settings.data_dir / "keys" / "web-push.pem"


def _mail(settings: Settings) -> PushChannel | None:
    if settings.smtp_host is None or settings.smtp_sender is None:
        return None if settings.in_production else SandboxMail()
    password = settings.smtp_password
    return SmtpMail(
        MailServer(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_security,
            settings.smtp_sender,
            settings.smtp_username,
            password.get_secret_value() if password else None,
        )
    )


def _vendor(settings: Settings, path: str) -> PushChannel:
    variable = "ONECARD_PUSH_ADAPTER"
    adapter = adapter_of(variable, path)()
    if not isinstance(adapter, PushChannel):
        raise Refusal(f"{variable} names a factory of no push channel: see docs/push.md")
    if settings.in_production and adapter.is_sandbox:
        raise Refusal(f"{variable} is a sandbox, which production does not start with")
    return adapter
