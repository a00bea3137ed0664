"""One execution of a compiled operation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import ExecutionResult, GraphQLError
from graphql.execution.values import VariableValues
from graphql.pyutils import gather_with_cancel

from schema.compiled.calls import Arguments, FieldInfo, Place
from schema.compiled.failing import Path, Told, located
from schema.context import RequestContext


class Run:
    """What the compiled functions share while one operation is answered."""

    __slots__ = ("_variables", "errors", "infos")

    def __init__(self, infos: Sequence[FieldInfo], variables: VariableValues) -> None:
        self.infos = infos
        self.errors: list[GraphQLError] = []
        self._variables = variables

    def arguments(self, arguments: Arguments) -> dict[str, Any]:
        return arguments.given(self._variables)

    def noted(self, fault: Exception, told: Told, path: Path) -> None:
        """Null stands where a nullable field failed."""
        self.errors.append(located(fault, told, path))


Root: TypeAlias = Callable[[Run], Awaitable[Any]]


@dataclass(frozen=True)
class Program:
    """A compiled operation: its root fields by response key, and where fields ask for `info`.
    `source` is what was compiled, to be read by people."""

    roots: Sequence[tuple[str, Root]]
    places: Sequence[tuple[str, Place]]
    source: str

    async def execute(
        self, schema: Any, context: RequestContext, variables: VariableValues
    ) -> ExecutionResult:
        """Root fields run side by side; where one that may not be null fails, the others end."""
        infos = [FieldInfo(context, schema, name, place) for name, place in self.places]
        run = Run(infos, variables)
        answer: dict[str, Any] | None
        try:
            if len(self.roots) == 1:
                [(key, root)] = self.roots
                answer = {key: await root(run)}
            else:
                values = await gather_with_cancel(*(root(run) for _, root in self.roots))
                answer = {key: value for (key, _), value in zip(self.roots, values, strict=True)}
        except GraphQLError as error:
            run.errors.append(error)
            answer = None
        return ExecutionResult(answer, list(run.errors) or None)
