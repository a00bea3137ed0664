"""What the random sequences found, or what was found while they were written: the shortest sequence
of each, by name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from auth.mongo import Document
from auth.officers import Duty
from auth.principal import Principal
from resolvers.applications.checking import accept_application, pre_check_application
from resolvers.applications.deciding import approve_application, start_review
from resolvers.applications.drafting import create_application
from resolvers.applications.filing import confirm_application, submit_application
from resolvers.applications.statements import (
    Applicant,
    Extension,
    NewPermit,
    StatedName,
    StatedPassport,
    Statement,
)
from resolvers.cards.counter import report_loss
from resolvers.cards.making import Blank, check_photo, make_card
from resolvers.cards.ordering import OrderAsked, WantedCard, order_card
from resolvers.cards.own import CardAsked, issue_electronic_card, report_temporary_loss
from resolvers.changes import Done
from resolvers.jobs.paper_sweep import sweep_papers
from resolvers.refusals import RefusalCode, Refused
from resolvers.vocabulary import (
    CardChannel,
    CardCollection,
    CardMaking,
    CardReason,
    IdentifierKind,
    PaperKind,
    PermitCategory,
)
from tests.stateful_invariants import check_state, check_step
from tests.stateful_moves import called, missing_papers
from tests.stateful_opening import opened_world
from tests.stateful_parties import officer_principal
from tests.stateful_world import Move, Step, World

START = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture
def world(mongod_uri: str, keys_file: Path, tmp_path: Path) -> Iterator[World]:
    with opened_world(mongod_uri, keys_file, tmp_path) as opened:
        opened.begin(START, 2026)
        yield opened


def send(world: World, principal: Principal, use_case: Any, **given: Any) -> Step:
    """A command, after which all that must hold holds."""
    step = world.send(
        Move(use_case.__name__, principal, (given,), partial(called, use_case, given))
    )
    check_step(step)
    check_state(step.after, step.now, world.calendars)
    return step


def done(step: Step) -> str:
    assert step.sent is not None
    assert isinstance(step.sent.outcome, Done), step.sent.outcome
    return step.sent.outcome.object_id


def code(step: Step) -> RefusalCode:
    assert step.sent is not None
    assert isinstance(step.sent.outcome, Refused), step.sent.outcome
    return step.sent.outcome.code


def officer(world: World, authority: str, duty: Duty) -> Principal:
    return officer_principal(
        next(
            one
            for one in world.officers
            if one.authority == authority and one.duties == (duty,) and one.is_active
        )
    )


def application(world: World, application_id: str) -> Document:
    return world.seen.documents["applications"][application_id]


def under_review(world: World, employer: Principal, statement: Statement) -> str:
    """Filed by the employer, confirmed by its holder, with every paper."""
    application_id = done(send(world, employer, create_application, statement=statement))
    filed = application(world, application_id)
    world.bring(filed, missing_papers(world, filed))
    checker, decider = (
        officer(world, filed["authority"], duty) for duty in (Duty.CHECK, Duty.DECIDE)
    )
    for by, use_case, more in (
        (world.holder(filed["holder_id"]), confirm_application, {}),
        (employer, submit_application, {}),
        (checker, pre_check_application, {}),
        (checker, accept_application, {"originals_seen": True}),
        (decider, start_review, {}),
    ):
        done(step_of(world, by, use_case, application_id, **more))
    return application_id


def step_of(world: World, by: Principal, use_case: Any, application_id: str, **more: Any) -> Step:
    revision = application(world, application_id)["revision"]
    return send(world, by, use_case, application_id=application_id, revision=revision, **more)


def test_an_extension_that_waited_past_the_expiry_gives_no_second_permit_beside_a_new_one(
    world: World,
) -> None:
    person, (employer, other) = world.people[0], world.employers
    until = world.today + timedelta(days=500)
    extended = under_review(world, employer, Extension(person.permit_ids[0], until, until))
    world.wait(timedelta(days=61))
    passport = StatedPassport(
        "DEU", person.numbers[IdentifierKind.PASSPORT], date(2024, 1, 10), date(2034, 1, 9)
    )
    statement = NewPermit(
        Applicant(StatedName("Beispiel", "Nora"), date(1984, 2, 29), "DEU", passport),
        city="440300",
        category=PermitCategory.A,
        post={"en": "Welder", "zh": "焊工"},
        contract_until=until,
        requested_until=until,
        stay_until=world.today + timedelta(days=30),
    )
    new = under_review(world, other, statement)
    decider = officer(world, "foreign-experts-440300", Duty.DECIDE)
    done(step_of(world, decider, approve_application, new, text=None))
    decider = officer(world, "foreign-experts-440100", Duty.DECIDE)
    refused = step_of(world, decider, approve_application, extended, text=None)
    assert code(refused) is RefusalCode.ACTIVE_PERMIT_EXISTS


def test_the_line_of_a_made_card_names_the_card(world: World) -> None:
    holder = world.holder(world.people[1].holder_id)
    counter = officer(world, "human-resources-440100", Duty.COUNTER)
    wanted = WantedCard(
        CardReason.NEW, CardMaking.FACTORY, CardChannel.ONLINE, CardCollection.IN_PERSON
    )
    order_id = done(send(world, holder, order_card, wanted=wanted, city="440100"))
    done(send(world, counter, check_photo, asked=OrderAsked(order_id, 1), fault=None))
    made = send(
        *(world, counter, make_card),
        asked=OrderAsked(order_id, 2),
        blank=Blank("B00000001", None),
    )
    assert [line["objects"] for line in made.lines] == [[order_id, done(made)]]


def test_a_loss_that_becomes_formal_is_told_of_the_suspended_electronic_card_too(
    world: World,
) -> None:
    holder_id = world.people[0].holder_id
    holder = world.holder(holder_id)
    counter = officer(world, "human-resources-440100", Duty.COUNTER)
    electronic = done(send(world, holder, issue_electronic_card))
    physical = next(
        one["_id"]
        for one in world.all("cards")
        if one["holder_id"] == holder_id and one["_id"] != electronic
    )
    done(send(world, holder, report_temporary_loss, asked=CardAsked(physical, 1)))
    formal = send(world, counter, report_loss, asked=CardAsked(physical, 2))
    assert [line["objects"] for line in formal.lines] == [[physical], [electronic]]


def test_the_sweep_of_papers_past_their_retention_is_told_to_whoever_filed_them(
    world: World,
) -> None:
    employer = world.employers[0]
    until = world.today + timedelta(days=500)
    statement = Extension(world.people[0].permit_ids[0], until, until)
    application_id = done(send(world, employer, create_application, statement=statement))
    world.bring(application(world, application_id), [PaperKind.CONTRACT])
    [paper] = world.papers_of(application(world, application_id))
    world.wait(timedelta(days=91))
    swept = world.system("upkeep", sweep_papers)
    check_step(swept)
    assert [(event["kind"], event["object_id"]) for event in swept.events] == [
        ("paper.deleted", paper["_id"])
    ]
    assert world.papers_of(application(world, application_id)) == []
