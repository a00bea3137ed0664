"""Rules of the house that a linter cannot hold."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_list_type,
    is_non_null_type,
)

import auth
import resolvers
import schema
from auth.permissions import RULES, Permission
from resolvers.graph import RELATIONS
from resolvers.store.registry import SPECS
from schema.access import access_rules
from schema.build import build_gateway_schema
from schema.field import EDGE, READS

ROOT = Path(__file__).parent.parent
FOLDERS = ("api", "schema", "resolvers", "auth", "tests")
MAX_LINES = 300
VAGUE = {"utils", "helpers", "common", "base", "manager", "misc"}


@pytest.fixture(scope="module")
def graphql_schema() -> GraphQLSchema:
    return build_gateway_schema()._schema


def own_types(graphql_schema: GraphQLSchema) -> Iterator[GraphQLObjectType]:
    for name, one in graphql_schema.type_map.items():
        if isinstance(one, GraphQLObjectType) and not name.startswith("__"):
            yield one


def python_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).exists()]


def test_no_file_is_longer_than_300_lines() -> None:
    long = {
        str(file.relative_to(ROOT)): lines
        for file in python_files()
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > MAX_LINES
    }
    assert long == {}


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [file for file in python_files() if file.stem in VAGUE] == []


def test_every_python_file_stands_on_a_floor() -> None:
    assert {file.relative_to(ROOT).parts[0] for file in python_files()} <= {
        *FOLDERS,
        "bench",
        "docs",
    }


def test_the_package_named_schema_is_ours() -> None:
    for package in (schema, resolvers, auth):
        assert Path(str(package.__file__)).parent.parent == ROOT


def test_every_field_has_an_access_rule_that_the_table_knows(
    graphql_schema: GraphQLSchema,
) -> None:
    rules = access_rules(graphql_schema)
    fields = {(t.name, name) for t in own_types(graphql_schema) for name in t.fields}
    assert set(rules) == fields
    assert {permission for any_of in rules.values() for permission in any_of} <= set(RULES)
    assert set(RULES) == set(Permission)


def test_everything_in_the_graph_is_described(graphql_schema: GraphQLSchema) -> None:
    undescribed = []
    for name, one in graphql_schema.type_map.items():
        if name.startswith("__") or name in ("String", "Int", "Boolean", "ID", "Float"):
            continue
        if not one.description:
            undescribed.append(name)
        if isinstance(one, GraphQLObjectType | GraphQLInputObjectType):
            for field_name, field in one.fields.items():
                if not field.description:
                    undescribed.append(f"{name}.{field_name}")
                for argument_name, argument in getattr(field, "args", {}).items():
                    if argument_name != "input" and not argument.description:
                        undescribed.append(f"{name}.{field_name}({argument_name})")
    assert undescribed == []


def test_no_type_leads_back_to_itself_so_depth_is_bounded(graphql_schema: GraphQLSchema) -> None:
    def walk(one: GraphQLObjectType, path: tuple[str, ...]) -> None:
        assert one.name not in path, f"{' > '.join(path)} > {one.name}"
        for field in one.fields.values():
            below = get_named_type(field.type)
            if isinstance(below, GraphQLObjectType):
                walk(below, (*path, one.name))

    for root in (graphql_schema.query_type, graphql_schema.mutation_type):
        assert root is not None
        walk(root, ())


def test_every_list_of_rows_is_a_connection_or_bounded_by_its_document(
    graphql_schema: GraphQLSchema,
) -> None:
    """Lists outside connections are arrays inside one document, bounded by its validator, or
    bounded by policy: what is required, remedied or counted by month."""
    allowed = {
        ("Permit", "history"),
        ("Card", "nextActions"),
        ("Insurance", "enrolments"),
        ("RealPersonChallenge", "instructions"),
        ("CardOrder", "stages"),
        ("CounterOrder", "stages"),
        # Bounded by the closed list of bundles, and by what a shared record reads of each.
        ("ShareCode", "bundles"),
        ("SharedBundle", "fields"),
        ("SharedInsurance", "enrolments"),
        ("SharedRecord", "bundles"),
        ("SharedRecord", "cards"),
        ("SharedRecord", "permitHistory"),
        # Bounded by policy: so many webhooks, kinds, secrets that sign, attempts that are logged.
        ("EmployerDesk", "webhooks"),
        ("Webhook", "events"),
        ("Webhook", "secrets"),
        ("WebhookDelivery", "attempts"),
        # Bounded by the closed list of what can be contested.
        ("Contest", "fields"),
        ("Contest", "values"),
        # Bounded by policy: so many devices and mail addresses.
        ("Holder", "pushEndpoints"),
        ("Holder", "deviceKeys"),
        ("HolderAtCounter", "cards"),
        ("HolderAtCounter", "orders"),
        ("OfficerDesk", "counterStatistics"),
        ("OfficerLoggedIn", "duties"),
        # Bounded by the points table and the closed lists beside it.
        ("TalentAssessment", "items"),
        ("TalentAssessment", "otherRoutes"),
        ("TalentFactsRefused", "refusals"),
        ("Application", "gaps"),
        ("Application", "nextActions"),
        ("Application", "papers"),
        ("Application", "requiredPapers"),
        ("Application", "steps"),
        ("ApplicationDecision", "grounds"),
        ("ApplicationDecision", "remedies"),
        ("ChangeRefused", "gaps"),
        ("OfficerDesk", "duties"),
        ("OfficerDesk", "statistics"),
        # What a grant names, and what a record shows: bounded by the closed list of bundles.
        ("Grant", "askedBundles"),
        ("Grant", "bundles"),
        ("Grant", "records"),
        ("SharedBundle", "fields"),
        ("SharedRecord", "bundles"),
        ("SharedRecord", "permitHistory"),
        ("SharedRecord", "cards"),
        ("SharedInsurance", "enrolments"),
        ("Access", "fields"),
        # Of a line that may be repeated so often.
        ("Access", "again"),
        # The numbers that were asked about, closed lists of codes, and a hundred cities at most.
        ("EmployerDesk", "employeesByNumber"),
        # Those of one employment, of at most a hundred of a holder.
        ("Employee", "permits"),
        ("Dashboard", "byStatus"),
        ("Dashboard", "byCategory"),
        ("Dashboard", "byCity"),
        ("Dashboard", "openApplications"),
        ("Dashboard", "openTasks"),
        # The closed list of groups.
        ("NoticePreferences", "groups"),
    }
    lists = set()
    for one in own_types(graphql_schema):
        for name, field in one.fields.items():
            inner = field.type.of_type if is_non_null_type(field.type) else field.type
            if is_list_type(inner) and not one.name.endswith("Connection"):
                lists.add((one.name, name))
    assert lists == allowed


def test_every_relation_that_a_field_follows_is_declared(graphql_schema: GraphQLSchema) -> None:
    declared = {name for relations in RELATIONS.values() for name in relations}
    for one in own_types(graphql_schema):
        for name, field in one.fields.items():
            metadata = field.extensions["strawberry-definition"].metadata
            assert metadata[EDGE] is None or metadata[EDGE] in declared, f"{one.name}.{name}"
            assert isinstance(metadata[READS], tuple)


def test_codes_are_upper_case_words(graphql_schema: GraphQLSchema) -> None:
    for name, one in graphql_schema.type_map.items():
        if isinstance(one, GraphQLEnumType) and not name.startswith("__"):
            for value in one.values:
                assert re.fullmatch(r"[A-Z][A-Z0-9_]*", value), f"{name}.{value}"


def test_every_collection_states_its_audience_and_what_each_index_serves() -> None:
    assert len({spec.name for spec in SPECS}) == len(SPECS)
    for spec in SPECS:
        assert spec.audience
        assert all(index.serves for index in spec.indexes)


def test_the_committed_sdl_is_the_printed_one() -> None:
    committed = (ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8")
    assert committed.strip() == build_gateway_schema().as_str().strip()
