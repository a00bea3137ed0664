"""What MongoDB says of a query that was sent: how much it reads, and by what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from auth.mongo import Database, Document
from tests.near_misses import conditions_of
from tests.query_sites import Site


@dataclass(frozen=True)
class Query:
    """One of a command: those that write may have several. `wanted` is its filter."""

    site: Site
    sample: str
    collection: str
    wanted: Mapping[str, Any] = field(repr=False)
    asked: Document = field(repr=False)

    @property
    def shape(self) -> str:
        """The same for queries that differ in their values alone."""
        kept = {name: self.asked.get(name) for name in ("sort", "pipeline", "hint")}
        return f"{self.site} {self.collection} {_shape(self.wanted)} {_shape(kept)}"

    @property
    def name(self) -> str:
        """Who asks what by which fields."""
        by = dict.fromkeys(one.path for one in conditions_of(self.wanted))
        return f"{self.site.function}: {self.collection} by {', '.join(by) or 'nothing'}"

    def __str__(self) -> str:
        return f"{self.name} ({self.site}, sampled by {self.sample})"


_KEPT: Final[Mapping[str, tuple[str, ...]]] = {
    "find": ("filter", "sort", "limit", "skip", "projection", "hint"),
    "distinct": ("key", "query"),
    "findAndModify": ("query", "sort", "update", "remove", "fields", "upsert"),
}


def queries_of(site: Site, sample: str, command: Document) -> Iterator[Query]:
    name = next(iter(command))
    collection = command[name]
    match name:
        case "aggregate":
            pipeline = command["pipeline"]
            asked = {name: collection, "pipeline": pipeline, "cursor": {}}
            yield Query(site, sample, collection, pipeline[0].get("$match", {}), asked)
        case "update" | "delete":
            for one in command[f"{name}s"]:
                asked = {name: collection, f"{name}s": [dict(one)]}
                yield Query(site, sample, collection, one["q"], asked)
        case "getMore":
            return  # of what is explained already
        case _:
            asked = {
                name: collection,
                **{key: command[key] for key in _KEPT[name] if key in command},
            }
            wanted = asked.get("filter", asked.get("query", {}))
            yield Query(site, sample, collection, wanted, asked)


def _shape(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shape(one) for one in value[:2]]
    # A partial index may be of a word.
    return value if isinstance(value, str) and value.isupper() else type(value).__name__


@dataclass(frozen=True)
class Explained:
    """`found` is how many documents the filter found, as far as it was asked to look; `scanned`
    the collections that are read whole, those that are joined too."""

    documents: int
    keys: int
    found: int
    indexes: frozenset[str]
    scanned: frozenset[str]

    @property
    def read(self) -> int:
        return max(self.documents, self.keys)


async def explain(database: Database, query: Query) -> Explained:
    told = await database.command("explain", query.asked, verbosity="executionStats")
    own = told if "executionStats" in told else told["stages"][0]["$cursor"]
    stats = own["executionStats"]
    stages = list(_stages(told))
    scanned = {query.collection for one in stages if one.get("stage") == "COLLSCAN"}
    scanned |= {one["$lookup"]["from"] for one in stages if one.get("collectionScans")}
    return Explained(
        documents=stats["totalDocsExamined"],
        keys=stats["totalKeysExamined"],
        found=_found(stats["executionStages"]),
        indexes=frozenset(one["indexName"] for one in stages if "indexName" in one),
        scanned=frozenset(scanned),
    )


def _stages(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        for name, inner in value.items():
            if name != "rejectedPlans":
                yield from _stages(inner)
    elif isinstance(value, list):
        for one in value:
            yield from _stages(one)


_COUNTING: Final = frozenset({"UPDATE", "DELETE", "GROUP", "DISTINCT_SCAN", "PROJECTION_COVERED"})


def _found(stage: Mapping[str, Any]) -> int:
    """What a stage that answers nothing itself, or one for many, was given."""
    if stage["stage"] in _COUNTING and "inputStage" in stage:
        return _found(stage["inputStage"])
    return int(stage["nReturned"])
