"""Mail for development: sends nothing. Codes are told in the answer."""

from __future__ import annotations

from datetime import datetime

from api.providers.smtp_mail import is_mail_address
from resolvers.push_channel import PushMessage, PushOutcome, PushTarget, Sent


class SandboxMail:
    is_sandbox = True

    def accepts(self, target: PushTarget) -> bool:
        return is_mail_address(target.address)

    async def send(self, target: PushTarget, message: PushMessage, now: datetime) -> PushOutcome:
        return Sent()

    async def close(self) -> None:
        pass
