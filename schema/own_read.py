"""The caller's own root document: holder, employer or officer, with what was chosen below it."""

import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from auth import officers
from auth.principal import OwnerMissing, PrincipalKind
from resolvers.gateway import Ask, Gateway
from resolvers.reads import Read, read_own_employer, read_own_holder, read_own_officer
from resolvers.roster import TooManyLookups
from resolvers.selection import Selection
from resolvers.store import employers, holders
from schema.context import Info
from schema.failures import RequestError, RequestErrorCode
from schema.row import Row, is_rule_key

_ReadRoot = Callable[[Gateway, Ask, Selection], Awaitable[Read | TooManyLookups | None]]
_READS: Mapping[PrincipalKind, tuple[str, _ReadRoot]] = {
    PrincipalKind.HOLDER: (holders.NAME, read_own_holder),
    PrincipalKind.EMPLOYER: (employers.NAME, read_own_employer),
    PrincipalKind.OFFICER: (officers.NAME, read_own_officer),
}


class RootMissing(Exception):
    """A session whose holder, or a client whose employer, is gone: a fault of ours, since both go
    together."""


class ChoicesMissing(Exception):
    """A field was resolved outside of an operation that was looked at: a fault of ours."""


async def read_own(info: Info, type_name: str, where: Mapping[str, Any] | None = None) -> Row:
    """What the field being resolved chose below `type_name`, in one aggregation. `where` narrows
    each edge directly below, for a field whose rows only the change just made can name, and none
    that a rule asked for."""
    context = info.context
    kind = context.ask.principal.kind
    if kind not in _READS:
        raise OwnerMissing
    collection, read_root = _READS[kind]
    if context.choices is None:
        raise ChoicesMissing
    selection = context.choices.selection(str(info.path.key), type_name)
    if where is not None:
        selection = _narrowed(selection, where)
    if kind is PrincipalKind.EMPLOYER and where is not None:
        read_root = partial(read_own_employer, after_change=True)
    read = await read_root(context.gateway, context.ask, selection)
    if isinstance(read, TooManyLookups):
        raise RequestError(
            RequestErrorCode.RATE_LIMITED,
            "Numbers are looked up too often. Wait, then try again.",
            retry_after_seconds=max(1, math.ceil(read.retry_after.total_seconds())),
        )
    if read is None:
        if kind is PrincipalKind.OFFICER:
            raise RequestError(
                RequestErrorCode.UNAUTHENTICATED, "The officer's account is not active."
            )
        raise RootMissing
    context.vaults.update(read.vaults)
    return Row(collection, read.document)


def _narrowed(selection: Selection, where: Mapping[str, Any]) -> Selection:
    edges = {
        key: edge if is_rule_key(key) else replace(edge, where=where)
        for key, edge in selection.edges.items()
    }
    return replace(selection, edges=edges)
