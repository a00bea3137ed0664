"""What other programs make of a PDF file: Poppler's tools, which share no code with ours."""

from __future__ import annotations

import subprocess
import unicodedata
from pathlib import Path


def text_of(path: Path) -> str:
    """As it would be copied, in the order of the page; one space for each gap."""
    found = subprocess.run(
        ["pdftotext", "-raw", str(path), "-"], check=True, capture_output=True, timeout=30
    )
    return " ".join(unicodedata.normalize("NFC", found.stdout.decode()).split())


def facts_of(path: Path) -> dict[str, str]:
    """Title, tags, pages, size of the page."""
    found = subprocess.run(["pdfinfo", str(path)], check=True, capture_output=True, timeout=30)
    lines = (line.partition(":") for line in found.stdout.decode().splitlines())
    return {name: value.strip() for name, _, value in lines}


def fonts_of(path: Path) -> list[list[str]]:
    """Of each font: its name, and at the end whether it is embedded, a subset, has Unicode."""
    found = subprocess.run(["pdffonts", str(path)], check=True, capture_output=True, timeout=30)
    return [line.split() for line in found.stdout.decode().splitlines()[2:]]


def picture_of(path: Path, resolution: int = 60) -> Path:
    """The first page."""
    target = path.with_suffix("")
    subprocess.run(
        ["pdftoppm", "-r", str(resolution), "-png", "-singlefile", str(path), str(target)],
        check=True,
        timeout=60,
    )
    return target.with_suffix(".png")
