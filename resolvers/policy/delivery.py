"""How holders are told on their devices that there is news: data, to be set by whoever operates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from resolvers.policy.named import Named
from resolvers.push_channel import EndpointKind, Urgency
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.rules.retrying import RetryPolicy

RETRIES: Final = RetryPolicy(
    first=timedelta(seconds=30), ceiling=timedelta(hours=2), lifetime=timedelta(days=1)
)

SPACING: Final[Mapping[EndpointKind, timedelta]] = {
    EndpointKind.WEB_PUSH: timedelta(seconds=20),
    EndpointKind.VENDOR: timedelta(seconds=20),
    EndpointKind.EMAIL: timedelta(minutes=15),
}
"""Between two messages to one endpoint. What comes meanwhile is told by the next one."""

MAX_DEVICES: Final = 10
"""Endpoints of one holder that are devices; a further one takes the place of the oldest."""
MAX_EMAILS: Final = 3
MAX_FAILURES: Final = 5
"""Messages in a row that could not be delivered; then the endpoint is dropped."""

_URGENCIES: Final[Mapping[NoticeKind, Urgency]] = {
    NoticeKind.APPLICATION_TO_CONFIRM: Urgency.HIGH,
    NoticeKind.APPLICATION_RETURNED: Urgency.HIGH,
    NoticeKind.APPLICATION_LAPSING: Urgency.HIGH,
    NoticeKind.PERMIT_CANCELLED: Urgency.HIGH,
    NoticeKind.CARD_CHANGED: Urgency.HIGH,
    NoticeKind.DEVICE_KEY_REGISTERED: Urgency.HIGH,
    NoticeKind.LETTER_ISSUED: Urgency.LOW,
    NoticeKind.RECORD_UPDATED: Urgency.LOW,
}
"""By kind of notice: whether a sleeping phone is to be woken."""


def urgency_of(kind: NoticeKind) -> Urgency:
    return _URGENCIES.get(kind, Urgency.NORMAL)


TOPIC: Final = "news"
NEWS_TITLE: Final = Named("OneCard", "一卡通")
NEWS_BODY: Final = Named(
    "You have news. Open the app to read it.", "您有新的消息，请打开应用查看。"
)
"""All that is ever said outside of the gateway: no name, no number, not even of what kind."""

CODE_TITLE: Final = Named("Your OneCard code", "一卡通验证码")
CODE_BODY: Final = Named(
    "Your code is {code}. It is good for {minutes} minutes. If you did not ask for it, do nothing.",
    "您的验证码是 {code}，{minutes} 分钟内有效。如非本人操作，请忽略。",
)
CODE_LIFETIME: Final = timedelta(minutes=15)
MAX_CODE_ATTEMPTS: Final = 5
