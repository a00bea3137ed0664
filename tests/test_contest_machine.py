"""The steps of a contest, edge by edge, over HTTP."""

from __future__ import annotations

from typing import Any

from resolvers.rules.contests import CONTEST_MACHINE, ContestEvent, ContestState
from tests.access_callers import logged_in
from tests.contesting import code_of, contest, contest_of, on_desk, records_officer, step
from tests.serving import Serving

STEPS: dict[ContestEvent, tuple[str, dict[str, Any]]] = {
    ContestEvent.TAKE: ("takeContest", {}),
    ContestEvent.CORRECT: (
        "decideContest",
        {"outcome": "CORRECTED", "ground": "CORRECTED_OTHERWISE"},
    ),
    ContestEvent.UPHOLD: ("decideContest", {"outcome": "UPHELD", "ground": "NOT_PROVED"}),
    ContestEvent.WITHDRAW: ("withdrawContest", {}),
}


async def test_every_edge_of_the_machine_can_be_gone_and_every_other_step_is_refused(
    serving: Serving,
) -> None:
    person = await serving.person()
    app = await logged_in(serving, person)
    officer, colleague = await records_officer(serving), await records_officer(serving)
    contests = serving.database["contests"]
    opened = contest_of(await contest(app, person.permit_ids[0], "POST"))
    taker = (await on_desk(officer))[0]
    taken = contest_of(await step(officer, "takeContest", taker))
    by = (await contests.find_one({"_id": opened["id"]}) or {})["taken_by"]
    for state in ContestState:
        for event in ContestEvent:
            await contests.update_one(
                {"_id": taken["id"]},
                {"$set": {"state": str(state), "taken_by": by, "decision": None}},
            )
            revision = (await contests.find_one({"_id": taken["id"]}) or {})["revision"]
            one = {"id": taken["id"], "revision": revision}
            mutation, given = STEPS[event]
            # Whoever has it does not take it again; a colleague takes it over.
            who = app if event is ContestEvent.WITHDRAW else officer
            who = colleague if event is ContestEvent.TAKE else who
            payload = await step(who, mutation, one, **given)
            edge = CONTEST_MACHINE.find(state, event)
            if edge is None:
                assert code_of(payload) == "WRONG_STATE", (state, event)
            else:
                assert contest_of(payload)["state"] == str(edge.target)
            stale = await step(who, mutation, {**one, "revision": revision + 9}, **given)
            assert code_of(stale) == "STALE_REVISION"
