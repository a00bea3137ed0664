"""The query of a subscription, judged when it is made: what is not sound then is never asked."""

from collections.abc import Iterator
from typing import NoReturn

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    StringValueNode,
    Visitor,
    parse_type,
    print_ast,
    visit,
)
from graphql import OperationType as OperationKind

from resolvers.policy.webhooks import MAX_QUERY_LENGTH
from schema.access import access_rules, denials
from schema.chosen import chosen_fields
from schema.context import Info
from schema.documents import LONGEST_PLAIN_NUMBER
from schema.failures import RequestError, RequestErrorCode, request_error_of
from schema.gateway_schema import GatewaySchema

OBJECT_ID = "id"
"""The one variable: the id of the record that the event is about."""
_ITS_TYPE = print_ast(parse_type("ID!"))
_EXAMPLE_ID = "apl_00000000000000000000000000"


def judged(info: Info, query: str) -> str:
    """The query as it was given. Raises BAD_USER_INPUT, with the first fault of it."""
    if len(query) > MAX_QUERY_LENGTH or "#" in query:
        _bad(f"at most {MAX_QUERY_LENGTH} characters, without comments")
    schema = info.schema
    if not isinstance(schema, GatewaySchema):
        raise TypeError("a query is judged by the gateway's own schema")
    document = _prepared(schema, query)
    operation = _only_query(document)
    if _holds_literals(document):
        _bad("no texts and no long numbers: what it asks of is the variable `$id`")
    graphql_schema: GraphQLSchema = schema._schema  # noqa: SLF001 - no public way
    chosen = chosen_fields(graphql_schema, document, operation, {OBJECT_ID: _EXAMPLE_ID})
    context = info.context
    rules, demands = access_rules(graphql_schema), context.gateway.proof_demands
    denied = denials(rules, chosen, context.ask.principal, context.now, demands)
    if next(iter(denied), None) is not None:
        _bad("it selects a field that this client may not use")
    return query


def _prepared(schema: GatewaySchema, query: str) -> DocumentNode:
    try:
        prepared = schema.documents.prepare(query)
    except RequestError as refused:
        _bad(refused.message, refused)
    for error in prepared.errors:
        _bad(error.message, error)
    return prepared.document


def _only_query(document: DocumentNode) -> OperationDefinitionNode:
    operations = [
        node for node in document.definitions if isinstance(node, OperationDefinitionNode)
    ]
    if len(operations) != 1 or operations[0].operation is not OperationKind.QUERY:
        _bad("one operation, a query")
    for variable in operations[0].variable_definitions or ():
        if variable.variable.name.value != OBJECT_ID or print_ast(variable.type) != _ITS_TYPE:
            _bad("no variable but `$id: ID!`")
    return operations[0]


def _holds_literals(document: DocumentNode) -> bool:
    """What may be somebody's name or number is not stored."""
    finder = _Literals()
    visit(document, finder)
    return finder.found


class _Literals(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_string_value(self, node: StringValueNode, *_args: object) -> None:
        self.found = self.found or bool(node.value)

    def enter_int_value(self, node: IntValueNode, *_args: object) -> None:
        self.found = self.found or len(node.value) > LONGEST_PLAIN_NUMBER


def _bad(message: str, error: GraphQLError | None = None) -> NoReturn:
    raise RequestError(
        RequestErrorCode.BAD_USER_INPUT, f"query: {message}", details=dict(_details(error))
    )


def _details(error: GraphQLError | None) -> Iterator[tuple[str, object]]:
    known = None if error is None else request_error_of(error)
    if known is not None:
        yield "reason", known.code.value
        for name in ("rule", "at", "didYouMean"):
            if name in (known.extensions or {}):
                yield name, (known.extensions or {})[name]
