"""An operation → Python source → functions.

Each object type with what is selected of it becomes one function of (object, path, run), each list
and union another; a field is three or four lines in it: call the resolver, complete what it gave,
say what happens when that fails. What is selected is asked of graphql-core's own `collect_fields`,
so that fragments, aliases, merging, `@skip` and `@include` are those of the ordinary executor.

Names in the source are the schema's, numbers are ours; the client's own words (response keys) stand
in it as string literals only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLUnionType,
    OperationType,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import (
    FragmentDetails,
    collect_fields,
    collect_subfields,
)
from graphql.pyutils import is_iterable

from schema.compiled.asked import Asked, ChosenField
from schema.compiled.calls import (
    Arguments,
    Call,
    NotCompiled,
    Place,
    call_of,
    own_field,
)
from schema.compiled.failing import Told, located, missing, no_list
from schema.compiled.leaves import NAMES, asking, enum_class, plain
from schema.compiled.running import Program

MODULE = "schema.compiled.generated"
_TYPENAME = "__typename"


def compiled(asked: Asked) -> Program:
    """Raises NotCompiled for an operation with anything that is left to the ordinary executor."""
    operation = asked.operation
    root = asked.schema.query_type
    if operation.operation is not OperationType.QUERY or root is None:
        raise NotCompiled("it is no query")
    if operation.directives:
        raise NotCompiled("a directive stands at the operation")
    writer = _Writer(asked)
    roots = writer.roots(root)
    source = writer.source()
    functions = dict(writer.names)
    exec(compile(source, "<compiled operation>", "exec"), functions)  # noqa: S102 - of our own making, see above
    return Program([(key, functions[name]) for key, name in roots], tuple(writer.places), source)


@dataclass
class _Writer:
    asked: Asked
    names: dict[str, Any] = field(default_factory=dict)
    places: dict[tuple[str, Place], int] = field(default_factory=dict)
    _functions: list[str] = field(default_factory=list)
    _number: int = 0

    def __post_init__(self) -> None:
        self.names.update(
            __name__=MODULE,
            located=located,
            missing=missing,
            no_list=no_list,
            is_iterable=is_iterable,
            **NAMES,
        )
        self._fragments = {
            node.name.value: FragmentDetails(node)
            for node in self.asked.document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }

    def source(self) -> str:
        return "\n\n".join(self._functions)

    def roots(self, root: GraphQLObjectType) -> list[tuple[str, str]]:
        """(Response key, name of its function)."""
        asked = self.asked
        collected = collect_fields(
            asked.schema, self._fragments, asked.variables, root, asked.operation
        )
        return [
            (key, self._root(ChosenField(root, key, details)))
            for key, details in collected.grouped_field_set.items()
        ]

    def _root(self, chosen: ChosenField) -> str:
        name = self._named(f"{chosen.parent.name}_{chosen.name}")
        lines = [f"async def {name}(run):", "    source, path, infos = None, None, run.infos"]
        self._functions.append(
            "\n".join([*lines, *self._field(chosen, "return {0}", is_root=True)])
        )
        return name

    def _object(self, graphql_type: GraphQLObjectType, holder: ChosenField) -> str:
        """The function that answers what is selected of one type."""
        if graphql_type.is_type_of is not None:
            raise NotCompiled(f"{graphql_type.name} decides itself what is one")
        name = self._named(graphql_type.name)
        asked = self.asked
        collected = collect_subfields(
            asked.schema,
            self._fragments,
            asked.variables,
            asked.operation,
            graphql_type,
            holder.details,
        )
        lines = [f"def {name}(source, path, run):", "    infos, answer = run.infos, {}"]
        for key, details in collected.grouped_field_set.items():
            into = f"answer[{key!r}] = {{0}}"
            lines += self._field(ChosenField(graphql_type, key, details), into)
        self._functions.append("\n".join([*lines, "    return answer"]))
        return name

    def _field(self, chosen: ChosenField, into: str, *, is_root: bool = False) -> list[str]:
        """The lines of one field; `into` says where its value goes."""
        if chosen.name == _TYPENAME:
            return [f"    {into.format(repr(chosen.parent.name))}"]
        coordinate = f"{chosen.parent.name}.{chosen.name}"
        if chosen.name.startswith("__"):
            raise NotCompiled(f"{coordinate} is introspection")
        try:
            call = call_of(chosen.definition, is_root=is_root)
        except NotCompiled as reason:
            raise NotCompiled(f"{coordinate}: {reason}") from None
        output = chosen.definition.type
        told = self._told(chosen, output)
        path = f"(path, {chosen.key!r})"
        return [
            "    try:",
            f"        value = {self._call(chosen, call)}",
            *_indented(self._completed(output, chosen, told, path, into)),
            "    except Exception as fault:",
            *_indented(_failed(output, told, path, into)),
        ]

    def _call(self, chosen: ChosenField, call: Call) -> str:
        if call.function is None:
            return f"source.{call.attribute}"
        resolver = f"{chosen.parent.name}_{call.attribute}"
        self.names[resolver] = call.function
        given = ["source", *self._info(call, chosen), *self._arguments(chosen)]
        awaited = "await " if call.is_async else ""
        return f"{awaited}{resolver}({', '.join(given)})"

    def _info(self, call: Call, chosen: ChosenField) -> list[str]:
        if call.takes_info is None:
            return []
        info = self._place(chosen)
        return [info if call.takes_info.name is None else f"{call.takes_info.name}={info}"]

    def _place(self, chosen: ChosenField) -> str:
        seen = (chosen.name, Place(chosen.key))
        return f"infos[{self.places.setdefault(seen, len(self.places))}]"

    def _arguments(self, chosen: ChosenField) -> list[str]:
        if not chosen.definition.args:
            return []
        arguments = Arguments(
            chosen.definition,
            chosen.nodes[0],
            own_field(chosen.definition),
            self.asked.converting,
        )
        if arguments.are_constant():
            name = self._known("given", arguments.given(self.asked.variables))
            return [f"**{name}"]
        return [f"**run.arguments({self._known('arguments', arguments)})"]

    def _completed(
        self, output: GraphQLOutputType, chosen: ChosenField, told: str, path: str, into: str
    ) -> list[str]:
        """The lines that complete `value`."""
        inner: Any = output.of_type if is_non_null_type(output) else output
        if isinstance(inner, GraphQLScalarType | GraphQLEnumType):
            return [into.format(self._leaf(inner, told))]
        if is_list_type(inner):
            function = self._list(inner.of_type, chosen, told)
        elif isinstance(inner, GraphQLUnionType):
            function = self._union(inner, chosen)
        else:
            function = self._object(inner, chosen)
        answer = f"{function}(value, {path}, run)"
        if is_non_null_type(output):
            return ["if value is None:", f"    raise missing({told})", into.format(answer)]
        return [into.format(f"None if value is None else {answer}")]

    def _leaf(self, leaf: GraphQLScalarType | GraphQLEnumType, told: str) -> str:
        ask = f"written_{leaf.name}"
        self.names.setdefault(ask, asking(leaf))
        asked = f"{ask}(value, {told})"
        shortcut = plain(leaf, "value")
        if shortcut is None:
            return asked
        members = enum_class(leaf)
        if members is not None:
            self.names[leaf.name] = members
        condition, expression = shortcut
        return f"{expression} if {condition} else {asked}"

    def _list(self, item: GraphQLOutputType, chosen: ChosenField, told: str) -> str:
        name = self._named(f"{chosen.parent.name}_{chosen.name}_list")
        told_item, path = self._told(chosen, item), "(path, index)"
        lines = [
            f"def {name}(values, path, run):",
            "    if not is_iterable(values):",
            f"        raise no_list({told})",
            "    answer = []",
            "    for index, value in enumerate(values):",
            "        try:",
            *_indented(self._completed(item, chosen, told_item, path, "answer.append({0})"), 12),
            "        except Exception as fault:",
            *_indented(_failed(item, told_item, path, "answer.append({0})"), 12),
            "    return answer",
        ]
        self._functions.append("\n".join(lines))
        return name

    def _union(self, union: GraphQLUnionType, chosen: ChosenField) -> str:
        """Which member a value is, Strawberry's own resolver says."""
        name = self._named(union.name)
        self.names[f"{union.name}_type"], self.names[f"type_of_{union.name}"] = (
            union,
            union.resolve_type,
        )
        asked = f"type_of_{union.name}(value, {self._place(chosen)}, {union.name}_type)"
        members = {member.name: self._object(member, chosen) for member in union.types}
        lines = [
            f"def {name}(value, path, run):",
            "    infos = run.infos",
            f"    member = {asked}",
            *(
                f"    if member == {member!r}:\n        return {function}(value, path, run)"
                for member, function in members.items()
            ),
            "    raise TypeError(member)",
        ]
        self._functions.append("\n".join(lines))
        return name

    def _told(self, chosen: ChosenField, output: GraphQLOutputType) -> str:
        coordinate = f"{chosen.parent.name}.{chosen.name}"
        return self._known("told", Told(chosen.nodes, coordinate, is_non_null_type(output)))

    def _named(self, name: str) -> str:
        self._number += 1
        return f"{name}_{self._number}"

    def _known(self, kind: str, value: object) -> str:
        name = self._named(kind)
        self.names[name] = value
        return name


def _failed(output: GraphQLOutputType, told: str, path: str, into: str) -> list[str]:
    if is_non_null_type(output):
        return [f"raise located(fault, {told}, {path})"]
    return [into.format(f"run.noted(fault, {told}, {path})")]


def _indented(lines: list[str], by: int = 8) -> list[str]:
    return [f"{' ' * by}{line}" for line in lines]
