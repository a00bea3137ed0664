"""Programs that only the system can give (`.ci/run` installs them)."""

from __future__ import annotations

import shutil
import subprocess

_PACKAGES = {"certutil": "libnss3-tools", "zbarimg": "zbar-tools"}


def run_tool(*command: str, check: bool = True) -> bytes:
    """What it prints. Says which package is missing where it is not installed."""
    name = command[0]
    if shutil.which(name) is None:
        package = _PACKAGES.get(name, "poppler-utils")
        raise AssertionError(f"No {name}: install the package `{package}`.")
    return subprocess.run(command, check=check, capture_output=True, timeout=60).stdout
