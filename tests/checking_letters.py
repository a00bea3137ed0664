"""A verifier with a camera: the address in the QR code of a picture of a letter."""

from __future__ import annotations

from pathlib import Path

from tests.system_tools import run_tool


def scanned(picture: Path) -> str:
    """By ZBar, which shares no code with ours."""
    return run_tool("zbarimg", "--quiet", "--raw", str(picture)).decode().strip()
