"""The entry of a process that makes seeded batches (`seed_processes`)."""

from __future__ import annotations

import os
import pickle
import sys

from api.demo.seed_processes import work

if __name__ == "__main__":
    try:
        work(sys.stdin.buffer, sys.stdout.buffer)
    except (BrokenPipeError, EOFError, pickle.UnpicklingError):
        # The parent is gone; nobody reads what is left in the buffers.
        os._exit(1)
