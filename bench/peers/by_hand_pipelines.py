"""The best single aggregation of each read: flat lookups, by arrays of ids, of what is shown."""

from __future__ import annotations

from typing import Any, Final

from bench.peers.facts import CARD, EMPLOYMENT, LISTED, NOTICE, PERMIT, SPONSORED

_EMPLOYMENT: Final = {"$project": EMPLOYMENT}
MOST: Final = 100
"""Rows of a holder that a rule looks at."""

Pipeline = list[dict[str, Any]]


def _many(collection: str, local: str, foreign: str, name: str, stages: Pipeline) -> dict[str, Any]:
    return {
        "$lookup": {
            "from": collection,
            "localField": local,
            "foreignField": foreign,
            "pipeline": stages,
            "as": name,
        }
    }


def _newest(order: str, limit: int, projection: dict[str, Any]) -> Pipeline:
    return [{"$sort": {order: -1, "_id": 1}}, {"$limit": limit}, {"$project": projection}]


def home_pipeline(holder_id: str) -> Pipeline:
    return [
        {"$match": {"_id": holder_id}},
        {"$project": {"full_name.masked": 1}},
        _many("permits", "_id", "holder_id", "permits", _newest("valid_from", MOST, PERMIT)),
        _many("cards", "_id", "holder_id", "cards", _newest("issued_at", MOST, CARD)),
        _many("employers", "permits.employer_id", "_id", "employers", [_project("name.en")]),
    ]


def list_pipeline(employer_id: str, rows: int) -> Pipeline:
    return [
        {"$match": {"_id": employer_id}},
        {"$project": {"name.en": 1}},
        _many(
            "permits",
            "_id",
            "employer_id",
            "permits",
            [{"$match": LISTED}, *_newest("shown.listed_from", rows, SPONSORED)],
        ),
        _many("holders", "permits.holder_id", "_id", "holders", [_project("full_name.masked")]),
        _many("employments", "permits.employment_id", "_id", "employments", [_EMPLOYMENT]),
    ]


def inbox_pipeline(holder_id: str, rows: int) -> Pipeline:
    standing = {"$match": {"withdrawn_at": None, "archived_at": None}}
    return [
        {"$match": {"_id": holder_id}},
        {"$project": {"_id": 1}},
        _many("notices", "_id", "holder_id", "notices", [standing, *_newest("at", rows, NOTICE)]),
        _many("inboxes", "_id", "_id", "inbox", [_project("unread")]),
    ]


def _project(path: str) -> dict[str, Any]:
    return {"$project": {path: 1}}
