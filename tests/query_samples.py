"""Every function that asks the database, called with made values: what they send is the sample of
each query. Nothing comes of most of the calls, and many end in a fault behind what they sent."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import inspect
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo import UpdateOne

from auth import officers
from auth.keys import KeySet
from auth.login_flow import FlowEvent, FlowState
from auth.mongo import Collection, Database, Document, Transaction
from auth.refresh_tokens import refresh_token
from resolvers.calendars.feeds import _CALENDAR
from resolvers.cards.statistics import counter_statistics
from resolvers.delivery.outgoing import read_outgoing
from resolvers.gateway import Gateway
from resolvers.jobs.key_usage import HOLDER_KEYS, VersionPath
from resolvers.pipeline import compile_read
from resolvers.rules.exports import ExportList
from resolvers.rules.roster import RosterFilter, employments_match, permits_match
from resolvers.selection import Selection
from resolvers.sharing.record import load_shared_each
from resolvers.store import calendar_feeds, employers, holders
from resolvers.store.migrations import MIGRATIONS
from resolvers.vocabulary import PermitCategory, PermitStatus
from tests.commands import CommandLog
from tests.made_values import NOW, AnyDocument, Arguments, Maker
from tests.query_sites import all_sites


@dataclass(frozen=True)
class Sample:
    """A function, and what it is called with."""

    name: str
    function: Callable[..., Any]
    calls: Sequence[Arguments]


_OF_HOLDER = {"holder_id": "hld-1"}
_LATE = 1_000
"""A key version above all others."""


def samples(gateway: Gateway, transaction: Transaction, key_set: KeySet) -> Iterator[Sample]:
    known = {
        **{type(one): one for one in _parts_of(gateway)},
        Gateway: gateway,
        Database: gateway.database,
        Transaction: transaction,
        KeySet: key_set,
        Collection: gateway.database[HOLDER_KEYS.collection],
        VersionPath: HOLDER_KEYS,
    }
    maker, said = Maker(known), _said(key_set)
    for name, function in _functions(maker):
        made = list(maker.arguments(function))
        calls = [one | more for more in said.get(name, ({},)) for one in made]
        yield Sample(name, function, calls)
    for migration in MIGRATIONS:
        name = f"migration of {migration.collection} to {migration.to_version}"
        yield Sample(name, migration.run, list(maker.arguments(migration.run)))


def _parts_of(owner: Any) -> Iterator[Any]:
    for one in dataclasses.fields(owner):
        part = getattr(owner, one.name)
        yield part
        if dataclasses.is_dataclass(part) and type(part).__module__.startswith("resolvers"):
            yield from _parts_of(part)


def _functions(maker: Maker) -> Iterator[tuple[str, Callable[..., Any]]]:
    """All that is public in the modules that ask, and others that say what stores pass on."""
    paths = sorted({site.path for site in all_sites().values()})
    modules = [path.removesuffix(".py").replace("/", ".") for path in paths]
    for module in (*modules, "resolvers.jobs.rotation"):
        for name, found in vars(importlib.import_module(module)).items():
            if name.startswith("_") or getattr(found, "__module__", None) != module:
                continue
            if inspect.isfunction(found):
                if "database" in inspect.signature(found).parameters:
                    yield name, found
            elif inspect.isclass(found):
                yield from _methods(found, maker)
    for function in (counter_statistics, read_outgoing, load_shared_each):
        yield function.__name__, function


def _methods(owner: type, maker: Maker) -> Iterator[tuple[str, Callable[..., Any]]]:
    asking = [
        name
        for name, found in vars(owner).items()
        if not name.startswith("_")
        and (inspect.iscoroutinefunction(found) or inspect.isasyncgenfunction(found))
    ]
    if asking:
        instance = maker.made(owner, owner.__name__)
        yield from ((f"{owner.__name__}.{name}", getattr(instance, name)) for name in asking)


def _said(key_set: KeySet) -> Mapping[str, Sequence[Arguments]]:
    """What types do not say."""
    challenged = AnyDocument(state=str(FlowState.CHALLENGED), challenge={"id": "chl-1"})
    employer = {"scope": {"employer_id": "emp-1"}}
    return {
        "LoginFlowStore.advance": [{"flow": challenged, "event": one} for one in FlowEvent],
        "LoginFlowStore.arrive": [{"flow": challenged}],
        "SessionStore.rotate": [{"token": refresh_token(key_set, "ses-1", 1, 1)}],
        "ApplicationStore.find": [{"scope": _OF_HOLDER}, employer, {"scope": {"authority": "a"}}],
        "PermitStore.find": [{"scope": _OF_HOLDER}, employer],
        "CardStore.find": [{"scope": _OF_HOLDER}],
        "CardOrderStore.find": [{"scope": _OF_HOLDER}, {"scope": {"authority": "a"}}],
        "ContestStore.find": [{"scope": _OF_HOLDER}, {"scope": {"authority": "a"}}],
        "GrantStore.find": [{"scope": _OF_HOLDER}, employer],
        "WebhookDeliveryStore.load_replayable": [
            {"wanted": {"state": {"$in": ["DEAD"]}, "created_at": {"$gte": NOW}}},
            {"wanted": {"state": {"$in": ["DEAD"]}, "_id": {"$in": ["whd-1", "whd-2"]}}},
        ],
        "ExportRowStore.count": list(_exported()),
        "ExportRowStore.load": list(_exported()),
        "HolderStore.aggregate": [{"pipeline": _compiled(holders.NAME, {"_id": "hld-1"})}],
        "EmployerStore.aggregate": [{"pipeline": _compiled(employers.NAME, {"_id": "emp-1"})}],
        "OfficerStore.aggregate": [
            {"pipeline": _compiled(officers.NAME, {"_id": "ofc-1", "state": "ACTIVE"})}
        ],
        "CalendarFeedStore.aggregate": [
            {
                "pipeline": compile_read(
                    calendar_feeds.NAME, {"token_hash": b"x" * 32}, _CALENDAR, NOW
                )
            }
        ],
        "CardOrderStore.aggregate": [],
        "PushEndpointStore.aggregate": [],
        "PushEndpointStore.remove": [{"scope": _OF_HOLDER}, {"scope": {"lease": "lse-1"}}],
        "GrantStore.find_any": [{"wanted": {"_id": "gra-1", "state": "ASKED"}}],
        "NoticeStream.next": [],
        "PermitCredentialStore.end_elder": [{"kept": 0}],
        "RotationJob.run": [{"prepare": _all_moved}],
    }


def _compiled(collection: str, scope: Mapping[str, Any]) -> list[Document]:
    """Of the edges every one is explained by test_relation_plans."""
    return compile_read(collection, scope, Selection(frozenset({"_id"})), NOW)


async def _all_moved(batch: Sequence[Document]) -> list[UpdateOne]:
    return [UpdateOne({"_id": one["_id"]}, {"$set": {"key_version": _LATE}}) for one in batch]


def _exported() -> Iterator[Arguments]:
    """Every filter of an employer's lists, alone."""
    one_word, two_words = [[b"kalan"]], [[b"kalan"], [b"ka"]]
    filters = [
        RosterFilter(),
        *(RosterFilter(status=status) for status in PermitStatus),
        RosterFilter(category=PermitCategory.A),
        RosterFilter(cities=["440300"]),
        RosterFilter(expiring_within=30),
        RosterFilter(is_current=True),
        RosterFilter(is_current=False),
    ]
    own: Document = {"employer_id": "emp-1"}
    for wanted, match_of in (
        (ExportList.EMPLOYEES, employments_match),
        (ExportList.PERMITS, permits_match),
    ):
        for one in filters:
            yield {"wanted": wanted, "match": {**own, **match_of(one, NOW, ())}}
        for digests in (one_word, two_words):
            yield {"wanted": wanted, "match": {**own, **match_of(RosterFilter(), NOW, digests)}}


async def sent_by(sample: Sample, log: CommandLog) -> AsyncIterator[tuple[str, Document]]:
    """The mark of each query and the query."""
    for arguments in sample.calls:
        log.clear()
        # Made values, so it may well fault behind what it asked.
        with contextlib.suppress(Exception):
            called = sample.function(**arguments)
            if inspect.isasyncgen(called):
                async for _ in called:
                    pass
            else:
                await called
        for one in log.marked:
            yield one["comment"], one


async def prepare(database: Database) -> None:
    """What some of them go on with only if they find it."""
    await database["permit_credentials"].insert_one(
        {"_id": "pcr-1", "key_version": _LATE}, bypass_document_validation=True
    )
    await database["permits"].insert_one(
        {"_id": "pmt-1", "employment_id": "emt-1", "name_key_version": 0, "name_prefixes": []},
        bypass_document_validation=True,
    )
    await database["meta"].update_one({"_id": "installation"}, {"$set": {"versions.throttle": 1}})
