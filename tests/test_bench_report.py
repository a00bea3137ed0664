"""What the benchmark tells: medians and spreads, targets held or missed, a page, a plot."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench.figures import Figures, Run, figures_of
from bench.growth import Growth
from bench.memory import Memory
from bench.processes import Processes
from bench.report import Conditions, printed, write_page
from bench.starting import Starts
from bench.targets import claimed, verdicts

CONDITIONS = Conditions(
    datetime(2026, 11, 27, 9, tzinfo=UTC), "2 × Processor", "shared", 10_000, 3, 1.2, 96
)


def run(server: str, number: int, answers: int, *, operation: str = "home", p99: float = 9) -> Run:
    return Run(
        operation=operation,
        server=server,
        round=number,
        answers=answers,
        seconds=1.0,
        p50_ms=5.0,
        p99_ms=p99,
        server_cpu_ms=1000 / answers,
        mongod_cpu_ms=0.5,
        load_cpu_ms=0.02,
        bytes=700,
        memory_mib=100,
    )


def measured() -> dict[tuple[str, str], Figures]:
    runs = [
        run(server, number, answers + number * 10)
        for server, answers in (("onecard", 1000), ("mercurius", 400), ("handwritten", 1200))
        for number in range(3)
    ]
    return dict(figures_of(runs, "onecard"))


def test_ratios_are_of_the_same_round() -> None:
    ratio = measured()["home", "mercurius"].ours_to_this
    assert (ratio.low, ratio.median, ratio.high) == pytest.approx(
        (1020 / 420, 1010 / 410, 1000 / 400)
    )


def test_targets_say_what_was_found_and_whether_it_holds() -> None:
    told = {one.wanted: one.holds for one in verdicts(measured())}
    assert told == {
        "home: at least 2 × the requests/s of the fastest peer (Mercurius with JIT)": True,
        "home: at least 0.75 × the requests/s of the endpoint by hand"
        " (Starlette + Motor by hand)": True,
        "home: at most 0.5 of the server CPU of the fastest peer (Mercurius with JIT)": True,
        "home: p99 no worse than any peer's, 9.0 ms": True,
    }
    assert claimed(measured(), "home") == ["mercurius"]


def test_a_target_that_is_missed_is_told_so() -> None:
    runs = [run("onecard", 0, 300, p99=30), run("mercurius", 0, 400)]
    table = printed(figures_of(runs, "onecard"))
    assert table.count("MISSED") == 3
    assert "0.75 (0.75–0.75)" in table


def test_the_page_has_conditions_tables_targets_and_a_plot(tmp_path: Path) -> None:
    page = write_page(measured(), CONDITIONS, tmp_path).read_text(encoding="utf-8")
    assert "2026-11-27 09:00 UTC. 2 × Processor; shared. 10,000 holders, 3 rounds of 1.2 s" in page
    assert "| OneCard Gateway | 1010 (1000–1020) |" in page
    assert "Slower than ours in every round: Mercurius with JIT." in page
    assert "| home: p99 no worse than any peer's, 9.0 ms | 9.0 ms | yes |" in page
    drawn = ET.parse(tmp_path / "latest.svg").getroot()  # noqa: S314 - our own
    assert drawn.tag.endswith("svg")


def test_memory_holds_when_it_is_low_and_flat() -> None:
    flat = Memory([(0, 90.0), (50, 120.0), (100, 121.0), (150, 121.5), (200, 122.0)])
    assert flat.holds
    assert "122 MiB after 200 requests" in flat.told()
    assert not Memory([(0, 90.0), (50, 120.0), (100, 121.0), (150, 130.0), (200, 140.0)]).holds
    assert not Memory([(0, 150.0), (100, 151.0)]).holds


def test_growth_start_and_processes_tell_their_bounds() -> None:
    slow = dict.fromkeys(("home", "list50", "verify"), 2.0)
    growth = Growth((10, 1_000), (slow, slow | {"verify": 2.4}))
    assert growth.holds
    assert "× 1.20" in growth.told()
    assert not Growth((10, 1_000), (slow, slow | {"home": 2.6})).holds
    started = Starts((1.0, 2.0, 3.0), (0.8, 0.9, 1.0), (2**20,) * 3).told()
    assert started.startswith("holds   up and serving within 2.00 s")
    assert started.endswith("0.90 s of a processor, 1 MiB")
    ratio = measured()["home", "onecard"].ours_to_this
    assert Processes(ratio, 1.9, 2).told().startswith("n/a")
    assert Processes(ratio, 3.0, 8).told().startswith("MISSED")
