"""A scanner for development: knows one signature, the EICAR test file's, and nothing else."""

from __future__ import annotations

from resolvers.paper_scanner import ScanVerdict

_EICAR = bytes.fromhex("45494341522d5354414e444152442d414e544956495255532d544553542d46494c45")
"""The middle of the test file's text, spelt so that no scanner takes this module for it."""


class SandboxScanner:
    name = "sandbox-scanner"
    is_sandbox = True

    async def scan(self, content: bytes) -> ScanVerdict:
        return ScanVerdict.INFECTED if _EICAR in content else ScanVerdict.CLEAN
