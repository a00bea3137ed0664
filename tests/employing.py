"""An employment for a permit that a test has put into the database."""

from __future__ import annotations

from api.ids import new_id
from auth.mongo import Database
from resolvers.store import employments


async def put_employment(database: Database, permit_id: str) -> None:
    """Unless there is one for it."""
    if await database[employments.NAME].find_one({"permit.id": permit_id}) is not None:
        return
    permit = await database["permits"].find_one({"_id": permit_id})
    assert permit is not None
    facts = ("category", "state", "city", "valid_from", "valid_until")
    record = employments.EmploymentRecord(
        employment_id=new_id("emt"),
        employer_id=permit["employer_id"],
        holder_id=permit["holder_id"],
        started_at=permit["issued_at"],
        ends_at=permit["valid_until"],
        permit={"id": permit_id} | {name: permit[name] for name in facts},
        name_key_version=1,
        name_prefixes=(),
    )
    await database[employments.NAME].insert_one(employments.encode_employment(record))
