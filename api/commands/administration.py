"""What an administrator changes from the command line: the process's own gateway for one change."""

from __future__ import annotations

import asyncio
import getpass
import platform
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pymongo.errors import PyMongoError

from api.commands.connection import database_uri
from api.database import database_refusal
from api.ids import new_id
from api.preparation import prepare
from api.runtime import open_runtime
from api.settings import Settings, load_settings
from auth.principal import Principal, PrincipalKind
from resolvers.gateway import Ask, Gateway

COMMAND_CLIENT = "onecard-command"

_T = TypeVar("_T")

Work = Callable[[Gateway, Ask], Awaitable[_T]]


def administer(work: Work[_T]) -> _T:
    """Run `work` on the database of the settings; faults of the database become a `Refusal`."""
    settings = load_settings()
    with database_uri(settings) as uri:
        return asyncio.run(_administered(settings, uri, work))


async def _administered(settings: Settings, uri: str, work: Work[_T]) -> _T:
    # Without its indexes a database would take the same login name twice.
    await prepare(settings, uri)
    try:
        async with open_runtime(settings, uri) as runtime:
            return await work(runtime.gateway, _ask())
    except PyMongoError as error:
        refusal = database_refusal(error)
        if refusal is None:
            raise
        raise refusal from None


def _ask() -> Ask:
    """The audit keeps a keyed digest of account and machine where a request has its address: it
    tells administrators apart without naming anybody."""
    try:
        account = getpass.getuser()
    except (KeyError, OSError, ImportError):  # an account number without a name
        account = "?"
    principal = Principal(PrincipalKind.ADMINISTRATOR, client_id=COMMAND_CLIENT)
    return Ask(principal, f"{account}@{platform.node()}", new_id("req"))
