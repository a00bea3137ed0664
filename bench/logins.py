"""Whole logins, step by step, as an app makes them: what one step answers goes into the next."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import uvloop

from api.demo import seeded_identities
from api.failure import Refusal
from bench.load import Sample, body_of, request_of
from bench.operations import Operation
from bench.place import SEED
from resolvers.policy.consent import CURRENT_VERSION

PROOF: Final = "live-person"
AMONG: Final = 3_000
"""Of more holders only so many log in: who they are is made anew each time."""
DEVICE: Final = {"device": {"name": "Benchmark", "platform": "bench"}}

Answer = Mapping[str, Any]


@dataclass(frozen=True)
class Person:
    """What somebody types; `address` is where the request seems to come from."""

    name: str
    identifier: Mapping[str, Any]
    second_proof: Mapping[str, Any] | None
    address: str


def people(holders: int, count: int) -> list[Person]:
    """Others in each run: a number that is proved often in a row has to wait."""
    among = min(holders, AMONG)
    first = secrets.randbelow(max(1, among - count))
    told = seeded_identities(SEED, min(among, first + count))["holders"][first:]
    return [Person(one["name"], one["identifier"], one["secondProof"], _address()) for one in told]


def _address() -> str:
    return "10." + ".".join(str(secrets.randbelow(250) + 1) for _ in range(3))


def sample_logins(port: int, operation: Operation, who: Sequence[Person]) -> Sample:
    """Each person logs in once; an answer is a whole login. Raises Refusal."""
    return uvloop.run(_sample(port, operation, who))


async def _sample(port: int, operation: Operation, who: Sequence[Person]) -> Sample:
    sample, waiting, began = Sample(), list(who), time.perf_counter()

    async def app() -> None:
        async with _connection(port, operation) as connection:
            while waiting:
                at = time.perf_counter()
                answers = await log_in(connection, waiting.pop())
                sample.latencies.append(time.perf_counter() - at)
                sample.answers += 1
                sample.bytes += sum(len(json.dumps(one)) for one in answers)

    await asyncio.gather(*(app() for _ in range(min(operation.connections, len(who)))))
    sample.seconds = time.perf_counter() - began
    return sample


async def one_login(port: int, operation: Operation, person: Person) -> list[Answer]:
    async with _connection(port, operation) as connection:
        return await log_in(connection, person)


class Connection:
    def __init__(
        self,
        port: int,
        text: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._port = port
        self._text = text
        self._reader = reader
        self._writer = writer

    async def ask(
        self, step: str, token: str | None, address: str, given: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """What the step answered; raises Refusal unless it went well."""
        body = json.dumps(
            {
                "query": self._text,
                "operationName": step,
                "variables": {} if given is None else {"input": dict(given)},
            }
        ).encode()
        request = request_of(self._port, token, body, address)
        self._writer.write(request)
        buffer = bytearray()
        found: bytes | None = None
        while found is None:
            data = await self._reader.read(65_536)
            if not data:
                raise Refusal(f"{step}: the server closed the connection")
            buffer += data
            found = body_of(buffer)
        answer = json.loads(found)
        if answer.get("errors") or not answer.get("data"):
            raise Refusal(f"{step}: {found[:300].decode(errors='replace')}")
        [told] = answer["data"].values()
        if told["__typename"] == "LoginRefused":
            raise Refusal(f"{step}: refused with {told['code']}")
        return dict(told)


@asynccontextmanager
async def _connection(port: int, operation: Operation) -> AsyncIterator[Connection]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Connection(port, operation.text, reader, writer)
    finally:
        writer.close()


async def log_in(connection: Connection, person: Person) -> list[Answer]:
    at = person.address
    answers: list[Answer] = []

    async def step(
        name: str, token: str | None, given: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        answer = await connection.ask(name, token, at, given)
        answers.append(answer)
        return answer

    token = (await step("StartLogin", None, DEVICE))["flowToken"]
    claimed = {"name": person.name, "identifier": dict(person.identifier)}
    proved = await step("ProveRealName", token, claimed)
    token = proved["flowToken"]
    if proved["secondProofDue"] and person.second_proof is not None:
        sent = await step("SendSecondProofCode", token, person.second_proof)
        confirmed = await step("ConfirmSecondProof", token, {"code": sent["sandboxCode"]})
        token = confirmed["flowToken"]
    await step("GiveBiometricConsent", token, {"version": CURRENT_VERSION})
    challenge = await step("StartRealPersonCheck", token)
    proof = {"challengeId": challenge["challengeId"], "proof": PROOF}
    await step("SubmitRealPersonProof", token, proof)
    await step("CompleteLogin", token)
    return answers
