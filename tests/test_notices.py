"""A holder's inbox as the app reads it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from auth.mongo import Document
from resolvers.policy.notice_texts import notice_texts
from resolvers.rules.notice_kinds import REMINDERS, NoticeKind
from resolvers.selection import Edge, Page, Selection
from resolvers.store import holders
from schema.labels import NOTICE_KIND_LABELS
from schema.notice import narrowed
from tests.access_callers import logged_in
from tests.commands import CommandLog
from tests.inboxes import nodes_of, put_notices, read_notices
from tests.serving import Serving
from tests.test_query_plans import lookup_stage


async def test_notices_come_newest_first_with_words_for_today_and_the_unread_count(
    serving: Serving, command_log: CommandLog
) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    assert await read_notices(app) == {
        "unreadCount": 0,
        "edges": [],
        "pageInfo": {"hasNextPage": False, "endCursor": None},
    }
    await put_notices(serving, person, person.permit_ids[0], days_left=[30, 1, 0, -3])
    command_log.clear()
    shown = await read_notices(app)
    assert [sent for sent in command_log.sent if sent[0] in ("find", "aggregate", "count")] == [
        ("aggregate", "holders")
    ]
    assert shown["unreadCount"] == 4
    assert [(node["daysLeft"], node["title"]) for node in nodes_of(shown)] == [
        (-3, "Your work permit has expired"),
        (0, "Your work permit expires today"),
        (1, "Your work permit expires tomorrow"),
        (30, "Your work permit expires in 30 days"),
    ]
    for node in nodes_of(shown):
        assert node["dueOn"] in node["text"]
        assert node["about"] == {"kind": "PERMIT", "id": person.permit_ids[0]}
        assert (node["readAt"], node["archivedAt"]) == (None, None)
    chinese = await app.execute(
        "{ me { notices(first: 1) { edges { node { title kindLabel } } } } }",
        headers={"Accept-Language": "zh-CN"},
    )
    assert chinese["me"]["notices"]["edges"][0]["node"] == {
        "title": "您的工作许可已到期",
        "kindLabel": "工作许可到期提醒",
    }


async def test_pages_neither_miss_nor_repeat_a_notice_while_others_arrive(serving: Serving) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    permit_id = person.permit_ids[0]
    before = await put_notices(serving, person, permit_id, days_left=range(7))
    paged: list[dict[str, Any]] = []
    after = ""
    while True:
        shown = await read_notices(app, f"first: 2{after}")
        paged += nodes_of(shown)
        if not shown["pageInfo"]["hasNextPage"]:
            break
        after = f', after: "{shown["pageInfo"]["endCursor"]}"'
        await put_notices(serving, person, permit_id, days_left=[50])
    assert [node["id"] for node in paged] == [one["_id"] for one in reversed(before)]


async def test_filters_by_kind_and_archive_and_leaves_out_what_no_longer_holds(
    serving: Serving,
) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    [task] = await put_notices(serving, person, "tsk_1", NoticeKind.TASK_DUE, days_left=[2])
    kept, archived, withdrawn = await put_notices(
        serving, person, person.permit_ids[0], days_left=[3, 2, 1]
    )
    for notice, field in ((archived, "archived_at"), (withdrawn, "withdrawn_at")):
        await serving.database["notices"].update_one(
            {"_id": notice["_id"]}, {"$set": {field: serving.clock()}}
        )

    async def ids(arguments: str = "") -> list[str]:
        return [node["id"] for node in nodes_of(await read_notices(app, arguments))]

    assert await ids() == [kept["_id"], task["_id"]]
    assert await ids("archived: true") == [archived["_id"]]
    assert await ids("kinds: [TASK_DUE]") == [task["_id"]]
    assert await ids("kinds: PERMIT_EXPIRING, archived: false") == [kept["_id"]]
    assert await ids("kinds: []") == []
    variables: Document = {"kinds": ["TASK_DUE", "PERMIT_EXPIRING"], "archived": True}
    query = (
        "query($kinds: [NoticeKind!], $archived: Boolean!)"
        " { me { notices(kinds: $kinds, archived: $archived) { edges { node { id } } } } }"
    )
    data = await app.execute(query, variables)
    assert data["me"]["notices"]["edges"] == [{"node": {"id": archived["_id"]}}]


async def test_another_holder_sees_nothing_of_it(serving: Serving) -> None:
    person, other = await serving.person(), await serving.person(phone="13700137000")
    await put_notices(serving, person, person.permit_ids[0], days_left=[1, 2])
    mine = await read_notices(await logged_in(serving, person))
    app = await logged_in(serving, other)
    theirs = await read_notices(app)
    assert (theirs["unreadCount"], theirs["edges"]) == (0, [])
    after = mine["edges"][0]["cursor"]
    assert (await read_notices(app, f'after: "{after}"'))["edges"] == []


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"archived": True},
        {"kinds": ["PERMIT_EXPIRING"]},
        {"kinds": ["TASK_DUE", "CARD_CHANGED"]},
    ],
)
async def test_a_page_is_read_in_order_from_the_holders_own_index(
    serving: Serving, arguments: dict[str, Any]
) -> None:
    person, other = await serving.person(), await serving.person(phone="13700137000")
    await put_notices(serving, other, other.permit_ids[0], days_left=range(200))
    own = await put_notices(serving, person, person.permit_ids[0], days_left=range(50))
    edge = Edge("notices", Selection(frozenset({"kind"})), Page(20), narrowed(arguments))
    stage = await lookup_stage(serving.database, holders.NAME, {"_id": person.holder_id}, edge)
    # By kind and then sorted, or in order and then by kind: the database may choose.
    assert stage["indexesUsed"] in (["holder_newest"], ["holder_standing"])
    assert stage["collectionScans"] == 0
    # A filter reads the holder's own at most.
    found_first = arguments in ({}, {"kinds": ["PERMIT_EXPIRING"]})
    assert stage["totalDocsExamined"] <= (21 if found_first else len(own))


OBJECTS = {NoticeKind.RECORD_UPDATED: ("rsp_1", "ins_1")}


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_has_words_in_both_languages_and_says_what_to_do(kind: NoticeKind) -> None:
    today = date(2026, 12, 1)
    due_on = date(2026, 12, 24) if kind in REMINDERS else None
    for object_id in OBJECTS.get(kind, ("pmt_1",)):
        told = notice_texts(kind, object_id, due_on, today)
        for named in (told.title, told.text, NOTICE_KIND_LABELS[kind]):
            assert named.en.isascii()
            assert re.search(r"[\u4e00-\u9fff]", named.zh)
            assert "{" not in named.en + named.zh
        # A lock screen shows one line.
        assert len(told.title.en) <= 60
        assert told.text.en.endswith(".")
