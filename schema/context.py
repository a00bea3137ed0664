"""What resolvers find in `info.context`: the gateway, the ask, and this operation's choices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import strawberry
from strawberry.dataloader import DataLoader

from auth.sealing import HolderVault
from resolvers.gateway import Ask, Gateway
from resolvers.notices.following import OpenStream
from resolvers.policy.named import Named
from resolvers.rules.bundles import Bundle
from resolvers.selection import Selection
from resolvers.sharing.parts import SharedRecord
from resolvers.sharing.showing import GrantRead
from resolvers.vocabulary import Language


class Choices(Protocol):
    """What the operation chose (`schema.choices`)."""

    def selection(self, key: str, type_name: str) -> Selection:
        """Below the root field of this response key, which is of this type."""


@dataclass
class RequestContext:
    """One for each request. `now` is one instant for the whole answer."""

    gateway: Gateway
    ask: Ask
    language: Language
    now: datetime
    choices: Choices | None = None
    vaults: dict[str, HolderVault] = field(default_factory=dict)
    grant_reads: DataLoader[GrantRead, SharedRecord | None] | None = None
    previews: DataLoader[frozenset[Bundle], SharedRecord | None] | None = None
    """Made by the first field that needs them: what all rows of an operation need is one read."""
    stream: OpenStream | None = None
    """What a subscription feeds; then `now` is that of its present event."""

    def text(self, named: Named | None, code: str) -> str:
        """The text in the caller's language; the code itself where we have none."""
        if named is None:
            return code
        return named.zh if self.language is Language.ZH else named.en

    def localised(self, texts: Mapping[str, str]) -> str:
        return texts[self.language.value]


Info = strawberry.Info[RequestContext, None]
