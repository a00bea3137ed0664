"""Who asks in the comparison of compiled reads: two holders with everything, whose business they
are, and callers who may little."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from api.ids import new_id
from api.runtime import Runtime
from auth import officers
from auth.permissions import denial_for
from auth.principal import ANONYMOUS, Assurance, Principal, PrincipalKind
from auth.scopes import ClientScope
from resolvers.gateway import Ask
from resolvers.vocabulary import Language
from schema.access import Rules, access_rules
from schema.compiled.calls import uncompiled_fields
from schema.context import RequestContext
from schema.gateway_schema import GatewaySchema
from tests.access_callers import _DESKS
from tests.access_records import Party, put_party
from tests.access_rows import Caller
from tests.officer_client import officer_clients
from tests.random_operations import OperationMaker
from tests.serving import Serving

OPEN_ROOTS = ("biometricConsentNotice", "deliveryChannels", "assessTalentCategory")
"""What is asked beside the own record: the same whenever it is asked, and of whomever."""
_DUTIES = {
    Caller.CHECKER: ("case:check",),
    Caller.DECIDER: ("case:decide", "record:correct"),
    Caller.COUNTER: ("card:make",),
}


@dataclass(frozen=True)
class Viewer:
    principal: Principal
    root: str


@dataclass(frozen=True)
class CompiledWorld:
    runtime: Runtime
    schema: GatewaySchema
    rules: Rules
    party: Party
    viewers: Sequence[Viewer]
    """Four holders, three employers' clients, three officers, and nobody."""
    ids: Sequence[str]
    left_out: frozenset[tuple[str, str]]
    """Fields that are not compiled: asked for now and then, or nothing would be."""

    def maker(self, random: Random, viewer: Viewer) -> OperationMaker:
        now = self.runtime.gateway.now()

        def may(parent: str, name: str) -> bool:
            if (parent, name) in self.left_out:
                return random.random() < 0.01
            denial = denial_for(viewer.principal, self.rules.get((parent, name), ()), now)
            return denial is None or random.random() < 0.01

        roots = [viewer.root] * 12 + list(OPEN_ROOTS)
        return OperationMaker(random, self.schema._schema, may, self.ids, roots)

    def context_maker(self, random: Random, viewer: Viewer) -> Callable[[], RequestContext]:
        """All at one instant, as one request is."""
        language, now = random.choice(list(Language)), self.runtime.gateway.now()
        ask = Ask(viewer.principal, "127.0.0.1", new_id("req"))
        return lambda: RequestContext(self.runtime.gateway, ask, language, now)


async def compiled_world(
    serving: Serving, runtime: Runtime, schema: GatewaySchema
) -> CompiledWorld:
    party = await put_party(serving, phone="13700137000")
    other = await serving.person()
    graphql_schema = schema._schema
    assert graphql_schema.query_type is not None
    return CompiledWorld(
        runtime,
        schema,
        access_rules(graphql_schema),
        party,
        [
            *_holders(serving, party, other.holder_id),
            *_employers(party),
            *await _officers(serving),
            Viewer(ANONYMOUS, "me"),
        ],
        _ids(party),
        frozenset(
            (name.split(".")[0], name.split(".")[1])
            for name, _ in uncompiled_fields(graphql_schema.type_map, graphql_schema.query_type)
        ),
    )


def _ids(party: Party) -> list[str]:
    given: Mapping[str, object] = vars(party)
    return sorted(value for value in given.values() if isinstance(value, str))


def _holders(serving: Serving, party: Party, other: str) -> list[Viewer]:
    def holder(holder_id: str, minutes: int) -> Viewer:
        at = serving.clock() - timedelta(minutes=minutes)
        principal = Principal(
            PrincipalKind.HOLDER,
            holder_id,
            session_id="ses_compiled",
            assurance=Assurance.REAL_PERSON,
            # The proof of the first must not age while the operations are made.
            authenticated_at=at,
        )
        return Viewer(principal, "me")

    mine = party.person.holder_id
    return [holder(mine, -60), holder(mine, -60), holder(mine, 6), holder(other, -60)]


def _employers(party: Party) -> list[Viewer]:
    every = tuple(map(str, ClientScope))
    return [
        Viewer(Principal(PrincipalKind.EMPLOYER, party.employer_id, scopes=scopes), "employer")
        for scopes in (every, every, (str(ClientScope.TASKS_READ),))
    ]


async def _officers(serving: Serving) -> list[Viewer]:
    viewers = []
    for caller, (authority, duties) in _DESKS.items():
        known = {one["_id"] async for one in serving.database[officers.NAME].find({})}
        await officer_clients(serving, 1, authority, duties)
        async for one in serving.database[officers.NAME].find({}):
            if one["_id"] not in known:
                principal = Principal(PrincipalKind.OFFICER, one["_id"], scopes=_DUTIES[caller])
                viewers.append(Viewer(principal, "officer"))
    return viewers
