"""The schema, assembled: roots, access rules, limits and masking."""

from strawberry.schema.config import StrawberryConfig

from auth.mongo import is_timeout, is_unavailable
from auth.permissions import Permission
from schema.access import access_rules
from schema.compiled.calls import Converting
from schema.compiled.plans import Planner
from schema.compiled.shortcut import Shortcut
from schema.failures import RequestErrorCode
from schema.gateway_schema import GatewaySchema
from schema.notice_arrival import Subscription
from schema.operation import operation_guard
from schema.root import Mutation, Query
from schema.scalars import SCALARS


def classify(error: BaseException) -> RequestErrorCode | None:
    """Which faults of the database a client may be told of."""
    if isinstance(error, TimeoutError) or is_timeout(error):
        return RequestErrorCode.TIMEOUT
    return RequestErrorCode.UNAVAILABLE if is_unavailable(error) else None


def build_gateway_schema(*, is_open: bool = True, compiles: bool = True) -> GatewaySchema:
    """The executable schema. One that is not open (production) answers no introspection and
    gives no hints about fields that were mistyped. One that does not compile leaves all to the
    ordinary executor: what compiled reads are compared with.

    Raises `schema.access.FieldWithoutRule`.
    """
    rules: dict[tuple[str, str], tuple[Permission, ...]] = {}
    schema = GatewaySchema(
        Query,
        Mutation,
        Subscription,
        classify=classify,
        introspection=is_open,
        config=StrawberryConfig(scalar_map=SCALARS),
        extensions=[operation_guard(rules)],
    )
    graphql_schema = schema._schema  # noqa: SLF001 - Strawberry has no public way
    rules.update(access_rules(graphql_schema))
    if compiles:
        converting = Converting(schema.schema_converter.scalar_registry, schema.config)
        planner = Planner(graphql_schema, rules, converting)
        schema.shortcut = Shortcut(schema.documents, schema.gate, planner)
    return schema
