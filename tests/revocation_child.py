"""A process with a revocation feed, asked by lines on its standard input, one answer a line.

    check SESSION            LIVE, REVOKED or UNKNOWN
    revoke SESSION HOLDER    ENDED, ENDED_BEFORE or NOT_FOUND
    cut                      from now on the feed hears nothing; the database can still be asked
    alive                    True or False

Arguments: the database's URI and name. Prints `ready` first.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

from auth.mongo import connect, database_of
from auth.revocation import RevocationFeed
from auth.session_documents import EndReason
from auth.sessions import SessionStore
from tests.families import KEYS


async def answer(line: str, feed: RevocationFeed, store: SessionStore) -> str:
    match line.split():
        case ["check", session_id]:
            return await feed.check(session_id)
        case ["revoke", session_id, holder_id]:
            return await store.revoke(
                session_id, holder_id, EndReason.LOGGED_OUT, datetime.now(UTC)
            )
        case ["cut"]:
            await feed.stop()
            return "cut"
        case ["alive"]:
            return str(feed.is_alive())
        case _:
            raise ValueError(line)


async def main(uri: str, name: str) -> None:
    client = connect(uri)
    database = database_of(client, name)
    feed = RevocationFeed(database)
    store = SessionStore(database, KEYS, on_revoked=feed.remember)
    await feed.start()
    questions = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(questions), sys.stdin
    )
    print("ready", flush=True)  # noqa: T201 - this is the protocol
    while line := await questions.readline():
        print(await answer(line.decode(), feed, store), flush=True)  # noqa: T201 - likewise
    await feed.stop()
    client.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
