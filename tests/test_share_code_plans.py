"""Every query of making, listing, checking and proving by share code is served by an index, and an
old digest key is kept while a live code needs it."""

from __future__ import annotations

import httpx

from auth.keys import Purpose
from resolvers.jobs.key_usage import count_needing
from tests.commands import CommandLog
from tests.serving import Serving
from tests.share_codes import new_checker, new_sharer
from tests.test_query_plans import scanned_by


async def test_every_query_of_share_codes_is_served_by_an_index(
    serving: Serving, command_log: CommandLog
) -> None:
    sharer, checker = await new_sharer(serving), await new_checker(serving)
    made = await sharer.make(recipient={"employerId": checker.employer_id})
    await sharer.codes()
    redeemed = await checker.redeem(made["plainCode"], key="one-key-again")
    await checker.redeem(made["plainCode"], key="one-key-again")
    headers = {"Authorization": f"Bearer {checker.app.token}"}
    path = httpx.URL(redeemed["proofUrl"]).raw_path.decode()
    assert (await serving.http.get(path, headers=headers)).status_code == 200
    await sharer.revoke(made["shareCode"]["id"])
    queries = {
        shape: command
        for shape, command in command_log.queries.items()
        if (command.get("find") or command.get("aggregate")) != "meta"
    }
    scans = {shape: await scanned_by(serving.database, one) for shape, one in queries.items()}
    assert {"share_codes", "check_proofs"} <= {shape.partition(" ")[0] for shape in scans}
    assert {shape: scanned for shape, scanned in scans.items() if scanned} == {}


async def test_a_check_costs_the_same_commands_however_many_codes_there_are(
    serving: Serving, command_log: CommandLog
) -> None:
    sharer, checker = await new_sharer(serving), await new_checker(serving)
    await checker.redeem(await sharer.code())
    sent = []
    for _ in range(2):
        code = await sharer.code()
        command_log.clear()
        await checker.redeem(code)
        sent.append(list(command_log.sent))
        for _ in range(6):
            await sharer.code()
    assert sent[0] == sent[1]
    assert len(sent[0]) < 20


async def test_an_old_digest_key_is_needed_until_the_last_code_under_it_is_over(
    serving: Serving,
) -> None:
    sharer = await new_sharer(serving)
    made = await sharer.make()
    database = serving.database

    async def needing() -> int:
        """Without numbers and names, which jobs move to a new key."""
        for name in (
            *("holders", "identity_documents", "cards", "push_endpoints"),
            *("employments", "permits"),
        ):
            await database[name].delete_many({})
        return await count_needing(database, Purpose.DIGEST, 1, serving.clock())

    assert await needing() == 1
    serving.clock.advance(days=31)
    assert await needing() == 0
    serving.clock.advance(days=-31)
    ended = {"$set": {"revoked_at": serving.clock()}}
    await database["share_codes"].update_one({"_id": made["shareCode"]["id"]}, ended)
    assert await needing() == 0
