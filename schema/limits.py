"""What one operation may cost, refused before it costs anything.

All bounds stand in one value. They are checked on the parsed document, before validation, with
fragments counted wherever they are spread: a chain of fragments can't hide its size.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
)

from schema.failures import RequestError, RequestErrorCode


@dataclass(frozen=True)
class Limits:
    """Counts for one operation, unless said otherwise.

    `depth` 15 just holds the introspection query of GraphiQL. `repeats` is how often one response
    name may stand in one selection: comparing repeats is what makes validation quadratic.
    `cached_text` is the longest document, in characters, that is remembered.
    """

    tokens: int = 1_000
    depth: int = 15
    selections: int = 500
    repeats: int = 20
    aliases: int = 30
    root_fields: int = 20
    root_mutations: int = 5
    directives: int = 30
    fragments: int = 30
    operations: int = 20
    variables: int = 30
    list_size: int = 100
    value_depth: int = 10
    cached_documents: int = 256
    cached_text: int = 8_192


SIZE_ARGUMENTS = frozenset({"first", "last"})
"""Arguments and input fields that ask for a number of rows."""


def check_size(document: DocumentNode, limits: Limits) -> None:
    """Raises `RequestError` with OPERATION_TOO_LARGE and the name of the bound."""
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    _hold("operations", len(operations), limits.operations)
    _hold("fragments", len(document.definitions) - len(operations), limits.fragments)
    measure = _Measure(fragments, limits)
    try:
        for fragment in fragments.values():
            measure.of_fragment(fragment.name.value)
        for operation in operations:
            _check_operation(operation, measure, fragments, limits)
    except RecursionError:
        # Inline fragments without type nest without adding a level.
        _hold("levels", limits.depth + 1, limits.depth)


def _check_operation(
    operation: OperationDefinitionNode,
    measure: "_Measure",
    fragments: Mapping[str, FragmentDefinitionNode],
    limits: Limits,
) -> None:
    size = measure.of_operation(operation)
    is_mutation = operation.operation is OperationType.MUTATION
    _hold("root fields", size.roots, limits.root_mutations if is_mutation else limits.root_fields)
    _hold("variables", len(operation.variable_definitions or ()), limits.variables)
    _check_repeats(operation.selection_set, fragments, limits)


def check_value_shape(variables: Mapping[str, Any], limits: Limits) -> None:
    """Bound nesting and lists of the variables. Raises `RequestError`."""
    stack: list[tuple[Any, int]] = [(value, 1) for value in variables.values()]
    while stack:
        value, depth = stack.pop()
        if isinstance(value, dict):
            for name, inner in value.items():
                if name in SIZE_ARGUMENTS:
                    check_list_size(name, inner, limits)
                stack.append((inner, depth + 1))
        elif isinstance(value, list):
            check_list_length(len(value), limits)
            stack.extend((inner, depth + 1) for inner in value)
        if depth > limits.value_depth:
            raise RequestError(
                RequestErrorCode.BAD_USER_INPUT,
                f"A variable may be nested {limits.value_depth} levels deep.",
            )


def check_list_length(length: int, limits: Limits) -> None:
    """Bound a list that the client sends."""
    if length > limits.list_size:
        raise RequestError(
            RequestErrorCode.LIST_TOO_LONG, f"A list may have {limits.list_size} items."
        )


def check_list_size(name: str, size: object, limits: Limits) -> None:
    """Bound a number of rows asked for. `name` is one of `SIZE_ARGUMENTS`.

    What is no number passes: coercion tells the client about it.
    """
    if isinstance(size, bool) or not isinstance(size, (int, float)):
        return
    if size > limits.list_size:
        raise RequestError(
            RequestErrorCode.LIST_TOO_LONG, f"`{name}` may be {limits.list_size} at most."
        )
    if size < 1:
        raise RequestError(RequestErrorCode.BAD_USER_INPUT, f"`{name}` must be 1 or more.")


def _hold(what: str, count: int, limit: int) -> None:
    if count > limit:
        raise RequestError(
            RequestErrorCode.OPERATION_TOO_LARGE,
            f"The operation is too large: {limit} {what} at most.",
            details={"limit": what, "maximum": limit},
        )


@dataclass(frozen=True)
class _Size:
    """Of a selection set with its fragments spread. `roots` are the fields of its own level."""

    selections: int = 0
    depth: int = 0
    aliases: int = 0
    directives: int = 0
    roots: int = 0

    def beside(self, other: "_Size") -> "_Size":
        return _Size(
            self.selections + other.selections,
            max(self.depth, other.depth),
            self.aliases + other.aliases,
            self.directives + other.directives,
            self.roots + other.roots,
        )


class _Measure:
    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode], limits: Limits) -> None:
        self._fragments = fragments
        self._limits = limits
        self._known: dict[str, _Size] = {}
        self._open: set[str] = set()

    def of_operation(self, operation: OperationDefinitionNode) -> _Size:
        return self._of(operation.selection_set, len(operation.directives or ()), 1)

    def of_fragment(self, name: str) -> _Size:
        if name in self._known or name not in self._fragments:
            return self._known.get(name, _Size())
        if name in self._open:
            raise RequestError(
                RequestErrorCode.GRAPHQL_VALIDATION_FAILED,
                "A fragment may not contain itself.",
                nodes=self._fragments[name],
                details={"rule": "NoFragmentCyclesRule"},
            )
        self._open.add(name)
        fragment = self._fragments[name]
        size = self._of(fragment.selection_set, len(fragment.directives or ()), 1)
        self._open.discard(name)
        self._known[name] = size
        return size

    def _of(self, selection_set: SelectionSetNode, directives: int, level: int) -> _Size:
        # Checked on the way down, so that nesting can't use up Python's own stack.
        _hold("levels", level, self._limits.depth)
        size = _Size(directives=directives)
        for selection in selection_set.selections:
            size = size.beside(self._of_selection(selection, level))
        self._hold_all(size)
        return size

    def _of_selection(self, selection: SelectionNode, level: int) -> _Size:
        directives = len(selection.directives or ())
        if isinstance(selection, FieldNode):
            below = _Size()
            if selection.selection_set:
                below = self._of(selection.selection_set, 0, level + 1)
            return _Size(
                selections=below.selections + 1,
                depth=below.depth + 1,
                aliases=below.aliases + (1 if selection.alias else 0),
                directives=below.directives + directives,
                roots=1,
            )
        spread = _Size(selections=1, directives=directives)
        if isinstance(selection, FragmentSpreadNode):
            return spread.beside(self.of_fragment(selection.name.value))
        if isinstance(selection, InlineFragmentNode):
            return spread.beside(self._of(selection.selection_set, 0, level))
        return spread

    def _hold_all(self, size: _Size) -> None:
        limits = self._limits
        _hold("selections", size.selections, limits.selections)
        _hold("levels", size.depth, limits.depth)
        _hold("aliases", size.aliases, limits.aliases)
        _hold("directives", size.directives, limits.directives)


def _check_repeats(
    selection_set: SelectionSetNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    limits: Limits,
) -> None:
    """Every field is met once for each place where it is spread; `selections` bounds those."""
    merged = [[selection_set]]
    while merged:
        by_name: dict[str, list[FieldNode]] = {}
        for part in merged.pop():
            for field in _fields_of(part, fragments):
                name = (field.alias or field.name).value
                by_name.setdefault(name, []).append(field)
        for same in by_name.values():
            _hold("repeats of one field", len(same), limits.repeats)
            below = [field.selection_set for field in same if field.selection_set]
            if below:
                merged.append(below)


def _fields_of(
    selection_set: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[FieldNode]:
    for selection in selection_set.selections:
        if isinstance(selection, FieldNode):
            yield selection
        elif isinstance(selection, InlineFragmentNode):
            yield from _fields_of(selection.selection_set, fragments)
        elif isinstance(selection, FragmentSpreadNode) and selection.name.value in fragments:
            yield from _fields_of(fragments[selection.name.value].selection_set, fragments)
