"""What breaks inside tells nobody whose data it held: not the caller, not the log, not a metric.

Stores, providers and token checks are made to raise what drivers and libraries raise, with a name
and numbers in every text, argument, detail, cause and note of the exception.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pymongo.errors import AutoReconnect, DuplicateKeyError, NetworkTimeout, OperationFailure

from api.providers.sandbox_person import SandboxPersonProvider
from api.settings import Settings
from auth.audit_store import AuditStore
from auth.login_flows import LoginFlowStore
from auth.mongo import Database
from auth.revocation import RevocationFeed
from auth.revocation_documents import RevocationStore
from auth.revocation_lookups import RevocationLookups
from auth.sessions import SessionStore
from auth.throttle import ThrottleStore
from auth.verified_tokens import VerifiedTokens
from resolvers.store.holders import HolderStore
from resolvers.vocabulary import IdentifierKind
from tests.app_client import (
    LOGOUT,
    PROVE_NAME,
    REFRESH,
    START,
    START_CHECK,
    START_STEP_UP,
    SUBMIT,
    AppClient,
)
from tests.everything import EVERYTHING, revealing_everything
from tests.factories import Person
from tests.leaks import assert_nothing_left, new_person, watched
from tests.serving import Serving, serving_gateway

Provoke = Callable[[AppClient, Person], Awaitable[object]]


def telling(person: Person) -> str:
    numbers = " ".join(person.numbers.values())
    return f"no such holder: {person.name}, {numbers}, {person.phone}, born 1984-02-29"


def caused(person: Person) -> Exception:
    error = LookupError(telling(person))
    error.__cause__ = ValueError(telling(person))
    error.add_note(telling(person))
    return error


def unreadable(person: Person) -> Exception:
    return UnicodeDecodeError("utf-8", telling(person).encode(), 0, 1, telling(person))


def group(person: Person) -> Exception:
    return ExceptionGroup(telling(person), [ValueError(telling(person))])


def invalid_document(person: Person) -> Exception:
    details = {"failingDocumentId": telling(person), "details": {"consideredValue": person.name}}
    return OperationFailure(telling(person), 121, {"errInfo": details})


def duplicate(person: Person) -> Exception:
    return DuplicateKeyError(telling(person), 11000, {"keyValue": {"name": person.name}})


def cut_off(person: Person) -> Exception:
    return AutoReconnect(telling(person), [person.name])


def late(person: Person) -> Exception:
    return NetworkTimeout(telling(person))


def out_of_time(person: Person) -> Exception:
    return TimeoutError(telling(person))


ERRORS: tuple[tuple[Callable[[Person], Exception], str], ...] = (
    (caused, "INTERNAL"),
    (unreadable, "INTERNAL"),
    (group, "INTERNAL"),
    (invalid_document, "INTERNAL"),
    (duplicate, "INTERNAL"),
    (cut_off, "UNAVAILABLE"),
    (late, "TIMEOUT"),
    (out_of_time, "TIMEOUT"),
)


@dataclass(frozen=True)
class Fault:
    """`method` of `owner` raises while `provoke` is asked of the gateway."""

    owner: type
    method: str
    provoke: Provoke

    def __str__(self) -> str:
        return f"{self.owner.__name__}.{self.method}"


async def read(app: AppClient, _person: Person) -> None:
    await app.post(EVERYTHING)


async def reveal(app: AppClient, _person: Person) -> None:
    await app.post(revealing_everything())


async def refresh(app: AppClient, _person: Person) -> None:
    await AppClient(app.http).post(REFRESH, {"input": {"refreshToken": app.refresh_token}})


async def log_out(app: AppClient, _person: Person) -> None:
    await app.post(LOGOUT)


async def begin(app: AppClient, _person: Person) -> None:
    await AppClient(app.http).post(START)


async def prove(app: AppClient, person: Person) -> None:
    other = AppClient(app.http)
    await other.step(START)
    kind = IdentifierKind.PASSPORT
    given = {"name": person.name, "identifier": person.identifier(kind)}
    await other.post(PROVE_NAME, {"input": given})


async def show_face(app: AppClient, person: Person) -> None:
    other = AppClient(app.http, app.token)
    await other.step(START_STEP_UP)
    challenge = await other.step(START_CHECK)
    given = {"challengeId": challenge["challengeId"], "proof": person.name}
    await other.post(SUBMIT, {"input": given})


FAULTS = (
    Fault(HolderStore, "aggregate", read),
    Fault(AuditStore, "append", reveal),
    Fault(AuditStore, "append", prove),
    Fault(HolderStore, "find_for_login", prove),
    Fault(ThrottleStore, "charge", begin),
    Fault(LoginFlowStore, "insert", begin),
    Fault(SandboxPersonProvider, "submit", show_face),
    Fault(SessionStore, "rotate", refresh),
    Fault(SessionStore, "revoke", log_out),
    Fault(VerifiedTokens, "verify", read),
    Fault(RevocationFeed, "check", read),
)


def raising(owner: type, method: str, error: Exception) -> Callable[..., Any]:
    def fail(*_args: object, **_options: object) -> None:
        raise error

    async def fail_later(*_args: object, **_options: object) -> None:
        raise error

    return fail_later if asyncio.iscoroutinefunction(getattr(owner, method)) else fail


@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_a_fault_is_told_by_code_and_id_and_never_by_what_it_says(
    fault: Fault, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(serving) as watch:
        person = await new_person(serving, watch)
        app = serving.client()
        await app.log_in(person.name, person.identifier())
        # A provider that runs out of time is unavailable, an ending and no fault of ours.
        is_provider = fault.owner is SandboxPersonProvider
        errors = [one for one in ERRORS if not (is_provider and one[0] is out_of_time)]
        for number, (make, code) in enumerate(errors, start=1):
            serving.clock.advance(seconds=25)  # past the waits between checks
            watch.codes.clear()
            with monkeypatch.context() as patched:
                error = raising(fault.owner, fault.method, make(person))
                patched.setattr(fault.owner, fault.method, error)
                await fault.provoke(app, person)
            assert watch.codes == {code}, make.__name__
            assert watch.lines.getvalue().count('"unexpected failure"') == number
        assert "errorId" in watch.errors[-1]
        await assert_nothing_left(serving, watch)


async def test_a_request_that_is_stopped_says_only_that_it_took_too_long(
    serving: Serving,
    settings: Settings,
    mongod_uri: str,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def hang(*_args: object, **_options: object) -> None:
        await asyncio.sleep(30)

    async with watched(serving) as watch:
        person = await new_person(serving, watch)
        app = serving.client()
        await app.log_in(person.name, person.identifier())
        hurried = settings.model_copy(update={"request_seconds": 0.2})
        async with serving_gateway(hurried, mongod_uri, database, serving.key_set) as other:
            other.http.event_hooks["response"].append(watch.note_answer)
            monkeypatch.setattr(HolderStore, "aggregate", hang)
            await AppClient(other.http, app.token).post(EVERYTHING)
            monkeypatch.setattr(HolderStore, "find_for_login", hang)
            await prove(AppClient(other.http), person)
        assert watch.codes == {"TIMEOUT"}
        await assert_nothing_left(serving, watch)


async def nobody_can_tell(*_args: object, **_options: object) -> None:
    return None


async def test_probes_and_the_revocation_feed_fail_without_a_word_of_the_failure(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(serving) as watch:
        person = await new_person(serving, watch)
        app = serving.client()
        await app.log_in(person.name, person.identifier())
        broken = raising(RevocationStore, "load_after", cut_off(person))
        monkeypatch.setattr(RevocationStore, "load_after", broken)
        monkeypatch.setattr(RevocationLookups, "is_revoked", nobody_can_tell)
        for _ in range(100):
            ready = await serving.http.get("/health/ready")
            if ready.status_code == 503:
                break
            await asyncio.sleep(0.1)
        assert ready.json()["failed"] == ["revocations"]
        answer = await app.post(EVERYTHING)
        assert answer.status_code == 503
        assert watch.codes == {"UNAVAILABLE"}
        assert "revocation feed is blind" in watch.lines.getvalue()
        assert '"check failed"' in watch.lines.getvalue()
        await assert_nothing_left(serving, watch)


def every_text_of(error: BaseException) -> Iterator[str]:
    yield from (str(error), repr(error), *getattr(error, "__notes__", ()))
    if error.__cause__ is not None:
        yield from every_text_of(error.__cause__)


@pytest.mark.parametrize("make", [make for make, _ in ERRORS], ids=lambda make: make.__name__)
async def test_every_fault_would_tell_the_name_if_it_were_let(
    make: Callable[[Person], Exception], serving: Serving
) -> None:
    async with watched(serving) as watch:
        person = await new_person(serving, watch)
        for text in every_text_of(make(person)):
            assert person.name in watch.known.found_in(text)
