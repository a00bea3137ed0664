"""No personal value leaves by a log, an error, a metric, a cursor or an unsealed document.

Every journey and every error path is run through the real server on a real database, with logging
as production configures it but at DEBUG, while every log line, every raw record of our loggers, of
uvicorn's and asyncio's, every answer that tells of a failure, the metrics and afterwards all
documents of all collections are searched for all values of the people used: each part of each name,
numbers, phone, birth date, bank card, tokens and codes. `tests/test_privacy_faults.py` does it for
what breaks inside, `tests/test_privacy_demo.py` for the demo people, and `tests/test_leaks.py`
proves that the search finds.

Not searched are the keys that a client's own document chose and gets back (response paths, names of
variables), the device's name, which the client gives to be shown again, and records of the test's
own HTTP client.
"""

from __future__ import annotations

import asyncio
import base64
from contextlib import suppress
from typing import Any

from resolvers.vocabulary import CardState, IdentifierKind
from tests.app_client import (
    COMPLETE,
    CONFIRM_CODE,
    CONSENT,
    LOGOUT,
    PROVE_NAME,
    REFRESH,
    SEND_CODE,
    START,
    START_CHECK,
    SUBMIT,
)
from tests.everything import EVERYTHING, revealing_everything
from tests.hostile_requests import HOSTILE, raw_requests, sent_hostile
from tests.leaks import assert_nothing_left, new_person, watched
from tests.serving import Serving

END_SESSION = "mutation($id: ID!) { endSession(sessionId: $id) { __typename } }"
WRONG_NAMES = ("Kunigunde Drosselmeyer", "ZWENTIBOLD QUASTENFLOESSER-MURX", "夏洛特", "Ω≈ç√∫˜")
UNKNOWN_NUMBERS: tuple[dict[str, Any], ...] = (
    {"workPermitNumber": "GD4499887766"},
    {"socialSecurityNumber": "DEU0Q99887766"},
    {"passport": {"country": "DEU", "number": "Q99887766"}},
    {"permanentResidentId": "DEU998877665544"},
)
MALFORMED_NUMBERS: tuple[dict[str, Any], ...] = (
    {"workPermitNumber": "my permit is 99887755"},
    {"socialSecurityNumber": "x" * 400 + "99887744"},
    {"passport": {"country": "Kunigunde", "number": "\u202e99887733\x00"}},
    {"permanentResidentId": "99887722" * 20},
)


async def test_no_login_refresh_reveal_or_logout_leaves_a_personal_value_anywhere(
    serving: Serving,
) -> None:
    async with watched(serving) as watch:
        for kind in IdentifierKind:
            person = await new_person(serving, watch)
            app = serving.client()
            await app.log_in(person.name.upper(), person.identifier(kind))
            me = (await app.execute(EVERYTHING))["me"]
            assert me["id"] == person.holder_id
        for method in ("phone", "bankCard"):
            person = await new_person(serving, watch, physical=CardState.NORMAL)
            proof = person.phone if method == "phone" else person.bank_card
            app = serving.client()
            await app.log_in(person.name, person.identifier(), {method: proof})
        revealed = (await app.execute(revealing_everything()))["me"]
        assert revealed["fullName"]["revealed"] == person.name
        serving.clock.advance(minutes=4, seconds=30)
        first = app.refresh_token
        await app.refresh()
        serving.clock.advance(minutes=1)
        await app.post(revealing_everything())
        assert (await app.step_up())["__typename"] == "StepUpCompleted"
        await app.execute(revealing_everything())
        await app.refresh()
        await serving.client().step(REFRESH, {"refreshToken": first})
        await app.post("{ me { id } }")
        other = serving.client()
        await other.log_in(person.name, person.identifier(), {"phone": person.phone})
        third = serving.client()
        await third.log_in(person.name, person.identifier(), {"phone": person.phone})
        await third.execute("mutation { withdrawBiometricConsent { __typename } }")
        await third.execute(END_SESSION, {"id": person.name})
        await other.execute(LOGOUT)
        await other.post("{ me { id } }")
        await third.execute("mutation { logoutEverywhere { count } }")
        await serving.client().step(REFRESH, {"refreshToken": other.refresh_token})
        # The tokens of 8 logins, flow tokens, refreshes and codes: all were sought.
        assert len(watch.known.values) > 60
        assert {"STEP_UP_REQUIRED", "SESSION_ENDED", "UNAUTHENTICATED"} <= watch.codes
        await assert_nothing_left(serving, watch)


async def test_no_refusal_of_a_login_leaves_a_personal_value_anywhere(serving: Serving) -> None:
    async with watched(serving) as watch:
        person = await new_person(serving, watch, physical=CardState.NORMAL)
        watch.known.add("99887766", "99887755", "99887744", "99887733", "99887722", "13900139000")
        for name in WRONG_NAMES:
            watch.known.add_name(name)
            await serving.client().prove_real_name(name, person.identifier(IdentifierKind.PASSPORT))
        for number in (*UNKNOWN_NUMBERS, *MALFORMED_NUMBERS):
            await serving.client().prove_real_name(person.name, number)
        stubborn = serving.client()
        await stubborn.step(START)
        for _ in range(7):
            given = {"name": WRONG_NAMES[0], "identifier": person.identifier()}
            await stubborn.step(PROVE_NAME, given)
        serving.clock.advance(hours=2)
        app = serving.client()
        await app.prove_real_name(person.name, person.identifier())
        await app.post(COMPLETE)
        for proof in ({"phone": "13900139000"}, {"bankCard": "99887766"}, {"phone": person.phone}):
            await app.step(SEND_CODE, proof)
        sent = app.answers[-1]["sandboxCode"]
        wrong = "000000" if sent != "000000" else "000001"
        watch.known.add(wrong)
        for code in (wrong, person.name, wrong):
            await app.step(CONFIRM_CODE, {"code": code[:20]})
        await app.step(CONFIRM_CODE, {"code": sent})
        await app.step(CONSENT, {"version": person.name[:20]})
        await app.consent()
        await app.step(SUBMIT, {"challengeId": person.name, "proof": person.name})
        for proof_of_person in ("another-person", "too-dark", "unavailable", person.name):
            challenge = await app.step(START_CHECK)
            id_of_challenge = challenge.get("challengeId", person.name)
            given = {"challengeId": id_of_challenge, "proof": proof_of_person}
            await app.step(SUBMIT, given)
        serving.clock.advance(minutes=11)
        await app.post(COMPLETE)
        await serving.client().step(REFRESH, {"refreshToken": f"ort_{person.name}.0.1.{'x' * 43}"})
        assert {
            "IDENTITY_NOT_CONFIRMED",
            "FLOW_LOCKED",
            "STEP_OUT_OF_ORDER",
            "SECOND_PROOF_NOT_CONFIRMED",
            "CONSENT_VERSION_OUTDATED",
            "NOT_THE_HOLDER",
            "PROVIDER_UNAVAILABLE",
            "UNAUTHENTICATED",
            "SESSION_ENDED",
        } <= watch.codes
        await assert_nothing_left(serving, watch)


async def test_no_request_error_repeats_or_logs_what_was_sent(serving: Serving) -> None:
    async with watched(serving) as watch:
        person = await new_person(serving, watch, physical=CardState.NORMAL)
        app = serving.client()
        await app.log_in(person.name, person.identifier(), {"phone": person.phone})
        assert app.token is not None
        codes = {
            label: await sent_hostile(serving.http, request, person, app.token)
            for label, request in HOSTILE.items()
        }
        assert {label for label, found in codes.items() if not found} == set()
        for raw in raw_requests(person, app.token):
            watch.errors.append(await said_raw(serving, raw))
        assert {
            "BAD_REQUEST",
            "BAD_USER_INPUT",
            "BODY_TOO_LARGE",
            "GRAPHQL_PARSE_FAILED",
            "GRAPHQL_VALIDATION_FAILED",
            "LIST_TOO_LONG",
            "METHOD_NOT_ALLOWED",
            "NOT_ACCEPTABLE",
            "NOT_FOUND",
            "OPERATION_NOT_FOUND",
            "OPERATION_TOO_LARGE",
            "UNAUTHENTICATED",
            "UNSUPPORTED_MEDIA_TYPE",
            "URL_TOO_LONG",
        } <= watch.codes
        await assert_nothing_left(serving, watch)


async def said_raw(serving: Serving, raw: bytes) -> str:
    """What the server says to bytes that no client would send; it may hang up, and where it does so
    before it has read them all, the connection is reset."""
    port = int(serving.base_url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(raw)
    writer.write_eof()
    answer = bytearray()
    with suppress(ConnectionResetError):
        while piece := await asyncio.wait_for(reader.read(65_536), 10):
            answer += piece
    writer.close()
    return answer.decode("utf-8", "replace")


async def test_cursors_hold_a_list_an_instant_and_a_random_id_and_nothing_else(
    serving: Serving,
) -> None:
    async with watched(serving) as watch:
        person = await new_person(serving, watch)
        app = serving.client()
        await app.log_in(person.name, person.identifier())
        lists = ("permits", "cards", "identityDocuments", "sessions")
        query = " ".join(f"{name} {{ edges {{ cursor node {{ id }} }} }}" for name in lists)
        me = (await app.execute(f"{{ me {{ {query} }} }}"))["me"]
        for name in lists:
            assert me[name]["edges"], name
            for edge in me[name]["edges"]:
                text = base64.urlsafe_b64decode(edge["cursor"]).decode()
                mark, millis, document_id = text.split(".")
                assert mark.isascii()
                assert mark.replace("_", "").isalpha()
                assert millis.isdecimal()
                assert document_id == edge["node"]["id"]
