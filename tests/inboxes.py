"""Inboxes of holders: filled straight through the posting, and read over HTTP."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from api.ids import new_id
from auth.mongo import Document
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.rules.permit_status import shanghai_day
from resolvers.store.notices import encode_notice
from tests.app_client import AppClient
from tests.factories import Person
from tests.serving import Serving

NOTICE = "id kind kindLabel title text createdAt readAt archivedAt dueOn daysLeft about { kind id }"
PAGE = f"unreadCount edges {{ cursor node {{ {NOTICE} }} }} pageInfo {{ hasNextPage endCursor }}"


async def put_notices(
    serving: Serving,
    person: Person,
    object_id: str,
    kind: NoticeKind = NoticeKind.PERMIT_EXPIRING,
    *,
    days_left: Sequence[int],
) -> list[Document]:
    """Unread reminders, the last one the newest, and their inbox, straight into the database;
    devices have been told of them, so that no worker touches them."""
    database, now = serving.database, serving.clock()
    inboxes = database["inboxes"]
    inbox = await inboxes.find_one({"_id": person.holder_id})
    first = now if inbox is None else max(now, inbox["last_at"] + timedelta(milliseconds=1))
    documents = [
        encode_notice(
            new_id("ntc"),
            person.holder_id,
            kind,
            object_id,
            new_id("tst"),
            due_on=(shanghai_day(now) + timedelta(days=days)).isoformat(),
            threshold_days=days,
            at=first + timedelta(milliseconds=place),
        )
        | {"awaits_dispatch": False}
        for place, days in enumerate(days_left)
    ]
    await database["notices"].insert_many(documents)
    await inboxes.update_one(
        {"_id": person.holder_id},
        {
            "$set": {"last_at": documents[-1]["at"]},
            "$inc": {"unread": len(documents), "revision": 1},
        },
        upsert=True,
    )
    return documents


async def read_notices(app: AppClient, arguments: str = "") -> dict[str, Any]:
    """The connection, with everything that a notice shows."""
    given = f"({arguments})" if arguments else ""
    data = await app.execute(f"{{ me {{ notices{given} {{ {PAGE} }} }} }}")
    shown: dict[str, Any] = data["me"]["notices"]
    return shown


def nodes_of(shown: dict[str, Any]) -> list[dict[str, Any]]:
    return [edge["node"] for edge in shown["edges"]]


async def stored_unread(serving: Serving, person: Person) -> tuple[int, int]:
    """As the inbox counts, and as counted from the notices themselves."""
    inbox = await serving.database["inboxes"].find_one({"_id": person.holder_id})
    unread = {
        "holder_id": person.holder_id,
        **dict.fromkeys(("read_at", "archived_at", "withdrawn_at")),
    }
    counted = await serving.database["notices"].count_documents(unread)
    return (0 if inbox is None else int(inbox["unread"])), counted


async def change_notices(app: AppClient, mutation: str, **given: Any) -> dict[str, Any]:
    """The payload of one mutation of the inbox, under a new key unless one is given."""
    own = "" if mutation in _STEPS else f"{mutation[0].upper()}{mutation[1:]}"
    query = (
        f"mutation($input: {own or 'NoticeStep'}Input!) {{ {mutation}(input: $input) {{ __typename"
        f" ... on {_ENDS.get(mutation, 'NoticeChanged')} {{ {_SHOWN.get(mutation, _STEP)} }}"
        " ... on ChangeRefused { code message } } }"
    )
    sent = {"idempotencyKey": secrets.token_hex(12)} | given
    payload: dict[str, Any] = (await app.execute(query, {"input": sent}))[mutation]
    return payload


_STEPS = {"markNoticeRead", "archiveNotice", "unarchiveNotice"}
_STEP = f"unreadCount notice {{ {NOTICE} }}"
_ENDS = {
    "markAllNoticesRead": "NoticesRead",
    "setNoticePreferences": "NoticePreferencesChanged",
}
PREFERENCES = "revision groups { group push email } quietHours { begins ends }"
_SHOWN = {
    "markAllNoticesRead": "unreadCount",
    "setNoticePreferences": f"preferences {{ {PREFERENCES} }}",
}
