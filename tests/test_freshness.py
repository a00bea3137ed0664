"""A record that its authority has long not confirmed is shown as stale, from the second on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from resolvers.policy.freshness import FRESH_LIFETIMES, RecordKind, is_stale, stale_after
from tests.access_callers import logged_in, rich_person
from tests.serving import Serving

SAID = datetime(2026, 2, 10, 8, 0, tzinfo=UTC)
ONE_SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("kind", list(FRESH_LIFETIMES))
def test_a_record_is_fresh_for_forty_five_days_and_stale_from_that_second_on(
    kind: RecordKind,
) -> None:
    edge = SAID + timedelta(days=45)
    assert stale_after(kind, SAID) == edge
    assert [is_stale(kind, SAID, at) for at in (SAID, edge - ONE_SECOND, edge)] == [
        False,
        False,
        True,
    ]


def test_a_record_of_a_kind_without_a_limit_is_never_stale() -> None:
    assert stale_after(None, SAID) is None
    assert stale_after(RecordKind.PORTRAIT, SAID) is None
    assert not is_stale(None, SAID, SAID + timedelta(days=36_500))


SOURCES = """{ me { source { isStale staleAfter } residencePermit { source { updatedAt isStale
  staleAfter } } insurance { source { isStale } } } }"""


async def test_a_holder_sees_which_of_the_linked_records_is_stale(serving: Serving) -> None:
    person = await rich_person(serving)
    said = serving.clock() - timedelta(days=45, seconds=1)
    await serving.database["residence_permits"].update_one(
        {"holder_id": person.holder_id}, {"$set": {"source.updated_at": said}}
    )
    app = await logged_in(serving, person)
    me: dict[str, Any] = (await app.execute(SOURCES))["me"]
    assert me["residencePermit"]["source"]["isStale"] is True
    assert me["insurance"]["source"]["isStale"] is False
    assert me["source"] == {"isStale": False, "staleAfter": None}
    shown = me["residencePermit"]["source"]
    updated, stale = (datetime.fromisoformat(shown[name]) for name in ("updatedAt", "staleAfter"))
    assert stale - updated == timedelta(days=45)
