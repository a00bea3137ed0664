"""Between validation and execution: what the operation chose, and whether the caller may; then,
if it has been compiled, its answer."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, get_operation_ast
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext

from auth.permissions import Denial, Permission, denial_for
from schema.access import Denied, Rules, denials
from schema.choices import OperationChoices
from schema.chosen import Chosen
from schema.compiled.plans import Plan, coerced
from schema.compiled.running import Program
from schema.context import RequestContext
from schema.failures import ACR, LEVEL, RequestError, RequestErrorCode
from schema.gateway_schema import GatewaySchema

MAX_TOLD_DENIALS = 10

_MESSAGES = {
    Denial.UNAUTHENTICATED: "Log in to use this field.",
    Denial.FORBIDDEN: "You may not use this field.",
    Denial.STEP_UP_REQUIRED: "This field needs a fresh real-person proof: see startStepUp.",
    Denial.STRONGER_PROOF_REQUIRED: (
        "This field needs a real-person proof of a higher level: see startStepUp."
    ),
}


def operation_guard(rules: Rules) -> type[SchemaExtension]:
    """The extension class for one schema with its access rules."""

    class OperationGuard(SchemaExtension):
        """`_plan` is None where the operation is looked at, and run, as if for the first time."""

        _plan: Plan | None = None

        def on_validate(self) -> Iterator[None]:
            """Not `on_execute`, whose result a subscription would not heed."""
            execution = self.execution_context
            document, operation = execution.graphql_document, _operation_of(execution)
            if not execution.pre_execution_errors and document and operation:
                errors = self._looked_at(document, operation)
                if errors:
                    execution.pre_execution_errors = errors
            yield

        def _looked_at(
            self, document: DocumentNode, operation: OperationDefinitionNode
        ) -> list[GraphQLError]:
            execution, variables = self.execution_context, self.execution_context.variables or {}
            schema = _schema_of(execution)
            prepared = schema.documents.remembered(execution.query or "")
            if prepared is not None and schema.planner is not None:
                self._plan = schema.planner.plan(prepared, operation, variables)
            context: RequestContext = execution.context
            choices = OperationChoices(
                schema._schema,  # noqa: SLF001 - Strawberry has no public way
                document,
                operation,
                variables,
                None if self._plan is None else self._plan.selections,
            )
            context.choices = choices
            if self._plan is not None and _passes(self._plan.rules, context):
                return []
            return _errors(rules, choices.chosen, context)

        async def on_execute(self) -> AsyncIterator[None]:
            """A compiled operation has its result before the ordinary executor would begin."""
            if self._plan is not None and self._plan.program is not None:
                await _run(self._plan.program, self.execution_context)
            yield

    return OperationGuard


async def _run(program: Program, execution: ExecutionContext) -> None:
    """Leaves no result where a variable does not fit: the ordinary executor says so."""
    operation, schema = _operation_of(execution), _schema_of(execution)
    if operation is None:
        return
    variables = coerced(schema._schema, operation, execution.variables or {})  # noqa: SLF001
    if variables is not None:
        execution.result = await program.execute(schema, execution.context, variables)


def _operation_of(execution: ExecutionContext) -> OperationDefinitionNode | None:
    document = execution.graphql_document
    operation = get_operation_ast(document, execution.operation_name) if document else None
    return operation if isinstance(operation, OperationDefinitionNode) else None


def _schema_of(execution: ExecutionContext) -> GatewaySchema:
    if not isinstance(execution.schema, GatewaySchema):
        raise TypeError("this extension belongs to GatewaySchema")
    return execution.schema


def _passes(rules: Collection[tuple[Permission, ...]], context: RequestContext) -> bool:
    """Whether the caller may use fields with these rules, each looked at once."""
    principal, now, demands = context.ask.principal, context.now, context.gateway.proof_demands
    return all(denial_for(principal, rule, now, demands) is None for rule in rules)


def _errors(
    rules: Rules, chosen: Mapping[str, Chosen], context: RequestContext
) -> list[GraphQLError]:
    demands = context.gateway.proof_demands
    found = denials(rules, chosen, context.ask.principal, context.now, demands)
    return [_error(denied) for denied, _ in zip(found, range(MAX_TOLD_DENIALS), strict=False)]


def _error(denied: Denied) -> RequestError:
    told = denied.denial is Denial.STRONGER_PROOF_REQUIRED
    return RequestError(
        RequestErrorCode(denied.denial.value),
        _MESSAGES[denied.denial],
        path=list(denied.path),
        details={LEVEL: denied.level.name, ACR: denied.level.assurance.acr} if told else None,
    )
