"""docs/state-machines.md is drawn from the machines, all of them."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

from resolvers import rules
from resolvers.machine_page import DRAWN, WHO, Drawn, machine_page
from resolvers.rules.state_machine import Machine, Party

PAGE = Path(__file__).parent.parent / "docs" / "state-machines.md"
ARROW = re.compile(r"^    (\S+) --> (\S+): (\S+) \((.+)\)$")


def section_of(drawn: Drawn) -> list[str]:
    [_, rest] = PAGE.read_text(encoding="utf-8").split(f"\n## {drawn.title}\n")
    return rest.partition("\n## ")[0].splitlines()


def test_the_page_is_the_one_that_the_machines_make() -> None:
    hint = "run: python -m resolvers.machine_page > docs/state-machines.md"
    assert PAGE.read_text(encoding="utf-8") == machine_page(), hint


def test_every_machine_of_the_rules_is_drawn_once() -> None:
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(rules.__path__, "resolvers.rules.")
    ]
    machines = {
        value.name
        for module in modules
        for value in vars(module).values()
        if isinstance(value, Machine)
    }
    assert sorted(one.machine.name for one in DRAWN) == sorted(machines)


@pytest.mark.parametrize("drawn", DRAWN, ids=lambda drawn: drawn.machine.name)
def test_diagram_and_table_show_the_same_edges_and_parties(drawn: Drawn) -> None:
    edges = sorted(
        (
            str(t.source),
            str(t.target),
            str(t.event),
            ", ".join(party.value.lower() for party in Party if party in t.parties),
        )
        for t in drawn.machine.transitions
    )
    lines = section_of(drawn)
    arrows = sorted(found.groups() for line in lines if (found := ARROW.match(line)))
    assert arrows == edges
    rows = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]
    table = sorted(
        (row[1], row[2], row[0], row[3]) for row in rows if len(row) == 4 and row[0].isupper()
    )
    assert table == edges


@pytest.mark.parametrize("drawn", DRAWN, ids=lambda drawn: drawn.machine.name)
def test_every_state_of_a_machine_is_reached_and_no_edge_is_there_twice(drawn: Drawn) -> None:
    machine = drawn.machine
    reached = set(machine.initial)
    for _ in machine.states.__members__:
        reached |= {t.target for t in machine.transitions if t.source in reached}
    assert reached == set(machine.states.__members__.values())
    pairs = [(t.source, t.event) for t in machine.transitions]
    assert len(set(pairs)) == len(pairs)
    assert {t.event for t in machine.transitions} == set(machine.events.__members__.values())


def test_every_party_that_acts_is_explained() -> None:
    acting = {party for one in DRAWN for t in one.machine.transitions for party in t.parties}
    text = PAGE.read_text(encoding="utf-8")
    for party in acting:
        assert f"| {party.value.lower()} | {WHO[party]} |" in text
