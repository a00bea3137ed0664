"""A calendar as a file (RFC 5545): all-day events on printed last days, with alarms.

The same entries are the same bytes: every instant in it is one of a record.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import icalendar

from resolvers.calendars.feeds import Calendar
from resolvers.policy.calendar_texts import (
    ALARM_AT,
    CALENDAR_NAME,
    DESCRIPTION,
    SUMMARIES,
    alarm_text,
)
from resolvers.policy.named import Named
from resolvers.rules.calendar_entries import CalendarEntry
from resolvers.vocabulary import Language

REFRESHED_EVERY: Final = timedelta(days=1)
_PRODUCT: Final = "-//OneCard Gateway//last days//EN"
_DOMAIN: Final = "onecard-gateway"


def calendar_file(calendar: Calendar) -> bytes:
    language = calendar.language
    made = icalendar.Calendar()
    made.add("prodid", _PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    name = _said(CALENDAR_NAME, language)
    # NAME and REFRESH-INTERVAL are RFC 7986's; the other two are what clients have long read.
    made.add("name", name)
    made.add("x-wr-calname", name)
    made.add("refresh-interval", REFRESHED_EVERY, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", REFRESHED_EVERY)
    for entry in calendar.entries:
        made.add_component(_event(entry, language))
    return bytes(made.to_ical())


def _event(entry: CalendarEntry, language: Language) -> icalendar.Event:
    summary = _said(SUMMARIES[entry.kind], language)
    said_at = _whole(entry.said_at)
    event = icalendar.Event()
    event.add("uid", f"{entry.record_id}@{_DOMAIN}")
    # Without METHOD it is when the record was last revised, not when it is read (3.8.7.2).
    event.add("dtstamp", said_at)
    event.add("last-modified", said_at)
    event.add("sequence", entry.sequence)
    event.add("dtstart", entry.day)
    event.add("dtend", entry.day + timedelta(days=1))
    event.add("summary", summary)
    event.add("description", _said(DESCRIPTION, language))
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    for days in entry.alarms:
        alarm = icalendar.Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", ALARM_AT - timedelta(days=days))
        alarm.add("description", f"{summary} ({_said(alarm_text(days), language)})")
        event.add_component(alarm)
    return event


def _said(named: Named, language: Language) -> str:
    return named.zh if language is Language.ZH else named.en


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)
