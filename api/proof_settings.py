"""Settings of who vouches for a name, and of what a holder's proofs must be worth."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from pydantic import Field

from api.delivery_settings import DeliverySettings
from auth.proof_levels import AssuranceLevel, Demands, ProofFamily
from resolvers.policy.proof_levels import DEFAULT_DEMANDS

_LEVELS = "sandbox, local or remote; see docs/remote-verification.md"


class NameSourceKind(StrEnum):
    LOCAL = "local"
    REMOTE = "remote"


class ProofSettings(DeliverySettings):
    name_source: NameSourceKind = Field(
        NameSourceKind.LOCAL,
        description="who knows which name belongs to a number: local, the names in the database, "
        "or remote",
    )
    name_authority_file: Path | None = Field(
        None, description="the authority that remote asks, in TOML; see docs/remote-names.md"
    )
    revealing_proof: AssuranceLevel = Field(
        DEFAULT_DEMANDS[ProofFamily.REVEALING],
        description=f"least proof that shows a value in full: {_LEVELS}",
    )
    sharing_proof: AssuranceLevel = Field(
        DEFAULT_DEMANDS[ProofFamily.SHARING],
        description="least proof that makes a share code or accepts a grant",
    )
    device_proof: AssuranceLevel = Field(
        DEFAULT_DEMANDS[ProofFamily.DEVICE_CHANGES],
        description="least proof that registers the key of a device",
    )

    @property
    def proof_demands(self) -> Demands:
        return {
            ProofFamily.REVEALING: self.revealing_proof,
            ProofFamily.SHARING: self.sharing_proof,
            ProofFamily.DEVICE_CHANGES: self.device_proof,
        }
