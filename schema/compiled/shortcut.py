"""The way of a known operation: from its text to its answer, round Strawberry's own.

It knows no way to refuse. Whatever is not as it should be (a variable, the access, the kind of
operation) is left to the ordinary way, which goes through the same steps and says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import ExecutionResult, OperationDefinitionNode
from strawberry.types.graphql import OperationType

from schema.access import all_pass
from schema.choices import OperationChoices
from schema.compiled.plans import Plan, Planner, coerced
from schema.context import RequestContext
from schema.documents import Documents, Prepared
from schema.failures import RequestError
from schema.gate import Gate


@dataclass(frozen=True)
class Shortcut:
    documents: Documents
    gate: Gate
    planner: Planner

    def warm(self, text: str) -> None:
        """Plans the queries of a document before anybody asks; of a valid one that may be kept."""
        prepared = self.documents.prepare(text)
        for operation in prepared.document.definitions:
            if isinstance(operation, OperationDefinitionNode):
                self.planner.plan(prepared, operation, {}, at_once=True)

    async def answer(
        self,
        query: str,
        variables: Mapping[str, Any],
        context: Any,
        operation_name: str | None,
        allowed: Collection[OperationType],
        schema: Any,
    ) -> ExecutionResult | None:
        """None for what the ordinary way is to answer. Errors are as graphql-core has them."""
        prepared = self.documents.remembered(query)
        if prepared is None or not isinstance(context, RequestContext):
            return None
        try:
            operation = self.gate.admitted(prepared, operation_name, variables, allowed)
        except RequestError:
            return None
        plan = self.planner.plan(prepared, operation, variables)
        if plan is None or plan.program is None or not _passes(plan, context):
            return None
        values = coerced(self.planner.schema, operation, variables)
        if values is None:
            return None
        context.choices = self._choices(prepared, operation, variables, plan)
        return await plan.program.execute(schema, context, values)

    def _choices(
        self,
        prepared: Prepared,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        plan: Plan,
    ) -> OperationChoices:
        return OperationChoices(
            self.planner.schema, prepared.document, operation, variables, plan.selections
        )


def _passes(plan: Plan, context: RequestContext) -> bool:
    demands = context.gateway.proof_demands
    return all_pass(plan.rules, context.ask.principal, context.now, demands)
