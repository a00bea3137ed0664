"""A free port on loopback."""

from __future__ import annotations

import secrets
import socket

# Below what Linux (from 32768) and macOS (from 49152) hand out by themselves: nobody is given a
# port of ours by chance between our look and mongod's, or between two starts.
LOWEST, COUNT = 20_000, 10_000
ATTEMPTS = 50


def free_port(preferred: int = 0) -> int:
    """The preferred port if it is free now, else one chosen at random; 0 when none was found.

    Free now is no promise: whoever binds it must be ready to find it taken.
    """
    if preferred and _is_free(preferred):
        return preferred
    for _ in range(ATTEMPTS):
        port = LOWEST + secrets.randbelow(COUNT)
        if _is_free(port):
            return port
    return 0


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As mongod does: connections of an earlier listener that linger are no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
