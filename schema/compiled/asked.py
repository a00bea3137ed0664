"""What the compiler is asked for: an operation, and its fields as graphql-core collects them."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.values import VariableValues

from schema.compiled.calls import Converting


@dataclass(frozen=True)
class Asked:
    """An operation with its document, and coerced variables that decide what is skipped."""

    schema: GraphQLSchema
    document: DocumentNode
    operation: OperationDefinitionNode
    variables: VariableValues
    converting: Converting


@dataclass(frozen=True)
class ChosenField:
    """A field that was collected, under its response key."""

    parent: GraphQLObjectType
    key: str
    details: list[FieldDetails]

    @property
    def name(self) -> str:
        return self.details[0].node.name.value

    @property
    def nodes(self) -> list[FieldNode]:
        return [one.node for one in self.details]

    @property
    def definition(self) -> GraphQLField:
        definition: GraphQLField = self.parent.fields[self.name]
        return definition
