"""Wherever a denied field stands in an operation, the whole operation is refused."""

from __future__ import annotations

import pytest

from api.settings import Settings
from tests.access_callers import client_of
from tests.access_rows import Caller
from tests.app_client import START
from tests.flows import everything_stored
from tests.serving import Serving

HIDDEN = {
    "after an allowed field": "query { biometricConsentNotice { version } me { id } }",
    "after an allowed mutation": f"{START.rstrip()[:-1]} logout {{ count }} }}",
    "under an alias": "query { version: me { id } biometricConsentNotice { version } }",
    "in a fragment": "query { ...F } fragment F on Query { me { id } }",
    "in a fragment within": "query { ... { ... on Query { me { ...H } } } } "
    "fragment H on Holder { id }",
    "behind a skip that is false": "query { me @skip(if: false) { id } }",
    "behind an include by default": "query($w: Boolean! = true) { me @include(if: $w) { id } }",
    "merged from two places": "query { ...F biometricConsentNotice { version } ...F }"
    " fragment F on Query { me { __typename } }",
    "as nothing but its name": "query { me { __typename } }",
}


@pytest.mark.parametrize(
    ("caller", "code"),
    [(Caller.ANONYMOUS, "UNAUTHENTICATED"), (Caller.CHECKER, "FORBIDDEN")],
)
async def test_a_denied_field_refuses_the_whole_operation_wherever_it_stands(
    caller: Caller, code: str, serving: Serving, settings: Settings
) -> None:
    app = await client_of(caller, serving, settings, await serving.person())
    before = await everything_stored(serving.database)
    for place, query in HIDDEN.items():
        answer = (await app.post(query)).json()
        assert {error["extensions"]["code"] for error in answer["errors"]} == {code}, place
        assert "data" not in answer, place
        assert await everything_stored(serving.database) == before, place


@pytest.mark.parametrize(
    ("query", "given"),
    [
        (
            "query($w: Boolean!) { biometricConsentNotice { version } me @include(if: $w) { id } }",
            0,
        ),
        ("query($w: Boolean!) { biometricConsentNotice { version } me @skip(if: $w) { id } }", 1),
    ],
)
async def test_a_field_that_is_left_out_asks_for_no_right_and_is_not_answered(
    query: str, given: int, serving: Serving
) -> None:
    data = await serving.client().execute(query, {"w": bool(given)})
    assert list(data) == ["biometricConsentNotice"]
