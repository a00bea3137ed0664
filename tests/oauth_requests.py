"""Requests to `/oauth/token` and the shape of its errors."""

from __future__ import annotations

import httpx

from tests.employer_client import ASSERTION_TYPE
from tests.serving import Serving

FORM = {
    "grant_type": "client_credentials",
    "client_assertion_type": ASSERTION_TYPE,
    "client_assertion": "x",
}
"""Good but for its assertion."""


async def post(serving: Serving, form: dict[str, str]) -> httpx.Response:
    return await serving.http.post("/oauth/token", data=form)


def error_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and error of an answer in the shape of RFC 6749 section 5.2."""
    assert answer.headers["content-type"] == "application/json"
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    told = answer.json()
    assert list(told) == ["error", "error_description"]
    assert told["error_description"].isascii()
    return answer.status_code, told["error"]
