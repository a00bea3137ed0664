"""The employer that sponsors a permit or enrols a holder."""

import strawberry

from schema.context import Info
from schema.field import record_field
from schema.place import City
from schema.row import Row
from schema.source import Source


@strawberry.type(description="An employer: public facts of a legal person.")
class Employer:
    row: strawberry.Private[Row]

    @record_field("Random, stable id of the record.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @record_field("Unified social credit code (GB 32100), 18 characters.", reads=("credit_code",))
    def credit_code(self) -> str:
        code: str = self.row["credit_code"]
        return code

    @record_field("The name, in the language of the request.", reads=("name",))
    def name(self, info: Info) -> str:
        return info.context.localised(self.row["name"])

    @record_field("The city of its seat.", reads=("city",))
    def city(self) -> City:
        return City(of=self.row["city"])

    @record_field("Where the record comes from.", reads=("source",))
    def source(self) -> Source:
        return Source(stored=self.row["source"])
