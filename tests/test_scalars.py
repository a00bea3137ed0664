"""Instants and days are written in one shape."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from schema.scalars import written
from tests.serving import Serving

SHAPE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 11, 23, 20, 52, 4, tzinfo=UTC), "2026-11-23T20:52:04.000Z"),
        (datetime(2026, 11, 23, 20, 52, 4, 7_000, tzinfo=UTC), "2026-11-23T20:52:04.007Z"),
        (
            datetime(2026, 1, 1, 7, 59, tzinfo=timezone(timedelta(hours=8))),
            "2025-12-31T23:59:00.000Z",
        ),
    ],
)
def test_an_instant_is_written_in_utc_with_milliseconds(at: datetime, text: str) -> None:
    assert written(at) == text
    assert SHAPE.fullmatch(text)


async def test_every_instant_of_an_answer_has_the_one_shape(serving: Serving) -> None:
    person = await serving.person()
    app = serving.client()
    completed = await app.log_in(person.name, person.identifier())
    query = """{ me { permits { edges { node { issuedAt validUntil history { at }
      source { updatedAt } } } } sessions { edges { node { createdAt } } } } }"""
    me = (await app.execute(query))["me"]
    permit = me["permits"]["edges"][0]["node"]
    instants = [
        completed["accessTokenExpiresAt"],
        permit["issuedAt"],
        permit["history"][0]["at"],
        permit["source"]["updatedAt"],
        me["sessions"]["edges"][0]["node"]["createdAt"],
    ]
    assert all(SHAPE.fullmatch(instant) for instant in instants), instants
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", permit["validUntil"])
