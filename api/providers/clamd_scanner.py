"""ClamAV's daemon by its own protocol: `INSTREAM`, as clamd(8) describes it.

The content goes as pieces, each led by its length in four bytes, a length of zero ends it; the
answer is one line, `stream: OK`, `stream: <signature> FOUND` or `... ERROR`. The connection is not
encrypted, so production takes a local clamd only (`api.setting_rules`). clamd's `StreamMaxLength`
must be at least the largest paper.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from resolvers.paper_scanner import ScannerUnavailable, ScanVerdict

_PIECE_BYTES: Final = 64 * 1024
_LONGEST_ANSWER: Final = 1_024
_CLEAN: Final = b"stream: OK"
_FOUND = re.compile(rb"stream: .{1,500} FOUND", re.DOTALL)


@dataclass(frozen=True)
class ClamdScanner:
    """`path` names a Unix socket, else it is `host` and `port`."""

    host: str = ""
    port: int = 0
    path: str = ""

    name = "clamd"
    is_sandbox = False

    @classmethod
    def at(cls, address: str) -> ClamdScanner:
        """`clamd://host:port` or `clamd:///path/of/socket`, checked with the settings."""
        url = urlsplit(address)
        return cls(url.hostname or "", url.port or 0, "" if url.hostname else url.path)

    async def scan(self, content: bytes) -> ScanVerdict:
        try:
            answer = await self._answer(content)
        except (OSError, EOFError, asyncio.LimitOverrunError):
            raise ScannerUnavailable from None
        if answer == _CLEAN:
            return ScanVerdict.CLEAN
        if _FOUND.fullmatch(answer):
            return ScanVerdict.INFECTED
        raise ScannerUnavailable

    async def _answer(self, content: bytes) -> bytes:
        reader, writer = await self._connect()
        try:
            # With `z` command and answer end in a zero byte.
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(content), _PIECE_BYTES):
                piece = content[start : start + _PIECE_BYTES]
                writer.write(len(piece).to_bytes(4, "big") + piece)
                await writer.drain()
            writer.write(bytes(4))
            await writer.drain()
            return (await reader.readuntil(b"\0"))[:-1]
        finally:
            writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.path:
            return await asyncio.open_unix_connection(self.path, limit=_LONGEST_ANSWER)
        return await asyncio.open_connection(self.host, self.port, limit=_LONGEST_ANSWER)
