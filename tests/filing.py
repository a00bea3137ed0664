"""Applications as parties drive them over HTTP: an employer's portal, a holder, officers."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from api.ids import new_id
from auth.mongo import Document
from auth.officers import Duty
from resolvers.policy.papers import required_papers
from resolvers.rules.permit_status import shanghai_day
from resolvers.vocabulary import PaperKind, PermitCategory, ProcedureKind
from tests.app_client import AppClient
from tests.employer_client import employer_client
from tests.factories import CITY, Person
from tests.officer_client import officer_client
from tests.serving import Serving

AUTHORITY = f"foreign-experts-{CITY}"
APPLICATION = "id revision state procedure nextActions { code }"
PAYLOAD = (
    "__typename ... on ApplicationChanged { application { %s } } "
    "... on ChangeRefused { code message gaps { paper reason note } }"
)


def new_key() -> str:
    return secrets.token_hex(12)


def mutation_of(mutation: str, input_type: str, selection: str = APPLICATION) -> str:
    return (
        f"mutation($input: {input_type}!) "
        f"{{ {mutation}(input: $input) {{ {PAYLOAD % selection} }} }}"
    )


@dataclass
class Desk:
    """One caller who files, checks or decides. `act` sends one step and gives its payload."""

    app: AppClient

    async def act(
        self,
        mutation: str,
        input_type: str,
        given: Mapping[str, Any],
        selection: str = APPLICATION,
    ) -> dict[str, Any]:
        sent = {"idempotencyKey": new_key()} | dict(given)
        data = await self.app.execute(mutation_of(mutation, input_type, selection), {"input": sent})
        payload: dict[str, Any] = data[mutation]
        return payload

    async def errors(
        self, mutation: str, input_type: str, given: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Of a request that is refused as a whole, before any use case."""
        sent = {"idempotencyKey": new_key()} | dict(given)
        answer = (await self.app.post(mutation_of(mutation, input_type), {"input": sent})).json()
        assert answer.get("data") is None, answer
        errors: list[dict[str, Any]] = answer["errors"]
        return errors

    async def create(self, statement: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        return await self.act(
            "createApplication", "CreateApplicationInput", {"statement": statement} | more
        )

    async def step(
        self, mutation: str, application: Mapping[str, Any], **more: Any
    ) -> dict[str, Any]:
        """A step of an application as it was last read."""
        own = f"{mutation[0].upper()}{mutation[1:]}Input"
        input_type = own if mutation in _OWN_INPUTS else "ApplicationStepInput"
        given = {"applicationId": application["id"], "revision": application["revision"]}
        return await self.act(mutation, input_type, given | more)


_OWN_INPUTS = {
    "updateApplication",
    "returnApplication",
    "acceptApplication",
    "approveApplication",
    "rejectApplication",
}


def application_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    assert payload["__typename"] == "ApplicationChanged", payload
    application: dict[str, Any] = payload["application"]
    return application


def code_of(payload: Mapping[str, Any]) -> str:
    assert payload["__typename"] == "ChangeRefused", payload
    code: str = payload["code"]
    return code


@dataclass
class Office:
    """All parties of a city, with one checker and one decider of the authority."""

    serving: Serving
    checker: Desk
    decider: Desk

    @classmethod
    async def of(cls, serving: Serving, authority: str = AUTHORITY) -> Office:
        checker = await officer_client(serving, authority, (Duty.CHECK,))
        decider = await officer_client(serving, authority, (Duty.DECIDE,))
        return cls(serving, Desk(checker), Desk(decider))

    async def review(self, submitted: Mapping[str, Any], **accepted: Any) -> dict[str, Any]:
        """From submitted to under review."""
        application = application_of(await self.checker.step("preCheckApplication", submitted))
        application = application_of(
            await self.checker.step("acceptApplication", application, **accepted)
        )
        return application_of(await self.decider.step("startReview", application))

    async def approve(self, submitted: Mapping[str, Any], **accepted: Any) -> dict[str, Any]:
        under_review = await self.review(submitted, **accepted)
        return application_of(await self.decider.step("approveApplication", under_review))


async def employer_desk(serving: Serving, employer_id: str) -> Desk:
    return Desk(await employer_client(serving, employer_id))


async def employer_of(serving: Serving, person: Person) -> str:
    """The employer of the person's first permit."""
    permit = await serving.database["permits"].find_one({"_id": person.permit_ids[0]})
    assert permit is not None
    employer_id: str = permit["employer_id"]
    return employer_id


def today(serving: Serving) -> date:
    return shanghai_day(serving.clock())


def ahead(serving: Serving, days: int) -> str:
    return (today(serving) + timedelta(days=days)).isoformat()


def applicant(number: str = "FX1234567", **changes: Any) -> dict[str, Any]:
    """Somebody whom nobody knows yet; fictional."""
    return {
        "name": {"surname": "Erfunden", "givenNames": "Ada", "chineseName": "艾达"},
        "birthDate": "1988-04-05",
        "nationality": "DEU",
        "passport": {
            "country": "DEU",
            "number": number,
            "validFrom": "2024-01-10",
            "validUntil": "2034-01-09",
        },
    } | changes


def new_in_china(serving: Serving, **changes: Any) -> dict[str, Any]:
    return {
        "newInChina": {
            "applicant": applicant(),
            "city": CITY,
            "category": "A",
            "post": {"en": "Research Professor", "zh": "研究教授"},
            "contractUntil": ahead(serving, 700),
            "requestedUntil": ahead(serving, 600),
            "stayUntil": ahead(serving, 20),
        }
        | changes
    }


def new_from_abroad(serving: Serving, **changes: Any) -> dict[str, Any]:
    given = new_in_china(serving)["newInChina"] | {"plannedEntryOn": ahead(serving, 30)} | changes
    given.pop("stayUntil")
    return {"newFromAbroad": given}


def extension(serving: Serving, permit_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "extension": {
            "permitId": permit_id,
            "contractUntil": ahead(serving, 900),
            "requestedUntil": ahead(serving, 700),
        }
        | changes
    }


async def put_papers(
    serving: Serving, application_id: str, kinds: Sequence[PaperKind] | None = None
) -> None:
    """Stored papers, all that are required when no kinds are given, straight into the database;
    their upload is another test's business."""
    application = await serving.database["applications"].find_one({"_id": application_id})
    assert application is not None
    now = serving.clock()
    if kinds is None:
        required = required_papers(
            ProcedureKind(application["procedure"]),
            PermitCategory(application["category"]),
            application["city"],
            shanghai_day(now),
        )
        kinds = [paper.kind for paper in required]
    documents = paper_documents(application, kinds, now)
    if documents:
        await serving.database["papers"].insert_many(documents)


def paper_documents(
    application: Mapping[str, Any], kinds: Sequence[PaperKind], now: datetime
) -> list[Document]:
    """As uploads leave them, without contents."""
    return [
        {
            "_id": new_id("ppr"),
            "application_id": application["_id"],
            "holder_id": application["holder_id"],
            "kind": str(kind),
            "media_type": "application/pdf",
            "bytes": 1_000,
            "state": "STORED",
            "offset": 1_000,
            "slot": None,
            "created_at": now,
            "stored_at": now,
            "expires_at": None,
            "review_at": None,
        }
        for kind in kinds
    ]
