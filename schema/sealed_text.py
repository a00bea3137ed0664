"""A personal value: the masked form that ordinary reads show, and the sealed one on demand."""

from typing import Any

import strawberry

from auth.permissions import Permission
from schema.context import Info
from schema.field import guarded, record_field


def holder_of(document: dict[str, Any]) -> str:
    """Under whose key its values are sealed; read wherever something is opened."""
    holder_id: str = document.get("holder_id", document["_id"])
    return holder_id


@strawberry.type(description="A personal value. Ask for `masked`; `revealed` is audited.")
class SealedText:
    stored: strawberry.Private[dict[str, Any]]
    collection: strawberry.Private[str]
    path: strawberry.Private[str]
    of: strawberry.Private[dict[str, Any]]

    @record_field(
        "With most characters hidden: names show initials, birth dates the year, numbers their "
        "ends."
    )
    def masked(self) -> str:
        masked: str = self.stored["masked"]
        return masked

    @guarded(
        Permission.IDENTITY_REVEAL,
        Permission.CASE_REVEAL,
        description=(
            "In full. From a holder it needs a real-person proof under 5 minutes old, else "
            "STEP_UP_REQUIRED; from an officer a case of his. Writes one line to the holder's "
            "access ledger."
        ),
    )
    def revealed(self, info: Info) -> str:
        vault = info.context.vaults.get(holder_of(self.of))
        if vault is None:
            raise VaultMissing
        return vault.open(self.collection, self.path, bytes(self.stored["sealed"]))


class VaultMissing(Exception):
    """A reveal was resolved without an audited read: a fault of ours."""
