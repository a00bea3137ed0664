"""The entry of a process that makes seeded batches (`seed_processes`)."""

from __future__ import annotations

import sys

from api.demo.seed_processes import work

if __name__ == "__main__":
    try:
        work(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        sys.exit(1)  # the parent is gone
