"""What an administrator changes from the command line, through a gateway of the command's own."""

from __future__ import annotations

import getpass
import platform
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pymongo.errors import PyMongoError

from api.database import database_refusal
from api.ids import new_id
from api.preparation import prepare
from api.runtime import open_runtime
from api.settings import Settings
from auth.principal import Principal, PrincipalKind
from resolvers.gateway import Ask, Gateway

COMMAND_CLIENT = "onecard-command"


@asynccontextmanager
async def administering(settings: Settings, uri: str) -> AsyncIterator[tuple[Gateway, Ask]]:
    """A gateway on the prepared database, and the ask of an administrator. What only the operator
    can mend is raised as `Refusal`."""
    # Without its indexes a database would take the same login name twice.
    await prepare(settings, uri)
    try:
        async with open_runtime(settings, uri) as runtime:
            yield runtime.gateway, _ask()
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
