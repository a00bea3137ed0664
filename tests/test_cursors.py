"""A cursor is a place in a list of the caller's own: it says nothing of anybody and opens nothing,
wherever it came from and whatever was written into it."""

from __future__ import annotations

import base64

import pytest

from tests.companies import Company, make_company
from tests.serving import Serving


def written(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.fixture
async def company(serving: Serving) -> Company:
    return await make_company(serving, 12)


async def test_another_employers_cursor_shows_the_callers_own_people_alone(
    serving: Serving, company: Company
) -> None:
    other = await make_company(serving, 3)
    own = {person.employment_id for person in company.hired}
    for edge in (await other.page())["edges"]:
        shown = await company.nodes(after=edge["cursor"])
        assert {node["id"] for node in shown} <= own


async def test_a_cursor_has_the_mark_of_its_list_an_instant_and_a_random_id(
    company: Company,
) -> None:
    for edge in (await company.page())["edges"]:
        mark, millis, document_id = base64.urlsafe_b64decode(edge["cursor"]).decode().split(".")
        assert (mark.isalpha() or "_" in mark, millis.isdecimal()) == (True, True)
        assert document_id == edge["node"]["id"]


async def test_what_is_written_into_a_cursor_moves_the_place_and_nothing_else(
    company: Company,
) -> None:
    cursor = (await company.page(first=1))["pageInfo"]["endCursor"]
    mark, millis, document_id = base64.urlsafe_b64decode(cursor).decode().split(".")
    own = {person.employment_id for person in company.hired}
    for forged in (
        f"{mark}.9999999999999.zzz",
        f"{mark}.-62135596800000.{document_id}",
        f'{mark}.{millis}.{{"$gt":""}}',
        f"{mark}.{millis}.$employer_id",
        f"{mark}.{millis}.\x00",
        f"{mark}.{millis}.",
    ):
        shown = await company.nodes(after=written(forged))
        assert {node["id"] for node in shown} <= own
    for broken in (
        f"{mark}.{millis}",
        f"{mark}.{'9' * 30}.{document_id}",
        f"{mark}.NaN.{document_id}",
        f"{mark}x.{millis}.{document_id}",
        f"{mark}.{millis}.{document_id}.{document_id}",
        "",
    ):
        assert await company.refused(after=written(broken) or " ") == "BAD_USER_INPUT"
    for text in (cursor + "A", "é", cursor * 4, "\x00", base64.b64encode(b"\xff\xfe").decode()):
        assert await company.refused(after=text) == "BAD_USER_INPUT"
