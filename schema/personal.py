"""Whether a document gives an argument that the schema marks `@personal`.

Addresses end up in histories, proxies and logs, so such a document is refused over GET, whether the
value stands in the document or in a variable.
"""

from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    visit,
)

from schema.field import Personal


def has_personal_arguments(schema: GraphQLSchema, document: DocumentNode) -> bool:
    """`document` must be valid for `schema`."""
    type_info = TypeInfo(schema)
    finder = _Finder(type_info)
    visit(document, TypeInfoVisitor(type_info, finder))
    return finder.found


class _Finder(Visitor):
    def __init__(self, type_info: TypeInfo) -> None:
        super().__init__()
        self._type_info = type_info
        self.found = False

    def enter_argument(self, _node: ArgumentNode, *_args: Any) -> None:
        argument = self._type_info.get_argument()
        if argument is not None and is_personal(argument):
            self.found = True


def is_personal(element: GraphQLArgument | GraphQLInputField) -> bool:
    """Marked itself, or holding an input field that is."""
    return _is_marked(element) or _holds_personal(get_named_type(element.type), frozenset())


def _is_marked(element: GraphQLArgument | GraphQLInputField) -> bool:
    definition = element.extensions.get("strawberry-definition")
    return any(isinstance(mark, Personal) for mark in getattr(definition, "directives", None) or ())


def _holds_personal(input_type: GraphQLNamedType, seen: frozenset[str]) -> bool:
    if not isinstance(input_type, GraphQLInputObjectType) or input_type.name in seen:
        return False
    seen = seen | {input_type.name}
    return any(
        _is_marked(field) or _holds_personal(get_named_type(field.type), seen)
        for field in input_type.fields.values()
    )
