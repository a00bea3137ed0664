"""The numbers of fictional people and employers: right, and nobody shares one."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from api.demo import made_numbers
from api.demo.employers import EMPLOYERS_PER_BLOCK, MAX_EMPLOYERS, drawn_city, make_employer
from api.demo.identities import demo_employers
from api.demo.lives import data_set_of
from api.demo.nations import NATIONS
from api.demo.people import Person
from resolvers.rules import numbers
from resolvers.vocabulary import IdentifierKind, IdentityDocumentKind
from tests.fictional_people import ANYONE, TODAY, four_thousand

SLOTS = st.integers(0, made_numbers.MAX_HOLDERS + 63)


@given(slots=st.lists(SLOTS, min_size=2, max_size=2, unique=True), ordinal=st.integers(0, 2))
def test_two_slots_never_share_a_number(slots: list[int], ordinal: int) -> None:
    """Demo identities have the slots behind the seeded ones, so they are in this as well."""
    one, two = slots
    nation = NATIONS.at(one % NATIONS.total)
    city = "440100"
    makers = (
        lambda slot: made_numbers.work_permit_number(slot, city),
        lambda slot: made_numbers.passport_number(slot, ordinal, nation.passport),
        lambda slot: made_numbers.residence_permit_number(slot, ordinal),
        lambda slot: made_numbers.card_number(slot, ordinal),
        lambda slot: made_numbers.bank_card_number(slot, ordinal),
        lambda slot: made_numbers.old_permanent_resident_id(slot, nation.code),
        made_numbers.phone_number,
        lambda slot: made_numbers.credit_code(slot % (MAX_EMPLOYERS + 64), city),
    )
    for make in makers[:-1]:
        assert make(one) != make(two)
    if one % (MAX_EMPLOYERS + 64) != two % (MAX_EMPLOYERS + 64):
        assert makers[-1](one) != makers[-1](two)


@given(
    slots=st.lists(
        st.integers(0, made_numbers.MAX_HOLDERS - 1), min_size=2, max_size=2, unique=True
    )
)
def test_two_residents_born_on_one_day_have_two_numbers(slots: list[int]) -> None:
    born = [made_numbers.birth_date(slot, TODAY) for slot in slots]
    one, two = (
        made_numbers.permanent_resident_id(slot, "JPN", "440100", day)
        for slot, day in zip(slots, born, strict=True)
    )
    assert one != two


def test_every_number_is_right_and_nobody_shares_one() -> None:
    seen: Counter[tuple[str, str]] = Counter()
    for person in four_thousand():
        for kind, number in person.holder.numbers.items():
            seen[(kind, number)] += 1
        for paper in person.documents:
            seen[(paper.kind + paper.country, paper.number)] += 1
        seen[("phone", person.holder.phone or person.holder.holder_id)] += 1
        numbers_of_cards = set()
        for card in person.cards:
            if card.number is not None and card.bank_account is not None:
                assert numbers.normalise_card_number(card.number) == card.number
                assert numbers.normalise_bank_card(card.bank_account) == card.bank_account
                numbers_of_cards.add(card.number)
                seen[("bank", card.bank_account)] += 1
        # An exchange keeps the number, so the same person may have it twice.
        seen.update(("card", number) for number in numbers_of_cards)
        if person.holder.phone:
            assert numbers.normalise_phone(person.holder.phone) == person.holder.phone
    assert max(seen.values()) == 1


@settings(max_examples=300)
@given(person=ANYONE)
def test_the_numbers_of_anyone_are_canonical(person: Person) -> None:
    normalisers = {
        IdentifierKind.WORK_PERMIT: numbers.normalise_work_permit_number,
        IdentifierKind.SOCIAL_SECURITY: numbers.normalise_ssn,
        IdentifierKind.PERMANENT_RESIDENT: numbers.normalise_permanent_resident_id,
    }
    for kind, number in person.holder.numbers.items():
        assert normalisers[kind](number) == number
    for paper in person.documents:
        if paper.kind is IdentityDocumentKind.PASSPORT:
            assert numbers.normalise_passport_number(paper.number) == paper.number
            assert numbers.normalise_country(paper.country) == paper.country


def test_the_social_security_number_holds_the_first_passport_padded_or_not() -> None:
    lengths = Counter[int]()
    for person in four_thousand():
        passports = [p for p in person.documents if p.kind is IdentityDocumentKind.PASSPORT]
        number = person.holder.numbers[IdentifierKind.SOCIAL_SECURITY]
        assert number.startswith(person.holder.nationality + "0")
        assert number[4:].lstrip("0") == passports[0].number.lstrip("0")
        lengths[len(number)] += 1
    assert lengths[18] > 1000
    assert sum(lengths.values()) - lengths[18] > 1000


def test_employers_have_valid_codes_and_some_a_sum_of_nothing() -> None:
    data_set = data_set_of(1)
    codes = [
        make_employer(data_set, n, n, drawn_city(data_set, n), TODAY).credit_code
        for n in range(40 * EMPLOYERS_PER_BLOCK)
    ]
    codes += [employer.credit_code for employer in demo_employers(TODAY)]
    assert all(numbers.normalise_credit_code(code) == code for code in codes)
    assert len(set(codes)) == len(codes)
    assert sum(code.endswith("0") for code in codes) >= 20
