"""Plans: what is made once of an operation that comes again, and kept beside its document.

A document comes a second time before anything is made of it, so that those who send a new one each
time cost no more than they did. Kept are only documents that `schema.documents` keeps, and of each
a bounded number of plans: one for each operation and each way of skipping and including.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    GraphQLEnumType,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    VariableDefinitionNode,
    VariableNode,
    get_named_type,
    type_from_ast,
    value_from_ast_untyped,
)
from graphql.execution.values import VariableValues, get_variable_values

from auth.permissions import Permission
from schema.access import Rules
from schema.choices import Selections
from schema.chosen import Chosen, chosen_fields
from schema.compiled.asked import Asked
from schema.compiled.calls import Converting, NotCompiled
from schema.compiled.compiler import compiled
from schema.compiled.running import Program
from schema.documents import Prepared

MAX_PLANS: Final = 16
"""Of one document."""
_MAX_COERCION_ERRORS: Final = 50
_CONDITIONS: Final = ("skip", "include")
_Node = TypeVar("_Node", bound=Node)


@dataclass(frozen=True)
class Plan:
    """`rules` are the distinct access rules of everything that is chosen: who may pass all of them
    may use every field. `program` is None for an operation that is left to the ordinary executor,
    and then `reason` says why."""

    rules: Collection[tuple[Permission, ...]]
    selections: Selections
    program: Program | None = None
    reason: str | None = None


@dataclass
class _Plans:
    """Of one operation: `deciding` are the variables by which something is skipped or included,
    with what they are when not given; `kept` is by their values, None for what came once."""

    deciding: Sequence[tuple[str, Any]]
    kept: OrderedDict[tuple[bool, ...], Plan | None] = field(default_factory=OrderedDict)

    def conditions(self, variables: Mapping[str, Any]) -> tuple[bool, ...] | None:
        """None where one is no boolean."""
        values = tuple(variables.get(name, fallback) for name, fallback in self.deciding)
        return values if all(isinstance(value, bool) for value in values) else None

    def keep(self, conditions: tuple[bool, ...], plan: Plan | None) -> None:
        self.kept[conditions] = plan
        while len(self.kept) > MAX_PLANS:
            self.kept.popitem(last=False)


@dataclass(frozen=True)
class Planner:
    """Makes the plans of one schema."""

    schema: GraphQLSchema
    rules: Rules
    converting: Converting

    def plan(
        self,
        prepared: Prepared,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        *,
        at_once: bool = False,
    ) -> Plan | None:
        """None when it comes for the first time (unless it is wanted `at_once`), or with variables
        that do not fit."""
        plans = self._plans(prepared, operation)
        conditions = plans.conditions(variables)
        if conditions is None:
            return None
        plan = plans.kept.get(conditions)
        if plan is not None:
            return plan
        if at_once or conditions in plans.kept:
            plan = self._made(prepared.document, operation, variables)
        plans.keep(conditions, plan)
        return plan

    def _plans(self, prepared: Prepared, operation: OperationDefinitionNode) -> _Plans:
        name = operation.name.value if operation.name else None
        plans = prepared.plans.get(name)
        if not isinstance(plans, _Plans):
            plans = prepared.plans[name] = _Plans(_deciding(prepared.document, operation))
        return plans

    def _made(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
    ) -> Plan | None:
        values = coerced(self.schema, operation, variables)
        if values is None:
            return None
        chosen = chosen_fields(self.schema, document, operation, variables)
        rules = frozenset(self._rules_of(chosen))
        selections = self._selections(document, operation)
        try:
            program = compiled(Asked(self.schema, document, operation, values, self.converting))
        except NotCompiled as reason:
            return Plan(rules, selections, reason=str(reason))
        return Plan(rules, selections, program)

    def _rules_of(self, chosen: Mapping[str, Chosen]) -> Iterator[tuple[Permission, ...]]:
        for one in chosen.values():
            if not one.field.startswith("__"):
                yield self.rules.get((one.parent, one.field), ())
            for children in one.children.values():
                yield from self._rules_of(children)

    def _selections(self, document: DocumentNode, operation: OperationDefinitionNode) -> Selections:
        used = {
            node.name.value
            for field_node in _nodes(document, FieldNode)
            for argument in field_node.arguments or ()
            for node in _nodes(argument, VariableNode)
        }
        definitions = [
            one for one in operation.variable_definitions or () if one.variable.name.value in used
        ]
        return Selections(
            [one.variable.name.value for one in definitions],
            [one.variable.name.value for one in definitions if self._is_enumerated(one)],
        )

    def _is_enumerated(self, definition: VariableDefinitionNode) -> bool:
        named = get_named_type(type_from_ast(self.schema, definition.type))
        return isinstance(named, GraphQLEnumType)


def coerced(
    schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> VariableValues | None:
    """None where a value does not fit: the ordinary executor says so."""
    values = get_variable_values(
        schema,
        operation.variable_definitions or (),
        dict(variables),
        _MAX_COERCION_ERRORS,
        hide_suggestions=True,
    )
    return None if isinstance(values, list) else values


def _deciding(
    document: DocumentNode, operation: OperationDefinitionNode
) -> Sequence[tuple[str, Any]]:
    deciding = {
        node.name.value
        for directive in _nodes(document, DirectiveNode)
        if directive.name.value in _CONDITIONS
        for node in _nodes(directive, VariableNode)
    }
    return [
        (one.variable.name.value, one.default_value and value_from_ast_untyped(one.default_value))
        for one in operation.variable_definitions or ()
        if one.variable.name.value in deciding
    ]


def _nodes(within: Node, kind: type[_Node]) -> Iterator[_Node]:
    """Every node of a kind, wherever it stands."""
    if isinstance(within, kind):
        yield within
    for key in within.keys:
        found = getattr(within, key)
        for node in found if isinstance(found, tuple | list) else (found,):
            if isinstance(node, Node):
                yield from _nodes(node, kind)
