"""Reading and archiving notices; what the inbox counts as unread is exact whatever meets."""

from __future__ import annotations

import asyncio

import pytest

from api.ids import new_id
from api.middleware.admission import SERVED_AT_ONCE
from api.runtime import open_runtime
from api.settings import Settings
from resolvers.notices.posting import NewNotice, post
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.store.idempotency import IdempotencyStore
from tests.access_callers import logged_in
from tests.flows import everything_stored
from tests.inboxes import change_notices, nodes_of, put_notices, read_notices, stored_unread
from tests.meeting import meet
from tests.serving import Serving


async def test_a_notice_that_is_read_stays_read_and_is_counted_off_once(serving: Serving) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    first, _ = await put_notices(serving, person, person.permit_ids[0], days_left=[30, 14])
    read = await change_notices(app, "markNoticeRead", noticeId=first["_id"])
    assert (read["unreadCount"], read["notice"]["id"]) == (1, first["_id"])
    at = read["notice"]["readAt"]
    assert at is not None
    for _ in range(2):
        again = await change_notices(app, "markNoticeRead", noticeId=first["_id"])
        assert (again["unreadCount"], again["notice"]["readAt"]) == (1, at)
    assert await stored_unread(serving, person) == (1, 1)
    trail = await serving.database["audit"].find({"action": "notice.marked_read"}).to_list(9)
    assert [line["objects"] for line in trail] == [[first["_id"]]] * 3
    assert {line["holder_id"] for line in trail} == {person.holder_id}


async def test_a_request_sent_again_changes_nothing(serving: Serving) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    [notice] = await put_notices(serving, person, person.permit_ids[0], days_left=[30])
    given = {"noticeId": notice["_id"], "idempotencyKey": "archive-once"}
    archived = await change_notices(app, "archiveNotice", **given)
    before = await everything_stored(serving.database)
    assert await change_notices(app, "archiveNotice", **given) == archived
    assert await everything_stored(serving.database) == before


async def test_an_archived_notice_is_read_and_comes_back_read(serving: Serving) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    [notice] = await put_notices(serving, person, person.permit_ids[0], days_left=[30])
    archived = await change_notices(app, "archiveNotice", noticeId=notice["_id"])
    assert archived["unreadCount"] == 0
    assert archived["notice"]["archivedAt"] == archived["notice"]["readAt"]
    assert nodes_of(await read_notices(app)) == []
    assert nodes_of(await read_notices(app, "archived: true")) == [archived["notice"]]
    back = await change_notices(app, "unarchiveNotice", noticeId=notice["_id"])
    assert back["notice"]["archivedAt"] is None
    assert back["notice"]["readAt"] is not None
    assert nodes_of(await read_notices(app)) == [back["notice"]]
    assert await stored_unread(serving, person) == (0, 0)


async def test_all_up_to_one_are_read_and_what_arrived_after_it_is_not(serving: Serving) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    permit_id = person.permit_ids[0]
    seen = await put_notices(serving, person, permit_id, days_left=[60, 30, 14])
    await put_notices(serving, person, permit_id, days_left=[7])
    await serving.database["notices"].update_one(
        {"_id": seen[0]["_id"]}, {"$set": {"withdrawn_at": serving.clock()}}
    )
    await serving.database["inboxes"].update_one({}, {"$inc": {"unread": -1}})
    # The one that the list ended with may have ceased to hold meanwhile.
    for up_to, unread in ((seen[0], 3), (seen[2], 1)):
        payload = await change_notices(app, "markAllNoticesRead", upToNoticeId=up_to["_id"])
        assert payload == {"__typename": "NoticesRead", "unreadCount": unread}
    assert [node["readAt"] is None for node in nodes_of(await read_notices(app))] == [
        *(True, False, False),
    ]
    assert await stored_unread(serving, person) == (1, 1)


@pytest.mark.parametrize("mutation", ["markNoticeRead", "archiveNotice", "unarchiveNotice"])
async def test_what_no_longer_holds_and_what_is_not_there_cannot_be_marked(
    serving: Serving, mutation: str
) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    [notice] = await put_notices(serving, person, person.permit_ids[0], days_left=[30])
    await serving.database["notices"].update_one(
        {"_id": notice["_id"]}, {"$set": {"withdrawn_at": serving.clock()}}
    )
    for notice_id in (notice["_id"], new_id("ntc"), "$where"):
        payload = await change_notices(app, mutation, noticeId=notice_id)
        assert payload["code"] == "NOT_FOUND"


async def test_the_unread_count_is_exact_when_marks_meet_each_other_and_new_notices(
    serving: Serving, settings: Settings, mongod_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    permit_id = person.permit_ids[0]
    put = await put_notices(serving, person, permit_id, days_left=range(10))
    # As many transactions as are served at once have begun before the first of them writes.
    meet(monkeypatch, (IdempotencyStore, "find"), count=SERVED_AT_ONCE)
    marks = [
        change_notices(app, mutation, noticeId=notice["_id"])
        for notice in put
        for mutation in ("markNoticeRead", "archiveNotice")
    ]
    new = [
        NewNotice(person.holder_id, NoticeKind.CARD_CHANGED, new_id("crd"), new_id("evt"))
        for _ in range(6)
    ]
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        posts = [post(runtime.gateway, [notice], serving.clock()) for notice in new]
        done = await asyncio.gather(*marks, *posts)
    assert [one["__typename"] for one in done if isinstance(one, dict)] == ["NoticeChanged"] * 20
    assert await stored_unread(serving, person) == (6, 6)
    newest = (await read_notices(app))["edges"][0]["node"]["id"]
    await change_notices(app, "markAllNoticesRead", upToNoticeId=newest)
    assert await stored_unread(serving, person) == (0, 0)
