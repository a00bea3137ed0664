"""What of the compiler the real schema never needs, or not yet: on a small schema of its own."""

from __future__ import annotations

import enum
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import strawberry
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLString,
    OperationDefinitionNode,
    get_operation_ast,
    parse,
)
from graphql.execution.values import VariableValues
from strawberry.extensions import FieldExtension
from strawberry.types import Info

from api.operations import known_operations
from schema.build import build_gateway_schema
from schema.compiled.asked import Asked
from schema.compiled.calls import Converting, NotCompiled, own_field
from schema.compiled.compiler import compiled
from schema.compiled.failing import Told
from schema.compiled.leaves import asking, enum_class
from schema.compiled.plans import MAX_PLANS, Plan
from schema.gateway_schema import GatewaySchema
from tests.command_line import ROOT


class Around(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: Info, **arguments: Any) -> Any:
        return next_(source, info, **arguments)


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Person(Named):
    pass


@strawberry.enum
class Size(enum.Enum):
    SMALL = strawberry.enum_value("s", name="LITTLE")


@strawberry.type
class Query:
    @strawberry.field
    def person(self) -> Person:
        return Person(name="Nora")

    @strawberry.field(extensions=[Around()])  # type: ignore[untyped-decorator]
    def wrapped(self) -> str:
        return "in a wrapping"

    @strawberry.field
    def of_parent(self, parent: strawberry.Parent[object]) -> str:
        return "of its parent"

    @strawberry.field
    def size(self) -> Size:
        return Size.SMALL

    @strawberry.field
    def late(self, first: int, info: Info) -> str:
        return f"{first} {info.field_name}"

    @strawberry.field
    def texts(self) -> list[str]:
        return 7  # type: ignore[return-value]


SCHEMA = strawberry.Schema(Query)


def asked(text: str, schema: Any = SCHEMA) -> Asked:
    document = parse(text)
    operation = get_operation_ast(document)
    assert isinstance(operation, OperationDefinitionNode)
    converting = Converting(schema.schema_converter.scalar_registry, schema.config)
    return Asked(schema._schema, document, operation, VariableValues({}, {}), converting)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{ person { name } }", "Person decides itself what is one"),
        ("{ wrapped }", "Query.wrapped: a field extension stands around its resolver"),
        ("{ ofParent }", "Query.ofParent: its resolver asks for its object otherwise"),
        ("{ __schema { description } }", "Query.__schema is introspection"),
        ("query @skip(if: true) { size }", "a directive stands at the operation"),
        ("mutation { size }", "it is no query"),
    ],
)
def test_what_is_left_to_the_ordinary_executor_is_told(text: str, reason: str) -> None:
    with pytest.raises(NotCompiled, match=reason):
        compiled(asked(text))


async def _answer(text: str) -> Any:
    program = compiled(asked(text))
    context: Any = None
    return await program.execute(SCHEMA, context, VariableValues({}, {}))


async def test_renamed_members_and_info_in_another_place_are_as_the_schema_says() -> None:
    text = "{ size late(first: 3) __typename }"
    data = {"size": "LITTLE", "late": "3 late", "__typename": "Query"}
    assert (await _answer(text)).data == SCHEMA.execute_sync(text).data == data


async def test_what_is_no_list_fails_as_in_the_ordinary_executor() -> None:
    [error] = (await _answer("{ texts }")).errors
    expected = (SCHEMA.execute_sync("{ texts }").errors or [])[0]
    assert (error.message, error.path) == (expected.message, expected.path)


def test_a_field_without_a_resolver_of_ours_is_not_compiled() -> None:
    with pytest.raises(NotCompiled):
        own_field(GraphQLField(GraphQLString))


def test_an_enumeration_is_written_by_its_type_where_python_calls_it_otherwise() -> None:
    assert enum_class(SCHEMA._schema.type_map["Size"]) is None  # type: ignore[arg-type]
    assert enum_class(GraphQLEnumType("Plain", {"A": 1})) is None


def test_a_value_that_its_type_writes_as_nothing_is_a_fault() -> None:
    leaf = GraphQLEnumType("Plain", {"A": 1})
    leaf.coerce_output_value = lambda _value: None  # type: ignore[method-assign,assignment,return-value]
    with pytest.raises(TypeError):
        asking(leaf)(1, Told([], "Query.plain", is_non_null=False))


@pytest.fixture(scope="module")
def gateway_schema() -> GatewaySchema:
    return build_gateway_schema()


def plans(schema: GatewaySchema, text: str, variables: Iterable[dict[str, Any]]) -> list[Any]:
    prepared = schema.documents.prepare(text)
    operation = get_operation_ast(prepared.document)
    assert isinstance(operation, OperationDefinitionNode)
    assert schema.shortcut is not None
    planner = schema.shortcut.planner
    return [planner.plan(prepared, operation, given) for given in variables]


def test_a_plan_is_made_when_an_operation_comes_again_and_then_kept(
    gateway_schema: GatewaySchema,
) -> None:
    first, second, third = plans(gateway_schema, "query Again { me { id } }", [{}] * 3)
    assert first is None
    assert isinstance(second, Plan)
    assert second.program is not None
    assert third is second


def test_there_is_a_plan_for_each_way_of_skipping_but_not_for_more_than_are_kept(
    gateway_schema: GatewaySchema,
) -> None:
    names = "abcde"
    variables = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: id @skip(if: ${name})" for name in names)
    text = f"query Ways({variables}) {{ me {{ id {fields} }} }}"
    ways = [{name: bool(way >> place & 1) for place, name in enumerate(names)} for way in range(32)]
    assert plans(gateway_schema, text, ways) == [None] * 32
    kept = plans(gateway_schema, text, ways[-MAX_PLANS:])
    assert len({id(plan.program) for plan in kept}) == MAX_PLANS
    # The first ways were forgotten.
    assert plans(gateway_schema, text, ways[:1]) == [None]


def test_variables_that_do_not_fit_have_no_plan(gateway_schema: GatewaySchema) -> None:
    text = """query Odd($skip: Boolean!, $first: Int) { me {
      id @skip(if: $skip) tasks(first: $first) { pageInfo { hasNextPage } } } }"""
    assert plans(gateway_schema, text, [{"skip": "no"}] * 3) == [None] * 3
    assert plans(gateway_schema, text, [{"skip": True, "first": "x"}] * 3) == [None] * 3
    _, made = plans(gateway_schema, text, [{"skip": True}] * 2)
    assert isinstance(made, Plan)


def test_a_selection_is_kept_under_numbers_and_names_of_the_schema_alone(
    gateway_schema: GatewaySchema,
) -> None:
    text = """query Keys($first: Int, $after: String, $kinds: [NoticeKind!]) { me {
      notices(first: $first, after: $after, kinds: $kinds) { unreadCount } } }"""
    _, plan = plans(gateway_schema, text, [{}] * 2)
    key = plan.selections.key
    assert key({"first": 3, "kinds": ["REMINDER"]}) is not None
    assert key({"first": 3}) != key({"first": 3, "after": None})
    assert key({"first": 3, "after": "somebody"}) is None
    assert key({"first": 911_398_199_012}) is None
    assert key({"first": 3.0}) is None


def test_the_operations_of_the_app_are_planned_and_compiled_before_anybody_asks(
    gateway_schema: GatewaySchema,
) -> None:
    shortcut = gateway_schema.shortcut
    assert shortcut is not None
    for text in known_operations():
        shortcut.warm(text)
        # What is kept is met by whoever sends the text as it stands.
        [plan] = plans(gateway_schema, text, [{}])
        assert plan.program is not None
    shortcut.warm("fragment F on Holder { id } query Two { me { ...F } }")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_comparison_takes_every_branch_of_the_compiler(tmp_path: Path) -> None:
    data = f"--data-file={tmp_path / 'coverage'}"
    tests = ["tests/test_compiled_reads.py", "tests/test_compiled_parts.py"]
    counted = [sys.executable, "-m", "coverage", "run", "--branch", "--source=schema.compiled"]
    subprocess.run([*counted, data, "-m", "pytest", "-q", *tests], cwd=ROOT, check=True)
    reported = [sys.executable, "-m", "coverage", "report", data, "--show-missing"]
    subprocess.run([*reported, "--fail-under=100"], cwd=ROOT, check=True)
