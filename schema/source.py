"""Which authority a record came from, and how fresh it is."""

from datetime import datetime
from typing import Any

import strawberry

from resolvers.policy.freshness import RecordKind, is_stale, stale_after
from schema.context import Info
from schema.field import record_field
from schema.place import Authority


@strawberry.type(description="A record of where the data came from and how fresh it is.")
class Source:
    stored: strawberry.Private[dict[str, Any]]
    record: strawberry.Private[RecordKind | None] = None

    @record_field("The authority whose record it is.")
    def authority(self) -> Authority:
        return Authority(of=self.stored["authority"])

    @record_field("When the authority last confirmed or changed the record.")
    def updated_at(self) -> datetime:
        at: datetime = self.stored["updated_at"]
        return at

    @record_field("Whether it has not been confirmed for so long that it may be out of date.")
    def is_stale(self, info: Info) -> bool:
        return is_stale(self.record, self.stored["updated_at"], info.context.now)

    @record_field("From when on it is stale unless confirmed; null for records that never are.")
    def stale_after(self) -> datetime | None:
        return stale_after(self.record, self.stored["updated_at"])
