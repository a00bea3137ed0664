"""The demo identities as records, and what a script needs to log in as one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from api.demo import made_numbers
from api.demo.careers import Ending
from api.demo.cast import CAST, Role
from api.demo.employer_clients import DemoClient, demo_client
from api.demo.employers import MAX_EMPLOYERS, employer_id, make_employer
from api.demo.login_steps import LOGIN_STEPS
from api.demo.nations import NATION_BY_CODE
from api.demo.officers import OFFICER_LOGIN_STEPS, demo_officers
from api.demo.people import Life, Person, career_spans, make_person
from api.demo.permit_making import Job
from api.demo.share_codes import told_share_code
from resolvers.policy.places import CITIES
from resolvers.store.employers import EmployerRecord
from resolvers.vocabulary import CardKind, IdentifierKind, ResidenceState

DATA_SET = "demo"
EMPLOYERS = 8
_INPUT_FIELDS = {
    IdentifierKind.WORK_PERMIT: "workPermitNumber",
    IdentifierKind.SOCIAL_SECURITY: "socialSecurityNumber",
    IdentifierKind.PASSPORT: "passport",
    IdentifierKind.PERMANENT_RESIDENT: "permanentResidentId",
}
_ANY_DAY = date(2026, 1, 1)
"""No number hangs on the day of loading; a test holds that."""


def demo_employers(reference: date) -> list[EmployerRecord]:
    return [
        make_employer(DATA_SET, number, MAX_EMPLOYERS + number, _city(number), reference)
        for number in range(EMPLOYERS)
    ]


def demo_clients(reference: date) -> list[DemoClient]:
    """One of each employer, in their order."""
    return [
        demo_client(DATA_SET, number, employer, reference)
        for number, employer in enumerate(demo_employers(reference))
    ]


def demo_people(reference: date) -> list[Person]:
    """In the order of the cast, as they stand on the day `reference`."""
    return [_person(ordinal, role, reference) for ordinal, role in enumerate(CAST)]


def _person(ordinal: int, role: Role, reference: date) -> Person:
    path = f"{DATA_SET}/{ordinal}"
    career = role.career(reference)
    spans = career_spans(path, career)
    first = ordinal if role.employer is None else role.employer
    jobs = _jobs(first, spans[-1].job + 1 if spans else 1)
    since = None if role.resident_for is None else reference - timedelta(days=role.resident_for)
    life = Life(
        nation=NATION_BY_CODE[role.nation],
        name=role.name,
        career=career,
        jobs=jobs,
        cards=role.cards,
        born_on=role.born_on,
        arrived_on=None if since is None else since - timedelta(days=600),
        resident_since=since,
        plastic_converted=role.converted,
        ssn_padded=ordinal % 2 == 0,
    )
    person = make_person(path, made_numbers.MAX_HOLDERS + ordinal, life, spans, reference)
    if role.ending is Ending.CANCELLED:
        # The residence permit is not settled yet: that is an open task.
        unsettled = [replace(one, state=ResidenceState.ISSUED) for one in person.residence_permits]
        return replace(person, residence_permits=unsettled)
    return person


def _jobs(first: int, count: int) -> Sequence[Job]:
    numbers = [(first + later) % EMPLOYERS for later in range(count)]
    return [Job(employer_id(DATA_SET, n), _city(n)) for n in numbers]


def _city(employer: int) -> str:
    return tuple(CITIES)[employer % len(CITIES)]


def demo_identities() -> dict[str, Any]:
    """What to know for logging in, ready for JSON: the same on every machine and every day.

    `holders`: for each `name` and `identifier` (the input of `proveRealName`), `secondProof` (the
    input of `sendSecondProofCode`; null when no physical card exists), and besides them every
    number there is (`identifiers`, `secondProofs`). `login`: the steps over HTTP. `officers`: both
    factors of each, and `officerLogin` the steps of his desk. `employers`: a client of each with
    its private key, and how it asks for a token. `shareCodes`: one that the first holder has made.
    """
    people = demo_people(_ANY_DAY)
    return {
        "holders": [_identity(role, one) for role, one in zip(CAST, people, strict=True)],
        "login": LOGIN_STEPS,
        "officers": [one.told() for one in demo_officers(DATA_SET)],
        "officerLogin": OFFICER_LOGIN_STEPS,
        "employers": [
            client.told(employer)
            for client, employer in zip(
                demo_clients(_ANY_DAY), demo_employers(_ANY_DAY), strict=True
            )
        ],
        "shareCodes": [told_share_code(people[0])],
    }


def _identity(role: Role, person: Person) -> dict[str, Any]:
    passport = person.passport
    identifiers: dict[str, Any] = {
        field: person.holder.numbers.get(kind) for kind, field in _INPUT_FIELDS.items()
    }
    identifiers["passport"] = {"country": passport.country, "number": passport.number}
    chosen = _INPUT_FIELDS[role.identifier]
    physical = [card for card in person.cards if card.kind is CardKind.PHYSICAL]
    proofs = (
        {"phone": person.holder.phone, "bankCard": physical[-1].bank_account} if physical else None
    )
    return {
        "label": role.label,
        "purpose": role.purpose,
        "name": role.typed_name,
        "identifier": {chosen: identifiers[chosen]},
        "identifiers": identifiers,
        "secondProof": {"phone": proofs["phone"]} if proofs else None,
        "secondProofs": proofs,
        "holderId": person.holder.holder_id,
        "expect": role.expect,
    }
