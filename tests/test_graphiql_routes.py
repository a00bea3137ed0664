"""Where GraphiQL is not: in production, and before it was built. Its operations fit the schema."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import jwt
import pytest
from graphql import GraphQLSchema, build_schema, get_introspection_query, parse, validate
from starlette.applications import Starlette

from api.app import build_app
from api.demo.employer_assertions import demo_portals
from api.graphiql import build, routes
from api.ids import new_id
from api.metrics import Metrics
from api.runtime import open_runtime
from api.settings import Environment, Settings
from tests.processes import ROOT

EXAMPLES = sorted(build.HERE.glob("examples/*.graphql"))
EDITOR_COLUMNS = 34
"""What the editor shows without scrolling, in a window 1440 pixels wide."""


def client_of(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test")


@pytest.fixture
async def production(
    settings: Settings, mongod_uri: str, database_name: str
) -> AsyncIterator[httpx.AsyncClient]:
    """A gateway whose settings say production; behind it, the runtime of a test."""
    strict = settings.model_copy(update={"env": Environment.PRODUCTION})
    app = build_app(strict, lambda: open_runtime(settings, mongod_uri), Metrics())
    async with app.router.lifespan_context(app), client_of(app) as client:
        yield client


@pytest.mark.parametrize("path", ["", "/", "/demo.json", "/employers.json", "/assets/page.js"])
async def test_production_serves_no_page(production: httpx.AsyncClient, path: str) -> None:
    assert (await production.get(f"/graphiql{path}")).status_code == 404


async def test_production_answers_the_page_no_introspection(production: httpx.AsyncClient) -> None:
    headers = {"Accept": "application/graphql-response+json"}
    asked = {"query": get_introspection_query(input_value_deprecation=True)}
    answer = await production.post("/graphql", json=asked, headers=headers)
    assert answer.status_code == 400
    assert "data" not in answer.json()
    allowed = {"query": "{ biometricConsentNotice { version } }"}
    assert (await production.post("/graphql", json=allowed, headers=headers)).status_code == 200


async def test_only_a_demo_client_is_given_an_assertion_and_only_by_post(
    settings: Settings, mongod_uri: str
) -> None:
    app = build_app(settings, lambda: open_runtime(settings, mongod_uri), Metrics())
    async with app.router.lifespan_context(app), client_of(app) as client:
        listed = (await client.get("/graphiql/employers.json")).json()
        assert {frozenset(one) for one in listed} == {frozenset({"label", "clientId"})}
        path = f"/graphiql/employers/{listed[0]['clientId']}/assertion"
        assert (await client.get(path)).status_code == 405
        given = await client.post(path)
        assert given.headers["cache-control"] == "no-store"
        claims = jwt.decode(given.json()["assertion"], options={"verify_signature": False})
        assert (claims["aud"], claims["exp"] - claims["iat"]) == (settings.issuer, 60)
        stranger = f"/graphiql/employers/{new_id('cli')}/assertion"
        assert (await client.post(stranger)).status_code == 404


async def test_production_gives_no_assertion(production: httpx.AsyncClient) -> None:
    path = f"/graphiql/employers/{demo_portals()[0]['clientId']}/assertion"
    assert (await production.post(path)).status_code == 404


async def test_a_page_that_was_not_built_names_the_command(tmp_path: Path) -> None:
    app = Starlette(routes=routes.graphiql_routes(login_helper=True, static=tmp_path))
    async with client_of(app) as client:
        answer = await client.get("/graphiql")
        assert answer.status_code == 503
        assert "python -m api.graphiql.build" in answer.text
        assert (await client.get("/graphiql/demo.json")).status_code == 404


@pytest.mark.parametrize("name", ["a" * 300, "..%2Fpage", "%2e%2e%5cpage", "a%00", "%ff", ".page"])
async def test_a_name_that_no_asset_has_is_not_found(tmp_path: Path, name: str) -> None:
    (tmp_path / "assets").mkdir()
    for hidden in (tmp_path / "page.js", tmp_path / "assets" / ".page.js"):
        hidden.write_text("secret", encoding="utf-8")
    app = Starlette(routes=routes.graphiql_routes(login_helper=True, static=tmp_path))
    async with client_of(app) as client:
        assert (await client.get(f"/graphiql/assets/{name}.js")).status_code == 404


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "file", [*EXAMPLES, build.HERE / "login.graphql"], ids=lambda file: file.stem
)
def test_every_operation_of_the_page_is_valid(file: Path, schema: GraphQLSchema) -> None:
    assert validate(schema, parse(file.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_every_example_has_a_title_in_both_languages_and_fits_the_editor(file: Path) -> None:
    english, chinese, *operation = file.read_text(encoding="utf-8").splitlines()
    assert re.fullmatch(r"# en: .+", english)
    assert re.fullmatch(r"# zh: .+", chinese)
    assert [line for line in operation if len(line) > EDITOR_COLUMNS] == []
