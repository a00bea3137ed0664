"""Applications to file papers with, and those who file, read and should not."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import httpx

from api.clock import utc_now
from api.ids import new_id
from api.settings import DEFAULT_ISSUER
from auth.clients import NAME as CLIENTS
from auth.clients import encode_client
from auth.mongo import Database, Document
from auth.officers import OfficerState
from auth.principal import Assurance
from auth.scopes import ClientScope
from auth.tokens import SubjectKind, TokenAuthority
from resolvers.policy.papers import PDF
from resolvers.vocabulary import ApplicationState, FilerKind, PaperKind, PermitCategory
from tests.employer_client import portal_record
from tests.flows import everything_stored
from tests.officer_client import make_officers
from tests.serving import Serving

CITY = "440100"
AUTHORITY = f"foreign-experts-{CITY}"
OTHER_AUTHORITY = "foreign-experts-440300"
CHUNK_TYPE = "application/offset+octet-stream"
EVERY_SCOPE = tuple(str(scope) for scope in ClientScope)


@dataclass
class Filer:
    """A bearer of one token, with the steps of tus."""

    http: httpx.AsyncClient
    token: str | None

    def headers(self, **more: str) -> dict[str, str]:
        made = {"Tus-Resumable": "1.0.0"}
        if self.token is not None:
            made["Authorization"] = f"Bearer {self.token}"
        return made | {name.replace("_", "-"): value for name, value in more.items()}

    async def begin(
        self,
        application_id: str,
        length: int,
        kind: PaperKind = PaperKind.CONTRACT,
        filetype: str = PDF,
    ) -> httpx.Response:
        given = {"application": application_id, "kind": str(kind), "filetype": filetype}
        pairs = [
            f"{key} {base64.b64encode(text.encode()).decode()}".strip()
            for key, text in given.items()
        ]
        return await self.http.post(
            "/papers",
            headers=self.headers(Upload_Length=str(length), Upload_Metadata=",".join(pairs)),
        )

    async def begun(self, application_id: str, length: int, **plan: Any) -> str:
        """The address of an upload that has begun."""
        answer = await self.begin(application_id, length, **plan)
        assert answer.status_code == 201, answer.text
        return answer.headers["location"]

    async def send(self, path: str, offset: int, chunk: bytes, **more: str) -> httpx.Response:
        headers = self.headers(Upload_Offset=str(offset), Content_Type=CHUNK_TYPE, **more)
        return await self.http.patch(path, content=chunk, headers=headers)

    async def offset(self, path: str) -> int:
        answer = await self.http.head(path, headers=self.headers())
        assert answer.status_code == 200
        return int(answer.headers["upload-offset"])

    async def upload(
        self, application_id: str, content: bytes, chunk: int = 1024 * 1024, **plan: Any
    ) -> httpx.Response:
        """The answer to the last part, or to the first that was refused."""
        path = await self.begun(application_id, len(content), **plan)
        for start in range(0, len(content), chunk):
            answer = await self.send(path, start, content[start : start + chunk])
            if answer.status_code != 204:
                break
        return answer

    async def stored(self, application_id: str, content: bytes, **plan: Any) -> str:
        """The address of a paper that was filed."""
        path = await self.begun(application_id, len(content), **plan)
        answer = await self.send(path, 0, content)
        assert answer.status_code == 204, answer.text
        return path

    async def download(self, path: str) -> httpx.Response:
        return await self.http.get(path, headers=self.headers())

    async def remove(self, path: str) -> httpx.Response:
        return await self.http.delete(path, headers=self.headers())


@dataclass
class Filing:
    """A draft that an employer filed for a holder."""

    serving: Serving
    application_id: str
    holder_id: str
    employer_id: str

    @property
    def database(self) -> Database:
        return self.serving.database

    def employer(self, scopes: tuple[str, ...] = EVERY_SCOPE) -> Filer:
        return bearer(self.serving, SubjectKind.EMPLOYER, self.employer_id, scopes=scopes)

    def holder(self) -> Filer:
        return bearer(self.serving, SubjectKind.HOLDER, self.holder_id)

    async def officer(
        self, authority: str = AUTHORITY, state: OfficerState = OfficerState.ACTIVE
    ) -> Filer:
        [made] = await make_officers(
            self.database,
            self.serving.key_set,
            now=self.serving.clock(),
            authority=authority,
            state=state,
        )
        scopes = made.officer.scopes
        return bearer(self.serving, SubjectKind.OFFICER, made.officer_id, scopes=scopes)

    async def move(self, state: ApplicationState, **changes: Any) -> None:
        await self.database["applications"].update_one(
            {"_id": self.application_id},
            {"$set": {"state": str(state), "filed_at": utc_now(), **changes}},
        )

    async def everything(self) -> dict[str, Any]:
        """All that is stored but the audit trail, and who may ask: `bearer` registers clients."""
        return await everything_stored(self.database, "audit", CLIENTS)


def bearer(
    serving: Serving,
    kind: SubjectKind,
    subject: str,
    *,
    scopes: tuple[str, ...] = (),
    assurance: Assurance = Assurance.REAL_PERSON,
) -> Filer:
    """A token as a login, or the client of an employer, would have been given."""
    authority = TokenAuthority(serving.key_set, issuer=DEFAULT_ISSUER, audience="onecard-gateway")
    now = serving.clock()
    client_id, session_id = "test-portal", new_id("ses")
    if kind is SubjectKind.EMPLOYER:
        portal, client = portal_record(subject, now)
        client_id, session_id = portal.client_id, portal.session_id
        # At once, by the driver that Motor stands on: who asks for a bearer waits for nothing.
        serving.database.delegate[CLIENTS].insert_one(encode_client(client))
    token = authority.mint_access(
        subject=subject,
        kind=kind,
        client_id=client_id,
        session_id=session_id,
        scope=scopes,
        acr=assurance.acr,
        amr=("user",),
        authenticated_at=now,
        token_id=new_id("tok"),
        issued_at=now,
    )
    return Filer(serving.http, token)


async def new_filing(
    serving: Serving,
    filed_by: FilerKind = FilerKind.EMPLOYER,
    state: ApplicationState = ApplicationState.DRAFT,
) -> Filing:
    person = await serving.person()
    filing = Filing(serving, new_id("apl"), person.holder_id, new_id("emp"))
    subject = filing.employer_id if filed_by is FilerKind.EMPLOYER else filing.holder_id
    await serving.database["applications"].insert_one(
        application_document(filing, {"kind": str(filed_by), "subject": subject}, state)
    )
    return filing


def application_document(
    filing: Filing, filed_by: dict[str, str], state: ApplicationState
) -> Document:
    now = filing.serving.clock()
    return {
        "_id": filing.application_id,
        "revision": 1,
        "procedure": "NEW_IN_CHINA",
        "state": str(state),
        "holder_id": filing.holder_id,
        "is_registered": True,
        "employer_id": filing.employer_id if filed_by["kind"] == FilerKind.EMPLOYER else None,
        "filed_by": filed_by,
        "authority": AUTHORITY,
        "city": CITY,
        "category": str(PermitCategory.B),
        "permit_id": None,
        "result_permit_id": None,
        "particulars": None,
        "facts": dict.fromkeys(_FACTS),
        "confirmed_at": None,
        "filed_at": None,
        "is_late": False,
        "promise": None,
        "returned_at": None,
        "lapses_at": None,
        "gaps": [],
        "checkers": [],
        "reviewer": None,
        "originals_seen_at": None,
        "assessment": None,
        "decision": None,
        "steps": [],
        "created_at": now,
        "updated_at": now,
    }


_FACTS = (
    *("post", "contract_until", "requested_until", "planned_entry_on", "stay_until"),
    *("entered_on", "changed_on", "happened_on", "reason", "category"),
)


def codes_of(answer: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in answer.json()["errors"]]


async def audited(database: Database, action: str) -> list[Document]:
    """Lines of an action, oldest first."""
    found: list[Document] = (
        await database["audit"].find({"action": action}).sort("$natural", 1).to_list(None)
    )
    return found
