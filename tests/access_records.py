"""What the callers of the access matrix read: one holder with everything, employer and authority
included, straight into the database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from api.ids import new_id
from auth.master_keys import LocalMasterKeys
from auth.mongo import Document
from auth.sealing import HolderVault, Sealer
from resolvers.applications.assessing import FIELD
from resolvers.applications.people import sealed_particulars
from resolvers.applications.statements import Applicant, Cancellation, StatedName, StatedPassport
from resolvers.applications.statements import facts_of as statement_facts
from resolvers.applications.texts import DECISION_TEXT, encode_gaps, seal_text
from resolvers.policy.talent_tables import table_for
from resolvers.refusals import Gap, GapReason
from resolvers.rules.bundles import Bundle
from resolvers.rules.notice_preferences import NoticePreferences, QuietHours
from resolvers.rules.permit_status import ends_at, shanghai_day
from resolvers.rules.talent import TalentAssessment, assess
from resolvers.rules.talent_codec import encode_assessment
from resolvers.rules.talent_facts import (
    ChineseLevel,
    Education,
    PlaceOfWork,
    SkillCertificate,
    TalentFacts,
)
from resolvers.rules.tasks import PermitOfTask, enrolment_task, residence_application_task
from resolvers.store import applications, holder_keys, inboxes, letters, tasks
from resolvers.store.application_documents import NAME as APPLICATIONS
from resolvers.store.holder_keys import decode_holder_key
from resolvers.store.inboxes import encode_preferences
from resolvers.store.tasks import encode_task
from resolvers.vocabulary import (
    ApplicationState,
    CancellationReason,
    CardKind,
    CardOrderState,
    CardState,
    FilerKind,
    IdentifierKind,
    PaperKind,
)
from tests.access_callers import documents_of, employer_id_of, own_values, rich_person
from tests.access_sharing import put_sharing
from tests.access_webhooks import put_webhook
from tests.card_desk import put_order
from tests.contesting import put_contest
from tests.device_records import put_key_and_export
from tests.endpoints import put_endpoint, put_feed, put_share_code
from tests.factories import CITY, Person
from tests.filing import put_papers
from tests.inboxes import put_notices
from tests.letter_records import letter_document
from tests.selecting import Given
from tests.serving import Serving

TALENT_FACTS = (
    '{birthDate: "1988-04-05", salaryYuan: 200000, education: BACHELOR, workYears: 5,'
    f' monthsPerYear: 12, city: "{CITY}"}}'
)


@dataclass(frozen=True)
class Party:
    """A holder with everything, and whose business it is."""

    person: Person
    employer_id: str
    application_id: str
    own_application_id: str
    """Which the holder files, and the employer does not see."""
    grant_id: str
    order_id: str
    card_id: str
    contest_id: str
    export_id: str

    def given(self, today: date) -> Given:
        """Arguments that lead to these records."""
        span = f'since: "{today - timedelta(days=300)}", until: "{today}"'
        application, order = f'id: "{self.application_id}"', f'id: "{self.order_id}"'
        number = self.person.numbers[IdentifierKind.WORK_PERMIT]
        return {
            **dict.fromkeys(("Holder.application", "EmployerDesk.application"), application),
            "EmployerDesk.export": f'id: "{self.export_id}"',
            **dict.fromkeys(("Holder.grant", "EmployerDesk.grant"), f'id: "{self.grant_id}"'),
            "EmployerDesk.employeesByNumber": f'numbers: ["{number}"]',
            "OfficerDesk.case": application,
            "OfficerDesk.cardOrder": order,
            "OfficerDesk.contest": f'id: "{self.contest_id}"',
            **dict.fromkeys(("OfficerDesk.statistics", "OfficerDesk.counterStatistics"), span),
            "Query.holderAtCounter": f'input: {{workPermitNumber: "{number}"}}',
            "Query.assessTalentCategory": f"input: {TALENT_FACTS}",
            "Query.previewShare": f"bundles: [{', '.join(Bundle)}]",
        }


async def put_party(serving: Serving, city: str = CITY, **plan: Any) -> Party:
    """Record, application, papers, card orders and tasks."""
    person = await rich_person(serving, city, **plan)
    employer_id = await employer_id_of(serving, person)
    key = await serving.database[holder_keys.NAME].find_one({"_id": person.holder_id})
    assert key is not None
    sealer = Sealer(LocalMasterKeys(serving.key_set))
    vault = sealer.vault_for(person.holder_id, decode_holder_key(key))
    by_employer = _application(serving, person, employer_id, city) | _in_every_part(serving, vault)
    by_holder = _application(serving, person, employer_id, city) | {
        "filed_by": {"kind": str(FilerKind.HOLDER), "subject": person.holder_id},
        "permit_id": None,
    }
    await serving.database[applications.NAME].insert_many([by_employer, by_holder])
    for application in (by_employer, by_holder):
        await put_papers(serving, application["_id"])
    letter = letter_document(
        vault, employer_id, by_employer["_id"], f"foreign-experts-{city}", serving.clock()
    )
    await serving.database[letters.NAME].insert_one(letter)
    card_id = await _put_card_parts(serving, person)
    contest_id = await put_contest(serving, vault, person.permit_ids[0], city)
    order = await _put_orders(serving, person, city, card_id)
    await _put_tasks(serving, PermitOfTask(person.permit_ids[0], person.holder_id, employer_id))
    await put_notices(serving, person, person.permit_ids[0], days_left=[30, 14])
    await put_endpoint(serving, vault)
    await put_feed(serving, person.holder_id)
    await put_webhook(serving, employer_id)
    await put_share_code(serving, person.holder_id, employer_id)
    quiet = NoticePreferences(quiet=QuietHours.of("22:00", "07:30"), revision=1)
    await serving.database[inboxes.NAME].update_one(
        {"_id": person.holder_id}, {"$set": {"preferences": encode_preferences(quiet)}}
    )
    grant_id = await put_sharing(serving, person)
    return Party(
        person=person,
        employer_id=employer_id,
        application_id=by_employer["_id"],
        own_application_id=by_holder["_id"],
        grant_id=grant_id,
        order_id=order,
        card_id=card_id,
        contest_id=contest_id,
        export_id=await put_key_and_export(serving, person.holder_id, employer_id),
    )


def _application(serving: Serving, person: Person, employer_id: str, city: str) -> Document:
    """A cancellation that the employer has filed, before the pre-check."""
    now, today = serving.clock().replace(microsecond=0), shanghai_day(serving.clock())
    [permit_id, *_] = person.permit_ids
    statement = Cancellation(permit_id, today, CancellationReason.CONTRACT_ENDED)
    step = {"at": now, "party": "FILER", "actor": employer_id}
    return {
        "_id": new_id("apl"),
        "revision": 2,
        "procedure": "CANCELLATION",
        "state": str(ApplicationState.SUBMITTED),
        "holder_id": person.holder_id,
        "is_registered": True,
        "employer_id": employer_id,
        "filed_by": {"kind": str(FilerKind.EMPLOYER), "subject": employer_id},
        "authority": f"foreign-experts-{city}",
        "city": city,
        "category": "A",
        "permit_id": permit_id,
        "result_permit_id": permit_id,
        "particulars": None,
        "facts": statement_facts(statement),
        "confirmed_at": now,
        "filed_at": now - timedelta(days=3),
        "is_late": False,
        "promise": {
            "stage": "PRE_CHECK",
            "began_on": today.isoformat(),
            "days": 5,
            "due_on": (today + timedelta(days=7)).isoformat(),
            "due_at": ends_at(today + timedelta(days=7)),
            "provisional": False,
            "calendar": "test",
        },
        "returned_at": None,
        "lapses_at": None,
        "gaps": [],
        "checkers": [],
        "reviewer": None,
        "originals_seen_at": None,
        "assessment": None,
        "decision": None,
        "steps": [
            step | {"event": "CREATE", "state": "DRAFT"},
            step | {"event": "SUBMIT", "state": "SUBMITTED"},
        ],
        "created_at": now,
        "updated_at": now,
    }


def _in_every_part(serving: Serving, vault: HolderVault) -> Document:
    """What no one application has all at once: every optional part, so that each is shown."""
    now, today = serving.clock().replace(microsecond=0), shanghai_day(serving.clock())
    name = StatedName("Erfunden", "Ada", "艾达", "Ада")
    passport = StatedPassport("DEU", "FX7654321", date(2024, 1, 10), date(2034, 1, 9))
    applicant = Applicant(name, date(1988, 4, 5), "DEU", passport, "13800138001")
    assessment = _assessment(today)
    text = json.dumps(encode_assessment(assessment))
    return {
        "particulars": sealed_particulars(vault, name=name, passport=passport, applicant=applicant),
        "gaps": encode_gaps(vault, [Gap(GapReason.ILLEGIBLE, PaperKind.CONTRACT, "Page two.")]),
        "assessment": {
            "sealed": vault.seal(APPLICATIONS, FIELD, text),
            "total": assessment.total,
            "table_version": assessment.table_version,
        },
        "decision": {
            "outcome": "REJECTED",
            "at": now,
            "due_at": now + timedelta(days=7),
            "policy_version": f"{CITY}/2024-12-01",
            "grounds": ["CRITERIA_NOT_MET"],
            "text": seal_text(vault, DECISION_TEXT, "The stated reasons."),
            "valid_until": None,
            "bound": None,
            "fee_fen": 0,
        },
    }


def _assessment(today: date) -> TalentAssessment:
    facts = TalentFacts(
        assessed_on=today,
        age=38,
        salary_yuan=200_000,
        education=Education.BACHELOR,
        skill_certificate=SkillCertificate.NONE,
        work_years=5,
        months_per_year=12,
        chinese=ChineseLevel.NONE,
        place_of_work=PlaceOfWork.OTHER,
        extra=frozenset(),
        city=CITY,
        local_points=0,
    )
    assessment = assess(facts, table_for(today))
    assert isinstance(assessment, TalentAssessment)
    return assessment


async def _put_card_parts(serving: Serving, person: Person) -> str:
    """The permit on the physical card, and its id; reported lost, so that no electronic one is
    issued and the reason is shown."""
    until = serving.clock() + timedelta(days=10)
    lost = {"state": str(CardState.TEMPORARILY_LOST), "released_at": until}
    card = await serving.database["cards"].find_one_and_update(
        {"holder_id": person.holder_id, "kind": str(CardKind.PHYSICAL)},
        {"$set": {"permit_id": person.permit_ids[0], **lost}},
    )
    assert card is not None
    card_id: str = card["_id"]
    return card_id


async def _put_orders(serving: Serving, person: Person, city: str, card_id: str) -> str:
    """One that has ended in the card, for the figures, and one that is open; the id of that."""
    now = serving.clock()
    place = {"city": city, "authority": f"human-resources-{city}", "card_id": card_id}
    ended = {"made_at": now, "finished_at": now}
    await put_order(serving, person, CardOrderState.COLLECTED, **place, **ended)
    order = await put_order(serving, person, CardOrderState.ORDERED, **place)
    order_id: str = order["_id"]
    return order_id


async def _put_tasks(serving: Serving, permit: PermitOfTask) -> None:
    now, today = serving.clock(), shanghai_day(serving.clock())
    opened = [enrolment_task(permit, today, 30), residence_application_task(permit, today, 30)]
    documents = [encode_task(new_id("tsk"), task, now) for task in opened]
    await serving.database[tasks.NAME].insert_many(documents)


async def values_of(serving: Serving, party: Party) -> set[str]:
    """Ids and masked values of everything about the holder and the employer."""
    found = await documents_of(serving.database, party.person.holder_id)
    papers = {"application_id": {"$in": [party.application_id, party.own_application_id]}}
    found += await serving.database["papers"].find(papers).to_list(None)
    found += await serving.database["employers"].find({"_id": party.employer_id}).to_list(None)
    return own_values(found)


async def foreign_values(serving: Serving, other: Party, own: Party) -> set[str]:
    """What shows that something is the other's: not by chance also the caller's own."""
    foreign = await values_of(serving, other) - await values_of(serving, own)
    # Holder, employer, permit, passport, residence, insurance, card, 2 applications, 2 orders and
    # 2 tasks at least, beside papers and masks.
    assert len(foreign) > 13
    return foreign
