"""The edge of the whole gateway: what a request's head may do, and what it may not."""

from __future__ import annotations

import pytest

from auth.mongo import Database
from resolvers.store.permits import NAME as PERMITS
from resolvers.vocabulary import CardKind
from tests.factories import PermitPlan
from tests.serving import Serving


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_address_with_a_slash_too_many_sends_nobody_elsewhere(
    serving: Serving, method: str
) -> None:
    headers = {"Host": "elsewhere.test", "Authorization": "Bearer secret"}
    for path in ("/graphql/", "/metrics/", "/health/live/"):
        answer = await serving.http.request(method, path, headers=headers)
        assert answer.status_code == 404
        assert "location" not in answer.headers


async def test_two_authorization_headers_are_refused_whatever_they_hold(serving: Serving) -> None:
    person = await serving.person()
    app = serving.client()
    await app.log_in(person.name, person.identifier())
    good = f"Bearer {app.token}"
    body = {"query": "{ me { id } }"}
    for pair in ((good, good), (good, "Bearer other"), ("", good)):
        headers = [("Authorization", one) for one in pair]
        answer = await serving.http.post("/graphql", json=body, headers=headers)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
        assert "data" not in answer.json()


async def test_a_card_that_names_another_holders_permit_shows_none(
    serving: Serving, database: Database
) -> None:
    other = await serving.person()
    person = await serving.person()
    app = serving.client()
    await app.log_in(person.name, person.identifier())
    query = "{ me { cards { edges { node { kind permit { id number { revealed } } } } } } }"

    async def permit() -> object:
        [edge] = (await app.execute(query))["me"]["cards"]["edges"]
        assert edge["node"]["kind"] == CardKind.ELECTRONIC
        found: object = edge["node"]["permit"]
        return found

    assert await permit() is not None
    written = await database["cards"].update_one(
        {"holder_id": person.holder_id}, {"$set": {"permit_id": other.permit_ids[0]}}
    )
    assert written.modified_count == 1
    assert await database[PERMITS].count_documents({"_id": other.permit_ids[0]}) == 1
    assert await permit() is None


async def test_a_page_size_with_a_decimal_point_is_the_same_page(serving: Serving) -> None:
    """To GraphQL 30.0 in JSON is an Int; 20 is what a page has when no size is given."""
    plans = tuple(PermitPlan(starts=-400 * n - 100, ends=265 - 400 * n) for n in range(25))
    person = await serving.person(permit_plans=plans)
    app = serving.client()
    await app.log_in(person.name, person.identifier())
    query = """query Page($first: Int!) {
      me { permits(first: $first) { edges { cursor } pageInfo { hasNextPage } } } }"""
    for size, shown, more in ((24, 24, True), (24.0, 24, True), (30.0, 25, False), (1.0, 1, True)):
        permits = (await app.execute(query, {"first": size}))["me"]["permits"]
        assert len(permits["edges"]) == shown
        assert permits["pageInfo"]["hasNextPage"] is more
