"""Cities and authorities: a stable code, and a name in the language of the request."""

import strawberry

from resolvers.policy.places import AUTHORITIES, CITIES
from schema.context import Info
from schema.field import record_field


@strawberry.type(description="A city.")
class City:
    of: strawberry.Private[str]

    @record_field("The six-digit administrative division code of GB/T 2260.")
    def code(self) -> str:
        return self.of

    @record_field("The name, in the language of the request.")
    def name(self, info: Info) -> str:
        return info.context.text(CITIES.get(self.of), self.of)


@strawberry.type(description="An authority: who decides, or whose record it is.")
class Authority:
    of: strawberry.Private[str]

    @record_field("The stable code.")
    def code(self) -> str:
        return self.of

    @record_field("The name, in the language of the request.")
    def name(self, info: Info) -> str:
        return info.context.text(AUTHORITIES.get(self.of), self.of)
