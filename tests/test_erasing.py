"""A holder who is erased leaves ids in the trail, and nothing that anybody can open."""

from __future__ import annotations

import asyncio
import base64
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from api.clock import utc_now
from api.commands.holder import holder
from api.ids import new_id
from api.runtime import open_runtime
from api.settings import Settings
from auth.key_files import load_key_set
from auth.mongo import Database, connect, database_of
from auth.principal import Principal, PrincipalKind
from resolvers import erasing
from resolvers.credentials.statuses import make_list
from resolvers.erasing import erase_holder
from resolvers.gateway import Ask, Gateway
from resolvers.notices.projecting import project_events
from resolvers.rules.credential_status import CredentialStatus
from resolvers.store import exports
from resolvers.store.person_removal import BY_ID, OF_HOLDERS, STAYING
from resolvers.store.registry import SPECS
from resolvers.vocabulary import LetterKind
from resolvers.webhooks.projecting import project_to_webhooks
from tests.access_callers import logged_in, rich_person
from tests.app_client import REFRESH, AppClient
from tests.command_line import called
from tests.contesting import contest, contest_of
from tests.devices import decoded, reference_of, registered_device
from tests.employer_client import employer_client
from tests.exporting import START, fetched, given, made, read
from tests.factories import Person, make_person
from tests.granting import Granting
from tests.leaks import Known
from tests.letter_asking import Asker
from tests.serving import Serving
from tests.share_codes import Sharer, new_checker

EMPLOYEES = "{ employer { employees(first: 9) { totalCount } } }"


@pytest.fixture
async def gateway(serving: Serving, settings: Settings, mongod_uri: str) -> AsyncIterator[Gateway]:
    async with open_runtime(settings, mongod_uri, now=serving.clock) as runtime:
        yield runtime.gateway


def _administrator() -> Ask:
    return Ask(Principal(PrincipalKind.ADMINISTRATOR), "", new_id("req"))


async def _live_a_life(
    serving: Serving, settings: Settings, uri: str, person: Person, portal: AppClient
) -> tuple[AppClient, dict[str, Any]]:
    """Everything that stands by itself: what others may open of the person later, if anything."""
    granting = await Granting.of(serving, person)
    app = await logged_in(serving, person)
    kept: dict[str, Any] = {"granting": granting}
    kept["grant"] = (await granting.granted(["PASSPORT"]))["id"]
    await granting.ask(["CONTACT"], "HOUSING", reason="For Nora Beispiel, whom we house.")
    sharer, checker = Sharer(person, app), await new_checker(serving)
    code = await sharer.code(uses=2)
    kept["checked"] = await checker.redeem(code)
    kept["checker"], kept["code"] = checker, code
    device = await registered_device(serving, person)
    kept["credential"] = await device.credential()
    contest_of(await contest(app, person.permit_ids[0], "POST"))
    await Asker(app).letter(LetterKind.PERMIT_CERTIFICATE, person.permit_ids[0])
    await made(serving, settings, uri, portal)
    kept["export"] = (await portal.step(START, given()))["export"]
    return app, kept


async def _is_logged_out(app: AppClient) -> bool:
    """Within some seconds: another process has ended the session."""
    async with asyncio.timeout(5):
        while True:
            answer = (await app.post("{ __typename }")).json()
            if "errors" in answer:
                code: str = answer["errors"][0]["extensions"]["code"]
                return code == "UNAUTHENTICATED"
            await asyncio.sleep(0.05)


async def _naming(database: Database, holder_id: str) -> dict[str, int]:
    """Collection → documents in which the id stands."""
    found: dict[str, int] = {}
    for spec in SPECS:
        documents = await database[spec.name].find().to_list(None)
        count = sum(holder_id in json.dumps(one, default=str) for one in documents)
        if count:
            found[spec.name] = count
    return found


async def test_everything_of_an_erased_holder_is_gone_but_ids_in_the_trail(
    serving: Serving, settings: Settings, mongod_uri: str, gateway: Gateway
) -> None:
    person, other = await rich_person(serving), await rich_person(serving)
    employer_id = (await Granting.of(serving, person)).employment["employer_id"]
    portal = await employer_client(serving, employer_id)
    app, kept = await _live_a_life(serving, settings, mongod_uri, person, portal)
    ready = await read(portal, kept["export"]["id"])
    database, holder_id = serving.database, person.holder_id
    await database["portraits"].insert_one({"_id": holder_id}, bypass_document_validation=True)
    before, others = await _naming(database, holder_id), await _naming(database, other.holder_id)
    assert {"holders", "holder_keys", "portraits"} <= before.keys()
    lived = {"share_codes", "check_proofs", "grants", "device_keys", "permit_credentials"}
    assert lived | {"contests", "letters", "employments"} <= before.keys()
    trail = await database["audit"].count_documents({"holder_id": holder_id})

    assert await erase_holder(gateway, _administrator(), holder_id)

    # What had happened before is still told to employers, and to no inbox.
    await project_events(gateway, serving.clock())
    await project_to_webhooks(gateway, serving.clock())
    after = await _naming(database, holder_id)
    assert after.keys() <= STAYING.keys() - {"sessions"}
    # Two of the ending of sessions, one of the erasure; nothing is taken out of the trail.
    assert await database["audit"].count_documents({"holder_id": holder_id}) >= trail + 2
    assert await _naming(database, other.holder_id) == others
    for name in (exports.NAME, exports.PARTS_NAME, "letter_pieces"):
        assert await database[name].count_documents({}) == 0, name
    known = Known()
    known.add_person(person)
    left = await known.found_in_database(database)
    # The other person bears the same name.
    assert not {
        value for found in left.values() for value in found if value in person.numbers.values()
    }
    assert ready["state"] == "WORKING"
    await _nobody_sees(serving, gateway, person, portal, app, kept)


async def _nobody_sees(
    serving: Serving,
    gateway: Gateway,
    person: Person,
    portal: AppClient,
    app: AppClient,
    kept: dict[str, Any],
) -> None:
    assert await _is_logged_out(app)
    app.token = None
    refreshed = await app.step(REFRESH, {"refreshToken": app.refresh_token})
    assert refreshed["__typename"] == "LoginRefused"
    again = await serving.client().prove_real_name(person.name, person.identifier())
    assert again["__typename"] == "LoginRefused"
    assert (await portal.execute(EMPLOYEES))["employer"]["employees"]["totalCount"] == 0
    found = await portal.execute(
        "query($id: ID!) { employer { export(id: $id) { id } } }", {"id": kept["export"]["id"]}
    )
    assert found["employer"]["export"] is None
    shared = f'{{ employer {{ grant(id: "{kept["grant"]}") {{ id }} }} }}'
    assert (await kept["granting"].employer.execute(shared))["employer"]["grant"] is None
    checker = kept["checker"]
    assert (await checker.redeem(kept["code"]))["code"] == "SHARE_CODE_NOT_ACCEPTED"
    assert (await fetched(checker.app, kept["checked"]["proofUrl"])).status_code == 404
    path, place = reference_of(kept["credential"])
    listed = await make_list(gateway, path.rsplit("/", 1)[-1])
    assert listed is not None
    told = decoded(listed.token.split(".")[1])["status_list"]["lst"]
    packed = zlib.decompress(base64.urlsafe_b64decode(told + "=="))
    assert packed[place // 4] >> place % 4 * 2 & 3 == CredentialStatus.INVALID


async def test_a_change_that_is_sent_again_after_the_erasure_says_that_it_is_gone(
    serving: Serving, gateway: Gateway
) -> None:
    person = await rich_person(serving)
    granting = await Granting.of(serving, person)
    sent = {"idempotencyKey": new_id("key")}
    assert (await granting.ask(["CONTACT"], **sent))["__typename"] == "GrantChanged"
    assert await erase_holder(gateway, _administrator(), person.holder_id)
    with pytest.raises(AssertionError, match="NOT_FOUND"):
        await granting.ask(["CONTACT"], **sent)


async def test_an_erasure_that_was_stopped_goes_on_and_another_one_finds_nobody(
    serving: Serving, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await rich_person(serving)
    app = await logged_in(serving, person)

    async def killed(*_: object) -> int:
        raise KeyboardInterrupt

    for step in ("remove_people", "remove_sessions"):
        with monkeypatch.context() as patched:
            patched.setattr(erasing, step, killed)
            with pytest.raises(KeyboardInterrupt):
                await erase_holder(gateway, _administrator(), person.holder_id)
        assert await _is_logged_out(app)
        there = await serving.database["holder_keys"].count_documents({"_id": person.holder_id})
        assert there == (step == "remove_people")
    assert await erase_holder(gateway, _administrator(), person.holder_id)
    assert not await erase_holder(gateway, _administrator(), person.holder_id)
    assert await serving.database["sessions"].count_documents({}) == 0
    assert await serving.database["audit"].count_documents({"action": "holder.erased"}) == 1


def test_the_command_erases_who_is_named_once_it_is_said_so(
    mongod_uri: str, database_name: str, keys_file: Path
) -> None:
    place = {
        "ONECARD_MONGODB_URI": mongod_uri,
        "ONECARD_MONGODB_DATABASE": database_name,
        "ONECARD_KEYS_FILE": str(keys_file),
    }

    async def with_database(work: Callable[[Database], Awaitable[Any]]) -> Any:
        client = connect(mongod_uri)
        try:
            return await work(database_of(client, database_name))
        finally:
            client.close()

    person = asyncio.run(
        with_database(lambda one: make_person(one, load_key_set(keys_file), now=utc_now()))
    )
    unsure = called(holder, "erase", person.holder_id, settings=place)
    assert (unsure.code, "say so with --yes" in unsure.only_line) == (1, True)
    sure = called(holder, "erase", person.holder_id, "--yes", settings=place)
    assert (sure.code, "is erased" in sure.stdout) == (0, True)
    again = called(holder, "erase", person.holder_id, "--yes", settings=place)
    assert (again.code, "no such holder" in again.only_line) == (1, True)

    async def empty(database: Database) -> None:
        for name in ("holders", "employers", "audit", "permits"):
            await database[name].delete_many({})

    asyncio.run(with_database(empty))


def test_every_collection_that_names_a_holder_is_removed_from_or_says_why_not() -> None:
    naming = {spec.name for spec in SPECS if "^hld_" in json.dumps(spec.validator, default=str)}
    assert naming == {*OF_HOLDERS, *BY_ID, *STAYING}
