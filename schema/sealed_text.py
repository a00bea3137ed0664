"""A personal value: the masked form that ordinary reads show, and the sealed one on demand."""

from typing import Any

import strawberry

from auth.permissions import Permission
from schema.context import Info
from schema.field import guarded, holder_field


@strawberry.type(description="A personal value. Ask for `masked`; `revealed` is audited.")
class SealedText:
    stored: strawberry.Private[dict[str, Any]]
    collection: strawberry.Private[str]
    path: strawberry.Private[str]

    @holder_field(
        "With most characters hidden: names show initials, birth dates the year, numbers their "
        "ends."
    )
    def masked(self) -> str:
        masked: str = self.stored["masked"]
        return masked

    @guarded(
        Permission.IDENTITY_REVEAL,
        description=(
            "In full. Needs a real-person proof under 5 minutes old, else STEP_UP_REQUIRED; "
            "writes one line to the holder's access ledger."
        ),
    )
    def revealed(self, info: Info) -> str:
        vault = info.context.vault
        if vault is None:
            raise VaultMissing
        return vault.open(self.collection, self.path, bytes(self.stored["sealed"]))


class VaultMissing(Exception):
    """A reveal was resolved without an audited read: a fault of ours."""
