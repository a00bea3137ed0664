"""Who vouches for names: whom the settings name."""

from __future__ import annotations

from typing import Final

from api.outbound import Outbound
from api.proof_settings import NameSourceKind
from api.providers.remote_calls import RemoteCaller
from api.providers.remote_files import listed_in
from api.providers.remote_names import RemoteNames
from api.settings import Settings
from auth.keys import KeySet, Purpose
from resolvers.name_source import LocalRegistry, NameSource

VARIABLE: Final = "ONECARD_NAME_AUTHORITY_FILE"


def name_source(settings: Settings, key_set: KeySet) -> NameSource:
    """By the settings, or a `Refusal`. Nothing is connected to."""
    if settings.name_source is NameSourceKind.LOCAL:
        return LocalRegistry()
    outbound = Outbound(loopback_allowed=settings.outbound_loopback)
    [one] = listed_in(VARIABLE, settings.name_authority_file, "authority", outbound, 1)
    secret = key_set.current(Purpose.REFRESH).secret
    return RemoteNames(RemoteCaller(one.terms, outbound), secret)
