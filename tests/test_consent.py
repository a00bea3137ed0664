"""Consent to biometric processing: given before the face step, withdrawn as easily."""

from __future__ import annotations

from typing import Any

from auth.mongo import Database
from tests.app_client import START_STEP_UP
from tests.serving import Serving

WITHDRAW = """mutation { withdrawBiometricConsent { __typename
  ... on BiometricConsentWithdrawn { withdrawnAt } ... on NoBiometricConsent { message } } }"""


async def test_a_withdrawn_consent_is_asked_for_again_at_the_next_face_step(
    serving: Serving, database: Database
) -> None:
    person = await serving.person()
    app = serving.client()
    await app.log_in(person.name, person.identifier())
    access_token = app.token
    assert (await app.step(START_STEP_UP))["consentDue"] is False
    app.token = access_token
    assert (await app.step(WITHDRAW))["__typename"] == "BiometricConsentWithdrawn"
    assert (await app.step(WITHDRAW))["__typename"] == "NoBiometricConsent"
    assert (await app.step(START_STEP_UP))["consentDue"] is True
    lines = {"action": "holder.biometric_consent_withdrawn", "holder_id": person.holder_id}
    assert await database["audit"].count_documents(lines) == 1


async def test_withdrawing_touches_nobody_elses_consent(
    serving: Serving, database: Database
) -> None:
    person, other = await serving.person(), await serving.person()
    for one in (person, other):
        await serving.client().log_in(one.name, one.identifier())
    app = serving.client()
    await app.log_in(person.name, person.identifier())
    await app.step(WITHDRAW)
    kept = await database["holders"].find_one({"_id": other.holder_id})
    assert kept is not None
    assert kept["biometric_consent"]["withdrawn_at"] is None


async def test_a_name_and_a_number_alone_cannot_bring_a_withdrawn_consent_back(
    serving: Serving, database: Database
) -> None:
    person = await serving.person()
    app = serving.client()
    await app.log_in(person.name, person.identifier())
    await app.step(WITHDRAW)
    serving.clock.advance(seconds=1)
    stranger = serving.client()
    await stranger.prove_real_name(person.name, person.identifier())
    await stranger.consent()
    assert (await stranger.prove_real_person("another-person"))["code"] == "NOT_THE_HOLDER"
    assert await withdrawn_at(database, person.holder_id) is not None
    again = serving.client()
    await again.log_in(person.name, person.identifier())
    assert await withdrawn_at(database, person.holder_id) is None


async def test_a_consent_that_stands_keeps_the_instant_it_was_given_at(
    serving: Serving, database: Database
) -> None:
    person = await serving.person()
    await serving.client().log_in(person.name, person.identifier())
    first = await consent_of(database, person.holder_id)
    serving.clock.advance(minutes=1)
    await serving.client().log_in(person.name, person.identifier())
    assert await consent_of(database, person.holder_id) == first


async def consent_of(database: Database, holder_id: str) -> dict[str, Any]:
    holder = await database["holders"].find_one({"_id": holder_id})
    assert holder is not None
    consent: dict[str, Any] = holder["biometric_consent"]
    return consent


async def withdrawn_at(database: Database, holder_id: str) -> Any:
    return (await consent_of(database, holder_id))["withdrawn_at"]
