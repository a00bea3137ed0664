"""The schema, assembled: roots, extensions, access rules."""

from collections.abc import Callable, Sequence

import strawberry
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig

from auth.permissions import Permission
from schema.access import access_rules
from schema.operation import operation_guard
from schema.root import Mutation, Query

ExtensionFactory = type[SchemaExtension] | Callable[[], SchemaExtension]


def build_gateway_schema(
    extensions: Sequence[ExtensionFactory] = (), *, is_open: bool = True
) -> strawberry.Schema:
    """The executable schema. `extensions` run around the access check; a schema that is not open
    (production) gives no hints about fields that were mistyped.

    Raises `schema.access.FieldWithoutRule`.
    """
    rules: dict[tuple[str, str], tuple[Permission, ...]] = {}
    schema = strawberry.Schema(
        query=Query,
        mutation=Mutation,
        config=StrawberryConfig(
            disable_field_suggestions=not is_open,
        ),
        extensions=[*extensions, operation_guard(rules)],
    )
    rules.update(access_rules(schema._schema))  # noqa: SLF001 - no public way
    return schema
