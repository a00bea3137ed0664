"""Every command that any MongoDB client of this process sends, as a list to assert on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo import monitoring

from auth.revocation_documents import COMMENT as REVOCATION_FEED

MARK = "asked by "
"""What the comment of a command begins with that says where in the code it was asked."""


class CommandLog(monitoring.CommandListener):
    """`sent` holds (command, collection), without the revocation feed's own reads, which every
    process makes at a fixed pace whatever is asked of it; `queries` the finds and aggregations in
    full, by shape: one for each collection and set of fields; `marked` all that says in the code
    where it stands (`tests.query_sites`)."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Any]] = []
        self.queries: dict[str, dict[str, Any]] = {}
        self.marked: list[dict[str, Any]] = []

    def clear(self) -> None:
        self.sent.clear()
        self.queries.clear()
        self.marked.clear()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        comment = event.command.get("comment")
        if isinstance(comment, str) and comment.startswith(MARK):
            self.marked.append(dict(event.command))
        if comment != REVOCATION_FEED:
            self.sent.append((event.command_name, event.command.get(event.command_name)))
            if event.command_name in ("find", "aggregate"):
                self.queries.setdefault(_shape(event.command), dict(event.command))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


def _shape(command: Mapping[str, Any]) -> str:
    """The command with its values left out, for telling one query from another."""
    name = "find" if "find" in command else "aggregate"
    return f"{command[name]} {_keys(command.get('filter', command.get('pipeline')))}"


def _keys(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _keys(inner) for key, inner in value.items()}
    return [_keys(one) for one in value] if isinstance(value, list) else None


COMMANDS = CommandLog()
monitoring.register(COMMANDS)
