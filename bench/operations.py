"""What is asked: the operations, and who may be asked which. What apps and portals ask most is the
product's own text (`api/operations`); the others are files beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from api import operations

QUERIES: Final = Path(__file__).parent / "queries"
OF_CLIENTS: Final = Path(operations.__file__).parent


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
    `connections` are how many ask at once: a few for what nobody asks for often. `of_clients` is
    the file of a text that clients of the product send."""

    name: str
    title: str
    in_graph: str
    caller: Caller
    writes: bool = False
    connections: int = 16
    of_clients: str | None = None

    @property
    def text(self) -> str:
        file = QUERIES / f"{self.name}.graphql"
        if self.of_clients is not None:
            file = OF_CLIENTS / self.of_clients
        return file.read_text(encoding="utf-8")


OPERATIONS: Final[Mapping[str, Operation]] = {
    one.name: one
    for one in (
        Operation("home", "Home screen", "Home", Caller.HOLDER, of_clients="home.graphql"),
        Operation(
            "list50",
            "Employer's list of 50",
            "SponsoredPermits",
            Caller.EMPLOYER,
            of_clients="permits.graphql",
        ),
        Operation(
            "list500",
            "Employer's list of 500",
            "List500",
            Caller.LARGEST_EMPLOYER,
            connections=4,
        ),
        Operation("inbox", "Inbox page", "Inbox", Caller.HOLDER, of_clients="inbox.graphql"),
        Operation("login", "Log in, eight steps", "", Caller.STRANGER, writes=True, connections=8),
        Operation("verify", "Verify a card", "Verify", Caller.GATE, writes=True),
    )
}
