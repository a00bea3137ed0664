"""Whether a credential that was issued holds still. Pure.

Derived from the records themselves at the instant that is asked about: a missing record, or one of
another holder, is a credential that does not hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import IntEnum
from typing import Any

from resolvers.rules.card_machines import present_state
from resolvers.vocabulary import CardState, PermitState


class CredentialStatus(IntEnum):
    """The values of a status list (Token Status List, section 7.1)."""

    VALID = 0
    INVALID = 1
    SUSPENDED = 2


def credential_status(
    holder_id: str,
    permit: Mapping[str, Any] | None,
    card: Mapping[str, Any] | None,
    key: Mapping[str, Any] | None,
    now: datetime,
) -> CredentialStatus:
    """`permit`, electronic `card` and device `key` as they are stored, None where there is none."""
    if permit is None or card is None or key is None:
        return CredentialStatus.INVALID
    if any(record["holder_id"] != holder_id for record in (permit, card, key)):
        return CredentialStatus.INVALID
    if permit["state"] != PermitState.ISSUED or now >= permit["valid_until"]:
        return CredentialStatus.INVALID
    if card["permit_id"] != permit["_id"]:
        return CredentialStatus.INVALID
    match present_state(CardState(card["state"]), card["released_at"], now):
        case CardState.NORMAL:
            return CredentialStatus.VALID
        case CardState.SUSPENDED:
            return CredentialStatus.SUSPENDED
        case _:
            return CredentialStatus.INVALID
