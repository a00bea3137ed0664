"""The access rule of every field, checked once for each operation before anything runs.

An operation with one denied field is refused as a whole: nothing was read, nothing was changed,
and the answer is a request error with the code of the denial.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from graphql import GraphQLObjectType, GraphQLSchema

from auth.permissions import Denial, Permission, denial_for, level_for
from auth.principal import Principal
from auth.proof_levels import AssuranceLevel, Demands
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


def all_pass(
    rules: Collection[tuple[Permission, ...]],
    principal: Principal,
    now: datetime,
    demands: Demands,
) -> bool:
    """Whether the principal may use fields with these rules, each looked at once."""
    return all(denial_for(principal, rule, now, demands) is None for rule in rules)


@dataclass(frozen=True)
class Denied:
    """`level` is what a real-person proof must be worth there."""

    path: tuple[str, ...]
    denial: Denial
    level: AssuranceLevel


def denials(
    rules: Rules,
    chosen: Mapping[str, Chosen],
    principal: Principal,
    now: datetime,
    demands: Demands,
    above: tuple[str, ...] = (),
) -> Iterator[Denied]:
    """Every chosen field that the principal may not use; what stands below a denied field is not
    told again."""
    for field in chosen.values():
        if field.field.startswith("__"):
            continue
        rule, path = rules.get((field.parent, field.field), ()), (*above, field.key)
        denial = denial_for(principal, rule, now, demands)
        if denial is not None:
            yield Denied(path, denial, level_for(rule, demands))
            continue
        for children in field.children.values():
            yield from denials(rules, children, principal, now, demands, path)
