"""What an operation chose: one tree of fields with types, merged, skips and fragments resolved.

Made once for each operation, before execution; access rules and read plans both walk it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    value_from_ast_untyped,
)


@dataclass(frozen=True)
class Chosen:
    """One field under one response key. `children` are by the name of the concrete type, since a
    union's members choose apart."""

    parent: str
    field: str
    key: str
    arguments: Mapping[str, Any]
    children: Mapping[str, Mapping[str, "Chosen"]]

    def under(self, type_name: str) -> Mapping[str, "Chosen"]:
        return self.children.get(type_name, {})


def chosen_fields(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
) -> Mapping[str, Chosen]:
    """The operation's root fields by response key. The document must be valid."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    defaults = {
        node.variable.name.value: value_from_ast_untyped(node.default_value)
        for node in operation.variable_definitions or ()
        if node.default_value is not None
    }
    root = schema.get_root_type(operation.operation)
    if root is None:
        return {}
    return _Walk(schema, fragments, {**defaults, **variables}).fields(
        root, [operation.selection_set]
    )


@dataclass(frozen=True)
class _Walk:
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]

    def fields(
        self, parent: GraphQLObjectType, selection_sets: list[SelectionSetNode]
    ) -> Mapping[str, Chosen]:
        nodes: dict[str, list[FieldNode]] = {}
        for selection_set in selection_sets:
            self._collect(parent, selection_set, nodes)
        return {key: self._chosen(parent, key, found) for key, found in nodes.items()}

    def _collect(
        self,
        parent: GraphQLObjectType,
        selection_set: SelectionSetNode,
        nodes: dict[str, list[FieldNode]],
    ) -> None:
        for node in selection_set.selections:
            if not self._is_included(node.directives):
                continue
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                nodes.setdefault(key, []).append(node)
                continue
            fragment: FragmentDefinitionNode | InlineFragmentNode
            if isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
            elif isinstance(node, InlineFragmentNode):
                fragment = node
            else:
                continue
            if self._applies(fragment, parent):
                self._collect(parent, fragment.selection_set, nodes)

    def _chosen(self, parent: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> Chosen:
        first = nodes[0]
        name = first.name.value
        arguments = {
            argument.name.value: value_from_ast_untyped(argument.value, dict(self.variables))
            for argument in first.arguments or ()
        }
        definition = parent.fields.get(name)
        children: dict[str, Mapping[str, Chosen]] = {}
        below = [node.selection_set for node in nodes if node.selection_set]
        if definition is not None and below:
            for child in self._possible(get_named_type(definition.type)):
                children[child.name] = self.fields(child, below)
        return Chosen(parent.name, name, key, arguments, children)

    def _possible(self, named: Any) -> list[GraphQLObjectType]:
        if not is_composite_type(named):
            return []
        composite: GraphQLCompositeType = named
        if isinstance(composite, GraphQLObjectType):
            return [composite]
        return list(self.schema.get_possible_types(composite))

    def _applies(
        self, fragment: FragmentDefinitionNode | InlineFragmentNode, parent: GraphQLObjectType
    ) -> bool:
        if fragment.type_condition is None:
            return True
        condition = self.schema.type_map[fragment.type_condition.name.value]
        if condition is parent:
            return True
        return is_abstract_type(condition) and self.schema.is_sub_type(condition, parent)

    def _is_included(self, directives: Any) -> bool:
        for directive in directives or ():
            name = directive.name.value
            if name not in ("skip", "include"):
                continue
            values = {
                argument.name.value: value_from_ast_untyped(argument.value, dict(self.variables))
                for argument in directive.arguments
            }
            # A mistyped variable counts as chosen: its error comes later, access must hold now.
            if values.get("if") is (name == "skip"):
                return False
        return True
