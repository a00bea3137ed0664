"""What an employer is shown of the people whom it sponsors: its lists narrowed by the clock and
under its own keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from auth.digests import Digester
from resolvers.employments.name_digests import NUMBER, looked_up_digests, searched_digests
from resolvers.gateway import Gateway
from resolvers.graph import RELATIONS
from resolvers.policy.throttling import NUMBERS_LOOKED_UP
from resolvers.rules.roster import (
    RosterFilter,
    TaskFilter,
    employments_match,
    permits_match,
    tasks_match,
)
from resolvers.rules.tallies import tally_keys, tally_match
from resolvers.selection import Edge, Selection
from resolvers.store import employments


@dataclass(frozen=True)
class TooManyLookups:
    """Numbers are looked up too often: numbers that are not its employees' are guesses."""

    retry_after: timedelta


async def charge_lookups(
    gateway: Gateway, employer_id: str, selection: Selection
) -> TooManyLookups | None:
    """Each list of numbers that the selection looks up is one attempt of the employer."""
    for edge in selection.edges.values():
        if edge.numbers is not None:
            key = gateway.digester.blind("numbers_looked_up", employer_id).value
            charge = await gateway.throttle.charge(key, NUMBERS_LOOKED_UP, gateway.now())
            if charge.waits is not None:
                return TooManyLookups(charge.waits)
    return None


def hangs_on_desk(selection: Selection) -> bool:
    """Whether it is to be told an employer's clock or keys, here or below."""
    return any(
        edge.tally is not None
        or edge.numbers is not None
        or (edge.wanted is not None and not edge.wanted.is_fixed)
        or hangs_on_desk(edge.selection)
        for edge in selection.edges.values()
    )


@dataclass(frozen=True)
class Desk:
    """An employer's desk at an instant: what its filters hang on."""

    employer_id: str
    now: datetime
    digester: Digester

    def narrowed(self, selection: Selection, collection: str) -> Selection:
        """The selection with each filter, tally and lookup said as one of documents."""
        edges = {
            key: self._narrowed_edge(edge, RELATIONS[collection][edge.relation].collection)
            for key, edge in selection.edges.items()
        }
        return replace(selection, edges=edges)

    def _narrowed_edge(self, edge: Edge, related: str) -> Edge:
        where, counted = dict(edge.where), edge.counted
        if edge.wanted is not None:
            where |= self.match(edge.wanted, related)
        if edge.tally is not None:
            where |= tally_match(edge.tally, self.now)
            counted = tally_keys(edge.tally, self.now)
        if edge.numbers is not None:
            where |= self._having(edge.numbers)
        return replace(
            edge,
            selection=self.narrowed(edge.selection, related),
            where=where,
            wanted=None,
            tally=None,
            numbers=None,
            counted=counted,
        )

    def match(self, wanted: RosterFilter | TaskFilter, related: str) -> Mapping[str, Any]:
        """Documents of the collection `related` that are wanted."""
        if isinstance(wanted, TaskFilter):
            return tasks_match(wanted, self.now)
        match_of = employments_match if related == employments.NAME else permits_match
        digests: Sequence[Sequence[bytes]] = ()
        if wanted.name is not None:
            digests = searched_digests(self.digester, self.employer_id, wanted.name)
        return match_of(wanted, self.now, digests)

    def _having(self, numbers: Sequence[str]) -> Mapping[str, Any]:
        """Under this employer's key, so that a stranger's number is as unknown as nobody's."""
        digests = (self.number_digests(number) for number in numbers)
        return {NUMBER: {"$in": [value for found in digests for value in found]}}

    def number_digests(self, number: str) -> Sequence[bytes]:
        """How a work permit number may be stored with the employer's people."""
        return looked_up_digests(self.digester, self.employer_id, number)
