"""Every command that any MongoDB client of this process sends, as a list to assert on."""

from __future__ import annotations

from typing import Any

from pymongo import monitoring

from auth.revocation_documents import COMMENT as REVOCATION_FEED


class CommandLog(monitoring.CommandListener):
    """`sent` holds (command, collection), without the revocation feed's own reads, which every
    process makes at a fixed pace whatever is asked of it."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Any]] = []

    def clear(self) -> None:
        self.sent.clear()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command.get("comment") != REVOCATION_FEED:
            self.sent.append((event.command_name, event.command.get(event.command_name)))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


COMMANDS = CommandLog()
monitoring.register(COMMANDS)
