"""Employers who ask and holders who answer, over HTTP."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from auth.mongo import Document
from auth.tokens import SubjectKind
from resolvers.rules.permit_status import shanghai_day
from resolvers.store import employments
from tests.access_callers import rich_person
from tests.app_client import AppClient
from tests.cases import minted
from tests.factories import Person
from tests.serving import Serving

GRANT = (
    "id revision status statusLabel purpose purposeLabel reason askedUntil until employmentId"
    " employer { name } askedBundles { code } bundles { code } records { event at jws }"
)
SHARED = """shared { asOf bundles { code }
  identity { fullName chineseName birthDate nationality } passport { number country validUntil }
  permit { number category employer { name creditCode } post city { code } validFrom validUntil
    status source { authority { code } updatedAt } }
  permitHistory { category employer { name } validFrom validUntil status }
  residencePermit { state isValid validFrom validUntil }
  insurance { socialSecurityNumber enrolments { kind state } } cards { kind status issuedAt }
  contact { phone } }"""
_ENDED = f"__typename ... on GrantChanged {{ grant {{ {GRANT} }} }} ... on ChangeRefused {{ code }}"


def mutation(name: str, given: str = "GrantStepInput") -> str:
    return f"mutation($input: {given}!) {{ step: {name}(input: $input) {{ {_ENDED} }} }}"


ASK = mutation("askForGrant", "AskForGrantInput")
ACCEPT = mutation("acceptGrant", "AcceptGrantInput")


async def employment_of(serving: Serving, person: Person, index: int = 0) -> Document:
    """The person's employment by the employer of one of its permits."""
    permit = await serving.database["permits"].find_one({"_id": person.permit_ids[index]})
    assert permit is not None
    wanted = {"holder_id": person.holder_id, "employer_id": permit["employer_id"]}
    found = await serving.database[employments.NAME].find_one(wanted)
    assert found is not None
    return found


@dataclass
class Granting:
    """One holder and the portal of its employer."""

    serving: Serving
    person: Person
    employment: Document
    employer: AppClient
    holder: AppClient

    @classmethod
    async def of(cls, serving: Serving, person: Person | None = None) -> Granting:
        person = person or await rich_person(serving)
        employment = await employment_of(serving, person)
        employer = minted(serving, SubjectKind.EMPLOYER, employment["employer_id"]).app
        holder = minted(serving, SubjectKind.HOLDER, person.holder_id).app
        return cls(serving, person, employment, employer, holder)

    def days(self, ahead: int) -> str:
        return (shanghai_day(self.serving.clock()) + timedelta(days=ahead)).isoformat()

    async def ask(
        self, bundles: Sequence[str] = ("PASSPORT",), purpose: str = "WORK", **more: Any
    ) -> dict[str, Any]:
        """The payload."""
        given = {
            "idempotencyKey": secrets.token_hex(8),
            "employmentId": self.employment["_id"],
            "purpose": purpose,
            "bundles": list(bundles),
            "until": self.days(100),
        }
        return await _step(self.employer, ASK, given | more)

    async def accept(self, grant: dict[str, Any], **more: Any) -> dict[str, Any]:
        return await _step(self.holder, ACCEPT, _read(grant) | more)

    async def step(self, name: str, grant: dict[str, Any]) -> dict[str, Any]:
        app = self.employer if name == "retractAsk" else self.holder
        return await _step(app, mutation(name), _read(grant))

    async def granted(self, bundles: Sequence[str], purpose: str = "WORK") -> dict[str, Any]:
        """A grant that stands."""
        asked = await self.ask(bundles, purpose)
        return (await self.accept(asked["grant"]))["grant"]  # type: ignore[no-any-return]

    async def shared(self, grant_id: str) -> dict[str, Any]:
        """The grant with what the employer reads by it."""
        text = f"query($id: ID!) {{ employer {{ grant(id: $id) {{ status {SHARED} }} }} }}"
        answer = await self.employer.execute(text, {"id": grant_id})
        found: dict[str, Any] = answer["employer"]["grant"]
        return found


async def _step(app: AppClient, text: str, given: dict[str, Any]) -> dict[str, Any]:
    payload: dict[str, Any] = (await app.execute(text, {"input": given}))["step"]
    return payload


def _read(grant: dict[str, Any]) -> dict[str, Any]:
    return {
        "idempotencyKey": secrets.token_hex(8),
        "grantId": grant["id"],
        "revision": grant["revision"],
    }
