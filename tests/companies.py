"""A portal of an employer with some people, and another employer beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from auth.mongo import Document
from tests.app_client import AppClient
from tests.commands import CommandLog
from tests.employer_client import employer_client
from tests.rosters import Hired, hire, make_employer
from tests.serving import Serving

PEOPLE = 60
PAGE = """query(
  $first: Int!, $after: String, $filter: EmployeeFilter, $sort: EmployeeSort! = NEWEST
) {
  employer { employees(first: $first, after: $after, filter: $filter, sort: $sort) {
    totalCount
    edges { cursor node { id name number isCurrent startedOn endedOn
      permit { id status category city { code } validUntil holderName numberInFull } } }
    pageInfo { hasNextPage endCursor } } } }"""


@dataclass
class Company:
    serving: Serving
    employer_id: str
    app: AppClient
    hired: list[Hired]

    async def page(self, **variables: Any) -> dict[str, Any]:
        answer = await self.app.execute(PAGE, {"first": 100} | variables)
        shown: dict[str, Any] = answer["employer"]["employees"]
        return shown

    async def nodes(self, **variables: Any) -> list[dict[str, Any]]:
        return [edge["node"] for edge in (await self.page(**variables))["edges"]]

    async def refused(self, **variables: Any) -> str:
        answer = (await self.app.post(PAGE, {"first": 10} | variables)).json()
        code: str = answer["errors"][0]["extensions"]["code"]
        return code

    async def trail(self) -> list[Document]:
        found = self.serving.database["audit"].find({"action": "employee.read"})
        return [line async for line in found]


def sent_for(command_log: CommandLog) -> list[tuple[str, Any]]:
    """Without what tells a client's rights, which each process asks for now and then."""
    return [one for one in command_log.sent if one != ("find", "employer_clients")]


async def make_company(serving: Serving, people: int = PEOPLE) -> Company:
    now = serving.clock()
    other = await make_employer(serving.database, now)
    await hire(serving.database, serving.key_set, other, 5, now)
    own = await make_employer(serving.database, now)
    hired = await hire(serving.database, serving.key_set, own, people, now)
    return Company(serving, own, await employer_client(serving, own), hired)
