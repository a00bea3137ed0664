"""Policy asks for a better proof where more is at stake; a step-up gives it; a login goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

import pytest

from api.failure import Refusal
from api.ids import new_id
from api.provider_choice import verifying_providers
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from tests import levels_stand_in
from tests.access_callers import logged_in
from tests.app_client import START_CHECK, START_STEP_UP, AppClient
from tests.devices import NONCE
from tests.granting import ACCEPT, Granting
from tests.levels_stand_in import LOCAL, REMOTE
from tests.minting import part
from tests.serving import Serving, serving_gateway
from tests.share_codes import MAKE

REVEAL = "{ me { fullName { revealed } } }"
ACR = "urn:onecard:acr:real-person"


class Serve(Protocol):
    def __call__(self, **changes: Any) -> AbstractAsyncContextManager[Serving]: ...


@pytest.fixture
def serve(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet
) -> Iterator[Serve]:
    @asynccontextmanager
    async def _serve(**changes: Any) -> AsyncIterator[Serving]:
        chosen = {"person_provider": f"{LOCAL},{REMOTE}"} | changes
        named = Settings(**settings.model_dump() | chosen)
        async with serving_gateway(named, mongod_uri, database, key_set) as serving:
            yield serving

    yield _serve
    levels_stand_in.AWAY.clear()


async def code_of(app: AppClient, query: str, given: dict[str, Any] | None = None) -> Any:
    """The extensions of the first error, or None where there is none."""
    answer = (await app.post(query, None if given is None else {"input": given})).json()
    return answer["errors"][0]["extensions"] if "errors" in answer else None


def share() -> dict[str, Any]:
    return {
        "idempotencyKey": new_id("key"),
        "purpose": "WORK",
        "bundles": ["PERMIT"],
        "recipient": {"bearer": True},
    }


@pytest.mark.parametrize(
    ("setting", "refused"),
    [
        ("revealing_proof", {"reveal"}),
        ("sharing_proof", {"share", "grant"}),
        ("device_proof", {"device"}),
    ],
)
async def test_each_family_refuses_a_local_proof_where_policy_asks_for_a_remote_one(
    serve: Serve, database: Database, setting: str, refused: set[str]
) -> None:
    async with serve(**{setting: "remote"}) as serving:
        person = await serving.person()
        granting = await Granting.of(serving, person)
        asked = (await granting.ask())["grant"]
        app = await logged_in(serving, person)
        assert part(app.token or "", 1)["acr"] == f"{ACR}-local"
        grant = {"idempotencyKey": new_id("key"), "grantId": asked["id"], "revision": 1}
        tried: dict[str, tuple[str, dict[str, Any] | None]] = {
            "reveal": (REVEAL, None),
            "share": (MAKE, share()),
            "grant": (ACCEPT, grant),
            "device": (NONCE, None),
        }
        told = {name: await code_of(app, *tried[name]) for name in refused}
        wanted = {"code": "STRONGER_PROOF_REQUIRED", "level": "REMOTE", "acr": f"{ACR}-remote"}
        assert told == dict.fromkeys(refused, wanted)
        assert await database["share_codes"].count_documents({}) == 0
        for name in set(tried) - refused:
            assert await code_of(app, *tried[name]) is None
        await app.step_up()
        assert part(app.token or "", 1)["acr"] == f"{ACR}-remote"
        for name in refused:
            assert await code_of(app, *tried[name]) is None


async def test_without_a_policy_a_local_proof_is_enough(serve: Serve) -> None:
    async with serve() as serving:
        app = await logged_in(serving, await serving.person())
        for query, given in ((REVEAL, None), (MAKE, share()), (NONCE, None)):
            assert await code_of(app, query, given) is None


async def test_the_refusal_says_what_a_token_must_have(serve: Serve) -> None:
    async with serve(revealing_proof="remote") as serving:
        app = await logged_in(serving, await serving.person())
        answer = await app.http.post(
            "/graphql",
            json={"query": REVEAL},
            headers={
                "Authorization": f"Bearer {app.token}",
                "Accept": "application/graphql-response+json",
            },
        )
        assert answer.status_code == 401
        assert f'acr_values="{ACR}-remote"' in answer.headers["www-authenticate"]


async def test_a_login_goes_to_the_next_engine_where_the_first_is_away(serve: Serve) -> None:
    async with serve() as serving:
        levels_stand_in.AWAY.add("local-stand-in")
        app = await logged_in(serving, await serving.person())
        assert part(app.token or "", 1)["acr"] == f"{ACR}-remote"


async def test_a_step_up_never_falls_back_to_a_milder_engine(
    serve: Serve, database: Database
) -> None:
    async with serve(sharing_proof="remote") as serving:
        app = await logged_in(serving, await serving.person())
        levels_stand_in.AWAY.add("remote-stand-in")
        await app.step(START_STEP_UP)
        assert (await app.step(START_CHECK))["code"] == "PROVIDER_UNAVAILABLE"
        assert await database["sessions"].count_documents({"acr": f"{ACR}-local"}) == 1


async def test_a_sandbox_gives_the_mildest_level(serve: Serve) -> None:
    async with serve(person_provider="sandbox") as serving:
        app = await logged_in(serving, await serving.person())
        assert part(app.token or "", 1)["acr"] == ACR


def test_a_gateway_whose_policy_no_provider_satisfies_does_not_start(
    settings: Settings, key_set: KeySet
) -> None:
    named = Settings(**settings.model_dump() | {"person_provider": LOCAL, "device_proof": "remote"})
    with pytest.raises(Refusal, match="gives the level remote"):
        verifying_providers(named, key_set)
