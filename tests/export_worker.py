"""A worker that makes exports and nothing else, in a process that a test can kill. It prints the
pages that it wrote and its greatest memory before and after, in MiB."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime, timedelta
from pathlib import Path

from api.clock import utc_now
from api.runtime import open_runtime
from api.settings import Settings
from resolvers.exports.making import make_exports
from tests.processes import peak_mib
from tests.serving import CHEAP_PASSWORDS


async def main(uri: str, database: str, keys: str, directory: str, ahead: str) -> None:
    settings = Settings(data_dir=Path(directory), keys_file=Path(keys), mongodb_database=database)

    def now() -> datetime:
        return utc_now() + timedelta(seconds=int(ahead))

    async with open_runtime(settings, uri, now=now, password_cost=CHEAP_PASSWORDS) as runtime:
        before = peak_mib()
        pages = await make_exports(runtime.gateway, now())
        print(pages, before, peak_mib(), flush=True)  # noqa: T201 - what the test reads


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
