"""The benchmark: whom it compares answers alike, and it refuses to print where one does not."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from graphql import GraphQLEnumType, GraphQLObjectType, build_schema

from api.embedded import LocalMongod
from api.failure import Refusal
from api.settings import Settings
from auth.repeated_looks import LEFT_OUT
from bench.answers import canonical, refuse_difference
from bench.asking import Asking, asking_at
from bench.command import chosen_servers, node_of
from bench.figures import figures_of
from bench.load import body_of
from bench.operations import OPERATIONS
from bench.peer_place import write_peer_place
from bench.peers.trail import LISTED_NAMES
from bench.place import Place, filled
from bench.rounds import Plan, compare, measure
from bench.servers import PEERS, Running, running
from schema.build import build_gateway_schema

HOLDERS = 640
FEW = "onecard,handwritten,strawberry"
OTHERS = "ariadne,mercurius,apollo,yoga,mercurius-single,fastify"


@pytest.fixture
def place(mongod: LocalMongod, tmp_path: Path) -> Iterator[Place]:
    name = f"bench_{secrets.token_hex(8)}"
    settings = Settings(data_dir=tmp_path, mongodb_database=name)
    place = filled(settings, mongod.uri, mongod.pid, HOLDERS, lambda _: None)
    yield place
    with place.database() as database:
        database.client.drop_database(name)


def start(stack: ExitStack, place: Place, names: str) -> list[Running]:
    servers = chosen_servers(names)
    node = node_of(servers)
    write_peer_place(place)
    return [stack.enter_context(running(place, one, node)) for one in servers]


def all_agree(asking: Asking, servers: Sequence[Running]) -> bool:
    asked = [
        (operation, one)
        for operation in OPERATIONS.values()
        for one in servers[1:]
        if operation.name in one.server.operations and one.server.name != "constant"
    ]
    compared = compare(asking, list(OPERATIONS.values()), servers)
    return len(asked) > 0 and compared >= len(asked)


def all_wrote_the_same(place: Place, servers: Sequence[Running]) -> bool:
    """Whom an employer's list named stands in the trail, as often by each server, and as often by
    the line of an earlier look."""
    with place.database() as database:
        lines = list(database["audit"].find({"action": "employee.read"}))
    own = dict.fromkeys(("_id", "at", "address_digest", "request_id"))
    whole = {line["_id"]: line for line in lines if line["repeats"] is None}
    told: Counter[tuple[str, bool]] = Counter()
    for line in lines:
        if line["repeats"] is not None:
            assert {name: line[name] for name in LEFT_OUT} == LEFT_OUT
            line = line | {name: whole[line["repeats"]][name] for name in LEFT_OUT}
        told[json.dumps(line | own | {"repeats": None}), line["repeats"] is None] += 1
    assert {is_whole for _, is_whole in told} == {True, False}
    assert {tuple(line["fields"]) for line in whole.values()} == {tuple(LISTED_NAMES)}
    assert {len(line["address_digest"]) for line in lines} == {32}
    return len(told) > 0 and all(count % len(servers) == 0 for count in told.values())


def test_peers_answer_as_the_gateway_does_and_are_measured(place: Place) -> None:
    asking = asking_at(place)
    told: list[str] = []
    with ExitStack() as stack:
        servers = start(stack, place, FEW)
        assert all_agree(asking, servers)
        assert all_wrote_the_same(place, servers)
        plan = Plan(1, 0.05, 0.0, list(OPERATIONS.values()))
        runs = measure(asking, plan, servers, place.mongod_pid, told.append)
    figures = figures_of(runs, "onecard")
    assert {("list500", "strawberry"), ("verify", "handwritten")} <= figures.keys()
    assert all(one.per_second.low > 0 and one.bytes > 0 for one in figures.values())
    assert told == ["round 1 of 1, about 0 s to go"]
    # Who checks a card leaves the same line, with or without a graph above it.
    with place.database() as database:
        lines = list(database["audit"].find({"action": "card.checked"}))
    shapes = {(tuple(line["fields"]), tuple(line), line["result"]) for line in lines}
    assert len(lines) > 0
    assert len(shapes) == 1
    assert all(one.process.returncode is not None for one in servers)


@pytest.mark.slow
def test_all_other_peers_answer_as_the_gateway_does(place: Place) -> None:
    with ExitStack() as stack:
        servers = start(stack, place, OTHERS)
        assert all_agree(asking_at(place), servers)
        assert all_wrote_the_same(place, servers)


def test_an_answer_that_differs_or_fails_is_refused() -> None:
    ours = canonical(b'{"data": {"b": 1, "a": [2]}}')
    assert ours == b'{"data":{"a":[2],"b":1}}'
    refuse_difference("home", "Other", ours, canonical(b'{"data":{"a":[2],"b":1}}'))
    with pytest.raises(Refusal, match="home: Other answers otherwise"):
        refuse_difference("home", "Other", ours, canonical(b'{"data":{"a":[2],"b":2}}'))
    for failed in (b'{"data":null}', b'{"data":{"a":1},"errors":[{"message":"no"}]}'):
        with pytest.raises(Refusal, match="answered with errors"):
            canonical(failed)


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx: y\r\n\r\n{}", b"{}"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", None),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", b"2\r\n{}"),
    ],
    ids=["body to come", "length", "chunks to come", "chunked"],
)
def test_an_answer_ends_where_http_says(answer: bytes, body: bytes | None) -> None:
    found = body_of(bytearray(answer))
    assert found is None if body is None else found is not None and found.startswith(body)


def test_peers_serve_a_part_of_our_graph() -> None:
    """Types, nullability and enumerations are ours, so nobody has an easier question."""
    ours = build_gateway_schema()._schema
    theirs = build_schema((PEERS / "schema.graphql").read_text(encoding="utf-8"))
    compared = 0
    for name, one in theirs.type_map.items():
        mine = ours.type_map.get(name)
        if isinstance(one, GraphQLObjectType) and not name.startswith("__"):
            assert isinstance(mine, GraphQLObjectType)
            for field, definition in one.fields.items():
                assert str(definition.type) == str(mine.fields[field].type), f"{name}.{field}"
                compared += 1
        elif isinstance(one, GraphQLEnumType) and not name.startswith("__"):
            assert isinstance(mine, GraphQLEnumType)
            assert set(one.values) == set(mine.values), name
    assert compared > 40


def test_an_unknown_server_is_refused_by_its_name() -> None:
    with pytest.raises(Refusal, match="there is no server 'nginx'"):
        chosen_servers("nginx")
