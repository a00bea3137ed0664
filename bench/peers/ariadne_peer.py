"""Ariadne, as its documentation recommends: schema first, DataLoaders in the context, debug off,
parsed and validated documents remembered. https://ariadnegraphql.org/docs
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ariadne import ObjectType, QueryType, make_executable_schema
from ariadne.asgi import GraphQL
from ariadne.asgi.handlers import GraphQLHTTPHandler
from ariadne.types import GraphQLResult
from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    TypeInfo,
    parse,
    validate,
)
from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from bench.peers import facts
from bench.peers.gate import Gate, serve
from bench.peers.loaders import Loaders, Row, loaders_of
from bench.peers.pages import page
from resolvers.rules.card_rules import state_of

SCHEMA = Path(__file__).with_name("schema.graphql")
_DOCUMENTS = 128
Info = GraphQLResolveInfo[Any]

query, holder, desk = QueryType(), ObjectType("Holder"), ObjectType("EmployerDesk")
permit, card, notice = ObjectType("Permit"), ObjectType("Card"), ObjectType("Notice")
employer, permit_holder = ObjectType("Employer"), ObjectType("PermitHolder")
cards_page, notices_page = ObjectType("CardConnection"), ObjectType("NoticeConnection")
BINDABLES: tuple[ObjectType, ...] = (
    *(query, holder, desk, permit, card, notice),
    *(employer, permit_holder, cards_page, notices_page),
)


def _of_row(read: Callable[[Row], Any]) -> Callable[..., Any]:
    return lambda row, _info: read(row)


def _of_moment(read: Callable[[Row, Any], Any]) -> Callable[..., Any]:
    return lambda row, info: read(row, _loaders(info).now)


def _loaders(info: Info) -> Loaders:
    loaders: Loaders = info.context["loaders"]
    return loaders


for bound in (holder, permit, card, notice, employer):
    bound.set_field("id", _of_row(lambda row: row["_id"]))
for bound in (holder, permit_holder):
    bound.set_field("fullName", _of_row(lambda row: row["full_name"]))
employer.set_field("name", _of_row(lambda row: row["name"]["en"]))
permit.set_field("status", _of_moment(lambda row, now: facts.status_of(row, now).value))
permit.set_field("daysLeft", _of_moment(facts.days_left_of))
permit.set_field("validUntil", _of_row(facts.last_day_of))
card.set_field("status", _of_moment(lambda row, now: state_of(row, now).value))
card.set_field(
    "nextActions",
    _of_moment(lambda row, now: [{"label": label} for label in facts.actions_of(row, now)]),
)
notice.set_field("title", _of_moment(lambda row, now: facts.texts_of(row, now).title.en))
notice.set_field("text", _of_moment(lambda row, now: facts.texts_of(row, now).text.en))
notice.set_field("createdAt", _of_row(lambda row: facts.instant(row["at"])))
notice.set_field("readAt", _of_row(lambda row: facts.instant(row["read_at"])))
notice.set_field("daysLeft", _of_moment(facts.days_to))
notice.set_field("about", _of_row(lambda row: {"kind": facts.subject(row), "id": row["object_id"]}))


@query.field("me")
async def me(_: Any, info: Info) -> Row | None:
    loaders = _loaders(info)
    return await loaders.holders.load(loaders.principal.holder_id())


@query.field("employer")
def own_desk(_: Any, info: Info) -> Row:
    return {"_id": _loaders(info).principal.employer_id()}


@holder.field("permits")
async def permits(row: Row, info: Info, first: int, **_: Any) -> Row:
    return page(await _loaders(info).permits_of.load(row["_id"]), first, facts.permit_cursor)


@holder.field("cards")
async def cards(row: Row, info: Info, first: int, **_: Any) -> Row:
    found = await _loaders(info).cards_of.load(row["_id"])
    return page(found, first, facts.card_cursor) | {"holder_id": row["_id"]}


@holder.field("notices")
async def notices(row: Row, info: Info, first: int, **_: Any) -> Row:
    found = await _loaders(info).notices_of(row["_id"], first + 1)
    return page(found, first, facts.notice_cursor) | {"holder_id": row["_id"]}


@desk.field("permits")
async def sponsored(row: Row, info: Info, first: int, after: str | None = None) -> Row:
    found = await _loaders(info).permits_of_employer(row["_id"], first, after)
    return page(found, first, facts.permit_cursor)


@permit.field("employer")
async def employer_of(row: Row, info: Info) -> Row | None:
    return await _loaders(info).employers.load(row["employer_id"])


@permit.field("holder")
async def holder_of(row: Row, info: Info) -> Row | None:
    return await _loaders(info).name_of(row)


@card.field("permit")
async def permit_of(row: Row, info: Info) -> Row | None:
    permit_id = row["permit_id"]
    return None if permit_id is None else await _loaders(info).permits.load(permit_id)


@cards_page.field("electronicAbsence")
async def electronic_absence(row: Row, info: Info) -> Row | None:
    loaders = _loaders(info)
    holder_id = row["holder_id"]
    absence = facts.absence_of(
        await loaders.permits_of.load(holder_id),
        await loaders.cards_of.load(holder_id),
        loaders.now,
    )
    if absence is None:
        return None
    return {"code": absence.value, "message": facts.absence_message(absence)}


@notices_page.field("unreadCount")
async def unread_count(row: Row, info: Info) -> int:
    inbox = await _loaders(info).inboxes.load(row["holder_id"])
    return 0 if inbox is None else int(inbox["unread"])


@lru_cache(_DOCUMENTS)
def _parsed(text: str) -> DocumentNode:
    return parse(text)


def _parse(_context: Any, data: Mapping[str, Any]) -> DocumentNode:
    return _parsed(data["query"])


_valid: dict[int, tuple[DocumentNode, list[GraphQLError]]] = {}


def _validate(
    schema: GraphQLSchema,
    document_ast: DocumentNode,
    rules: Collection[type[ASTValidationRule]] | None = None,
    max_errors: int | None = None,
    type_info: TypeInfo | None = None,  # noqa: ARG001 - of its interface
) -> list[GraphQLError]:
    """Each remembered document once; there are no more of them than are remembered as parsed."""
    known = _valid.get(id(document_ast))
    if known is None or known[0] is not document_ast:
        errors = validate(schema, document_ast, rules, max_errors=max_errors)
        known = _valid[id(document_ast)] = (document_ast, errors)
    return known[1]


class Handler(GraphQLHTTPHandler):
    """Extensions of Ariadne cannot wait for something at the end."""

    async def execute_graphql_query(
        self,
        request: Any,
        data: Any,
        *,
        context_value: Any = None,
        query_document: DocumentNode | None = None,
    ) -> GraphQLResult:
        context = context_value or await self.get_context_for_request(request, data)
        result = await super().execute_graphql_query(
            request, data, context_value=context, query_document=query_document
        )
        await context["loaders"].write_trail()
        return result


def routes_of(gate: Gate) -> list[BaseRoute]:
    schema = make_executable_schema(SCHEMA.read_text(encoding="utf-8"), *BINDABLES)

    async def context(request: Request, _data: Any) -> dict[str, Any]:
        runtime = gate.open
        ask = await gate.ask(request)
        loaders = loaders_of(runtime.gateway, ask)
        return {"request": request, "loaders": loaders}

    graph = GraphQL(
        schema,
        context_value=context,
        query_parser=_parse,
        query_validator=_validate,
        debug=False,
        introspection=False,
        explorer=None,
        http_handler=Handler(),
    )
    return [Route("/graphql", graph, methods=["POST"])]


if __name__ == "__main__":
    serve(routes_of)
