"""What the bundles show of a holder: all that was chosen, nothing else, as it is now."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import timedelta

import pytest

from api.runtime import open_runtime
from api.settings import Settings
from resolvers.gateway import Gateway
from resolvers.policy.sharing_texts import BUNDLE_LABELS, FIELD_LABELS, PURPOSE_LABELS
from resolvers.rules.bundles import FIELDS, Bundle, SharingPurpose
from resolvers.sharing.record import load_shared, load_shared_each, shown_fields
from resolvers.vocabulary import CardKind, IdentifierKind, InsuranceKind, PermitStatus
from tests.access_callers import rich_person
from tests.commands import CommandLog
from tests.factories import PermitPlan
from tests.serving import Serving

PART = {
    Bundle.IDENTITY: "identity",
    Bundle.PASSPORT: "passport",
    Bundle.PERMIT: "permit",
    Bundle.PERMIT_HISTORY: "permit_history",
    Bundle.RESIDENCE_PERMIT: "residence_permit",
    Bundle.INSURANCE: "insurance",
    Bundle.CARD: "cards",
    Bundle.CONTACT: "contact",
}


@pytest.fixture
async def gateway(settings: Settings, mongod_uri: str, serving: Serving) -> AsyncIterator[Gateway]:
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        yield runtime.gateway


async def test_every_bundle_shows_its_part_in_the_clear_in_one_command(
    gateway: Gateway, serving: Serving, command_log: CommandLog
) -> None:
    person = await rich_person(serving)
    command_log.clear()
    record = await load_shared(gateway, person.holder_id, list(Bundle))
    assert command_log.sent == [("aggregate", "holders")]
    assert record is not None
    assert record.bundles == tuple(Bundle)
    assert record.identity is not None
    assert (record.identity.full_name, record.identity.birth_date) == (person.name, "1984-02-29")
    assert record.passport is not None
    assert record.passport.number == person.numbers[IdentifierKind.PASSPORT]
    assert record.permit is not None
    assert record.permit.number == person.numbers[IdentifierKind.WORK_PERMIT]
    assert record.permit.status is PermitStatus.ACTIVE
    assert record.permit.employer.name["en"] == "Sample Robotics"
    assert [one.status for one in record.permit_history] == [PermitStatus.ACTIVE]
    assert record.residence_permit is not None
    assert record.residence_permit.is_valid
    assert record.insurance is not None
    number = person.numbers[IdentifierKind.SOCIAL_SECURITY]
    assert record.insurance.social_security_number == number
    assert {one.kind for one in record.insurance.enrolments} == set(InsuranceKind)
    assert [card.kind for card in record.cards] == [CardKind.PHYSICAL]
    assert record.contact is not None
    assert record.contact.phone == person.phone
    for part in (record.permit, record.residence_permit, record.insurance, record.cards[0]):
        assert part.source.authority.endswith("-440100")


@pytest.mark.parametrize("bundle", list(Bundle), ids=str)
async def test_a_bundle_alone_shows_nothing_of_another(
    gateway: Gateway, serving: Serving, bundle: Bundle
) -> None:
    person = await rich_person(serving)
    record = await load_shared(gateway, person.holder_id, [bundle])
    assert record is not None
    shown = {part for part in PART.values() if getattr(record, part)}
    assert shown == {PART[bundle]}
    assert record.bundles == (bundle,)


async def test_whoever_has_no_more_than_a_name_is_shown_with_what_there_is(
    gateway: Gateway, serving: Serving
) -> None:
    person = await serving.person(permit_plans=(), phone=None)
    await serving.database["identity_documents"].delete_many({"holder_id": person.holder_id})
    record = await load_shared(gateway, person.holder_id, list(Bundle))
    assert record is not None
    there = {part for part in PART.values() if getattr(record, part)}
    assert there == {"identity", "insurance"}
    assert record.insurance is not None
    assert record.insurance.enrolments == ()
    assert await load_shared(gateway, "hld_" + "0" * 26, list(Bundle)) is None


async def test_the_state_of_a_permit_is_that_of_the_clock(
    gateway: Gateway, serving: Serving
) -> None:
    plans = (PermitPlan(starts=-400, ends=-100), PermitPlan(starts=-90, ends=5))
    person = await serving.person(permit_plans=plans)
    before = await load_shared(gateway, person.holder_id, [Bundle.PERMIT])
    serving.clock.advance(days=7)
    after = await load_shared(gateway, person.holder_id, [Bundle.PERMIT, Bundle.PERMIT_HISTORY])
    assert before is not None
    assert after is not None
    assert before.permit is not None
    assert after.permit is not None
    assert before.permit.status is PermitStatus.ACTIVE
    assert after.permit == type(after.permit)(
        **{**before.permit.__dict__, "status": PermitStatus.EXPIRED}
    )
    assert [one.valid_until for one in after.permit_history] == [
        before.permit.valid_until,
        before.permit.valid_until - timedelta(days=105),
    ]


async def test_many_holders_are_read_at_once_each_with_its_own_bundles_only(
    gateway: Gateway, serving: Serving, command_log: CommandLog
) -> None:
    first, second = await rich_person(serving), await rich_person(serving)
    nobody = "hld_" + "0" * 26
    wanted = [
        (first.holder_id, [Bundle.CONTACT]),
        (nobody, [Bundle.CONTACT]),
        (second.holder_id, [Bundle.PERMIT]),
        (first.holder_id, [Bundle.CARD]),
    ]
    command_log.clear()
    found = await load_shared_each(gateway, wanted)
    assert command_log.sent == [("aggregate", "holders")]
    shown = [
        record and {part for part in PART.values() if getattr(record, part)} for record in found
    ]
    assert shown == [{"contact"}, None, {"permit"}, {"cards"}]
    assert [record and record.holder_id for record in found] == [
        first.holder_id,
        None,
        second.holder_id,
        first.holder_id,
    ]
    assert await load_shared_each(gateway, []) == []


async def test_no_value_is_in_what_a_record_prints(gateway: Gateway, serving: Serving) -> None:
    person = await rich_person(serving)
    record = await load_shared(gateway, person.holder_id, list(Bundle))
    assert record is not None
    assert asdict(record)["contact"]["phone"] == person.phone
    printed = repr(record)
    for value in (person.name, person.phone, *person.numbers.values()):
        assert value is not None
        assert value not in printed


def test_every_bundle_field_and_purpose_has_words_in_both_languages() -> None:
    assert set(BUNDLE_LABELS) == set(Bundle)
    assert set(PURPOSE_LABELS) == set(SharingPurpose)
    assert set(FIELD_LABELS) >= {field for fields in FIELDS.values() for field in fields}
    assert shown_fields([Bundle.CONTACT, Bundle.CONTACT]) == ["holders.phone"]
