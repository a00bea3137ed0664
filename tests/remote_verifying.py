"""A gateway that verifies by two remote engines, and what its tests ask of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auth.mongo import Database
from tests.app_client import COMPLETE, START_CHECK, SUBMIT, AppClient
from tests.remote_engine_stand_in import CLIENT_ID, RemoteStandIn
from tests.serving import Serving

PROOF = "capture-1"


@dataclass
class Remote:
    serving: Serving
    first: RemoteStandIn
    second: RemoteStandIn

    async def consented(self) -> AppClient:
        person = await self.serving.person()
        client = self.serving.client()
        await client.prove_real_name(person.name, person.identifier())
        await client.consent()
        return client

    async def challenged(self) -> tuple[AppClient, str]:
        client = await self.consented()
        return client, (await client.step(START_CHECK))["challengeId"]


def engines_file(
    directory: Path, *engines: RemoteStandIn, more: str = "", table: str = "engine"
) -> Path:
    """`more` stands in each table."""
    tables = []
    for engine in engines:
        (directory / f"{engine.name}.pem").write_bytes(engine.client_pem())
        tables.append(
            f'[[{table}]]\nname = "{engine.name}"\nurl = "{engine.address}"\n'
            f'client_id = "{CLIENT_ID}"\nkid = "1"\nkey_file = "{engine.name}.pem"\n{more}\n'
        )
    path = directory / "engines.toml"
    path.write_text("\n".join(tables), encoding="utf-8")
    return path


async def anew(database: Database, *engines: RemoteStandIn) -> None:
    """Nothing is left of the logins before, and the engines are well."""
    for name in ("login_flows", "throttle"):
        await database[name].delete_many({})
    for engine in engines:
        engine.mend()


async def submit(client: AppClient, challenge_id: str) -> dict[str, Any]:
    return await client.step(SUBMIT, {"challengeId": challenge_id, "proof": PROOF})


async def state_of(database: Database) -> str:
    flow = await database["login_flows"].find_one()
    assert flow is not None
    return str(flow["state"])


async def no_login(client: AppClient, database: Database) -> None:
    refused = await client.step(COMPLETE)
    assert refused["__typename"] == "LoginRefused"
    assert await database["sessions"].count_documents({}) == 0
