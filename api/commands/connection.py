"""The database that a command works on: the one of the settings, or the local one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from api.embedded import LocalMongod, running_uri
from api.settings import Settings


@contextmanager
def database_uri(settings: Settings) -> Iterator[str]:
    """The URI of the settings; without one, that of the local mongod: one that runs already
    (`onecard serve` in another terminal) or one that runs as long as this block."""
    if settings.mongodb_uri is not None:
        yield settings.mongodb_uri.get_secret_value()
        return
    running = running_uri(settings.data_dir)
    if running is not None:
        yield running
        return
    with LocalMongod(settings.data_dir) as local:
        yield local.uri


@contextmanager
def serving_uri(settings: Settings) -> Iterator[str]:
    """The URI of the settings; without one, a local mongod of our own. One that another process
    runs is refused: it would end under us when that process does."""
    if settings.mongodb_uri is not None:
        yield settings.mongodb_uri.get_secret_value()
        return
    with LocalMongod(settings.data_dir) as local:
        yield local.uri
