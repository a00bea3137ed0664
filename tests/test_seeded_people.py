"""The lives of seeded holders: repeatable, plausible, with numbers of their own."""

from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import date, datetime
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from api.demo import made_numbers
from api.demo.careers import VALIDITY_DAYS
from api.demo.days import day_of, midnight
from api.demo.lives import seeded_person
from api.demo.nations import NATIONS
from api.demo.people import Person
from api.demo.permit_making import PLASTIC_ENDED_ON
from resolvers.policy.places import AUTHORITIES, CITIES
from resolvers.rules.names import RegisteredName, names_match
from resolvers.rules.permit_status import days_left, permit_status
from resolvers.store.permits import PermitRecord
from resolvers.vocabulary import (
    CardCause,
    CardKind,
    CardState,
    IdentifierKind,
    IdentityDocumentKind,
    InsuranceState,
    PermitCategory,
    PermitEvent,
    PermitForm,
    PermitState,
    PermitStatus,
    ResidenceState,
)
from tests.fictional_people import ANYONE, INDEXES, REFERENCES, TODAY, four_thousand

NOW = midnight(TODAY)


def statuses(person: Person, now: datetime = NOW) -> list[PermitStatus]:
    return [permit_status(p.state, p.valid_from, p.valid_until, now) for p in person.permits]


def effective_end(permit: PermitRecord) -> datetime:
    """When it stopped counting: superseded, cancelled or run out."""
    ended = [
        at
        for at, event, _ in permit.history
        if event in {PermitEvent.SUPERSEDED, PermitEvent.CANCELLED}
    ]
    return min([permit.valid_until, *ended])


def registered(person: Person) -> RegisteredName:
    holder = person.holder
    return RegisteredName(
        holder.surname, holder.given_names, holder.chinese_name, holder.native_name
    )


def test_the_same_seed_and_index_give_the_same_person() -> None:
    assert seeded_person(1, 77, TODAY) == four_thousand()[77]
    assert seeded_person(2, 77, TODAY).holder.holder_id != four_thousand()[77].holder.holder_id


def test_a_person_is_the_same_in_every_version() -> None:
    """What a kept database holds must be what a resumed run would write."""
    first = four_thousand()[0]
    assert first.holder.holder_id == "hld_00000pbx7rbprr9v7dp3bb64d9"
    assert first.holder.numbers[IdentifierKind.SOCIAL_SECURITY] == "IDN000000V42500328"


@settings(max_examples=300)
@given(person=ANYONE)
def test_the_newest_of_one_to_three_passports_is_current_and_outlives_its_permits(
    person: Person,
) -> None:
    passports = [p for p in person.documents if p.kind is IdentityDocumentKind.PASSPORT]
    assert 1 <= len(passports) <= made_numbers.MAX_PASSPORTS
    assert [p.superseded_at for p in passports] == [*(p.valid_from for p in passports[1:]), None]
    assert person.passport is passports[-1]
    for earlier, later in pairwise(passports):
        assert earlier.valid_from < later.valid_from
    for permit in person.permits:
        if permit.form is not PermitForm.ELECTRONIC:
            shown = [p for p in passports if p.valid_from <= permit.issued_at][-1]
            assert permit.valid_until <= shown.valid_until


@settings(max_examples=500)
@example(person=seeded_person(38, 38, date(2031, 1, 1)))
@given(person=ANYONE)
def test_permits_follow_each_other_as_the_law_has_it(person: Person) -> None:
    born_on = date.fromisoformat(person.holder.birth_date)
    for permit in person.permits:
        days = (permit.valid_until - permit.valid_from).days
        assert 1 <= days <= max(VALIDITY_DAYS[permit.category])
        assert (day_of(permit.valid_from) - born_on).days >= 18 * 365
        assert permit.issued_at <= permit.valid_from
        assert permit.city in CITIES
        assert list(permit.history) == sorted(permit.history)
        assert permit.history[0][1] is PermitEvent.ISSUED
        is_old = day_of(permit.issued_at) < PLASTIC_ENDED_ON
        assert (permit.form is PermitForm.PLASTIC) == is_old
        cancelled = any(event is PermitEvent.CANCELLED for _, event, _ in permit.history)
        assert cancelled == (permit.state is PermitState.CANCELLED)
    for earlier, later in pairwise(person.permits):
        assert effective_end(earlier) <= later.valid_from
        assert earlier.number == later.number
        if earlier.state is PermitState.SUPERSEDED:
            assert earlier.superseded_by == later.permit_id
            assert earlier.employer_id == later.employer_id
        else:
            assert earlier.superseded_by is None
    assert statuses(person).count(PermitStatus.ACTIVE) <= 1


@settings(max_examples=300)
@given(person=ANYONE)
def test_a_lost_or_cancelled_physical_card_leaves_no_usable_electronic_one(person: Person) -> None:
    electronic = [card for card in person.cards if card.kind is CardKind.ELECTRONIC]
    physical = [card for card in person.cards if card.kind is CardKind.PHYSICAL]
    assert len(electronic) <= 1
    assert [card.issued_at for card in physical] == sorted(card.issued_at for card in physical)
    if physical and physical[-1].state is CardState.CANCELLED:
        assert all(card.state is CardState.CANCELLED for card in electronic)
    if physical and physical[-1].state in {CardState.LOST, CardState.TEMPORARILY_LOST}:
        suspended = [card for card in electronic if card.state is not CardState.CANCELLED]
        assert all(card.state is CardState.SUSPENDED for card in suspended)
        assert all(card.cause is CardCause.PHYSICAL_CARD_LOST for card in suspended)
        assert {card.released_at for card in suspended} <= {physical[-1].released_at}
    for card in physical:
        assert (card.activated_at is None) == (card.state is CardState.SEALED)
        assert (card.released_at is None) == (card.state is not CardState.TEMPORARILY_LOST)
    own = {permit.permit_id: permit for permit in person.permits}
    for card in person.cards:
        assert card.issued_at <= card.state_since
        assert (card.bank_state is None) == (card.kind is CardKind.ELECTRONIC)
        if card.permit_id is not None:
            assert own[card.permit_id].form is not PermitForm.PLASTIC


@settings(max_examples=300)
@given(
    seed=st.integers(0, 65_535),
    index=INDEXES,
    reference=REFERENCES,
)
def test_nobody_tells_of_things_to_come(seed: int, index: int, reference: date) -> None:
    person, now = seeded_person(seed, index, reference), midnight(reference)
    told = [person.holder.updated_at, person.holder.created_at]
    told += [at for permit in person.permits for at, _, _ in permit.history]
    told += [at for card in person.cards for at in (card.issued_at, card.state_since)]
    told += [paper.valid_from for paper in person.documents]
    told += [permit.valid_from for permit in person.residence_permits]
    told += [insurance.started_at for insurance in person.insurance]
    for records in (person.documents, person.permits, person.cards, person.insurance):
        told += [record.updated_at for record in records]
    assert max(told) <= now


def test_insurance_ends_with_the_work_and_treaties_exempt_their_own() -> None:
    for person in four_thousand():
        for insurance in person.insurance:
            assert len({entry.kind for entry in insurance.enrolments}) == 5
            for entry in insurance.enrolments:
                exempt = entry.state is InsuranceState.EXEMPT_BY_TREATY
                assert entry.treaty_country == (person.holder.nationality if exempt else None)
                if entry.since and entry.until:
                    assert entry.since <= entry.until
                if entry.state is InsuranceState.ENDED:
                    assert entry.until is not None


def test_all_that_can_be_occurs_among_four_thousand() -> None:
    people = four_thousand()
    permits = [permit for person in people for permit in person.permits]
    assert {person.holder.nationality for person in people} == {n.code for n in NATIONS.choices}
    assert len(NATIONS.choices) >= 30
    assert {permit.city for permit in permits} == set(CITIES)
    assert {permit.category for permit in permits} == set(PermitCategory)
    assert {permit.form for permit in permits} == set(PermitForm)
    shown = {status for person in people for status in statuses(person)}
    # Whoever is seeded has long been here: the originals have been seen.
    assert shown == set(PermitStatus) - {PermitStatus.AWAITING_ORIGINALS}
    physical = {c.state for p in people for c in p.cards if c.kind is CardKind.PHYSICAL}
    assert physical == set(CardState) - {CardState.SUSPENDED}
    electronic = {c.state for p in people for c in p.cards if c.kind is CardKind.ELECTRONIC}
    assert electronic == {CardState.NORMAL, CardState.SUSPENDED, CardState.CANCELLED}
    insured = {e.state for p in people for i in p.insurance for e in i.enrolments}
    assert insured == set(InsuranceState)
    assert {r.state for p in people for r in p.residence_permits} == set(ResidenceState)
    resident = [p.holder.numbers.get(IdentifierKind.PERMANENT_RESIDENT) for p in people]
    assert {number[0] == "9" for number in resident if number} == {True, False}
    assert Counter(len(p.documents) for p in people).keys() >= {1, 2, 3}
    assert any(IdentifierKind.WORK_PERMIT not in person.holder.numbers for person in people)


def test_shares_are_plausible() -> None:
    active = sum(PermitStatus.ACTIVE in statuses(person) for person in four_thousand())
    assert 0.7 < active / len(four_thousand()) < 0.85
    expiring = sum(
        status is PermitStatus.ACTIVE and days_left(permit.valid_until, NOW) < 90
        for person in four_thousand()
        for permit, status in zip(person.permits, statuses(person), strict=True)
    )
    assert 200 < expiring < 1200
    several = sum(len(person.permits) > 1 for person in four_thousand())
    assert several > 1000
    categories = Counter(permit.category for person in four_thousand() for permit in person.permits)
    assert categories[PermitCategory.B] > categories[PermitCategory.A]
    assert categories[PermitCategory.B] > categories[PermitCategory.C]


def test_names_come_in_many_scripts_and_match_in_each_form() -> None:
    scripts = Counter[str]()
    for person in four_thousand():
        name = registered(person)
        forms = [person.holder.full_name, name.chinese_name, name.native_name]
        for form in filter(None, forms):
            assert names_match(form, name), person.holder.holder_id
            letter = next(char for char in form if unicodedata.category(char)[0] == "L")
            scripts[unicodedata.name(letter).split()[0]] += 1
    assert len(scripts) >= 14
    assert any(char in "ŁÆØßđăñ" for person in four_thousand() for char in person.holder.full_name)
    assert any(not person.holder.given_names for person in four_thousand())


def test_authorities_are_ones_that_can_be_named() -> None:
    for person in four_thousand():
        told = {person.holder.authority}
        told |= {permit.authority for permit in person.permits}
        told |= {authority for permit in person.permits for _, _, authority in permit.history}
        told |= {paper.authority for paper in person.documents}
        told |= {card.authority for card in person.cards}
        told |= {permit.authority for permit in person.residence_permits}
        told |= {insurance.authority for insurance in person.insurance}
        assert told <= AUTHORITIES.keys()
