"""The access rule of every field, checked once for each operation before anything runs.

An operation with one denied field is refused as a whole: nothing was read, nothing was changed,
and the answer is a request error with the code of the denial.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from graphql import GraphQLObjectType, GraphQLSchema

from auth.permissions import Denial, Permission, denial_for
from auth.principal import Principal
from schema.chosen import Chosen
from schema.field import Access

Rules = Mapping[tuple[str, str], tuple[Permission, ...]]


class FieldWithoutRule(Exception):
    """A field of the schema has no access rule; the gateway does not start."""


def access_rules(schema: GraphQLSchema) -> Rules:
    """(type, field) → permissions, for every field of every object type but introspection's."""
    rules: dict[tuple[str, str], tuple[Permission, ...]] = {}
    for name, graphql_type in schema.type_map.items():
        if name.startswith("__") or not isinstance(graphql_type, GraphQLObjectType):
            continue
        for field_name, field in graphql_type.fields.items():
            definition = field.extensions.get("strawberry-definition")
            found = [d for d in getattr(definition, "directives", ()) if isinstance(d, Access)]
            if len(found) != 1 or not found[0].any_of:
                raise FieldWithoutRule(f"{name}.{field_name} needs exactly one access rule")
            rules[name, field_name] = tuple(found[0].any_of)
    return rules


def denials(
    rules: Rules, chosen: Mapping[str, Chosen], principal: Principal, now: datetime
) -> Iterator[tuple[tuple[str, ...], Denial]]:
    """Path and reason of every chosen field that the principal may not use; what stands below a
    denied field is not told again."""
    for field in chosen.values():
        if field.field.startswith("__"):
            continue
        rule = rules.get((field.parent, field.field), ())
        denial = denial_for(principal, rule, now)
        if denial is not None:
            yield (field.key,), denial
            continue
        for children in field.children.values():
            for path, below in denials(rules, children, principal, now):
                yield (field.key, *path), below
