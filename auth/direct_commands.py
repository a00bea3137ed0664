"""Commands that go to the database straight: over PyMongo's own asynchronous connections.

Nearly all that is asked of a process is one aggregation for each request, or one with the line that
it leaves in the trail, and what Motor does around a message was half of a home screen's processor
time: turns of threads, which PyMongo's own asynchronous client replaces by as many tasks. Here the
message goes out and its answer is awaited, no more.

Everything else stays PyMongo's: which server, TLS, authentication, compression, the pool, deadlines
(`pymongo.timeout`), what its errors are, and who listens to commands. And nothing depends on it:
what is not answered, Motor asks again, and its answer or error counts. PyMongo promises nobody the
parts that are used here, so beside any other version than the one they are known of, all goes by
Motor (docs/decisions/0039-graph-reads.md).
"""

# ruff: noqa: SLF001 - PyMongo's own parts, of one version

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import bson
import pymongo
from bson.codec_options import CodecOptions, TypeDecoder, TypeRegistry
from pymongo import AsyncMongoClient, ReadPreference
from pymongo.errors import PyMongoError

from auth.mongo import Document, client_options
from auth.turns import Turns

with suppress(ImportError):  # Another version may not have them, and then they are not asked for.
    from pymongo._telemetry import _CommandTelemetry
    from pymongo.asynchronous.pool import AsyncConnection
    from pymongo.helpers_shared import _check_command_response
    from pymongo.message import _convert_exception, _op_msg, _OpMsg

KNOWN_VERSION: Final = "4.20.0"
LONGEST_SECONDS: Final = 30.0
"""For a command whose caller sets no limit."""


_NAIVE: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - as the driver decodes
_AWARE: Final = _NAIVE.replace(tzinfo=UTC)


class _Instants(TypeDecoder):
    """Dates are aware, in UTC. The driver makes them so (`tz_aware`) by `replace`, which takes
    eight times as long, and Python asks the driver's own zone for its offset whenever two are
    compared."""

    bson_type = datetime

    def transform_bson(self, value: datetime) -> datetime:
        return _AWARE + (value - _NAIVE)


DECODED: Final[CodecOptions[Document]] = CodecOptions(type_registry=TypeRegistry([_Instants()]))


class DirectCommands:
    """One for each process and event loop, with connections of its own, as many as Motor's."""

    def __init__(self, uri: str, name: str) -> None:
        self._client: AsyncMongoClient[Document] = AsyncMongoClient(uri, **client_options())
        self._name = name
        self._turns = Turns()

    async def close(self) -> None:
        await self._client.close()

    async def answer(self, command: Document) -> Mapping[str, Any] | None:
        """The database's answer to a command for the primary. None for what has to be asked again,
        since it failed; whether it was done then, nobody knows. Raises PyMongoError when the
        deadline is over, InvalidDocument for what no message can hold."""
        if pymongo.version != KNOWN_VERSION:
            return None
        try:
            return await self._answer(command)
        except PyMongoError as error:
            if error.timeout:
                raise
            return None

    async def answer_in_turn(self, command: Document) -> Mapping[str, Any] | None:
        """The same of a read, of which a few are under way at a time."""
        return await self._turns.take(partial(self.answer, command))

    async def _answer(self, command: Document) -> Mapping[str, Any]:
        client, name = self._client, next(iter(command))
        # Which tells the client of what fails within.
        reading = await client._conn_for_reads(ReadPreference.PRIMARY, None, name)
        async with reading as (connection, preference):
            connection.apply_timeout(command)
            number, message, _, _ = _op_msg(
                0, command, self._name, preference, DECODED, connection.compression_context
            )
            told = _CommandTelemetry(
                client._topology_id,
                connection,
                connection.listeners,
                command,
                self._name,
                number,
                None,
            )
            told.started(command, ensure_db=True)
            try:
                reply = await _reply(connection, number, message)
                answer = bson.decode(reply.payload_document, DECODED)
                _check_command_response(answer, connection.max_wire_version)
            except Exception as error:
                told.failed(_convert_exception(error), name, is_server_side_error=False)
                raise
            told.succeeded(answer, name, speculative_hello=False)
            return answer


async def _reply(connection: AsyncConnection, number: int, message: bytes) -> _OpMsg:
    """What the server answers to one message, in the time that `apply_timeout` left. A connection
    whose answer was not awaited to its end is closed, or the next one would get it."""
    protocol = connection.conn.get_conn
    seconds = LONGEST_SECONDS if protocol.gettimeout is None else protocol.gettimeout
    late = TimeoutError("timed out")
    ending = asyncio.get_running_loop().call_later(seconds, protocol.close, late)
    try:
        await protocol.write(message)
        data, _ = await protocol.read(number, connection.max_message_size)
        answer = _OpMsg.unpack(data)
    except BaseException as error:  # noqa: BLE001 - raised again there
        await connection._raise_connection_failure(error)
    finally:
        ending.cancel()
    if connection.conn.is_closing():
        # Its time was over in the turn in which the answer came.
        await connection.close_conn(None)
    return answer
