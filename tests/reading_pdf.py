"""What other programs make of a PDF file: Poppler's tools, which share no code with ours."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from tests.system_tools import run_tool


def text_of(path: Path) -> str:
    """As it would be copied, in the order of the page; one space for each gap."""
    found = run_tool("pdftotext", "-raw", str(path), "-")
    return " ".join(unicodedata.normalize("NFC", found.decode()).split())


def facts_of(path: Path) -> dict[str, str]:
    """Title, tags, pages, size of the page."""
    lines = (line.partition(":") for line in run_tool("pdfinfo", str(path)).decode().splitlines())
    return {name: value.strip() for name, _, value in lines}


def fonts_of(path: Path) -> list[list[str]]:
    """Of each font: its name, and at the end whether it is embedded, a subset, has Unicode."""
    return [line.split() for line in run_tool("pdffonts", str(path)).decode().splitlines()[2:]]


def picture_of(path: Path, resolution: int = 60) -> Path:
    """The first page."""
    target = path.with_suffix("")
    run_tool("pdftoppm", "-r", str(resolution), "-png", "-singlefile", str(path), str(target))
    return target.with_suffix(".png")
