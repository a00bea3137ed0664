"""Before serving: is the database one that we can work with, and has it all that is declared?"""

from __future__ import annotations

from api.clock import utc_now
from api.database import open_database
from api.demo import has_demo_data, load_demo
from api.failure import Refusal
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from resolvers.store.installation import DataTooNew, InstallationBusy, prepare_database

MIN_SERVER = (6, 0)


async def prepare(
    settings: Settings, uri: str, *, demo_keys: KeySet | None = None, force: bool = False
) -> None:
    """Migrate and install, and load the demo identities under `demo_keys` if given; or a `Refusal`
    that says in one line what to do. `force` installs what is recorded as installed already."""
    async with open_database(settings, uri) as database:
        await _prepare(settings, database, force=force)
        if demo_keys is not None:
            await load_demo(database, demo_keys, now=utc_now())


async def _prepare(settings: Settings, database: Database, *, force: bool) -> None:
    hello = await database.command("hello")
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        raise Refusal("the database is no replica set, so it has no transactions; make it one")
    info = await database.command("buildInfo")
    version = tuple(info["versionArray"][:2])
    if version < MIN_SERVER:
        raise Refusal(f"the database is MongoDB {info['version']}; 6.0 or newer is needed")
    if settings.in_production and await has_demo_data(database):
        raise Refusal(
            "the database holds demo data and production does not start with it; use another "
            "ONECARD_MONGODB_DATABASE"
        )
    try:
        await prepare_database(database, utc_now(), force=force)
    except DataTooNew as newer:
        raise Refusal(
            f"collection {newer} was written by a newer version of the gateway; run that one"
        ) from None
    except InstallationBusy:
        raise Refusal(
            "another process has been preparing the database too long; try again"
        ) from None
