"""Employments: a stretch of time in which one employer sponsors one holder, by one permit or by
several that follow each other.

What an employer may see of a person hangs on it (`resolvers.rules.employment`). It also carries
what an employer's lists are filtered by: the newest permit's facts, and keyed digests of the
beginnings of the name, under a key of that employer alone, so that no two lists can be compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from auth.bson_schema import (
    INSTANT,
    INTEGER,
    SEALED,
    array,
    binary,
    document,
    identifier,
    one_of,
    optional,
    text,
)
from auth.collections import CollectionSpec, Index
from auth.mongo import Document
from resolvers.vocabulary import PermitCategory, PermitState

NAME = "employments"
MAX_NAME_PREFIXES: Final = 120
PREFIX_BYTES: Final = 8

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the employer; the holder",
    validator=document(
        {
            "_id": identifier("emt"),
            "revision": INTEGER,
            "employer_id": identifier("emp"),
            "holder_id": identifier("hld"),
            # Never changes: lists are in this order, and nobody moves in one while it is paged.
            "started_at": INSTANT,
            # When the last of its permits ends, or ended: over from then on, without anybody's act.
            "ends_at": INSTANT,
            "permit": document(
                {
                    "id": identifier("pmt"),
                    "category": one_of(PermitCategory),
                    "state": one_of(PermitState),
                    "city": text(6, "^[0-9]{6}$"),
                    "valid_from": INSTANT,
                    "valid_until": INSTANT,
                }
            ),
            # As it was at the end, once the holder has another one; null while it is the holder's.
            "name": optional(SEALED),
            "name_key_version": INTEGER,
            "name_prefixes": array(binary(), maximum=MAX_NAME_PREFIXES),
        }
    ),
    indexes=(
        Index(
            "employer_newest",
            (
                ("employer_id", 1),
                ("started_at", -1),
                ("_id", 1),
                # So that who does not fit is passed over in the index.
                ("ends_at", 1),
                ("permit.category", 1),
            ),
            serves="an employer's people, newest or oldest first",
        ),
        Index(
            "employer_last_day",
            (("employer_id", 1), ("permit.valid_until", 1), ("started_at", -1), ("_id", 1)),
            serves="those whose permit ends on one of some days, in the order of the list",
        ),
        Index(
            "employer_state",
            (
                ("employer_id", 1),
                ("permit.state", 1),
                ("started_at", -1),
                ("_id", 1),
                ("permit.valid_from", 1),
                ("permit.valid_until", 1),
            ),
            serves="those whose permit has a status",
        ),
        Index(
            "employer_city",
            (("employer_id", 1), ("permit.city", 1), ("started_at", -1), ("_id", 1)),
            serves="those who work in some cities",
        ),
        Index(
            "employer_name",
            (("employer_id", 1), ("name_prefixes", 1), ("started_at", -1), ("_id", 1)),
            serves="those whose name has a word with some beginning",
        ),
        Index(
            "holder",
            (("holder_id", 1), ("employer_id", 1), ("ends_at", -1)),
            serves="whether an employer sponsors a holder now; what changes with a name",
        ),
    ),
)


@dataclass(frozen=True)
class EmploymentRecord:
    """`permit` is the newest: id, category, state, city, valid_from, valid_until."""

    employment_id: str
    employer_id: str
    holder_id: str
    started_at: datetime
    ends_at: datetime
    permit: Mapping[str, Any]
    name_key_version: int
    name_prefixes: tuple[bytes, ...]


def encode_employment(record: EmploymentRecord) -> Document:
    return {
        "_id": record.employment_id,
        "revision": 1,
        "employer_id": record.employer_id,
        "holder_id": record.holder_id,
        "started_at": record.started_at,
        "ends_at": record.ends_at,
        "permit": dict(record.permit),
        "name": None,
        "name_key_version": record.name_key_version,
        "name_prefixes": list(record.name_prefixes),
    }
