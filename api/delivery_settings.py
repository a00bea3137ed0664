"""Settings of what tells holders that there is news: Web Push, e-mail, another vendor's push."""

from __future__ import annotations

import re
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from api.environment import EnvironmentSettings, is_production, refuse, refuse_unsafe
from api.setting_rules import is_local_host

ADAPTER: Final = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
_HOST = re.compile(r"[A-Za-z0-9.:-]{1,253}")


class SmtpSecurity(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class DeliverySettings(EnvironmentSettings):
    web_push_keys_file: Path | None = Field(
        None, description="PEM file of the keys that sign Web Push; see docs/push.md"
    )
    push_adapter: str | None = Field(
        None, description="another vendor's push service, an adapter as module:factory"
    )
    outbound_loopback: bool = Field(
        default=False,
        description="let addresses that others choose lie on this machine; never in production",
    )
    smtp_host: str | None = Field(None, description="the mail server; without it no e-mail is sent")
    smtp_port: int = Field(587, ge=1, le=65_535, description="its port")
    smtp_security: SmtpSecurity = Field(
        SmtpSecurity.STARTTLS, description="starttls, tls, or none on this machine"
    )
    smtp_username: str | None = Field(None, max_length=200, description="who logs in there, if any")
    smtp_password: SecretStr | None = Field(None, description="with which password")
    smtp_sender: str | None = Field(None, description="the address that mail comes from")

    @field_validator("push_adapter")
    @classmethod
    def _adapter(cls, value: str | None) -> str | None:
        if value is not None and ADAPTER.fullmatch(value) is None:
            raise ValueError("must be an adapter as module:factory")
        return value

    @field_validator("outbound_loopback")
    @classmethod
    def _loopback(cls, value: bool, info: ValidationInfo) -> bool:
        if value and is_production(info):
            refuse_unsafe("would let strangers call what listens on this machine")
        return value

    @field_validator("smtp_host")
    @classmethod
    def _mail_server(cls, value: str | None) -> str | None:
        if value is not None and _HOST.fullmatch(value) is None:
            raise ValueError("must be the name or address of a mail server")
        return value

    @field_validator("smtp_security")
    @classmethod
    def _encrypted(cls, value: SmtpSecurity, info: ValidationInfo) -> SmtpSecurity:
        host = info.data.get("smtp_host")
        if value is SmtpSecurity.NONE and host and is_production(info) and not is_local_host(host):
            refuse_unsafe("must be starttls or tls: the server is on another machine")
        return value

    @field_validator("smtp_sender")
    @classmethod
    def _sender(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            refuse("is missing: mail needs a sender" if info.data.get("smtp_host") else None)
        elif not value.isascii() or "@" not in parseaddr(value)[1]:
            raise ValueError("must be a mail address")
        return value
