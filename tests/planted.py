"""Somebody who is filed for, with values that nobody else has; and those who handle the case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auth.officers import Duty
from resolvers.rules.check_digits import luhn_check_digit
from resolvers.vocabulary import PaperKind
from tests.app_client import AppClient
from tests.card_desk import OFFICE, Hand
from tests.employer_client import new_portal
from tests.filing import AUTHORITY, Desk, application_of, employer_of, new_in_china
from tests.leaks import Watch
from tests.officer_client import log_in, make_officer
from tests.paper_contents import pdf, picture
from tests.paper_filing import Filer
from tests.serving import Serving

SURNAME, GIVEN_NAMES = "Quastenflößer", "Zwentibold Øyvinder"
CHINESE_NAME, NATIVE_NAME = "夏洛特", "Звентибольд"
BIRTH_DATE, PASSPORT, PHONE = "1979-11-23", "QX7391864", "13700271828"
SALARY = 734_219
NOTE = "Auf Seite zwei fehlt der Zylinderstempel."
DECISION = "Der Luftfahrtzwieback ist belegt."
IN_A_PAPER = "Haushaltsgrundsatz"
CARD_NUMBER = "W73918645"
_BANK_CARD = "622273918645012"
BANK_ACCOUNT = _BANK_CARD + luhn_check_digit(_BANK_CARD)
RESIDENCE_PERMIT = "RP73918645"

APPLICANT: Mapping[str, Any] = {
    "name": {
        "surname": SURNAME,
        "givenNames": GIVEN_NAMES,
        "chineseName": CHINESE_NAME,
        "nativeName": NATIVE_NAME,
    },
    "birthDate": BIRTH_DATE,
    "nationality": "DEU",
    "passport": {
        "country": "DEU",
        "number": PASSPORT,
        "validFrom": "2024-01-10",
        "validUntil": "2034-01-09",
    },
    "phone": PHONE,
}
FACTS: Mapping[str, Any] = {
    "birthDate": BIRTH_DATE,
    "salaryYuan": SALARY,
    "education": "MASTER",
    "workYears": 9,
    "monthsPerYear": 12,
    "city": "440100",
}


def plant(watch: Watch) -> None:
    """Everything above is sought from here on."""
    watch.known.add_name(f"{GIVEN_NAMES} {SURNAME}")
    watch.known.add(CHINESE_NAME, NATIVE_NAME, BIRTH_DATE, BIRTH_DATE.replace("-", ""))
    watch.known.add(PASSPORT, PASSPORT[1:], PHONE, str(SALARY), CARD_NUMBER, BANK_ACCOUNT)
    watch.known.add(IN_A_PAPER, RESIDENCE_PERMIT)
    for text in (NOTE, DECISION):
        watch.known.add(text, *(word.strip(".") for word in text.split() if len(word) > 9))


@dataclass(frozen=True)
class Parties:
    """With real logins, whose passwords, codes, assertions and tokens are sought too."""

    serving: Serving
    employer: Desk
    checker: Desk
    decider: Desk
    counter: Hand

    @property
    def filer(self) -> Filer:
        """The employer's portal, where papers are sent."""
        return Filer(self.serving.http, self.employer.app.token)

    @classmethod
    async def of(cls, serving: Serving, watch: Watch) -> Parties:
        somebody = await serving.person(given_names="Nora", surname="Beispiel")
        portal = await new_portal(serving, await employer_of(serving, somebody))
        assertion = portal.assertion(serving.clock())
        watch.known.add(assertion, assertion.rpartition(".")[2])
        granted = await serving.http.post("/oauth/token", data=portal.form(assertion))
        employer = serving.client()
        employer.token = granted.json()["access_token"]
        return cls(
            serving,
            Desk(employer),
            Desk(await _officer(serving, watch, AUTHORITY, Duty.CHECK)),
            Desk(await _officer(serving, watch, AUTHORITY, Duty.DECIDE)),
            Hand(await _officer(serving, watch, OFFICE, Duty.COUNTER)),
        )

    async def draft(self) -> dict[str, Any]:
        """With every paper that is asked for, and the points."""
        draft = application_of(
            await self.employer.create(new_in_china(self.serving, applicant=dict(APPLICANT)))
        )
        read = await self.employer.app.execute(REQUIRED, {"id": draft["id"]})
        for paper in read["employer"]["application"]["requiredPapers"]:
            await self.file(draft["id"], PaperKind(paper["kind"]))
        return await self.attached(await self.read(draft["id"]))

    async def file(self, application_id: str, kind: PaperKind) -> None:
        is_photo = kind is PaperKind.PHOTO
        content = picture() if is_photo else pdf(more=f"/Title ({IN_A_PAPER})".encode())
        media_type = "image/jpeg" if is_photo else "application/pdf"
        await self.filer.stored(application_id, content, kind=kind, filetype=media_type)

    async def replace(self, application: Mapping[str, Any], kind: PaperKind) -> None:
        """One paper by another of its kind."""
        [path] = [paper["path"] for paper in application["papers"] if paper["kind"] == kind]
        removed = await self.filer.remove(path)
        assert removed.status_code == 204
        await self.file(application["id"], kind)

    async def attached(self, draft: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
        given = {"applicationId": draft["id"], "revision": draft["revision"]}
        kept = await self.employer.act(
            "attachTalentAssessment",
            "AttachTalentAssessmentInput",
            given | {"facts": {**FACTS, **changes}},
        )
        return application_of(kept)

    async def read(self, application_id: str) -> dict[str, Any]:
        read = await self.employer.app.execute(READ, {"id": application_id})
        application: dict[str, Any] = read["employer"]["application"]
        return application


REQUIRED = """query($id: ID!) { employer { application(id: $id) {
  requiredPapers { kind } } } }"""
READ = """query($id: ID!) { employer { application(id: $id) {
  id revision state gaps { note } papers { kind path } } } }"""


async def _officer(serving: Serving, watch: Watch, authority: str, duty: Duty) -> AppClient:
    made = await make_officer(serving, authority=authority, duties=(duty,))
    given = made.given(serving.clock())
    watch.known.add(given["password"], given["code"], made.secret.hex())
    return await log_in(serving, made)
