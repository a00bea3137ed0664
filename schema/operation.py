"""Between validation and execution: what the operation chose, and whether the caller may."""

from collections.abc import Iterator, Mapping

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode, get_operation_ast
from strawberry.extensions import SchemaExtension

from auth.permissions import Denial
from schema.access import Denied, Rules, denials
from schema.choices import OperationChoices
from schema.chosen import Chosen
from schema.context import RequestContext
from schema.failures import ACR, LEVEL, RequestError, RequestErrorCode

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
        def on_validate(self) -> Iterator[None]:
            """Not `on_execute`, whose result a subscription would not heed."""
            execution = self.execution_context
            if execution.pre_execution_errors:
                yield
                return
            schema: GraphQLSchema = execution.schema._schema  # noqa: SLF001 - no public way
            document = execution.graphql_document
            operation = get_operation_ast(document, execution.operation_name) if document else None
            context: RequestContext = execution.context
            if document is not None and isinstance(operation, OperationDefinitionNode):
                choices = OperationChoices(schema, document, operation, execution.variables or {})
                context.choices = choices
                errors = _errors(rules, choices.chosen, context)
                if errors:
                    execution.pre_execution_errors = errors
            yield

    return OperationGuard


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
