"""An operation's choices, looked at when somebody asks, and kept where another one of the same
document chooses the same."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any, Final

from graphql import (
    DocumentNode,
    GraphQLSchema,
    OperationDefinitionNode,
)

from resolvers.selection import Selection
from schema.chosen import Chosen, chosen_fields
from schema.selection import selection_of

MAX_SELECTIONS: Final = 16
"""Of one operation: as it is asked for with different numbers of rows, kinds and states."""
LARGEST_PLAIN_NUMBER: Final = 99_999
"""As `schema.documents` has it: a longer number may be somebody's, and is never kept."""
_ABSENT: Final = object()


class Selections:
    """Selections of one operation, by the values of the variables that its arguments are made of.

    A key holds numbers, booleans, names of the schema's enumerations, and null; where a variable
    is a text, an id or an input, nothing but its absence is kept. `enumerated` are the variables
    that are names of enumerations, or lists of them.
    """

    def __init__(self, variables: Collection[str], enumerated: Collection[str]) -> None:
        self._variables = tuple(variables)
        self._enumerated = frozenset(enumerated)
        self._kept: OrderedDict[tuple[Any, ...], Selection] = OrderedDict()

    def key(self, variables: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """None where a value is none that may be kept. They must fit their types."""
        values = []
        for name in self._variables:
            value = variables.get(name, _ABSENT)
            if isinstance(value, list) and name in self._enumerated:
                value = tuple(value)
            elif not self._is_plain(name, value):
                return None
            values.append(value)
        return tuple(values)

    def _is_plain(self, name: str, value: Any) -> bool:
        if value is None or value is _ABSENT or isinstance(value, bool):
            return True
        if isinstance(value, str):
            return name in self._enumerated
        return type(value) is int and abs(value) <= LARGEST_PLAIN_NUMBER

    def get(self, key: tuple[Any, ...]) -> Selection | None:
        return self._kept.get(key)

    def keep(self, key: tuple[Any, ...], selection: Selection) -> None:
        self._kept[key] = selection
        while len(self._kept) > MAX_SELECTIONS:
            self._kept.popitem(last=False)


class OperationChoices:
    """Of one operation; `selections` is the memory of its plan, if it has one."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        selections: Selections | None = None,
    ) -> None:
        self._schema = schema
        self._document = document
        self._operation = operation
        self._variables = variables
        self._selections = selections

    @cached_property
    def chosen(self) -> Mapping[str, Chosen]:
        return chosen_fields(self._schema, self._document, self._operation, self._variables)

    def selection(self, key: str, type_name: str) -> Selection:
        """Raises RequestError for arguments that make no selection."""
        kept_under = None
        if self._selections is not None:
            plain = self._selections.key(self._variables)
            if plain is not None:
                kept_under = (key, type_name, *plain)
                known = self._selections.get(kept_under)
                if known is not None:
                    return known
        selection = selection_of(self._schema, self.chosen[key].under(type_name))
        if self._selections is not None and kept_under is not None:
            self._selections.keep(kept_under, selection)
        return selection
