"""What a user did wrong, told in one line."""

from __future__ import annotations


class Refusal(Exception):
    """A user's mistake, or a state of the machine that only the user can change.

    `str(refusal)` is one line: why it was refused and what to do. The command line prints it on
    standard error and exits 1, without a traceback.
    """

    def __init__(self, line: str) -> None:
        super().__init__(" ".join(line.split()))
