"""The seam to whoever looks for malware in papers. Adapters stand in `api.providers`."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

SCAN_LIFETIME = timedelta(seconds=5)
"""What a scan may take: half of a request's time, so that its verdict can still be written."""


class ScanVerdict(StrEnum):
    CLEAN = "CLEAN"
    INFECTED = "INFECTED"


class ScannerUnavailable(Exception):
    """The scanner does not answer in time, or gives no verdict. Carries no content."""


@runtime_checkable
class PaperScanner(Protocol):
    """Judges one content as a whole. No verdict is no leave to store."""

    @property
    def name(self) -> str: ...

    @property
    def is_sandbox(self) -> bool: ...

    async def scan(self, content: bytes) -> ScanVerdict:
        """Raises `ScannerUnavailable`."""
        ...


async def scan_within_limit(scanner: PaperScanner, content: bytes) -> ScanVerdict:
    """The verdict within `SCAN_LIFETIME`. Raises `ScannerUnavailable`."""
    try:
        async with asyncio.timeout(SCAN_LIFETIME.total_seconds()):
            return await scanner.scan(content)
    except TimeoutError:
        raise ScannerUnavailable from None
