"""Policy of procedures by city and day: complete, versioned, with every text in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from resolvers.policy.papers import (
    FILE_RULES,
    JPEG,
    PAPER_TEXTS,
    PDF,
    PHOTO_RULE,
    PNG,
    RETENTION_DAYS,
    required_papers,
)
from resolvers.policy.places import CITIES
from resolvers.policy.procedures import (
    POLICIES,
    NoPolicyYet,
    ProcedurePolicy,
    UnknownCity,
    policy_for,
    policy_on,
)
from resolvers.policy.remedies import REJECTION_GROUND_TEXTS, LimitUnit, remedies_for
from resolvers.vocabulary import (
    ApplicationState,
    PaperKind,
    PermitCategory,
    ProcedureKind,
    RejectionGround,
    RemedyKind,
)

A, B, C = PermitCategory
TODAY = date(2026, 11, 23)
VERSIONS = [policy for city in POLICIES.values() for policy in city]


def kinds(procedure: ProcedureKind, category: PermitCategory) -> list[PaperKind]:
    return [paper.kind for paper in required_papers(procedure, category, "440100", TODAY)]


def test_every_city_has_a_policy_since_procedures_went_online() -> None:
    assert set(POLICIES) == set(CITIES)
    for city in CITIES:
        policy = policy_for(city, date(2024, 12, 1))
        assert (policy.city, policy.version) == (city, f"{city}/2024-12-01")
        with pytest.raises(NoPolicyYet):
            policy_for(city, date(2024, 11, 30))


@pytest.mark.parametrize("city", ["", "110000", "440100 ", "guangzhou"])
def test_a_city_that_is_none_of_ours_is_refused_without_being_repeated(city: str) -> None:
    for ask in (lambda: policy_for(city, TODAY), lambda: remedies_for(city)):
        with pytest.raises(UnknownCity) as refused:
            ask()
        assert not city or city not in str(refused.value)


def test_a_version_holds_from_its_day_until_the_next_begins() -> None:
    old = policy_for("440100", TODAY)
    begins = date(2027, 7, 1)
    new = replace(old, version="440100/2027-07-01", valid_from=begins)
    for versions in ([old, new], [new, old]):
        assert policy_on(versions, begins - timedelta(days=1)) is old
        assert policy_on(versions, begins) is new
        assert policy_on(versions, date(2040, 1, 1)) is new


@pytest.mark.parametrize("policy", VERSIONS, ids=lambda policy: policy.version)
def test_a_policy_answers_for_every_procedure_and_category(policy: ProcedurePolicy) -> None:
    assert policy.version == f"{policy.city}/{policy.valid_from}"
    for by_procedure in (policy.windows, policy.papers, policy.fees):
        assert set(by_procedure) == set(ProcedureKind)
    for by_category in (policy.review_working_days, policy.validity_cap_years):
        assert set(by_category) == set(PermitCategory)
    for table in policy.papers.values():
        assert set(table) == set(PermitCategory)
        assert all(len(set(papers)) == len(papers) for papers in table.values())
    assert 5 <= policy.temporary_loss_days <= 10
    assert min(policy.returned_lapse_days, policy.factory_card_working_days) > 0


def test_promises_and_caps_are_those_of_the_procedure() -> None:
    policy = policy_for("440100", TODAY)
    assert [policy.promised_working_days(category) for category in (A, B, C)] == [10, 15, 15]
    assert [policy.validity_cap_years[category] for category in (A, B, C)] == [5, 2, 1]
    assert policy.originals_checked == {B, C}
    assert (policy.enrolment_days, policy.residence_application_days) == (30, 30)
    assert (policy.factory_card_working_days, policy.counter_card_minutes) == (12, 20)


def test_a_fee_that_nobody_knows_is_not_charged() -> None:
    for policy in VERSIONS:
        assert all(fee.is_known or fee.fen == 0 for fee in policy.fees.values())


def test_a_degree_is_asked_of_category_b_alone() -> None:
    for procedure in (ProcedureKind.NEW_FROM_ABROAD, ProcedureKind.NEW_IN_CHINA):
        asked = {one: PaperKind.DEGREE in kinds(procedure, one) for one in PermitCategory}
        assert asked == {A: False, B: True, C: False}


def test_who_is_in_china_shows_the_stay_as_well() -> None:
    for category in PermitCategory:
        abroad = kinds(ProcedureKind.NEW_FROM_ABROAD, category)
        assert kinds(ProcedureKind.NEW_IN_CHINA, category) == [
            *abroad,
            PaperKind.RESIDENCE_OR_VISA_PAGE,
        ]


def test_an_extension_asks_again_for_nothing_that_the_authority_has() -> None:
    for category in PermitCategory:
        asked = set(kinds(ProcedureKind.EXTENSION, category))
        assert asked.isdisjoint(
            {PaperKind.DEGREE, PaperKind.MEDICAL_REPORT, PaperKind.NO_CRIMINAL_RECORD}
        )
        assert PaperKind.CONTRACT in asked


def test_originals_of_category_a_are_not_checked_on_site() -> None:
    assert kinds(ProcedureKind.ORIGINALS_CHECK, A) == []
    assert PaperKind.RESIDENCE_OR_VISA_PAGE in kinds(ProcedureKind.ORIGINALS_CHECK, B)


def test_every_paper_has_texts_a_file_rule_and_a_procedure_that_asks_for_it() -> None:
    asked = {
        kind
        for policy in VERSIONS
        for table in policy.papers.values()
        for papers in table.values()
        for kind in papers
    }
    assert asked == set(PAPER_TEXTS) == set(FILE_RULES) == set(PaperKind)
    for rule in FILE_RULES.values():
        assert set(rule.media_types) <= {PDF, JPEG, PNG}


def test_a_photo_is_an_image_three_to_four() -> None:
    assert PDF not in FILE_RULES[PaperKind.PHOTO].media_types
    for width, height in (
        (PHOTO_RULE.min_width, PHOTO_RULE.min_height),
        (PHOTO_RULE.max_width, PHOTO_RULE.max_height),
    ):
        assert abs(width / height - PHOTO_RULE.ratio) <= PHOTO_RULE.tolerance
    assert PHOTO_RULE.min_bytes < FILE_RULES[PaperKind.PHOTO].max_bytes


def test_papers_are_kept_for_every_ending_and_for_drafts() -> None:
    endings = {ApplicationState.APPROVED, ApplicationState.REJECTED, ApplicationState.WITHDRAWN}
    assert set(RETENTION_DAYS) == endings | {ApplicationState.DRAFT}
    # A suit can begin six months after a rejection.
    assert RETENTION_DAYS[ApplicationState.REJECTED] > 184


@pytest.mark.parametrize("city", CITIES)
def test_a_rejection_names_both_remedies_with_body_and_time_limit(city: str) -> None:
    reconsideration, suit = remedies_for(city)
    assert reconsideration.kind is RemedyKind.RECONSIDERATION
    assert (reconsideration.limit, reconsideration.unit) == (60, LimitUnit.DAYS)
    assert (suit.kind, suit.limit, suit.unit) == (RemedyKind.SUIT, 6, LimitUnit.MONTHS)
    for remedy in (reconsideration, suit):
        assert CITIES[city].en in remedy.body.en
        assert CITIES[city].zh in remedy.body.zh


def test_every_text_is_in_english_and_in_chinese() -> None:
    assert set(REJECTION_GROUND_TEXTS) == set(RejectionGround)
    remedies = [remedy for city in CITIES for remedy in remedies_for(city)]
    texts = [
        *REJECTION_GROUND_TEXTS.values(),
        *(text for pair in PAPER_TEXTS.values() for text in pair),
        *(text for one in remedies for text in (one.label, one.body, one.law)),
    ]
    for text in texts:
        assert text.en.isascii()
        assert any("\u4e00" <= char <= "\u9fff" for char in text.zh)
