"""docs/push.md and docs/calendar.md say what policy and code do."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.calendar import CACHE_SECONDS, CALENDAR_ROUTE
from resolvers.calendars.feeds import PATH
from resolvers.delivery.emails import CODE_DIGITS
from resolvers.graph import PAST_DAYS_KEPT
from resolvers.policy.calendar_texts import ALARM_AT, SUMMARIES, alarm_text
from resolvers.policy.delivery import (
    CODE_LIFETIME,
    MAX_CODE_ATTEMPTS,
    MAX_DEVICES,
    MAX_EMAILS,
    MAX_FAILURES,
    NEWS_BODY,
    NEWS_TITLE,
    RETRIES,
    SPACING,
    TOPIC,
    urgency_of,
)
from resolvers.push_channel import SEND_LIFETIME, EndpointKind
from resolvers.rules.calendar_entries import REMINDED_AS, EntryKind
from resolvers.rules.notice_kinds import NoticeKind

DOCS = Path(__file__).parent.parent / "docs"
WORDS = {3: "three", 5: "five", 6: "six", 10: "ten"}


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ("push.md", f"A holder has {WORDS[MAX_DEVICES]} devices"),
        ("push.md", f"A holder has {WORDS[MAX_EMAILS]} addresses"),
        ("push.md", f"a code of {WORDS[CODE_DIGITS]} digits"),
        ("push.md", f"good for {CODE_LIFETIME.seconds // 60} minutes and "),
        ("push.md", f"{WORDS[MAX_CODE_ATTEMPTS]}\nguesses"),
        ("push.md", f"after {WORDS[MAX_FAILURES]} such messages in a row"),
        ("push.md", f"then none for {SPACING[EndpointKind.WEB_PUSH].seconds} s to a device"),
        ("push.md", f"{SPACING[EndpointKind.EMAIL].seconds // 60} minutes to a mail address"),
        ("push.md", f"again after {RETRIES.first.seconds} s, 1, 2, 4"),
        ("push.md", f"up to {RETRIES.ceiling.seconds // 3600} hours"),
        ("push.md", f"cancelled after {SEND_LIFETIME.seconds} seconds"),
        ("push.md", f'{{"title": "{NEWS_TITLE.en}", "body": "{NEWS_BODY.en[:14]}'),
        ("push.md", f"`Topic: {TOPIC}`"),
        ("calendar.md", f"over for more than {PAST_DAYS_KEPT.days} days"),
        ("calendar.md", f"max-age={CACHE_SECONDS}"),
        ("calendar.md", f"`{CALENDAR_ROUTE}`"),
        ("calendar.md", f"under `{PATH}/`"),
    ],
)
def test_a_page_has_the_numbers_of_the_policy(page: str, sentence: str) -> None:
    assert sentence in (DOCS / page).read_text(encoding="utf-8")


def test_every_kind_has_what_it_needs() -> None:
    assert RETRIES.lifetime.days == 1
    assert ALARM_AT.seconds // 3600 == 9
    assert set(SUMMARIES) == set(REMINDED_AS) == set(EntryKind)
    assert set(SPACING) == set(EndpointKind)
    for texts in (*SUMMARIES.values(), NEWS_BODY, *map(alarm_text, (0, 1, 2))):
        assert texts.en.isascii()
        assert not texts.zh.isascii()
    assert all(urgency_of(kind) for kind in NoticeKind)
