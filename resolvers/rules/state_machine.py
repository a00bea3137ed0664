"""State machines as data: what may follow what, and by whom. Pure.

One table is what the use cases obey, what the tests walk edge by edge, and what the drawing in
docs/state-machines.md is made from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


class Party(StrEnum):
    """Who moves a procedure."""

    FILER = "FILER"
    HOLDER = "HOLDER"
    EMPLOYER = "EMPLOYER"
    CHECKER = "CHECKER"
    DECIDER = "DECIDER"
    COUNTER = "COUNTER"
    RECORDS = "RECORDS"
    BANK = "BANK"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True)
class Transition(Generic[S, E]):
    event: E
    source: S
    target: S
    parties: frozenset[Party]


@dataclass(frozen=True)
class Machine(Generic[S, E]):
    """`initial` are the states in which a document is made."""

    name: str
    states: type[S]
    events: type[E]
    initial: tuple[S, ...]
    transitions: tuple[Transition[S, E], ...]

    def find(self, state: S, event: E) -> Transition[S, E] | None:
        """The edge that `event` follows from `state`; None for a non-edge."""
        for transition in self.transitions:
            if transition.source is state and transition.event is event:
                return transition
        return None

    def non_edges(self) -> Iterator[tuple[S, E]]:
        for state in self.states:
            for event in self.events:
                if self.find(state, event) is None:
                    yield state, event

    def mermaid(self) -> Iterator[str]:
        """Lines of a Mermaid state diagram."""
        yield "stateDiagram-v2"
        for state in self.initial:
            yield f"    [*] --> {state}"
        for t in self.transitions:
            by = ", ".join(party.lower() for party in Party if party in t.parties)
            yield f"    {t.source} --> {t.target}: {t.event} ({by})"
        left = {t.source for t in self.transitions}
        for state in self.states:
            if state not in left and (
                state in self.initial or any(t.target is state for t in self.transitions)
            ):
                yield f"    {state} --> [*]"


def edges(
    event: E, sources: Sequence[S], target: S, *parties: Party
) -> tuple[Transition[S, E], ...]:
    """The same event from several states."""
    return tuple(Transition(event, source, target, frozenset(parties)) for source in sources)
