"""The seam to whoever knows which name belongs to a number. Adapters stand in `api.providers`.

A holder is always one of ours: a source says whether the name is right, and not whose it is. It is
asked the same way for a number that nobody has, so that its work tells nobody apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from resolvers.rules.names import RegisteredName, names_match
from resolvers.vocabulary import IdentifierKind


@dataclass(frozen=True)
class NameQuestion:
    """A name as it was typed and a normalised number, claimed in a login."""

    flow_id: str
    kind: IdentifierKind
    number: str = field(repr=False)
    name: str = field(repr=False)


class NameSource(Protocol):
    @property
    def is_charged(self) -> bool:
        """Whether each question costs: then none is asked that a throttle has refused already."""
        ...

    async def confirms(self, question: NameQuestion, registered: RegisteredName) -> bool:
        """`registered` is the name that we hold, or a decoy's. Raises ProviderUnavailable."""
        ...


class LocalRegistry:
    """The names that authorities have sent us, in MongoDB."""

    is_charged = False

    async def confirms(self, question: NameQuestion, registered: RegisteredName) -> bool:
        return names_match(question.name, registered)
