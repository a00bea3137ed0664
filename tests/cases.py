"""Applications put into any state with all that the steps before would have left, and the parties
that move them, each with a token that is good at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from api.ids import new_id
from auth import throttle
from auth.clients import NAME as CLIENTS
from auth.mongo import Document
from auth.officers import Duty
from auth.tokens import SubjectKind
from resolvers.applications.statements import Cancellation, Extension, facts_of, procedure_of
from resolvers.rules.application_machine import APPLICATION_MACHINE, ApplicationEvent
from resolvers.rules.permit_status import ends_at, shanghai_day
from resolvers.store import applications
from resolvers.vocabulary import ApplicationState, CancellationReason, FilerKind
from tests.factories import CITY, PermitPlan, Person
from tests.filing import AUTHORITY, Desk, ahead, employer_of, extension, put_papers
from tests.flows import everything_stored
from tests.officer_client import officer_clients
from tests.paper_filing import EVERY_SCOPE, bearer
from tests.rosters import Hired
from tests.serving import Serving

SOON = PermitPlan(starts=-305, ends=60)
_S, _E = ApplicationState, ApplicationEvent
_TO_REVIEW = (_E.SUBMIT, _E.PRE_CHECK, _E.ACCEPT, _E.START_REVIEW)
WAY_TO: Mapping[ApplicationState, tuple[ApplicationEvent, ...]] = {
    _S.DRAFT: (),
    _S.SUBMITTED: (_E.SUBMIT,),
    _S.RETURNED: (_E.SUBMIT, _E.RETURN),
    _S.PRE_CHECKED: _TO_REVIEW[:2],
    _S.ACCEPTED: _TO_REVIEW[:3],
    _S.UNDER_REVIEW: _TO_REVIEW,
    _S.APPROVED: (*_TO_REVIEW, _E.APPROVE),
    _S.REJECTED: (*_TO_REVIEW, _E.REJECT),
    _S.WITHDRAWN: (_E.SUBMIT, _E.WITHDRAW),
}
_DUE = {_S.SUBMITTED: "PRE_CHECK", _S.PRE_CHECKED: "PRE_CHECK"} | dict.fromkeys(
    (_S.ACCEPTED, _S.UNDER_REVIEW), "REVIEW"
)
ENTRY = {_E.UPDATE: "updateApplication", _E.CONFIRM: "confirmApplication"} | {
    _E.SUBMIT: "submitApplication",
    _E.RETURN: "returnApplication",
    _E.PRE_CHECK: "preCheckApplication",
    _E.ACCEPT: "acceptApplication",
    _E.START_REVIEW: "startReview",
    _E.TAKE_OVER_REVIEW: "takeOverReview",
    _E.APPROVE: "approveApplication",
    _E.REJECT: "rejectApplication",
    _E.WITHDRAW: "withdrawApplication",
}
"""The mutation of each event; a lapse has none."""


@dataclass
class Case:
    """One application, the person it is about and those who move it."""

    scene: Scene
    person: Person
    application: Document
    filer: Desk
    holder: Desk

    @property
    def id(self) -> str:
        application_id: str = self.application["_id"]
        return application_id

    def desk_for(self, event: ApplicationEvent) -> Desk:
        match event:
            case _E.CONFIRM:
                return self.holder
            case _E.RETURN | _E.PRE_CHECK | _E.ACCEPT:
                return self.scene.checker
            case _E.START_REVIEW | _E.TAKE_OVER_REVIEW | _E.APPROVE | _E.REJECT:
                return self.scene.decider
            case _:
                return self.filer

    def input_of(self, event: ApplicationEvent) -> dict[str, Any]:
        """What would be right, besides id, revision and key."""
        match event:
            case _E.UPDATE:
                return {"statement": self.statement()}
            case _E.RETURN:
                return {"gaps": [{"reason": "ILLEGIBLE", "paper": "CONTRACT"}]}
            case _E.REJECT:
                return {"grounds": ["CRITERIA_NOT_MET"], "text": "The stated reasons."}
            case _:
                return {}

    def statement(self) -> dict[str, Any]:
        [permit_id] = self.person.permit_ids
        if self.application["filed_by"]["kind"] == FilerKind.EMPLOYER:
            until = ahead(self.scene.serving, 650)
            return extension(self.scene.serving, permit_id, requestedUntil=until)
        happened = ahead(self.scene.serving, -2)
        reason = "EMPLOYER_GONE"
        return {"cancellation": {"permitId": permit_id, "happenedOn": happened, "reason": reason}}

    async def act(self, event: ApplicationEvent, **more: Any) -> dict[str, Any]:
        """The payload of the step by the party whose it is."""
        read = {"id": self.id, "revision": self.application["revision"]}
        return await self.desk_for(event).step(ENTRY[event], read, **(self.input_of(event) | more))

    async def stored(self) -> Document:
        found = await self.scene.serving.database[applications.NAME].find_one({"_id": self.id})
        assert found is not None
        return dict(found)


@dataclass
class Scene:
    """One employer's portal and two officers of one authority, who differ."""

    serving: Serving
    employer_id: str
    employer: Desk
    checker: Desk
    checker_id: str
    decider: Desk
    decider_id: str

    @classmethod
    async def of(cls, serving: Serving) -> Scene:
        employer_id = await employer_of(serving, await serving.person())
        [checker] = await officer_clients(serving, 1, AUTHORITY, (Duty.CHECK,))
        [decider] = await officer_clients(serving, 1, AUTHORITY, (Duty.DECIDE,))
        return cls(
            serving,
            employer_id,
            minted(serving, SubjectKind.EMPLOYER, employer_id),
            Desk(checker),
            await _newest_officer(serving, Duty.CHECK),
            Desk(decider),
            await _newest_officer(serving, Duty.DECIDE),
        )

    async def person(self, plan: PermitPlan = SOON) -> Person:
        """Somebody whose permit this employer sponsors."""
        return await self.serving.person(permit_plans=(plan,), employer_id=self.employer_id)

    async def case(
        self,
        state: ApplicationState,
        filer: FilerKind = FilerKind.EMPLOYER,
        **changes: Any,
    ) -> Case:
        """An extension that the employer files, or a cancellation by a holder without one."""
        person = await self.person()
        document = self.document(person, filer, state) | changes
        await self.serving.database[applications.NAME].insert_one(document)
        await put_papers(self.serving, document["_id"])
        holder = minted(self.serving, SubjectKind.HOLDER, person.holder_id)
        by_employer = filer is FilerKind.EMPLOYER
        return Case(self, person, document, self.employer if by_employer else holder, holder)

    def document(
        self, person: Person | Hired, filer: FilerKind, state: ApplicationState
    ) -> Document:
        """As the steps before would have left it, about the first permit of the person."""
        now, permit_id = self.serving.clock(), person.permit_ids[0]
        now = now.replace(microsecond=0) - timedelta(minutes=1)
        today = shanghai_day(now)
        by_employer = filer is FilerKind.EMPLOYER
        statement = (
            Extension(permit_id, today + timedelta(days=900), today + timedelta(days=700))
            if by_employer
            else Cancellation(
                permit_id, today - timedelta(days=3), CancellationReason.EMPLOYER_GONE
            )
        )
        way = WAY_TO[state]
        decision = {
            "at": now,
            "due_at": now + timedelta(days=7),
            "policy_version": f"{CITY}/2024-12-01",
            "text": None,
            "valid_until": None,
            "bound": None,
            "fee_fen": 0,
        }
        ended = {
            _S.APPROVED: decision | {"outcome": "APPROVED", "grounds": []},
            _S.REJECTED: decision | {"outcome": "REJECTED", "grounds": ["CRITERIA_NOT_MET"]},
        }
        subject = self.employer_id if by_employer else person.holder_id
        was_returned = _E.RETURN in way
        return {
            "_id": new_id("apl"),
            "revision": 1 + len(way),
            "procedure": str(procedure_of(statement)),
            "state": str(state),
            "holder_id": person.holder_id,
            "is_registered": True,
            "employer_id": self.employer_id,
            "filed_by": {"kind": str(filer), "subject": subject},
            "authority": AUTHORITY,
            "city": CITY,
            "category": "A",
            "permit_id": permit_id,
            "result_permit_id": None,
            "particulars": None,
            "facts": facts_of(statement),
            "confirmed_at": now if way and by_employer else None,
            "filed_at": now if way else None,
            "is_late": False,
            "promise": None if state not in _DUE else _promise(_DUE[state], self.serving),
            "returned_at": now if was_returned else None,
            "lapses_at": now + timedelta(days=60) if state in (_S.DRAFT, _S.RETURNED) else None,
            "gaps": [{"reason": "WRONG_STATEMENT", "paper": None, "note": None}]
            if was_returned
            else [],
            "checkers": [new_id("ofc")] if _E.PRE_CHECK in way else [],
            "reviewer": self.decider_id if _E.START_REVIEW in way else None,
            "originals_seen_at": None,
            "assessment": None,
            "decision": ended.get(state),
            "steps": self._steps(way, subject),
            "created_at": now,
            "updated_at": now,
        }

    def _steps(self, way: tuple[ApplicationEvent, ...], filer: str) -> list[Document]:
        now, state = self.serving.clock(), _S.DRAFT
        first = {"at": now, "event": "CREATE", "party": "FILER", "actor": filer}
        steps: list[Document] = [first | {"state": str(state)}]
        for event in way:
            edge = APPLICATION_MACHINE.find(state, event)
            assert edge is not None
            [party], state = edge.parties, edge.target
            steps.append(
                {
                    "at": now,
                    "event": str(event),
                    "party": str(party),
                    "actor": filer if party == "FILER" else self.decider_id,
                    "state": str(state),
                }
            )
        return steps


def minted(
    serving: Serving, kind: SubjectKind, subject: str, scopes: tuple[str, ...] = EVERY_SCOPE
) -> Desk:
    """With a token for a session of its own, as a login would have given it."""
    app = serving.client()
    app.token = bearer(serving, kind, subject, scopes=scopes).token
    return Desk(app)


async def written(
    serving: Serving, before: Mapping[str, Mapping[Any, Document]]
) -> dict[str, list[Document]]:
    """What was added, changed or removed since, by collection; a removed document as it was.
    Attempts are counted whatever comes of them, so their counters are left out, and so are the
    clients that `minted` registers."""
    after = await everything_stored(serving.database, throttle.NAME, CLIENTS)
    found = {
        name: [one for key, one in documents.items() if before[name].get(key) != one]
        + [one for key, one in before[name].items() if key not in documents]
        for name, documents in after.items()
    }
    return {name: documents for name, documents in found.items() if documents}


def _promise(stage: str, serving: Serving) -> Document:
    began = shanghai_day(serving.clock())
    due = began + timedelta(days=9)
    return {
        "stage": stage,
        "began_on": began.isoformat(),
        "days": 5,
        "due_on": due.isoformat(),
        "due_at": ends_at(due),
        "provisional": False,
        "calendar": "test",
    }


async def _newest_officer(serving: Serving, duty: Duty) -> str:
    active = {"duties": [str(duty)], "state": "ACTIVE"}
    found = await serving.database["officers"].find_one(active)
    assert found is not None
    officer_id: str = found["_id"]
    return officer_id
