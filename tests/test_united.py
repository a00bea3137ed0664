"""Edges that read the same rows read them once, and each has what it would have read by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from unittest.mock import patch

import pytest

from api.clock import utc_now
from api.ids import new_id
from api.operations import known_operations
from auth.mongo import Database, Document
from resolvers import pipeline as pipelines
from resolvers.graph import RELATIONS
from resolvers.pipeline import compile_read
from resolvers.reading import read_one
from resolvers.selection import Cursor, Edge, Page, Selection
from resolvers.store import employers, holders, permits
from resolvers.united import MAX_UNPAGED_ROWS, Among, NotAllRead, Taken, United, give_back, united
from tests.access_callers import logged_in
from tests.access_records import put_party
from tests.commands import CommandLog
from tests.serving import Serving

SEED = 20261128
NUMBER = Selection(frozenset({"number.masked"}))
LISTED = Edge("permits", NUMBER, Page(5))
RULED = Edge("permits", Selection(frozenset({"state"})))
CARDS = Edge("cards", Selection(frozenset({"kind"}), edges={"its": Edge("permit", NUMBER)}))
HOME = next(text for text in known_operations() if text.startswith("query Home"))


def united_edges(**edges: Edge) -> United:
    return united(holders.NAME, Selection(edges=edges))


def test_a_page_and_a_rule_read_one_list_and_take_what_is_theirs() -> None:
    read = united_edges(page=LISTED, rule=RULED)
    both = Selection(frozenset({"number.masked", "state"}))
    assert read.selection.edges == {"page": Edge("permits", both, Page(MAX_UNPAGED_ROWS - 1))}
    assert read.taken == {"page": Taken("page", 6), "rule": Taken("page", MAX_UNPAGED_ROWS)}


@pytest.mark.parametrize(
    "other",
    [
        Edge("permits", NUMBER, Page(5, Cursor("permits", utc_now(), "pmt_1"))),
        Edge("permits", NUMBER, where={"state": "ISSUED"}),
        Edge("permits", NUMBER, counted={}),
        Edge("cards", NUMBER),
        # One key below that stands for two things, and a list below that is read for each row.
        Edge("permits", Selection(edges={"its": Edge("sponsorship", NUMBER)})),
        Edge("permits", Selection(edges={"list": Edge("running_contest", NUMBER, Page(5))})),
    ],
)
def test_other_rows_are_read_by_themselves(other: Edge) -> None:
    its = replace(LISTED, selection=Selection(edges={"its": Edge("employer", NUMBER)}))
    read = united_edges(page=its, other=other)
    assert read.selection.edges == {"page": its, "other": other}
    assert (read.taken, read.among) == ({}, {})


def test_a_card_finds_its_permit_in_a_list_of_all_permits_alone() -> None:
    read = united_edges(cards=CARDS, rule=RULED)
    assert read.among == {("cards", "its"): Among("rule", MAX_UNPAGED_ROWS, ("permit_id",))}
    assert read.selection.edges["rule"].selection.paths == {"number.masked", "state"}
    some = replace(RULED, page=Page(20))
    for rule in (LISTED, some, replace(RULED, where={"state": "ISSUED"})):
        assert united_edges(cards=CARDS, rule=rule).among == {}


def test_rows_of_a_list_lead_back_to_the_root_that_listed_them() -> None:
    name, number = Edge("employer", Selection(frozenset({"name.en"}))), Edge("holder", NUMBER)
    listed = Edge("permits", Selection(edges={"its": name}), Page(5))
    other = Edge("permits", Selection(edges={"its": number}), Page(5))
    selection = Selection(frozenset({"code"}), edges={"page": listed, "other": other})
    read = united(employers.NAME, selection)
    assert read.back == [("page", "its")]
    assert read.selection.paths == {"code", "name.en"}
    assert read.selection.edges["page"].selection.edges == {}
    # A key that stands for another thing in a list of the same rows is joined there.
    assert read.selection.edges["other"] == other
    rows: list[Document] = [{"_id": "pmt_1"}, {"_id": "pmt_2", "edges": {"more": []}}]
    found: Document = {"_id": "emp_1", "name": "Ours", "edges": {"page": rows, "other": []}}
    give_back(found, read)
    assert [row["edges"]["its"] for row in rows] == [[{"_id": "emp_1", "name": "Ours"}]] * 2


@pytest.mark.parametrize(
    "edge",
    [
        # Deeper, narrowed, by another value, to another collection, with something below.
        Edge("employees", Selection(edges={"its": Edge("permits", LISTED.selection, Page(5))})),
        Edge("permits", Selection(edges={"its": Edge("employer", NUMBER, where={"x": 1})})),
        Edge("permits", Selection(edges={"its": Edge("holder", NUMBER)})),
        Edge("letters", Selection(edges={}), counted={}),
    ],
)
def test_what_leads_elsewhere_is_read_there(edge: Edge) -> None:
    read = united(employers.NAME, Selection(edges={"page": edge}))
    assert (read.selection.edges, read.back) == ({"page": edge}, [])


def test_what_is_not_in_a_list_is_nowhere_unless_the_list_goes_on() -> None:
    read = United(Selection(), {}, {("cards", "its"): Among("rule", 2, ("permit_id",))})

    def its(permit_id: str | None, *listed: str) -> Any:
        rows = [{"_id": one} for one in listed]
        document: Document = {"edges": {"rule": rows, "cards": [{"permit_id": permit_id}]}}
        give_back(document, read)
        return document["edges"]["cards"][0]["edges"]["its"]

    assert its("pmt_2", "pmt_1", "pmt_2") == [{"_id": "pmt_2"}]
    assert its("pmt_2", "pmt_1") == its(None, "pmt_1", "pmt_2") == []
    with pytest.raises(NotAllRead):
        its("pmt_3", "pmt_1", "pmt_2")


def test_a_home_screen_reads_each_collection_once() -> None:
    rule = Edge("cards", Selection(frozenset({"state"})))
    selection = Selection(
        edges={"permits": LISTED, "rule:permits": RULED, "rule:cards": rule, "cards": CARDS}
    )
    made = compile_read(holders.NAME, {"_id": "hld_1"}, selection, utc_now())
    assert [one["$lookup"]["from"] for one in made if "$lookup" in one] == ["permits", "cards"]


def seen(collection: str, document: Document, selection: Selection) -> Any:
    """What a selection may look at of a document."""

    def at(path: str) -> Any:
        value: Any = document
        for step in path.split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        return value

    def rows(key: str, edge: Edge) -> Any:
        related = RELATIONS[collection][edge.relation].collection
        if edge.counted is not None:
            return document["edges"][key]
        return [seen(related, row, edge.selection) for row in document["edges"][key]]

    paths = {*selection.paths, *(f"{path}.sealed" for path in selection.reveals), "_id"}
    return {path: at(path) for path in paths}, {
        key: rows(key, edge) for key, edge in selection.edges.items()
    }


PATHS = ("state", "kind", "valid_from", "holder_id", "number.masked", "employer_id", "form")


ROOTS: Mapping[str, list[str]] = {
    holders.NAME: [*("permits", "cards") * 3, "card_orders", "applications", "notices"],
    employers.NAME: [*("permits", "applications") * 3, "employees", "letters", "grants", "public"],
}


def made_edge(random: Random, collection: str, relation: str, depth: int) -> Edge:
    leads = RELATIONS[collection][relation]
    pages = [None, None, Page(1), Page(2), Page(MAX_UNPAGED_ROWS)]
    counted: dict[str, Any] | None = {} if random.random() < 0.05 else None
    where = {"state": "ISSUED"} if random.random() < 0.1 else {}
    page = random.choice(pages) if leads.order else None
    selection = made_selection(random, leads.collection, depth - 1)
    return Edge(relation, selection, page, where, counted=counted)


def made_selection(random: Random, collection: str, depth: int) -> Selection:
    """Edges of few kinds, so that several of one list are the rule; below a list under the names
    of what they lead to, as clients have them, or under others."""
    relations = ROOTS.get(collection) or sorted(RELATIONS.get(collection, ()))
    most = 6 if collection in ROOTS else 3
    keys = random.sample("abcdefgh", random.randint(0, most) if relations and depth else 0)
    edges = {key: random.choice(relations) for key in keys}
    if collection not in ROOTS and random.random() < 0.8:
        edges = {relation: relation for relation in edges.values()}
    return Selection(
        frozenset(random.sample(PATHS, random.randint(0, 4))),
        edges={key: made_edge(random, collection, name, depth) for key, name in edges.items()},
    )


async def put_chain(database: Database, holder_id: str) -> None:
    """Orders that lead to a card, applications and cards that lead to a permit."""
    card = await database["cards"].find_one({"holder_id": holder_id})
    permit = await database["permits"].find_one({"holder_id": holder_id})
    assert card is not None
    assert permit is not None
    for name, led in (
        ("card_orders", {"card_id": card["_id"]}),
        ("applications", {"result_permit_id": permit["_id"]}),
        ("cards", {"permit_id": permit["_id"]}),
    ):
        found = await database[name].update_many(
            {"holder_id": holder_id}, {"$set": led}, bypass_document_validation=True
        )
        assert found.matched_count


def test_what_an_orders_card_shows_of_its_permit_is_read_of_the_permits_too() -> None:
    cards = replace(CARDS, page=None)
    of_order = Selection(edges={"its": Edge("permit", Selection(frozenset({"category"})))})
    orders = Edge("card_orders", Selection(edges={"card": Edge("card", of_order)}))
    shown = {"number.masked", "state", "category"}
    for edges in (
        {"orders": orders, "cards": cards, "rule": RULED},
        {"rule": RULED, "cards": cards, "orders": orders},
    ):
        read = united_edges(**edges)
        assert set(read.among) == {("orders", "card"), ("cards", "its")}
        assert read.selection.edges["rule"].selection.paths == shown


@pytest.mark.parametrize(("root", "among"), [(holders.NAME, 50), (employers.NAME, 0)])
async def test_whatever_is_asked_each_edge_has_the_rows_that_it_would_have_read_alone(
    serving: Serving, root: str, among: int
) -> None:
    party, now = await put_party(serving, phone="13700137000"), serving.clock()

    async def aggregate(pipeline: list[Document]) -> list[Document]:
        return await serving.database[root].aggregate(pipeline).to_list(1)

    await put_chain(serving.database, party.person.holder_id)
    scope = {"_id": {holders.NAME: party.person.holder_id, employers.NAME: party.employer_id}[root]}
    ways: Counter[str] = Counter()
    for made in range(800):
        random = Random(f"{SEED}/{made}")  # noqa: S311 - no secret
        selection = made_selection(random, root, 3)
        one = await read_one(aggregate, root, scope, selection, now)
        with patch.object(pipelines, "united", lambda _, asked, **__: United(asked)):
            alone = await read_one(aggregate, root, scope, replace(selection), now)
        assert one is not None
        assert alone is not None
        assert seen(root, one, selection) == seen(root, alone, selection), made
        read = united(root, selection)
        ways.update({"taken": bool(read.taken), "among": bool(read.among), "back": bool(read.back)})
        ways["rows"] += sum(map(len, one.get("edges", {}).values()))
    assert ways["taken"] > 100
    assert ways["among"] >= among
    assert ways["back"] > 20
    assert ways["rows"] > 1_000


async def test_a_card_of_a_permit_beyond_the_hundredth_is_shown_with_it(
    serving: Serving, command_log: CommandLog
) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    before = await app.execute(HOME)
    command_log.clear()
    assert await app.execute(HOME) == before
    assert command_log.sent == [("aggregate", "holders")]
    found = await serving.database[permits.NAME].find_one({"holder_id": person.holder_id})
    assert found is not None
    newer = [
        {
            **found,
            "_id": new_id("pmt"),
            "valid_from": found["valid_from"] + timedelta(days=day),
        }
        for day in range(1, MAX_UNPAGED_ROWS + 1)
    ]
    await serving.database[permits.NAME].insert_many(newer)
    command_log.clear()
    after = await app.execute(HOME)
    assert after["me"]["cards"] == before["me"]["cards"]
    assert after["me"]["cards"]["edges"][0]["node"]["permit"]["number"]["masked"]
    assert command_log.sent == [("aggregate", "holders")] * 2
