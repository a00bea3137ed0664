"""A response path in the schema's own names. Aliases are the client's text and stay out of logs."""

from collections.abc import Iterator, Sequence

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
    get_operation_ast,
)
from strawberry.types import ExecutionContext


def field_path(execution: ExecutionContext | None, path: Sequence[str | int] | None) -> str | None:
    """`me.permits.edges.node`: field names, without list positions. None when there is no path."""
    if execution is None or execution.graphql_document is None or not path:
        return None
    document = execution.graphql_document
    operation = get_operation_ast(document, execution.operation_name)
    if operation is None:
        return None
    level: list[SelectionSetNode] = [operation.selection_set]
    names: list[str] = []
    for key in path:
        if isinstance(key, int):
            continue
        fields = [field for field in _fields_of(level, document) if _key_of(field) == key]
        if not fields:
            break
        names.append(fields[0].name.value)
        level = [field.selection_set for field in fields if field.selection_set]
    return ".".join(names)


def _key_of(field: FieldNode) -> str:
    return (field.alias or field.name).value


def _fields_of(level: Sequence[SelectionSetNode], document: DocumentNode) -> Iterator[FieldNode]:
    fragments = {
        definition.name.value: definition.selection_set
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    stack = list(level)
    while stack:
        for selection in stack.pop().selections:
            if isinstance(selection, FieldNode):
                yield selection
            elif isinstance(selection, InlineFragmentNode):
                stack.append(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                stack.append(fragments[selection.name.value])
