"""A private calendar of last days, read by a program that is not the one that wrote it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
import vobject

from api.calendar_file import calendar_file
from api.ids import new_id
from auth.throttle import ThrottlePolicy
from resolvers.calendars.feeds import Calendar
from resolvers.policy.reminders import reminder_policy_on
from resolvers.rules.calendar_entries import CalendarEntry, EntryKind, alarms_of
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.rules.permit_status import ends_at, printed_day, shanghai_day
from resolvers.rules.tasks import PermitOfTask, residence_application_task
from resolvers.store.tasks import encode_task
from resolvers.vocabulary import Language, PermitState
from tests.access_callers import logged_in, rich_person
from tests.app_client import AppClient
from tests.leaks import assert_nothing_left, new_person, watched
from tests.serving import Serving

CREATE = """mutation($input: CalendarFeedInput!) { createCalendarFeed(input: $input) {
  __typename ... on CalendarFeedCreated { id url } ... on ChangeRefused { code } } }"""
REVOKE = """mutation($input: CalendarFeedInput!) { revokeCalendarFeed(input: $input) {
  __typename ... on CalendarFeedRevoked { id } ... on ChangeRefused { code } } }"""
STATE = "{ me { calendarFeed { id createdAt lastReadOn } } }"
SAID_AT = datetime(2026, 1, 1, 8, 30, tzinfo=UTC)


async def created(app: AppClient) -> str:
    """The path of a new address."""
    made = await app.step(CREATE, {"idempotencyKey": new_id("key")})
    return str(httpx.URL(made["url"]).path)


def events_in(text: str) -> dict[str, Any]:
    """Summary → event, as another library reads them."""
    calendar = vobject.readOne(text)
    return {event.summary.value: event for event in calendar.contents.get("vevent", [])}


async def test_a_calendar_shows_every_last_day_as_it_is_printed(serving: Serving) -> None:
    person = await rich_person(serving)
    app = await logged_in(serving, person)
    permit = await serving.database["permits"].find_one({"holder_id": person.holder_id})
    assert permit is not None
    today = shanghai_day(serving.clock())
    of_permit = PermitOfTask(permit["_id"], person.holder_id, permit["employer_id"])
    task = residence_application_task(of_permit, today, 30)
    await serving.database["tasks"].insert_one(encode_task(new_id("tsk"), task, serving.clock()))
    path = await created(app)
    response = await serving.http.get(path)
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    assert response.headers["cache-control"].startswith("private")
    events = events_in(response.text)
    assert events["Work permit: last valid day"].dtstart.value == printed_day(permit["valid_until"])
    for collection, summary in (
        ("residence_permits", "Residence permit: last valid day"),
        ("identity_documents", "Passport: last valid day"),
    ):
        stored = await serving.database[collection].find_one({"holder_id": person.holder_id})
        assert stored is not None
        assert events[summary].dtstart.value == printed_day(stored["valid_until"])
    applied = events["Last day to apply for the residence permit"]
    assert applied.dtstart.value == today + timedelta(days=30)
    assert len(events) == 4
    known = set(person.numbers.values()) | {person.name, permit["number"]["masked"]}
    assert not [one for one in known if one in response.text]


async def test_what_no_longer_stands_is_not_shown(serving: Serving) -> None:
    person = await rich_person(serving)
    path = await created(await logged_in(serving, person))
    assert len(events_in((await serving.http.get(path)).text)) == 3
    database, own = serving.database, {"holder_id": person.holder_id}
    long_ago = serving.clock() - timedelta(days=90)
    await database["permits"].update_many(own, {"$set": {"state": str(PermitState.CANCELLED)}})
    await database["residence_permits"].update_many(own, {"$set": {"state": "CANCELLED"}})
    await database["identity_documents"].update_many(own, {"$set": {"valid_until": long_ago}})
    assert events_in((await serving.http.get(path)).text) == {}


def entry(day: date, **changes: Any) -> CalendarEntry:
    given = {"record_id": "pmt_a", "kind": EntryKind.PERMIT, "said_at": SAID_AT, "alarms": (1, 0)}
    return CalendarEntry(day=day, **{**given, **changes})


@pytest.mark.parametrize(
    "day",
    [date(2028, 2, 29), date(2028, 2, 28), date(2028, 3, 1), date(2027, 12, 31), date(2027, 2, 28)],
)
def test_an_event_is_the_whole_printed_day_also_across_a_leap_day(day: date) -> None:
    assert printed_day(ends_at(day)) == day
    text = calendar_file(Calendar(Language.EN, (entry(day, alarms=(90, 30, 1, 0)),))).decode()
    [event] = events_in(text).values()
    assert (event.dtstart.value, event.dtend.value) == (day, day + timedelta(days=1))
    midnight = datetime.combine(day, datetime.min.time())
    woken = [midnight + alarm.trigger.value for alarm in event.valarm_list]
    assert [(one.date(), one.hour) for one in woken] == [
        (day - timedelta(days=days), 9) for days in (90, 30, 1, 0)
    ]


def test_alarms_are_the_thresholds_of_reminders_that_are_not_too_late() -> None:
    thresholds = reminder_policy_on(date(2027, 1, 1)).thresholds[NoticeKind.PERMIT_EXPIRING]
    assert alarms_of(thresholds) == (90, 60, 30, 14, 7, 1, 0)


def test_a_record_that_is_stated_anew_is_the_same_event_with_a_higher_sequence() -> None:
    later = SAID_AT + timedelta(seconds=1)
    texts = [
        calendar_file(Calendar(Language.EN, (one,))).decode()
        for one in (
            entry(date(2027, 1, 1)),
            entry(date(2027, 1, 1)),
            entry(date(2028, 1, 1), said_at=later),
        )
    ]
    assert texts[0] == texts[1]
    [first], [renewed] = events_in(texts[0]).values(), events_in(texts[2]).values()
    assert first.uid.value == renewed.uid.value
    assert int(renewed.sequence.value) > int(first.sequence.value) >= 0
    assert (first.dtstamp.value, renewed.dtstamp.value) == (SAID_AT, later)


def test_a_calendar_is_what_the_standard_says_of_lines() -> None:
    text = calendar_file(Calendar(Language.ZH, (entry(date(2027, 1, 1)),)))
    assert text.endswith(b"END:VCALENDAR\r\n")
    lines = text.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 75
    [event] = events_in(text.decode()).values()
    assert event.summary.value == "工作许可：最后有效日"
    told = [one.description.value.rpartition(" ")[2] for one in event.valarm_list]
    assert told == ["(明天)", "(就在今天)"]


async def test_a_calendar_that_has_not_changed_is_not_sent_again(serving: Serving) -> None:
    path = await created(await logged_in(serving, await rich_person(serving)))
    first = await serving.http.get(path)
    for known in (first.headers["etag"], f'"x", W/{first.headers["etag"]}', "*"):
        again = await serving.http.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    other = await serving.http.get(path, headers={"If-None-Match": '"x"'})
    assert other.content == first.content
    head = await serving.http.head(path)
    assert (head.status_code, head.content) == (200, b"")


async def test_a_wrong_a_former_and_a_revoked_address_are_all_alike(serving: Serving) -> None:
    app = await logged_in(serving, await serving.person())
    former = await created(app)
    path = await created(app)
    nothing = await serving.http.get("/nothing/here")
    assert (await serving.http.get(path)).status_code == 200
    changed = path[:-5] + ("A" if path[-5] != "A" else "B") + ".ics"
    ended = (former, changed, "/calendar/x.ics", "/calendar/%00.ics", path[:-4])
    for one in ended:
        answer = await serving.http.get(one)
        assert (answer.status_code, answer.json()) == (404, nothing.json()), one
    revoked = await app.step(REVOKE, {"idempotencyKey": new_id("key")})
    assert revoked["__typename"] == "CalendarFeedRevoked"
    answer = await serving.http.get(path)
    assert (answer.status_code, answer.json()) == (404, nothing.json())
    again = await app.step(REVOKE, {"idempotencyKey": new_id("key")})
    assert again["code"] == "NOT_FOUND"
    assert (await app.execute(STATE))["me"]["calendarFeed"] is None


async def test_the_address_is_told_once_and_stored_nowhere(serving: Serving) -> None:
    app = await logged_in(serving, await serving.person())
    given = {"idempotencyKey": new_id("key")}
    made = await app.step(CREATE, given)
    assert await app.step(CREATE, given) == made | {"url": None}
    token = made["url"].rpartition("/")[2].removesuffix(".ics")
    assert len(token) == 43
    feed = await serving.database["calendar_feeds"].find_one({})
    assert feed is not None
    assert token not in str(feed)
    assert (await serving.http.get(httpx.URL(made["url"]).path)).status_code == 200


async def test_the_first_look_of_each_day_leaves_a_line(serving: Serving) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    path = await created(app)
    for _ in range(3):
        await serving.http.get(path)
    serving.clock.advance(days=1)
    await serving.http.get(path)
    read = {"action": "calendar_feed.read", "holder_id": person.holder_id}
    assert await serving.database["audit"].count_documents(read) == 2
    feed = await serving.database["calendar_feeds"].find_one({})
    assert feed is not None
    assert feed["last_read_on"] == shanghai_day(serving.clock()).isoformat()


async def test_reading_is_slowed_down_for_whoever_reads_without_end(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await created(await logged_in(serving, await serving.person()))
    delays = (timedelta(0), timedelta(0), timedelta(seconds=30))
    short = ThrottlePolicy(window=timedelta(minutes=10), delays=delays)
    monkeypatch.setattr("resolvers.calendars.feeds.CALENDAR_ADDRESS", short)
    answers = [await serving.http.get(path) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert int(answers[3].headers["retry-after"]) >= 1


async def test_the_token_is_in_no_log_no_error_and_no_document(serving: Serving) -> None:
    async with watched(serving) as watch:
        person = await new_person(serving, watch)
        app = await logged_in(serving, person)
        paths = [await created(app), await created(app)]
        watch.known.add(*(path.rpartition("/")[2].removesuffix(".ics") for path in paths))
        for path in (*paths, f"{paths[1]}x", f"{paths[1]}?{paths[0]}"):
            await serving.http.get(path)
        await assert_nothing_left(serving, watch)
        assert '"route":"/calendar/{token}.ics"' in watch.lines.getvalue()
