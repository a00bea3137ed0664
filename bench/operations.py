"""What is asked: the operations, as files beside this one, and who may be asked which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

QUERIES: Final = Path(__file__).parent / "queries"


class Caller(StrEnum):
    HOLDER = "HOLDER"
    EMPLOYER = "EMPLOYER"
    LARGEST_EMPLOYER = "LARGEST_EMPLOYER"
    GATE = "GATE"
    """An employer's client that is shown cards."""
    STRANGER = "STRANGER"
    """Whoever logs in: an answer is a whole login, in as many requests as it has steps."""


@dataclass(frozen=True)
class Operation:
    """`name` as on the command line; `in_graph` is its name in the document. One that `writes` is
    asked of whoever answers by the same use cases, since its commands are the product's own.
    `connections` are how many ask at once: a few for what nobody asks for often."""

    name: str
    title: str
    in_graph: str
    caller: Caller
    writes: bool = False
    connections: int = 16

    @property
    def text(self) -> str:
        return (QUERIES / f"{self.name}.graphql").read_text(encoding="utf-8")


OPERATIONS: Final[Mapping[str, Operation]] = {
    one.name: one
    for one in (
        Operation("home", "Home screen", "Home", Caller.HOLDER),
        Operation("list50", "Employer's list of 50", "List50", Caller.EMPLOYER),
        Operation(
            "list500",
            "Employer's list of 500",
            "List500",
            Caller.LARGEST_EMPLOYER,
            connections=4,
        ),
        Operation("inbox", "Inbox page", "Inbox", Caller.HOLDER),
        Operation("login", "Log in, eight steps", "", Caller.STRANGER, writes=True, connections=8),
        Operation("verify", "Verify a card", "Verify", Caller.GATE, writes=True),
    )
}
