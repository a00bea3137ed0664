"""GraphQL's choices → the plain `Selection` that the resolvers floor compiles."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type

from resolvers.rules.card_rules import CARD_FACTS
from resolvers.rules.roster import RosterFilter, TaskFilter
from resolvers.rules.tallies import Tally
from resolvers.selection import Edge, ListOrder, Page, Selection
from resolvers.sights import HOLDER
from schema.chosen import Chosen
from schema.connection import DEFAULT_PAGE, decoded
from schema.field import (
    COUNTS,
    EDGE,
    NUMBERS,
    OPENS,
    READS,
    RULE_EDGES,
    SHOWS,
    SORTED,
    TALLIES,
    WANTED,
    WHERE,
)
from schema.row import branch_of, count_key, counted_key, rule_key, tally_key

_ORDERS: Mapping[str, str] = {
    "permits": "valid_from",
    "cards": "issued_at",
    "identity_documents": "valid_from",
    "sessions": "created_at",
    "applications": "created_at",
    "work_list": "promise.due_at",
    "tasks": "opened_at",
    "card_orders": "ordered_at",
    "counter_queue": "promised_at",
    "letters": "issued_at",
    "contests": "opened_at",
    "share_codes": "made_at",
    "grants": "asked_at",
    "accesses": "at",
    "notices": "at",
    "employees": "started_at",
    "webhook_deliveries": "created_at",
}
CONNECTION_ORDER: Mapping[str, ListOrder] = {
    relation: ListOrder(relation, path) for relation, path in _ORDERS.items()
}
"""Relation → the instant by which its connection is ordered and its cursors are made."""

RULE_SELECTIONS: Mapping[str, Selection] = {
    "permits": Selection(frozenset({"form", "state", "valid_from", "valid_until"})),
    "cards": Selection(frozenset(CARD_FACTS)),
    "ahead": Selection(),
    "running_contest": Selection(),
    "inbox": Selection(frozenset({"unread"})),
    "attempts": Selection(frozenset({"blocked_until"})),
    "employment": Selection(frozenset({"ends_at"})),
    "actor_employer": Selection(frozenset({"name"})),
    "actor_officer": Selection(frozenset({"authority"})),
    "again": Selection(frozenset({"at"})),
    "holder": Selection(frozenset({"full_name.sealed"})),
    "permit": Selection(frozenset({"number.sealed"})),
    "sponsorship": Selection(frozenset({"name.sealed", "ends_at"})),
    "reviewer": Selection(frozenset({"state", "duties"})),
}
"""What a rule reads of all rows of a relation."""


MAX_FOUND_BY_NUMBER = 999
"""Employments: whoever came back has several."""
_TALLIED: Mapping[Tally, str] = {
    Tally.EMPLOYEES: "employees",
    Tally.APPLICATIONS: "applications",
    Tally.TASKS: "tasks",
}
"""Of which relation a tally is."""


def selection_of(schema: GraphQLSchema, chosen: Mapping[str, Chosen]) -> Selection:
    """What the chosen fields of one document need. Raises RequestError for a cursor
    that is none of ours."""
    plan = _Plan(schema)
    plan.add(chosen)
    return plan.selection()


class _Plan:
    """Collects the needs of one document.

    `branch` tells apart the same document reached by different aliases of one connection.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._paths: set[str] = set()
        self._reveals: set[str] = set()
        self._opens = False
        self._edges: dict[str, Edge] = {}
        self._shows: set[str] = set()

    def selection(self) -> Selection:
        return Selection(
            frozenset(self._paths),
            frozenset(self._reveals),
            self._opens,
            self._edges,
            frozenset(self._shows),
        )

    def read(self, path: str) -> None:
        self._paths.add(path)

    def add(self, chosen: Mapping[str, Chosen], branch: str = "") -> None:
        for field in chosen.values():
            if not field.field.startswith("__"):
                self._add_field(field, branch)

    def _add_field(self, field: Chosen, branch: str) -> None:
        metadata = self._metadata(field)
        for relation in metadata[RULE_EDGES]:
            self._edges[rule_key(relation)] = Edge(relation, RULE_SELECTIONS[relation])
        if metadata[OPENS]:
            self._opens = True
            self.read("holder_id")
        if metadata[SHOWS]:
            self._shows.update(metadata[SHOWS])
            self.read("holder_id")
        for tally in metadata[TALLIES]:
            self._edges[tally_key(tally)] = Edge(_TALLIED[tally], Selection(), tally=tally)
        if metadata[COUNTS] is not None:
            relation, wanted_of = metadata[COUNTS]
            wanted = wanted_of(field.arguments)
            counted = Edge(relation, Selection(), wanted=wanted, counted={})
            self._edges[counted_key(relation, wanted)] = counted
        if metadata[EDGE] is not None:
            self._follow(field, metadata, branch)
        elif "SealedText" in field.children:
            self._add_sealed(field, metadata[READS][0])
        else:
            self._paths.update(metadata[READS])
            for children in field.children.values():
                self.add(children, branch)

    def _add_sealed(self, field: Chosen, path: str) -> None:
        self.read(f"{path}.masked")
        if any(child.field == "revealed" for child in field.under("SealedText").values()):
            self._reveals.add(path)
            self.read("holder_id")

    def _follow(self, field: Chosen, metadata: Mapping[str, Any], branch: str) -> None:
        relation: str = metadata[EDGE]
        where = metadata[WHERE](field.arguments) if metadata[WHERE] is not None else {}
        wanted = metadata[WANTED](field.arguments) if metadata[WANTED] is not None else None
        fields = field.under(self._type_name(field))
        related = _Plan(self._schema)
        names_people = (field.parent, relation) in TELL_WHO
        page = None
        if relation in CONNECTION_ORDER and "edges" in self._fields_of(self._type_name(field)):
            order = CONNECTION_ORDER[relation]
            if metadata[SORTED] is not None:
                order = metadata[SORTED](field.arguments)
            page = _page(field.arguments, order)
            related.read(order.path)
            for node_branch, node_fields in _nodes(fields):
                related.add(node_fields, node_branch)
            names_people = names_people and (_is_looked_at(fields) or _is_search(wanted))
            if any(below.field == "totalCount" for below in fields.values()):
                counted = Edge(relation, Selection(), where=where, wanted=wanted, counted={})
                self._edges[count_key(branch, field.key)] = counted
            self.add({key: below for key, below in fields.items() if below.field not in _SHAPE})
        else:
            related.add(fields)
        numbers = None
        if metadata[NUMBERS] is not None:
            related.read("number_digest")
            numbers, page = metadata[NUMBERS](field.arguments), Page(MAX_FOUND_BY_NUMBER)
        if names_people:
            related.read(HOLDER)
        edge = Edge(relation, related.selection(), page, where, wanted, numbers=numbers)
        self._edges[branch + field.key] = edge

    def _metadata(self, field: Chosen) -> Mapping[str, Any]:
        definition = self._fields_of(field.parent)[field.field]
        metadata: Mapping[str, Any] = definition.extensions["strawberry-definition"].metadata
        return metadata

    def _fields_of(self, type_name: str) -> Mapping[str, Any]:
        graphql_type = self._schema.type_map[type_name]
        return graphql_type.fields if isinstance(graphql_type, GraphQLObjectType) else {}

    def _type_name(self, field: Chosen) -> str:
        definition = self._fields_of(field.parent)[field.field]
        name: str = get_named_type(definition.type).name
        return name


TELL_WHO = frozenset(
    {
        *(("EmployerDesk", one) for one in ("permits", "employees", "applications", "application")),
        *(("EmployerDesk", one) for one in ("letters", "tasks")),
        ("ApplicationChanged", "application"),
        ("LetterIssued", "letter"),
    }
)
"""Lists and records of an employer of which the holder's ledger has a line; `resolvers.sights`."""
_SHAPE = frozenset({"edges", "pageInfo", "totalCount", "__typename"})


def _nodes(connection: Mapping[str, Chosen]) -> Iterator[tuple[str, Mapping[str, Chosen]]]:
    """Branch and chosen fields of every `edges { node }` of a connection."""
    for edges in connection.values():
        if edges.field != "edges":
            continue
        for edge_fields in edges.children.values():
            for node in edge_fields.values():
                if node.field == "node":
                    for node_fields in node.children.values():
                        yield branch_of(edges.key, node.key), node_fields


def _is_looked_at(connection: Mapping[str, Chosen]) -> bool:
    return next(_nodes(connection), None) is not None


def _is_search(wanted: RosterFilter | TaskFilter | None) -> bool:
    """By name, a count alone tells who is there."""
    return isinstance(wanted, RosterFilter) and wanted.name is not None


def _page(arguments: Mapping[str, Any], order: ListOrder) -> Page:
    first, after = arguments.get("first"), arguments.get("after")
    cursor = decoded(after, order) if isinstance(after, str) else None
    # To GraphQL the JSON number 50.0 is an Int, to Python it is not.
    return Page(int(first) if isinstance(first, int | float) else DEFAULT_PAGE, cursor, order)
