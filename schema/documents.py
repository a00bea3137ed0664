"""A document once read: parsed within bounds, measured, validated, and remembered if it may be.

Order: tokens → size → validation. A remembered document costs a look-up. One that holds literals
is never remembered, because a literal may be somebody's name or number.
"""

import re
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FloatValueNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    IntValueNode,
    ListValueNode,
    Node,
    ObjectFieldNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    parse,
)

from schema.failures import RequestError, RequestErrorCode
from schema.limits import (
    SIZE_ARGUMENTS,
    Limits,
    check_list_length,
    check_list_size,
    check_size,
)
from schema.validation import rules_for, validation_errors

LONGEST_PLAIN_NUMBER = 5
"""Digits of a number literal that can't be anybody's number; longer ones count as personal."""

_KIND = r"(Name|Int|Float|String|BlockString|<EOF>|'[!$&()\[\]{}:=@|.]+')"
_EXPECTED = re.compile(f"^Expected {_KIND}")
_FOUND = re.compile(f"(?:found |Unexpected ){_KIND}")


@dataclass(frozen=True)
class Prepared:
    """A document that may be executed unless it has errors. `size_variables` are the variables
    that stand where a number of rows is asked for; `plans` is what is made of a document that
    comes again, and goes with it (`schema.compiled.plans`)."""

    document: DocumentNode
    errors: tuple[GraphQLError, ...]
    size_variables: frozenset[str]
    plans: dict[Hashable, Any] = field(default_factory=dict, compare=False)


class Documents:
    """Reads documents for one schema; remembers the valid ones, least recently used goes first."""

    def __init__(
        self, schema: GraphQLSchema, limits: Limits, *, introspection: bool, suggestions: bool
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._suggestions = suggestions
        self._rules = rules_for(introspection=introspection)
        self._remembered: OrderedDict[str, Prepared] = OrderedDict()

    def __len__(self) -> int:
        return len(self._remembered)

    def prepare(self, text: str) -> Prepared:
        """Raises `RequestError`: GRAPHQL_PARSE_FAILED, OPERATION_TOO_LARGE or LIST_TOO_LONG."""
        known = self.remembered(text)
        if known is not None:
            return known
        document = _parse(text, self._limits)
        check_size(document, self._limits)
        literals = _Literals(document, self._limits)
        errors = validation_errors(
            self._schema, document, self._rules, suggestions=self._suggestions
        )
        prepared = Prepared(document, tuple(errors), frozenset(literals.size_variables))
        if not (errors or literals.may_be_personal or len(text) > self._limits.cached_text):
            self._remember(text, prepared)
        return prepared

    def remembered(self, text: str) -> Prepared | None:
        """The document, if it has come before and was kept."""
        known = self._remembered.get(text)
        if known is not None:
            self._remembered.move_to_end(text)
        return known

    def _remember(self, text: str, prepared: Prepared) -> None:
        self._remembered[text] = prepared
        while len(self._remembered) > self._limits.cached_documents:
            self._remembered.popitem(last=False)


def _parse(text: str, limits: Limits) -> DocumentNode:
    try:
        return parse(text, max_tokens=limits.tokens)
    except GraphQLSyntaxError as error:
        if error.description.endswith("Parsing aborted."):
            raise RequestError(
                RequestErrorCode.OPERATION_TOO_LARGE,
                f"The operation is too large: {limits.tokens} tokens, nested 200 deep, at most.",
                details={"limit": "tokens", "maximum": limits.tokens},
            ) from None
        raise RequestError(
            RequestErrorCode.GRAPHQL_PARSE_FAILED,
            _syntax_sentence(error.description),
            source=error.source,
            positions=error.positions,
        ) from None


def _syntax_sentence(description: str) -> str:
    """graphql-core quotes what it found; only the kinds of tokens are passed on."""
    expected, found = _EXPECTED.search(description), _FOUND.search(description)
    sentence = "The document is not GraphQL here"
    if expected is not None and found is not None:
        return f"{sentence}: expected {expected[1]}, found {found[1]}."
    return f"{sentence}: unexpected {found[1]}." if found is not None else f"{sentence}."


class _Literals:
    """What a document's own values show: sizes within bounds, and whether any may be personal."""

    def __init__(self, document: DocumentNode, limits: Limits) -> None:
        self._limits = limits
        self.size_variables: set[str] = set()
        self.may_be_personal = False
        defaults: list[VariableDefinitionNode] = []
        for node in _nodes_of(document):
            if isinstance(node, (ArgumentNode, ObjectFieldNode)):
                if node.name.value in SIZE_ARGUMENTS:
                    self._check_size_argument(node.name.value, node.value)
            elif isinstance(node, VariableDefinitionNode):
                defaults.append(node)
            elif isinstance(node, ListValueNode):
                check_list_length(len(node.values), limits)
            elif isinstance(node, StringValueNode):
                self.may_be_personal = self.may_be_personal or bool(node.value)
            elif isinstance(node, (IntValueNode, FloatValueNode)):
                long = len(node.value) > LONGEST_PLAIN_NUMBER
                self.may_be_personal = self.may_be_personal or long
        for definition in defaults:
            name = definition.variable.name.value
            if name in self.size_variables and definition.default_value is not None:
                self._check_size_argument("first", definition.default_value)

    def _check_size_argument(self, name: str, value: ValueNode) -> None:
        if isinstance(value, VariableNode):
            self.size_variables.add(value.name.value)
        elif isinstance(value, IntValueNode):
            # Python refuses to read a number of more than 4,300 digits.
            too_long = len(value.value) > LONGEST_PLAIN_NUMBER
            size = self._limits.list_size + 1 if too_long else int(value.value)
            check_list_size(name, size, self._limits)


_HOLDERS = ("definitions", "variable_definitions", "directives", "arguments", "fields", "values")


def _nodes_of(document: DocumentNode) -> Iterator[Node]:
    """Every node that is or holds a value, without recursion."""
    stack: list[Node] = [document]
    while stack:
        node = stack.pop()
        yield node
        for holder in _HOLDERS:
            stack.extend(getattr(node, holder, None) or ())
        selection_set = getattr(node, "selection_set", None)
        if selection_set is not None:
            stack.extend(selection_set.selections)
        for single in ("value", "default_value"):
            inner = getattr(node, single, None)
            if isinstance(inner, (ValueNode, ObjectValueNode)):
                stack.append(inner)
