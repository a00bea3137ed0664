"""The kept database: filled anew when what fills it, or how it is stored, has changed."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from api.failure import Refusal

ROOT: Final = Path(__file__).parent.parent
_STAMP: Final = "bench-stamp"
_SOURCES: Final = ("resolvers/store/*.py", "resolvers/rules/employment.py", "api/demo/*.py")
_MAKERS: Final = ("auth/audit.py", "auth/clients.py", "bench/place.py")


def keep_or_clear(directory: Path, say: Callable[[str], None]) -> None:
    """Raises Refusal for a directory that holds something else."""
    stamp = directory / _STAMP
    if not stamp.exists() and directory.exists() and any(directory.iterdir()):
        raise Refusal(f"{directory} is no directory of the benchmark: give another --directory")
    wanted = _digest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") != wanted:
        say(f"{directory} was filled by another version: filling it anew")
        shutil.rmtree(directory)
    directory.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted, encoding="utf-8")


def _digest() -> str:
    files = sorted({file for pattern in (*_SOURCES, *_MAKERS) for file in ROOT.glob(pattern)})
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()
