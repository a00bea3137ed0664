"""Whoever asks for letters over HTTP and downloads them, and records for them to be about."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from api.settings import DEFAULT_ISSUER
from auth.tokens import SubjectKind
from resolvers.vocabulary import ApplicationState, CardOrderState, LetterKind
from tests.app_client import AppClient
from tests.card_desk import put_order
from tests.cases import Scene, minted
from tests.factories import PermitPlan, Person
from tests.serving import Serving

LETTER = (
    "id kind kindLabel aboutId fileNumber issuedAt validUntil bytes sha256 url expiresAt"
    " authority { code }"
)
_S = ApplicationState
REQUEST = f"""mutation($input: RequestLetterInput!) {{ requestLetter(input: $input) {{
  __typename ... on LetterIssued {{ letter {{ {LETTER} }} }}
  ... on ChangeRefused {{ code message }} }} }}"""


@dataclass
class Asker:
    """One session of one caller."""

    app: AppClient

    async def ask(self, kind: LetterKind, about_id: str, key: str | None = None) -> dict[str, Any]:
        """The payload of one request."""
        given = {
            "kind": str(kind),
            "aboutId": about_id,
            "idempotencyKey": key or secrets.token_hex(12),
        }
        payload: dict[str, Any] = (await self.app.execute(REQUEST, {"input": given}))[
            "requestLetter"
        ]
        return payload

    async def letter(self, kind: LetterKind, about_id: str) -> dict[str, Any]:
        payload = await self.ask(kind, about_id)
        assert payload["__typename"] == "LetterIssued", payload
        letter: dict[str, Any] = payload["letter"]
        return letter

    async def file(self, kind: LetterKind, about_id: str) -> bytes:
        answer = await self.download(await self.letter(kind, about_id))
        assert answer.status_code == 200, answer.text
        return answer.content

    async def download(
        self, letter: Mapping[str, Any], method: str = "GET", **headers: str
    ) -> httpx.Response:
        return await self.fetch(path_of(letter), method, **headers)

    async def fetch(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.app.token is not None:
            sent["Authorization"] = f"Bearer {self.app.token}"
        return await self.app.http.request(method, path, headers=sent)


def path_of(letter: Mapping[str, Any]) -> str:
    url: str = letter["url"]
    assert url.startswith(f"{DEFAULT_ISSUER}/letters/")
    return url.removeprefix(DEFAULT_ISSUER)


def holder_asker(serving: Serving, holder_id: str) -> Asker:
    """A session of its own for each call."""
    return Asker(minted(serving, SubjectKind.HOLDER, holder_id).app)


@dataclass
class Subjects:
    """A holder with one record for each kind of letter."""

    scene: Scene
    person: Person
    about: Mapping[LetterKind, str]

    def holder(self) -> Asker:
        return holder_asker(self.scene.serving, self.person.holder_id)

    def employer(self) -> Asker:
        return Asker(self.scene.employer.app)


async def make_subjects(scene: Scene, **plan: Any) -> Subjects:
    """An approved extension, a rejected application, a cancelled permit and a card order, of one
    holder."""
    person = await scene.serving.person(permit_plans=(PermitPlan(),), **plan)
    order = await put_order(scene.serving, person, CardOrderState.ORDERED)
    [permit_id] = person.permit_ids
    return Subjects(
        scene,
        person,
        {
            LetterKind.PERMIT_NOTIFICATION: await decided_case(scene, person, _S.APPROVED),
            LetterKind.DECISION: await decided_case(scene, person, _S.REJECTED),
            LetterKind.CANCELLATION_PROOF: await cancelled_permit(scene, person),
            LetterKind.PERMIT_CERTIFICATE: permit_id,
            LetterKind.CARD_RECEIPT: order["_id"],
        },
    )


async def decided_case(scene: Scene, person: Person, state: ApplicationState) -> str:
    """The id of an extension that the employer filed, as its decision leaves it."""
    [permit_id] = person.permit_ids
    made = permit_id if state is _S.APPROVED else None
    case = await scene.case(
        state, holder_id=person.holder_id, permit_id=permit_id, result_permit_id=made
    )
    return case.id


async def cancelled_permit(scene: Scene, person: Person) -> str:
    """Another permit of the same person, cancelled."""
    database, now = scene.serving.database, scene.serving.clock()
    [permit_id] = person.permit_ids
    permit = await database["permits"].find_one({"_id": permit_id})
    assert permit is not None
    event = {"at": now, "event": "CANCELLED", "authority": "foreign-experts-440100"}
    permit |= {
        "_id": f"{permit_id[:-1]}{'0' if permit_id[-1] != '0' else '1'}",
        "state": "CANCELLED",
        "valid_from": permit["valid_from"] - timedelta(days=365),
        "history": [*permit["history"], event],
    }
    await database["permits"].insert_one(permit)
    cancelled_id: str = permit["_id"]
    return cancelled_id
