"""Which level of a real-person proof revealing, sharing and device changes ask for, as data.

By default no more than a login: any provider that the operator has chosen. An engine on our own
machine accepts an animated still that is put in place of the camera
(docs/decisions/0028-face-engine.md), so an operator who runs one for logins can ask for a remote
engine where more is at stake (docs/remote-verification.md).
"""

from __future__ import annotations

from typing import Final

from auth.proof_levels import AssuranceLevel, Demands, ProofFamily, strongest

DEFAULT_DEMANDS: Final[Demands] = dict.fromkeys(ProofFamily, AssuranceLevel.SANDBOX)


def step_up_level(demands: Demands) -> AssuranceLevel:
    """What a step-up proves: enough for each family, so that none needs a second one."""
    return strongest(demands.values())
