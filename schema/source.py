"""Which authority a record came from, and how fresh it is."""

from datetime import datetime
from typing import Any

import strawberry

from schema.field import holder_field
from schema.place import Authority


@strawberry.type(description="A record of where the data came from and how fresh it is.")
class Source:
    stored: strawberry.Private[dict[str, Any]]

    @holder_field("The authority whose record it is.")
    def authority(self) -> Authority:
        return Authority(of=self.stored["authority"])

    @holder_field("When the authority last confirmed or changed the record.")
    def updated_at(self) -> datetime:
        at: datetime = self.stored["updated_at"]
        return at
