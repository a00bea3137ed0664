"""docs/state-machines.md, drawn from the machines themselves:
`python -m resolvers.machine_page > docs/state-machines.md`.

A test compares the committed page with this one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from resolvers.refusals import RefusalCode
from resolvers.rules.application_machine import APPLICATION_MACHINE
from resolvers.rules.card_machines import ELECTRONIC_MACHINE, ORDER_MACHINE, PHYSICAL_MACHINE
from resolvers.rules.contests import CONTEST_MACHINE
from resolvers.rules.grants import GRANT_MACHINE
from resolvers.rules.state_machine import Machine, Party

INTRODUCTION: Final = """\
# State machines

Made by `python -m resolvers.machine_page > docs/state-machines.md`; do not edit it by hand.

What may follow what, and by whom. The use cases obey these tables and the tests walk them edge by
edge. What is no edge is refused with `WRONG_STATE`: nothing changes but one audit line. An officer
who asks for a case that was never submitted is told `NOT_FOUND` instead, since a draft is nobody's
but its filer's and its holder's.

Every step but the system's names the revision that the caller has read; another one by now is
refused with `STALE_REVISION`, before the state is looked at: who reads again sees the state.
"""

WHO: Final = {
    Party.FILER: "who files it: the employer, or the holder",
    Party.HOLDER: "the holder",
    Party.EMPLOYER: "the employer that asked",
    Party.CHECKER: "an officer of the authority who checks",
    Party.DECIDER: "an officer of the authority who decides",
    Party.COUNTER: "an officer of the counter that makes cards",
    Party.RECORDS: "an officer of the authority who answers for its records",
    Party.BANK: "the bank",
    Party.SYSTEM: "the system itself",
}


@dataclass(frozen=True)
class Drawn:
    """A machine, its name in words, and the rules that bind its edges beyond the table, each with
    the code that refuses."""

    machine: Machine[Any, Any]
    title: str
    rules: Sequence[tuple[str, RefusalCode]] = ()


_C = RefusalCode
DRAWN: Final = (
    Drawn(
        APPLICATION_MACHINE,
        "Application",
        (
            ("`RETURN`: at most once.", _C.ALREADY_RETURNED),
            (
                "`CONFIRM`: only what an employer states for a registered holder.",
                _C.ALREADY_CONFIRMED,
            ),
            (
                "`SUBMIT`: not before the holder has confirmed, where that is due.",
                _C.HOLDER_NOT_CONFIRMED,
            ),
            ("`SUBMIT`: with every paper that the policy of the day asks for.", _C.PAPERS_MISSING),
            ("`SUBMIT`: not before the window opens, by the first filing.", _C.TOO_EARLY),
            ("`SUBMIT`: not after it closes, by the first filing.", _C.TOO_LATE),
            (
                "`UPDATE` after a return: not with days too early for the first filing.",
                _C.TOO_EARLY,
            ),
            ("`UPDATE` after a return: nor with days too late for it.", _C.TOO_LATE),
            (
                "`ACCEPT`: in categories B and C with the originals seen, on site.",
                _C.ORIGINALS_NOT_SEEN,
            ),
            (
                "`START_REVIEW`, `TAKE_OVER_REVIEW`, `APPROVE`, `REJECT`: not by a checker of it.",
                _C.CHECKER_CANNOT_DECIDE,
            ),
            (
                "`TAKE_OVER_REVIEW`: only from a reviewer who is disabled or lost the duty.",
                _C.REVIEWER_AVAILABLE,
            ),
            (
                "`APPROVE`, `REJECT`: only by who started the review or took it over last.",
                _C.ANOTHER_REVIEWER,
            ),
            ("`APPROVE`: not where it would leave two active permits.", _C.ACTIVE_PERMIT_EXISTS),
            ("`APPROVE`: only while the permit still stands.", _C.PERMIT_NOT_ELIGIBLE),
        ),
    ),
    Drawn(
        ELECTRONIC_MACHINE,
        "Electronic card",
        (
            ("`REACTIVATE`: not while the physical card is lost.", _C.PHYSICAL_CARD_LOST),
            ("`REACTIVATE`: only with a permit to load.", _C.NO_LOADABLE_PERMIT),
        ),
    ),
    Drawn(
        PHYSICAL_MACHINE,
        "Physical card",
        (("Every event: of an activated card only while no newer one is.", _C.WRONG_STATE),),
    ),
    Drawn(
        ORDER_MACHINE,
        "Order of a physical card",
        (
            ("Begins only while no other order of the holder is open.", _C.ORDER_OPEN),
            ("Begins only with an active permit.", _C.NO_ACTIVE_PERMIT),
        ),
    ),
    Drawn(
        GRANT_MACHINE,
        "Grant to an employer",
        (
            ("Begins only while the employer sponsors the holder.", _C.EMPLOYMENT_ENDED),
            ("Begins only while no other ask for the same purpose is open.", _C.ASK_OPEN),
            ("Begins only within the bounds of docs/consent.md.", _C.TOO_MANY_ASKS),
            ("`ACCEPT`: only while the employer sponsors the holder.", _C.EMPLOYMENT_ENDED),
            ("`ACCEPT`: within 30 days, whether or not it has lapsed yet.", _C.WRONG_STATE),
            ("`ACCEPT`: no more than was asked for.", _C.NOT_ASKED_FOR),
            ("`ACCEPT`: no longer than was asked for.", _C.BAD_DATES),
        ),
    ),
    Drawn(
        CONTEST_MACHINE,
        "Contest of a record",
        (
            ("Begins only while no other contest of the record runs.", _C.CONTEST_RUNNING),
            ("`TAKE`: not by the officer who has it.", _C.WRONG_STATE),
            ("`CORRECT`, `UPHOLD`: only by the officer who took it last.", _C.ANOTHER_REVIEWER),
            ("`CORRECT`, `UPHOLD`: with a ground that goes with it.", _C.GROUNDS_MISSING),
        ),
    ),
)


def machine_page() -> str:
    """The whole page, with one line break at its end."""
    lines = [INTRODUCTION, *_who()]
    for drawn in DRAWN:
        lines += ["", *_section(drawn)]
    return "\n".join(lines) + "\n"


def _who() -> Iterator[str]:
    acting = {party for one in DRAWN for t in one.machine.transitions for party in t.parties}
    yield "| who | stands for |"
    yield "|---|---|"
    for party in Party:
        if party in acting:
            yield f"| {_name(party)} | {WHO[party]} |"


def _section(drawn: Drawn) -> Iterator[str]:
    machine = drawn.machine
    yield f"## {drawn.title}\n"
    yield "```mermaid"
    yield from machine.mermaid()
    yield "```\n"
    yield "| event | from | to | who |"
    yield "|---|---|---|---|"
    for state in machine.initial:
        yield f"| begins | | `{state}` | |"
    for t in machine.transitions:
        by = ", ".join(_name(party) for party in Party if party in t.parties)
        yield f"| `{t.event}` | `{t.source}` | `{t.target}` | {by} |"
    if drawn.rules:
        yield "\nRules that are not edges:\n"
        yield "| rule | refused with |"
        yield "|---|---|"
        for rule, code in drawn.rules:
            yield f"| {rule} | `{code}` |"


def _name(party: Party) -> str:
    return party.value.lower()


if __name__ == "__main__":
    sys.stdout.write(machine_page())
