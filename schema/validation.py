"""Validation whose answers never repeat the client's text.

The messages of graphql-core quote names and literals of the document, so none of them is passed
on. Each rule is wrapped: where it reports, the place is told as line and column, the rule by name
and the schema's own part as a schema coordinate (`Query.permits(first:)`), with a sentence of ours.
"""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    ValidationContext,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule

from schema.failures import RequestError, RequestErrorCode

MAX_ERRORS = 20
UNKNOWN_RULE = "The document is not valid here."

SENTENCES = {
    "ExecutableDefinitionsRule": "Only operations and fragments may be sent.",
    "FieldsOnCorrectTypeRule": "The type has no such field.",
    "FragmentsOnCompositeTypesRule": "A fragment needs an object, interface or union type.",
    "KnownArgumentNamesRule": "There is no such argument.",
    "KnownDirectivesRule": "There is no such directive here.",
    "KnownFragmentNamesRule": "There is no such fragment.",
    "KnownOperationTypesRule": "The schema has no operations of this kind.",
    "KnownTypeNamesRule": "There is no such type.",
    "LoneAnonymousOperationRule": "An operation without a name must be the only one.",
    "MaxIntrospectionDepthRule": "The introspection is too deep.",
    "MaybeNullValidationRule": "This value may be left out but not be null.",
    "NoFragmentCyclesRule": "A fragment may not contain itself.",
    "NoSchemaIntrospectionCustomRule": "Introspection is switched off.",
    "NoUndefinedVariablesRule": "A variable is used but not declared.",
    "NoUnusedFragmentsRule": "A fragment is never used.",
    "NoUnusedVariablesRule": "A variable is declared but never used.",
    "OverlappingFieldsCanBeMergedRule": (
        "Fields under one response name differ; give them different aliases."
    ),
    "PossibleFragmentSpreadsRule": "The fragment's type can never apply here.",
    "ProvidedRequiredArgumentsRule": "A required argument is missing.",
    "ScalarLeafsRule": "A field with fields of its own needs a selection, any other has none.",
    "SingleFieldSubscriptionsRule": "A subscription has exactly one root field.",
    "UniqueArgumentNamesRule": "An argument is given twice.",
    "UniqueDirectivesPerLocationRule": "A directive is given twice.",
    "UniqueFragmentNamesRule": "Two fragments have the same name.",
    "UniqueInputFieldNamesRule": "An input field is given twice.",
    "UniqueOperationNamesRule": "Two operations have the same name.",
    "UniqueVariableNamesRule": "A variable is declared twice.",
    "ValuesOfCorrectTypeRule": "The value does not fit the expected type.",
    "VariablesAreInputTypesRule": "A variable needs an input type.",
    "VariablesInAllowedPositionRule": "The variable's type does not fit where it is used.",
}

_NAME = re.compile(r"'([_A-Za-z][_0-9A-Za-z]*)'")
_HINT = "Did you mean "


def rules_for(*, introspection: bool) -> tuple[type[ASTValidationRule], ...]:
    """graphql-core's rules and Strawberry's on `Maybe`, wrapped; without introspection one more.

    Strawberry's rule on @oneOf fails itself on a variable that is undeclared or used in a fragment;
    graphql-core's own check is used (see `GatewaySchema`).
    """
    rules: list[type[ASTValidationRule]] = [*specified_rules, MaybeNullValidationRule]
    if not introspection:
        rules.append(NoSchemaIntrospectionCustomRule)
    return tuple(_speechless(rule) for rule in rules)


def validation_errors(
    schema: GraphQLSchema,
    document: DocumentNode,
    rules: Sequence[type[ASTValidationRule]],
    *,
    suggestions: bool,
) -> list[GraphQLError]:
    """At most 21 errors, all of them `RequestError`."""
    found = validate(
        schema, document, rules, max_errors=MAX_ERRORS, hide_suggestions=not suggestions
    )
    # What no rule reported is the library's own abort: too many errors, or nested too deeply.
    return [
        error
        if isinstance(error, RequestError)
        else RequestError(
            RequestErrorCode.GRAPHQL_VALIDATION_FAILED, "There is more; validation stopped here."
        )
        for error in found
    ]


def _speechless(rule: type[ASTValidationRule]) -> type[ASTValidationRule]:
    """A subclass of the rule that hands on no message of its own."""
    name = rule.__name__

    def init(self: ASTValidationRule, context: ValidationContext) -> None:
        rule.__init__(self, _Muffled(context, name))  # type: ignore[arg-type]

    return type(name, (rule,), {"__init__": init})


class _Muffled:
    """A validation context that replaces what a rule reports. Everything else is the real one's."""

    def __init__(self, context: ValidationContext, rule: str) -> None:
        self._context = context
        self._rule = rule

    def __getattr__(self, name: str) -> object:
        return getattr(self._context, name)

    def report_error(self, error: GraphQLError) -> None:
        context = self._context
        details: dict[str, object] = {"rule": self._rule}
        coordinate = coordinate_here(context)
        if coordinate is not None:
            details["at"] = coordinate
        if not context.hide_suggestions:
            hints = _suggested(error.message, context.schema)
            if hints:
                details["didYouMean"] = hints
        context.report_error(
            RequestError(
                RequestErrorCode.GRAPHQL_VALIDATION_FAILED,
                SENTENCES.get(self._rule, UNKNOWN_RULE),
                nodes=error.nodes,
                details=details,
            )
        )


def coordinate_here(context: ValidationContext) -> str | None:
    """The schema coordinate of the visited place, of names in the schema only."""
    parent = context.get_parent_type()
    field = context.get_field_def()
    if parent is None:
        return None
    if field is None:
        return parent.name
    name = next((name for name, known in parent_fields(parent) if known is field), None)
    if name is None:
        return parent.name
    argument = context.get_argument()
    for argument_name, known in field.args.items():
        if known is argument:
            return f"{parent.name}.{name}({argument_name}:)"
    return f"{parent.name}.{name}"


def parent_fields(parent: object) -> Collection[tuple[str, object]]:
    fields: dict[str, object] = getattr(parent, "fields", {})
    return fields.items()


def _suggested(message: str, schema: GraphQLSchema) -> list[str]:
    """The names after "Did you mean", if the schema has them: a literal may hold those words."""
    _, hint, rest = message.rpartition(_HINT)
    if not hint:
        return []
    names = names_of(schema)
    return [name for name in _NAME.findall(rest) if name in names][:5]


@lru_cache(maxsize=8)
def names_of(schema: GraphQLSchema) -> frozenset[str]:
    """Every name that the schema itself declares."""
    names: set[str] = set(schema.type_map)
    for graphql_type in schema.type_map.values():
        for name, field in parent_fields(graphql_type):
            names.add(name)
            names.update(getattr(field, "args", {}))
        names.update(getattr(graphql_type, "values", {}))
    for directive in schema.directives:
        names.add(directive.name)
        names.update(directive.args)
    return frozenset(names)
