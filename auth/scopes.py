"""What a client of an employer may be granted: one closed list, checked by `auth/permissions.py`.

A scope narrows what the employer itself may do; it never widens it.
"""

from __future__ import annotations

from enum import StrEnum


class ClientScope(StrEnum):
    """`resource:action`, as `scope` of an access token carries it (RFC 9068)."""

    PERMITS_READ = "permits:read"
    APPLICATIONS_READ = "applications:read"
    APPLICATIONS_WRITE = "applications:write"
    PAPERS_READ = "papers:read"
    PAPERS_WRITE = "papers:write"
    LETTERS_READ = "letters:read"
    TASKS_READ = "tasks:read"
    EXPORTS_MAKE = "exports:make"
    GRANTS_ASK = "grants:ask"
    SHARED_READ = "shared:read"
    CHECKS_MAKE = "checks:make"
    WEBHOOKS_MANAGE = "webhooks:manage"
