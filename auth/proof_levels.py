"""What a proof of a real person is worth, and for which acts more may be asked than for a login.

Pure. A level is what a provider's check is worth; tokens carry it as the `acr` of `Assurance`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from auth.principal import Assurance


class AssuranceLevel(StrEnum):
    """What a provider's check is worth, mildest first."""

    SANDBOX = "sandbox"
    LOCAL = "local"
    REMOTE = "remote"

    @property
    def assurance(self) -> Assurance:
        return _ASSURANCES[self]

    @property
    def rank(self) -> int:
        """Compared as numbers: the values are names."""
        return int(self.assurance)


_ASSURANCES: Mapping[AssuranceLevel, Assurance] = {
    AssuranceLevel.SANDBOX: Assurance.REAL_PERSON,
    AssuranceLevel.LOCAL: Assurance.REAL_PERSON_LOCAL,
    AssuranceLevel.REMOTE: Assurance.REAL_PERSON_REMOTE,
}


class ProofFamily(StrEnum):
    """Acts of a holder for which policy may ask for a better proof than for a login."""

    REVEALING = "revealing"
    SHARING = "sharing"
    DEVICE_CHANGES = "device_changes"


Demands = Mapping[ProofFamily, AssuranceLevel]
"""The level that each family asks for; one that is left out asks for no more than a login."""


def strongest(levels: Iterable[AssuranceLevel]) -> AssuranceLevel:
    """SANDBOX, the mildest, of none."""
    return max(levels, key=lambda level: level.rank, default=AssuranceLevel.SANDBOX)
