"""Documents that rows lead to by id are looked up once, and shared by the rows that lead there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from api.clock import utc_now
from resolvers.employments.at_end import as_sponsor_sees, with_sponsorship
from resolvers.joins import Node, give_each_its_own, joins_of
from resolvers.pipeline import compile_read, compile_read_of_many
from resolvers.selection import Edge, Page, Selection
from resolvers.store import employers, holders

NAMED = Edge("employer", Selection(frozenset({"name"})))
PERMITS = Edge("permits", Selection(frozenset({"state"}), edges={"boss": NAMED}), Page(20))
LOADED = Edge("permit", Selection(frozenset({"state"}), edges={"boss": NAMED}))
CARDS = Edge("cards", Selection(frozenset({"kind"}), edges={"loaded": LOADED}), Page(20))
HOME = Selection(frozenset({"language"}), edges={"permits": PERMITS, "cards": CARDS})


def stages(found: Any) -> list[dict[str, Any]]:
    return [stage["$lookup"] for stage in found if "$lookup" in stage]


def test_no_list_has_a_lookup_of_one_document_for_each_row() -> None:
    lookups = stages(compile_read(holders.NAME, {"_id": "hld_1"}, HOME, utc_now()))
    assert [(one["from"], one["localField"]) for one in lookups] == [
        ("permits", "_id"),
        ("cards", "_id"),
        ("employers", "edges.permits.employer_id"),
        ("permits", "edges.cards.permit_id"),
        ("employers", "joined.j1.employer_id"),
    ]
    assert all(stages(one["pipeline"]) == [] for one in lookups)


def test_what_a_root_leads_to_stays_a_lookup_of_its_own() -> None:
    selection = Selection(frozenset(), edges={"public": Edge("public", Selection())})
    assert joins_of(employers.NAME, selection) == Node()


def test_rows_share_what_they_lead_to_and_have_nothing_of_another_holder() -> None:
    read: dict[str, Any] = {
        "_id": "hld_1",
        "edges": {
            "permits": [
                {"_id": "pmt_1", "employer_id": "emp_1"},
                {"_id": "pmt_2", "employer_id": "emp_1"},
                {"_id": "pmt_3", "employer_id": "emp_gone"},
            ],
            "cards": [
                {"_id": "crd_1", "holder_id": "hld_1", "permit_id": "pmt_1"},
                {"_id": "crd_2", "holder_id": "hld_1", "permit_id": "pmt_9"},
                {"_id": "crd_3", "holder_id": "hld_1", "permit_id": None},
            ],
        },
        "joined": {
            "j0": [{"_id": "emp_1", "name": "Ours"}],
            "j1": [
                {"_id": "pmt_1", "holder_id": "hld_1", "employer_id": "emp_1", "state": "ISSUED"},
                {"_id": "pmt_9", "holder_id": "hld_9", "employer_id": "emp_1", "state": "ISSUED"},
            ],
            "j2": [{"_id": "emp_1", "name": "Ours"}],
        },
    }
    give_each_its_own(read, joins_of(holders.NAME, HOME))
    assert "joined" not in read
    first, second, third = (row["edges"]["boss"] for row in read["edges"]["permits"])
    assert first == second == [{"_id": "emp_1", "name": "Ours"}]
    assert first[0] is second[0]
    assert third == []
    own, stranger, none = (row["edges"]["loaded"] for row in read["edges"]["cards"])
    assert own[0]["edges"]["boss"] == [{"_id": "emp_1", "name": "Ours"}]
    assert stranger == none == []


def test_the_name_of_then_is_shown_by_the_row_of_then_alone() -> None:
    """Two permits of one holder, who has another name since the employment of one ended."""
    now = utc_now()
    listed = Edge("permits", Selection(edges={"holder": Edge("holder", Selection())}), Page(50))
    selection = with_sponsorship(employers.NAME, Selection(edges={"permits": listed}))
    holder = {"_id": "hld_1", "full_name": {"masked": "N** N**"}}
    then = {"_id": "emt_1", "ends_at": now, "name": {"masked": "N** O**"}}
    today = {"_id": "emt_2", "ends_at": now + timedelta(days=1), "name": None}
    rows: list[Any] = [
        {"_id": number, "edges": {"holder": [holder], "gateway:sponsorship": [employment]}}
        for number, employment in enumerate((then, today, then))
    ]
    read: dict[str, Any] = {"_id": "emp_1", "edges": {"permits": rows}}
    as_sponsor_sees(employers.NAME, read, selection, now)
    shown = [row["edges"]["holder"][0]["full_name"]["masked"] for row in read["edges"]["permits"]]
    assert shown == ["N** O**", "N** N**", "N** O**"]


def test_rows_of_the_root_alone_are_told_by_its_id() -> None:
    ours = Edge("sponsorship", Selection(frozenset({"ends_at"})), of_root="employer_id")
    selection = Selection(edges={"permits": Edge("permits", Selection(edges={"at": ours}))})
    *_, last = compile_read(employers.NAME, {"_id": "emp_1"}, selection, utc_now())
    kept = {"_id": 1, "employer_id": 1, "ends_at": 1, "holder_id": 1}
    assert last["$lookup"]["pipeline"] == [{"$project": kept}]
    rows = [{"_id": one, "holder_id": "hld_1", "employment_id": f"emt_{one}"} for one in "12"]
    read: dict[str, Any] = {
        "_id": "emp_1",
        "edges": {"permits": rows},
        "joined": {
            "j0": [
                {"_id": "emt_1", "holder_id": "hld_1", "employer_id": "emp_1"},
                {"_id": "emt_2", "holder_id": "hld_1", "employer_id": "emp_2"},
            ]
        },
    }
    give_each_its_own(read, joins_of(employers.NAME, selection))
    own, other = (row["edges"]["at"] for row in read["edges"]["permits"])
    assert [one["_id"] for one in own] == ["emt_1"]
    assert other == []


def test_a_list_of_the_root_alone_needs_to_know_which_root_it_is() -> None:
    listed = Edge("sponsorship", Selection(), of_root="employer_id")
    selection = Selection(edges={"filed": Edge("applications", Selection(edges={"at": listed}))})
    *_, found, _ = compile_read(employers.NAME, {"_id": "emp_1"}, selection, utc_now())
    [nested] = stages(found["$lookup"]["pipeline"])
    assert nested["pipeline"][0] == {"$match": {"employer_id": "emp_1"}}
    with pytest.raises(ValueError, match="no one root"):
        compile_read_of_many(employers.NAME, ["emp_1"], selection, utc_now())


def test_a_filter_of_rows_is_a_filter_of_what_was_found_by_its_id() -> None:
    ours = Edge("sponsorship", Selection(frozenset({"ends_at"})), where={"employer_id": "emp_1"})
    listed = Edge("permits", Selection(frozenset(), edges={"at": ours}), Page(50))
    selection = Selection(frozenset(), edges={"permits": listed})
    *_, last = compile_read(employers.NAME, {"_id": "emp_1"}, selection, utc_now())
    assert last["$lookup"]["pipeline"] == [
        {"$limit": 2**31 - 1},
        {"$match": {"employer_id": "emp_1"}},
        {"$project": {"_id": 1, "ends_at": 1, "holder_id": 1}},
    ]
