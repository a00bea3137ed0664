"""The requests of each operation: who asks, with which token, for what."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import Any, Final

from api.ids import new_id
from auth.card_codes import CardCodes
from auth.clients import Client
from auth.principal import Assurance
from auth.tokens import SubjectKind, TokenAuthority
from bench.load import request_of
from bench.operations import Caller, Operation
from bench.peers.facts import LISTED
from bench.place import Place
from resolvers.selection import Cursor
from resolvers.store import permits

PAGE: Final = 100
PAGES: Final = ("second", "third", "fourth", "fifth")
PERMITS_OF_A_LIST: Final = 50


@dataclass(frozen=True)
class Asked:
    """One request's token and body."""

    token: str
    body: bytes

    def to(self, port: int) -> bytes:
        return request_of(port, self.token, self.body)


@dataclass(frozen=True)
class Asking:
    """Makes requests. Tokens live five minutes and codes one, so they are made for each run."""

    place: Place
    pages: Mapping[str, str | None]

    def requests(self, operation: Operation, count: int) -> list[Asked]:
        """So many, each of another caller as far as there are others."""
        return list(islice(_CALLERS[operation.caller](self, operation), count))

    def _by_holders(self, operation: Operation) -> Iterator[Asked]:
        body = _body(operation, {})
        tokens = [self._holder_token(one) for one in self.place.holder_ids]
        return (Asked(token, body) for token in cycle(tokens))

    def _by_employers(self, operation: Operation) -> Iterator[Asked]:
        large = [one for one in self.place.portals if one.permits > PERMITS_OF_A_LIST]
        body = _body(operation, {})
        tokens = [self._client_token(one.client) for one in large or self.place.portals]
        return (Asked(token, body) for token in cycle(tokens))

    def _by_the_largest(self, operation: Operation) -> Iterator[Asked]:
        body = _body(operation, self.pages)
        token = self._client_token(self.place.portals[0].client)
        return cycle([Asked(token, body)])

    def _by_gates(self, operation: Operation) -> Iterator[Asked]:
        codes = CardCodes(self.place.key_set)
        tokens = [self._client_token(one.client) for one in self.place.portals]
        for token, card in zip(cycle(tokens), cycle(self.place.shown_cards), strict=False):
            code = codes.mint(card.card_id, card.revision, datetime.now(UTC)).token
            yield Asked(token, _body(operation, {"input": {"code": code}}))

    def _holder_token(self, holder_id: str) -> str:
        return self._minted(
            subject=holder_id,
            kind=SubjectKind.HOLDER,
            client_id="bench",
            session_id=f"ses_{holder_id.removeprefix('hld_')}",
            scope=(),
            acr=Assurance.REAL_PERSON.acr,
        )

    def _client_token(self, client: Client) -> str:
        return self._minted(
            subject=client.employer_id,
            kind=SubjectKind.EMPLOYER,
            client_id=client.client_id,
            session_id=client.session_id,
            scope=tuple(str(scope) for scope in client.scopes),
            acr=Assurance.NONE.acr,
        )

    def _minted(self, **claims: Any) -> str:
        settings = self.place.settings
        authority = TokenAuthority(
            self.place.key_set, issuer=settings.issuer, audience=settings.audience
        )
        now = datetime.now(UTC)
        return authority.mint_access(
            **claims, amr=(), authenticated_at=now, token_id=new_id("tok"), issued_at=now
        )


_CALLERS: Final[Mapping[Caller, Callable[[Asking, Operation], Iterator[Asked]]]] = {
    Caller.HOLDER: Asking._by_holders,  # noqa: SLF001 - its own
    Caller.EMPLOYER: Asking._by_employers,  # noqa: SLF001 - its own
    Caller.LARGEST_EMPLOYER: Asking._by_the_largest,  # noqa: SLF001 - its own
    Caller.GATE: Asking._by_gates,  # noqa: SLF001 - its own
}


def _body(operation: Operation, variables: Mapping[str, Any]) -> bytes:
    asked = {
        "query": operation.text,
        "operationName": operation.in_graph,
        "variables": dict(variables),
    }
    return json.dumps(asked, separators=(",", ":")).encode()


def asking_at(place: Place) -> Asking:
    """With the cursors by which a client that has walked the largest list asks for its pages."""
    employer_id = place.portals[0].client.employer_id
    with place.database() as database:
        rows = list(
            database[permits.NAME]
            .find({"employer_id": employer_id, **LISTED}, {"shown.listed_from": 1})
            .sort([("shown.listed_from", -1), ("_id", 1)])
            .limit(PAGE * (len(PAGES) + 1))
        )
    return Asking(place, {name: _after(rows, number) for number, name in enumerate(PAGES, 1)})


def _after(rows: Sequence[Mapping[str, Any]], page: int) -> str:
    """The cursor of the last row before this page; of a short list its last one."""
    row = rows[min(len(rows), page * PAGE) - 1]
    return Cursor("permits", row["shown"]["listed_from"], row["_id"]).encode()
