"""Whole journeys over HTTP on a real database: log in, read everything, refresh, log out."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from auth.mongo import Database
from resolvers.vocabulary import CardState, IdentifierKind, PermitForm
from tests.app_client import COMPLETE, LOGOUT, REFRESH, AppClient
from tests.commands import CommandLog
from tests.everything import EVERYTHING, revealing_everything
from tests.factories import TWENTY_PERMITS, PermitPlan
from tests.serving import Serving


@pytest.mark.parametrize("kind", list(IdentifierKind))
async def test_a_holder_logs_in_by_each_of_the_four_numbers_and_reads_the_permit(
    serving: Serving, kind: IdentifierKind
) -> None:
    person = await serving.person()
    app = serving.client()
    await app.log_in(person.name, person.identifier(kind))
    me = (await app.execute(EVERYTHING))["me"]
    assert me["id"] == person.holder_id
    assert me["fullName"]["masked"] == "N*** B***"
    [permit] = [edge["node"] for edge in me["permits"]["edges"]]
    assert permit["status"] == "ACTIVE"
    assert permit["daysLeft"] > 0
    [card] = [edge["node"] for edge in me["cards"]["edges"]]
    assert card["kind"] == "ELECTRONIC"
    assert card["permit"]["id"] == permit["id"]
    assert me["cards"]["electronicAbsence"] is None


@pytest.mark.parametrize("plans", [(PermitPlan(),), TWENTY_PERMITS], ids=["1 permit", "20 permits"])
async def test_everything_but_reveals_is_one_query_and_one_command(
    serving: Serving, command_log: CommandLog, plans: tuple[PermitPlan, ...]
) -> None:
    person = await serving.person(permit_plans=plans)
    app = serving.client()
    await app.log_in(person.name, person.identifier())
    command_log.clear()
    me = (await app.execute(EVERYTHING))["me"]
    assert len(me["permits"]["edges"]) == len(plans)
    assert command_log.sent == [("aggregate", "holders")]


async def test_a_reveal_adds_exactly_one_insert(
    serving: Serving, command_log: CommandLog, database: Database
) -> None:
    person = await serving.person(permit_plans=TWENTY_PERMITS)
    app = serving.client()
    await app.log_in(person.name, person.identifier())
    command_log.clear()
    me = (await app.execute(revealing_everything()))["me"]
    assert command_log.sent == [("aggregate", "holders"), ("insert", "audit")]
    assert me["fullName"]["revealed"] == person.name
    assert {edge["node"]["number"]["revealed"] for edge in me["permits"]["edges"]} == {
        person.numbers[IdentifierKind.WORK_PERMIT]
    }
    line = await database["audit"].find_one({"action": "identity.revealed"})
    assert line is not None
    assert line["holder_id"] == person.holder_id
    assert set(person.permit_ids) <= set(line["objects"])
    assert {"holders.full_name", "permits.number"} <= set(line["fields"])


async def test_a_reveal_with_an_old_proof_asks_for_a_step_up_and_goes_through_after_it(
    serving: Serving, database: Database
) -> None:
    person = await serving.person()
    app = serving.client()
    await app.log_in(person.name, person.identifier())
    serving.clock.advance(minutes=4, seconds=30)
    await app.refresh()
    serving.clock.advance(minutes=1)
    query = "{ me { fullName { masked revealed } } }"
    refused = await app.post(query)
    assert refused.status_code == 401
    assert refused.json()["errors"][0]["extensions"]["code"] == "STEP_UP_REQUIRED"
    assert "data" not in refused.json()
    assert await database["audit"].count_documents({"action": "identity.revealed"}) == 0
    assert (await app.step_up())["__typename"] == "StepUpCompleted"
    assert (await app.execute(query))["me"]["fullName"]["revealed"] == person.name


async def test_twenty_clients_refreshing_at_once_stay_one_family_and_none_is_logged_out(
    serving: Serving, database: Database
) -> None:
    person = await serving.person()
    app = serving.client()
    completed = await app.log_in(person.name, person.identifier())
    given = {"refreshToken": app.refresh_token}
    answers = await asyncio.gather(*(serving.client().step(REFRESH, given) for _ in range(20)))
    assert len({answer["refreshToken"] for answer in answers}) == 1
    assert len({answer["accessToken"] for answer in answers}) == 1
    assert {answer["sessionId"] for answer in answers} == {completed["sessionId"]}
    assert await database["sessions"].count_documents({"ended_at": None}) == 1
    app.token = answers[0]["accessToken"]
    assert (await app.execute("{ me { id } }"))["me"]["id"] == person.holder_id


async def test_an_old_refresh_token_replayed_ends_the_family(serving: Serving) -> None:
    person = await serving.person()
    app = serving.client()
    await app.log_in(person.name, person.identifier())
    stolen = app.refresh_token
    await app.refresh()
    await app.refresh()
    thief = await serving.client().step(REFRESH, {"refreshToken": stolen})
    assert thief["code"] == "SESSION_ENDED"
    assert (await app.post("{ me { id } }")).status_code == 401
    own = await serving.client().step(REFRESH, {"refreshToken": app.refresh_token})
    assert own["code"] == "SESSION_ENDED"


async def test_after_logging_out_the_token_is_refused(serving: Serving) -> None:
    person = await serving.person()
    app = serving.client()
    await app.log_in(person.name, person.identifier())
    await app.execute(LOGOUT)
    refused = await app.post("{ me { id } }")
    assert refused.status_code == 401
    assert refused.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_ending_another_device_leaves_this_one_and_another_holder_cannot_do_it(
    serving: Serving,
) -> None:
    person, stranger = await serving.person(), await serving.person()
    here, there, other = serving.client(), serving.client(), serving.client()
    await here.log_in(person.name, person.identifier())
    ended = await there.log_in(person.name, person.identifier())
    await other.log_in(stranger.name, stranger.identifier())
    end = "mutation($id: ID!) { endSession(sessionId: $id) { __typename } }"
    refused = await other.execute(end, {"id": ended["sessionId"]})
    assert refused["endSession"]["__typename"] == "SessionNotFound"
    assert (await there.post("{ me { id } }")).status_code == 200
    done = await here.execute(end, {"id": ended["sessionId"]})
    assert done["endSession"]["__typename"] == "SessionsEnded"
    assert (await there.post("{ me { id } }")).status_code == 401
    assert (await here.post("{ me { id } }")).status_code == 200


async def test_two_hundred_completions_of_one_flow_give_one_card_one_family_and_one_answer(
    serving: Serving, database: Database
) -> None:
    person = await serving.person()
    app = serving.client()
    await app.reach_verified(person.name, person.identifier())
    clients = [AppClient(app.http, app.token) for _ in range(200)]
    answers = await asyncio.gather(*(client.step(COMPLETE) for client in clients))
    assert {answer["__typename"] for answer in answers} == {"LoginCompleted"}
    assert len({answer["accessToken"] for answer in answers}) == 1
    assert len({answer["refreshToken"] for answer in answers}) == 1
    assert await database["cards"].count_documents({"holder_id": person.holder_id}) == 1
    assert await database["sessions"].count_documents({"holder_id": person.holder_id}) == 1
    lines = await database["audit"].find({"holder_id": person.holder_id}).to_list(50)
    counted = Counter(line["action"] for line in lines)
    assert (counted["session.opened"], counted["card.issued"]) == (1, 1)
    serving.clock.advance(seconds=21)
    late = await AppClient(app.http, app.token).step(COMPLETE)
    assert late["code"] == "FLOW_COMPLETED"


@pytest.mark.parametrize(
    ("plans", "physical", "code"),
    [
        ((PermitPlan(form=PermitForm.PLASTIC),), None, "PLASTIC_PERMIT"),
        ((), None, "NO_ACTIVE_PERMIT"),
        ((PermitPlan(starts=-400, ends=-1),), None, "NO_ACTIVE_PERMIT"),
        ((PermitPlan(),), CardState.LOST, "PHYSICAL_CARD_LOST"),
        ((PermitPlan(),), CardState.TEMPORARILY_LOST, "PHYSICAL_CARD_LOST"),
        ((PermitPlan(),), CardState.CANCELLED, "PHYSICAL_CARD_CANCELLED"),
    ],
)
async def test_where_no_electronic_card_is_due_login_succeeds_and_says_why(
    serving: Serving, plans: tuple[PermitPlan, ...], physical: CardState | None, code: str
) -> None:
    person = await serving.person(permit_plans=plans, physical=physical)
    app = serving.client()
    await app.log_in(person.name, person.identifier(), {"phone": person.phone})
    query = "{ me { cards { edges { node { kind } } electronicAbsence { code } } } }"
    cards = (await app.execute(query))["me"]["cards"]
    assert cards["electronicAbsence"]["code"] == code
    assert [edge["node"]["kind"] for edge in cards["edges"]] == (["PHYSICAL"] if physical else [])


@pytest.mark.parametrize("method", ["phone", "bankCard"])
async def test_with_a_physical_card_a_second_proof_is_asked_for(
    serving: Serving, method: str
) -> None:
    person = await serving.person(physical=CardState.NORMAL)
    app = serving.client()
    proof = {"phone": person.phone} if method == "phone" else {"bankCard": person.bank_card}
    await app.log_in(person.name, person.identifier(), proof)
    sent = next(answer for answer in app.answers if answer["__typename"] == "SecondProofCodeSent")
    assert "Sandbox" in sent["sandboxNotice"]


async def test_a_phone_that_is_not_the_holders_gets_the_same_answer_and_never_the_right_code(
    serving: Serving,
) -> None:
    person = await serving.person(physical=CardState.NORMAL)
    app = serving.client()
    await app.prove_real_name(person.name, person.identifier())
    confirmed = await app.prove_second({"phone": "13900139000"})
    assert confirmed == {"__typename": "LoginRefused", "code": "SECOND_PROOF_NOT_CONFIRMED"}
    sent = next(answer for answer in app.answers if answer["__typename"] == "SecondProofCodeSent")
    assert sent["sandboxCode"]


async def test_texts_follow_accept_language_and_codes_do_not(serving: Serving) -> None:
    person = await serving.person()
    app = serving.client()
    await app.log_in(person.name, person.identifier())
    query = "{ me { permits { edges { node { status statusLabel city { name } post } } } } }"
    answers = [
        (await app.execute(query, headers={"Accept-Language": language}))["me"]["permits"]["edges"]
        for language in ("en-GB", "zh-CN,en;q=0.5")
    ]
    english, chinese = (edges[0]["node"] for edges in answers)
    assert english["status"] == chinese["status"] == "ACTIVE"
    assert (english["statusLabel"], chinese["statusLabel"]) == ("Active", "有效")
    assert (english["city"]["name"], chinese["city"]["name"]) == ("Guangzhou", "广州市")
    assert (english["post"], chinese["post"]) == ("Engineer", "工程师")


async def test_every_page_of_a_connection_is_reached_once(serving: Serving) -> None:
    person = await serving.person(permit_plans=TWENTY_PERMITS)
    app = serving.client()
    await app.log_in(person.name, person.identifier())
    query = """query($after: String) { me { permits(first: 7, after: $after) {
      edges { node { id } } pageInfo { hasNextPage endCursor } } } }"""
    seen, after, more = [], None, True
    while more:
        page = (await app.execute(query, {"after": after}))["me"]["permits"]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert seen == list(person.permit_ids)


async def test_two_aliases_of_one_list_keep_their_own_pages_and_branches(
    serving: Serving, command_log: CommandLog
) -> None:
    person = await serving.person(permit_plans=TWENTY_PERMITS)
    app = serving.client()
    await app.log_in(person.name, person.identifier())
    command_log.clear()
    me = (
        await app.execute(
            """{ me { one: permits(first: 1) { edges { node { x: employer { name } } } }
                 two: permits(first: 2) { a: edges { n: node { x: employer { creditCode } } }
                                          edges { node { x: employer { id } } } } } }"""
        )
    )["me"]
    assert [list(edge["node"]["x"]) for edge in me["one"]["edges"]] == [["name"]]
    assert [list(edge["n"]["x"]) for edge in me["two"]["a"]] == [["creditCode"]] * 2
    assert [list(edge["node"]["x"]) for edge in me["two"]["edges"]] == [["id"]] * 2
    assert command_log.sent == [("aggregate", "holders")]
