"""Why a stream ends before its client wants it to. Pure."""

from __future__ import annotations

from enum import StrEnum


class StreamEnd(StrEnum):
    """Stable codes; every one but SESSION_ENDED asks the client to open again with `after`."""

    RESUME = "STREAM_RESUME"
    """Read too slowly, or for a moment nobody could tell what is new or whether the session still
    holds. Nothing is lost to who goes on from the last cursor seen."""
    GOING_AWAY = "STREAM_GOING_AWAY"
    """This process stops; another one serves."""
    TOKEN_OVER = "STREAM_TOKEN_OVER"  # noqa: S105 - a code, no password
    """The access token is over and the session was not refreshed: refresh, then go on."""
    SESSION_ENDED = "STREAM_SESSION_ENDED"
    """Logged out or ended: log in."""


class StreamEnded(Exception):
    """A stream is over, for this reason."""

    def __init__(self, end: StreamEnd) -> None:
        super().__init__(end.value)
        self.end = end
