"""Which authority a record came from, and how fresh it is."""

from datetime import datetime
from typing import Any

import strawberry

from resolvers.policy.places import AUTHORITIES
from schema.context import Info
from schema.field import holder_field


@strawberry.type(description="A record of where the data came from and how fresh it is.")
class Source:
    stored: strawberry.Private[dict[str, Any]]

    @holder_field("The stable code of the authority.")
    def authority(self) -> str:
        code: str = self.stored["authority"]
        return code

    @holder_field("The authority's name, in the language of the request.")
    def authority_name(self, info: Info) -> str:
        code = self.stored["authority"]
        return info.context.text(AUTHORITIES.get(code), code)

    @holder_field("When the authority last confirmed or changed the record.")
    def updated_at(self) -> datetime:
        at: datetime = self.stored["updated_at"]
        return at
