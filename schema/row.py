"""One document of a read, as the types of the graph hold it."""

from dataclasses import dataclass
from typing import Any

from resolvers.joins import EDGES, stepped
from resolvers.pipeline import COUNT
from resolvers.rules.roster import RosterFilter
from resolvers.rules.tallies import Tally
from schema.context import Info
from schema.failures import RequestError, RequestErrorCode
from schema.sealed_text import SealedText, holder_of


@dataclass(slots=True, eq=False)
class Row:
    """A document with the rows of its edges, neither of which is ever changed. `branch` says by
    which aliases of a connection it was reached, so that the same response key below two of them
    does not collide."""

    collection: str
    document: dict[str, Any]
    branch: str = ""

    def __getitem__(self, field: str) -> Any:
        return self.document[field]

    def get(self, field: str) -> Any:
        """The field, or None where it is null: a projection below null leaves nothing."""
        return self.document.get(field)

    def sealed(self, path: str) -> SealedText:
        text = self.sealed_or_none(path)
        if text is None:
            raise KeyError(path)
        return text

    def sealed_or_none(self, path: str) -> SealedText | None:
        document = self.document
        stored: Any = stepped(document, path.split(".")) if "." in path else document.get(path)
        if stored is None:
            return None
        return SealedText(stored=stored, collection=self.collection, path=path, of=document)

    def opened(self, info: Info, path: str, sealed: bytes | None) -> str | None:
        """A sealed text that is part of the record; the field declares that it `opens`."""
        if sealed is None:
            return None
        vault = info.context.vaults[holder_of(self.document)]
        return vault.open(self.collection, path, bytes(sealed))

    def in_full(self, info: Info, path: str) -> str:
        """A sealed field that the field being resolved declares that it `shows`."""
        stored: Any = self.document[path]
        vault = info.context.vaults[holder_of(self.document)]
        return vault.open(self.collection, path, bytes(stored["sealed"]))

    def related(self, info: Info) -> list[dict[str, Any]]:
        """The rows of the edge that the field being resolved follows."""
        key = info.path.key
        if self.branch:
            key = f"{self.branch}{key}"
        rows: list[dict[str, Any]] = self.document[EDGES][key]
        return rows

    def changed(self, info: Info) -> dict[str, Any]:
        """The one row that a change has just written, or had: raises NOT_FOUND where a repeated
        request finds it gone, with a person who was erased or a draft that lapsed."""
        rows = self.related(info)
        if not rows:
            raise RequestError(RequestErrorCode.NOT_FOUND, "What was changed is gone since.")
        return rows[0]

    def total(self, info: Info) -> int | None:
        """How many rows the list has that the field being resolved follows; None unless asked."""
        key = count_key(self.branch, str(info.path.key))
        counted: list[dict[str, Any]] | None = self.document[EDGES].get(key)
        if counted is None:
            return None
        return _sum(counted)

    def counted(self, relation: str, wanted: RosterFilter) -> int:
        """How many rows of a relation the filter of the field being resolved leaves."""
        rows: list[dict[str, Any]] = self.document[EDGES][counted_key(relation, wanted)]
        return _sum(rows)

    def tallied(self, tally: Tally) -> list[dict[str, Any]]:
        """The groups of a tally: `_id` with the keys, `count`."""
        groups: list[dict[str, Any]] = self.document[EDGES][tally_key(tally)]
        return groups

    def for_rule(self, relation: str) -> list[dict[str, Any]]:
        """All rows of a relation that a rule asked for."""
        rows: list[dict[str, Any]] = self.document[EDGES][rule_key(relation)]
        return rows

    def of_same_holder(self, relation: str, collection: str) -> "Row | None":
        """The one row of a relation that a rule asked for, to open its sealed fields."""
        rows = self.for_rule(relation)
        return Row(collection, {**rows[0], "holder_id": holder_of(self.document)}) if rows else None


def branch_of(edges_key: str, node_key: str) -> str:
    """Empty for the plain `edges { node }`. No response key has a colon, so none can collide."""
    return "" if (edges_key, node_key) == ("edges", "node") else f"{edges_key}:{node_key}:"


def rule_key(relation: str) -> str:
    return f"{_RULE}{relation}"


def count_key(branch: str, key: str) -> str:
    """Where the number of rows of a list stands that the field `key` follows."""
    return f"{_COUNT}{branch}{key}"


def counted_key(relation: str, wanted: RosterFilter) -> str:
    """By what is counted, not by the field: two aliases of its parent would share a place."""
    return f"{_COUNT}{relation}:{wanted.expiring_within}"


def tally_key(tally: Tally) -> str:
    return f"{_TALLY}{tally}"


def _sum(counted: list[dict[str, Any]]) -> int:
    """MongoDB gives no group for no rows."""
    return sum(group[COUNT] for group in counted)


def is_rule_key(key: str) -> bool:
    return key.startswith(_RULE)


_RULE = "rule:"
_COUNT = "count:"
_TALLY = "tally:"
