"""Every query in the code: by which sample it is explained, that an index serves it, and that it
reads what it answers among many documents each of which just fails to be found."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

import pytest
from pymongo.errors import BulkWriteError

from api.runtime import open_runtime
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database, Document
from resolvers.gateway import Gateway
from resolvers.store import meta
from resolvers.store.registry import SPECS
from tests.commands import CommandLog
from tests.explained import Query, explain, queries_of
from tests.near_misses import conditions_of, found_by, has, near_misses, put
from tests.query_exceptions import READING_PAST, SCANNING
from tests.query_samples import prepare, samples, sent_by
from tests.query_sites import all_sites, traced

COUNT: Final = 20
"""Of what a query finds, and of the near misses of each of its conditions."""
ALLOWED: Final = 8
"""Rows that are read and not answered: where an index is entered again for the next value."""
_DUPLICATE: Final = 11_000
"""What is unique can be there only once."""


async def sampled(gateway: Gateway, key_set: KeySet, log: CommandLog) -> list[Query]:
    """Each query once. Called twice, since some ask on only for what they have found."""
    sites, found = all_sites(), dict[str, Query]()
    await prepare(gateway.database)
    for _ in range(2):
        with traced():
            async with await gateway.database.client.start_session() as transaction:
                for sample in samples(gateway, transaction, key_set):
                    async for mark, command in sent_by(sample, log):
                        for query in queries_of(sites[mark], sample.name, command):
                            found.setdefault(query.shape, query)
        # Not the lease of an installation, for which the next one would wait.
        await fill(gateway.database, (one for one in found.values() if one.collection != meta.NAME))
    return list(found.values())


async def fill(database: Database, queries: Iterable[Query], count: int = 0) -> None:
    """With what each query finds, and `count` near misses of each condition; nothing else."""
    number = itertools.count()
    made = defaultdict[str, dict[str, list[Document]]](dict)
    for query in queries:
        conditions = conditions_of(query.wanted)
        found = [found_by(conditions) for _ in range(count or 1)]
        made[query.collection][str(conditions)] = [*found, *near_misses(conditions, count)]
    for spec in SPECS:
        unique = [path for index in spec.indexes if index.unique for path, _ in index.keys]
        documents = [one for several in made[spec.name].values() for one in several]
        for one in documents:
            for path in ("_id", *unique):
                if not has(one, path):
                    put(one, path, f"made-{next(number)}")
        await database[spec.name].delete_many({})
        if documents:
            await _insert(database, spec.name, documents)


async def _insert(database: Database, name: str, documents: list[Document]) -> None:
    try:
        await database[name].insert_many(documents, ordered=False, bypass_document_validation=True)
    except BulkWriteError as error:
        refused = (error.details or {})["writeErrors"]
        if any(one["code"] != _DUPLICATE for one in refused):
            raise


@pytest.mark.timeout(120)
async def test_every_query_in_the_code_is_sampled_served_and_reads_what_it_answers(
    own_database: Database,
    settings: Settings,
    mongod_uri: str,
    key_set: KeySet,
    command_log: CommandLog,
) -> None:
    database = own_database
    settings = settings.model_copy(update={"mongodb_database": database.name})
    async with open_runtime(settings, mongod_uri) as runtime:
        queries = await sampled(runtime.gateway, key_set, command_log)
    not_sampled = set(all_sites().values()) - {one.site for one in queries}
    assert sorted(map(str, not_sampled)) == []
    await fill(database, queries, COUNT)
    told = [(query, await explain(database, query)) for query in queries]
    scanning = {query.name: str(query) for query, one in told if one.scanned}
    past = {
        query.name: f"{query}: {one}"
        for query, one in told
        if not one.scanned and one.read > one.found + ALLOWED
    }
    asked = {query.name for query in queries}
    assert beyond(scanning, SCANNING, asked) == []
    assert beyond(past, READING_PAST, asked) == []
    sizes = {spec.name: await database[spec.name].count_documents({}) for spec in SPECS}
    few = [
        str(query)
        for query, one in told
        if query.wanted and sizes[query.collection] <= one.found + ALLOWED
    ]
    assert few == [], "among so few nobody would see what reads the others too"


def beyond(found: Mapping[str, str], known: Mapping[str, str], asked: set[str]) -> list[str]:
    """What is not known yet, and what is known of a function that has no such query any more. Which
    of two words MongoDB looks for first is chance, so what is known need not be found each time."""
    asking = {name.partition(" by ")[0] for name in asked}
    unknown = [told for name, told in sorted(found.items()) if name not in known]
    gone = [name for name in sorted(known) if name.partition(" by ")[0] not in asking]
    return [*unknown, *(f"no more: {name}" for name in gone)]
