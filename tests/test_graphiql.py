"""GraphiQL on a real gateway, in a real browser without a network: log in, run, look, leave."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.demo import demo_identities
from api.graphiql import build, routes
from tests.browser import Browser
from tests.graphiql_page import opened, running_gateway
from tests.processes import eventually

PEOPLE = {person["name"]: person for person in demo_identities()["holders"]}
WITHOUT_CARD = "Rowan Elise Thistlewick"
WITH_PHYSICAL_CARD = "ELOISE CLAIRETANG"
TYPED = "João Pedro Nevoeirão"
MISTYPED = "SOEREN AEROESKOVBY"
READS_CHINESE = "陈星河"
EMPLOYER = "Guangzhou Harbour Fox Hotels"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One gateway for all tests here; each logs in as a person of its own or leaves no trace."""
    build.build(say=lambda _line: None)
    with running_gateway(tmp_path_factory.mktemp("gateway")) as base_url:
        yield base_url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as started:
        yield started


def test_a_demo_person_logs_in_and_reads_the_permit_on_the_card(
    browser: Browser, gateway: str, tmp_path: Path
) -> None:
    with opened(browser, gateway) as graphiql:
        masked = graphiql.log_in(WITHOUT_CARD)
        assert re.fullmatch(r"R\*+ E\*+ T\*+", masked)
        assert graphiql.steps() == {
            "start": "done",
            "realName": "done",
            "secondProof": "skipped",
            "consent": "done",
            "realPerson": "done",
            "complete": "done",
        }
        assert "Sandbox: nobody was really verified." in graphiql.page.text()
        assert re.search(r"token ends in [45]:\d\d", graphiql.page.text())
        graphiql.press("Run")
        me = graphiql.answered('"status": "ACTIVE"')["data"]["me"]
        assert me["fullName"]["masked"] == masked
        graphiql.wait_for_text(".graphiql-response", masked)
        [permit] = [edge["node"] for edge in me["permits"]["edges"]]
        [card] = [edge["node"] for edge in me["cards"]["edges"]]
        assert card["kind"] == "ELECTRONIC"
        assert card["permit"]["number"] == permit["number"]
        graphiql.page.screenshot(tmp_path / "graphiql.png")


def test_no_token_and_no_person_is_in_an_address_or_kept(browser: Browser, gateway: str) -> None:
    person = PEOPLE[WITHOUT_CARD]
    with opened(browser, gateway) as graphiql:
        graphiql.log_in(WITHOUT_CARD)
        graphiql.press("Run")
        graphiql.answered('"status": "ACTIVE"')
        tokens = graphiql.tokens()
        assert {field: len(given) for field, given in tokens.items()} == {
            "flowToken": 2,
            "accessToken": 1,
            "refreshToken": 1,
        }
        assert graphiql.kept() == [[], [], "", [], [], None, f"{gateway}/graphiql"]
        secrets = set.union(*tokens.values()) | {person["name"], *person["identifier"].values()}
        addresses = " ".join(graphiql.page.addresses)
        assert [secret for secret in secrets if secret in addresses] == []


def test_a_person_with_a_physical_card_proves_a_second_thing(
    browser: Browser, gateway: str
) -> None:
    assert PEOPLE[WITH_PHYSICAL_CARD]["secondProof"]
    with opened(browser, gateway) as graphiql:
        graphiql.log_in(WITH_PHYSICAL_CARD)
        assert graphiql.steps()["secondProof"] == "done"
        assert {"SendSecondProofCode", "ConfirmSecondProof"} <= set(graphiql.operations())
        graphiql.press("Run")
        me = graphiql.answered('"status": "ACTIVE"')["data"]["me"]
        kinds = [edge["node"]["kind"] for edge in me["cards"]["edges"]]
        assert sorted(kinds) == ["ELECTRONIC", "PHYSICAL"]


def test_a_person_with_a_number_reads_the_notice_and_agrees(browser: Browser, gateway: str) -> None:
    with opened(browser, gateway) as graphiql:
        graphiql.fill(TYPED, PEOPLE[TYPED]["identifier"]["workPermitNumber"])
        graphiql.wait_for_text(".oc-notice", "sensitive personal information")
        assert graphiql.steps()["consent"] == "waiting"
        assert "GiveBiometricConsent" not in graphiql.operations()
        graphiql.press("I agree, go on")
        graphiql.wait_for_text(".oc-who", "Logged in as")


def test_a_wrong_name_is_refused_with_its_code(browser: Browser, gateway: str) -> None:
    with opened(browser, gateway) as graphiql:
        graphiql.fill("SOMEBODY ELSE", PEOPLE[MISTYPED]["identifier"]["workPermitNumber"])
        graphiql.wait_for_text("[role=alert]", "IDENTITY_NOT_CONFIRMED")
        assert graphiql.page.text().count("IDENTITY_NOT_CONFIRMED") == 1
        assert graphiql.steps() == {"start": "done", "realName": "refused"}
        assert not graphiql.is_logged_in()


def test_a_token_near_its_end_is_renewed_once_for_the_next_request(
    browser: Browser, gateway: str
) -> None:
    with opened(browser, gateway) as graphiql:
        graphiql.log_in(WITHOUT_CARD)
        [first] = graphiql.tokens()["accessToken"]
        graphiql.turn_clock_forward(seconds=290)
        graphiql.press("Run")
        graphiql.answered('"status": "ACTIVE"')
        assert graphiql.operations()[-2:] == ["RefreshTokens", "MyPermitOnMyCard"]
        [second] = graphiql.tokens()["accessToken"] - {first}
        assert graphiql.heard()[-1]["token"] == f"Bearer {second}"


def test_after_log_out_the_page_and_the_gateway_have_forgotten_the_token(
    browser: Browser, gateway: str
) -> None:
    with opened(browser, gateway) as graphiql:
        graphiql.log_in(WITHOUT_CARD)
        [token] = graphiql.tokens()["accessToken"]
        graphiql.press("Log out")
        graphiql.wait_for_text(".oc-who", "Not logged in")
        graphiql.page.wait_for("window.heard.at(-1).operationName === 'Logout'")
        graphiql.click(".graphiql-execute-button")
        answer = graphiql.answered("UNAUTHENTICATED")
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"UNAUTHENTICATED"}
        assert "data" not in answer
        assert graphiql.heard()[-1]["token"] is None
        [told_by_chromium] = graphiql.page.faults
        assert "401" in told_by_chromium
        graphiql.page.faults.clear()

    def is_refused() -> bool:
        answer = httpx.post(
            f"{gateway}/graphql",
            json={"query": "{ me { id } }"},
            headers={"Authorization": f"Bearer {token}"},
        )
        return "UNAUTHENTICATED" in answer.text

    assert eventually(is_refused)


@pytest.mark.parametrize("as_employer", [False, True])
def test_every_example_runs_in_a_tab_of_its_own_without_error(
    browser: Browser, gateway: str, *, as_employer: bool
) -> None:
    titles = [
        re.findall(r"# en: (.+)", file.read_text(encoding="utf-8"))[0]
        for file in sorted(build.HERE.glob("examples/*.graphql"))
        if ("-employer-" in file.name) is as_employer
    ]
    with opened(browser, gateway) as graphiql:
        if as_employer:
            graphiql.be_portal(EMPLOYER)
        else:
            graphiql.log_in(WITHOUT_CARD)
        graphiql.click('[aria-label="Show Examples"]')
        for count, title in enumerate(titles, len(graphiql.heard()) + 1):
            graphiql.click(f"[aria-label={json.dumps('Run: ' + title)}]")
            graphiql.page.wait_for(f"window.heard.length === {count}")
        answers = [request["answer"] for request in graphiql.heard()[-len(titles) :]]
        assert [answer["errors"] for answer in answers if "errors" in answer] == []
        tabs = graphiql.page.evaluate("document.querySelectorAll('[role=tab]').length")
        # The two that are open at the start are holders'.
        assert tabs == len(titles) + (2 if as_employer else 0)


def test_a_demo_employer_reads_its_people_by_a_token_that_is_renewed_and_forgotten(
    browser: Browser, gateway: str
) -> None:
    with opened(browser, gateway) as graphiql:
        graphiql.be_portal(EMPLOYER)
        people = json.dumps("Run: As an employer: its people and permits")
        graphiql.click(f"[aria-label={people}]")
        employer = graphiql.answered('"employees"')["data"]["employer"]
        assert EMPLOYER in employer["employer"]["name"]
        assert employer["employees"]["edges"] != []
        first = graphiql.heard()[-1]["token"]
        graphiql.turn_clock_forward(seconds=290)
        graphiql.click(f"[aria-label={people}]")
        graphiql.page.wait_for("window.heard.at(-1).token !== " + json.dumps(first))
        assert "errors" not in graphiql.heard()[-1]["answer"]
        everything = json.dumps(graphiql.kept())
        assert [t for t in (first, graphiql.heard()[-1]["token"]) if t[7:] in everything] == []
        graphiql.press("Log out")
        graphiql.wait_for_text(".oc-who", "Not logged in")


def test_notices_are_shown_as_they_come(browser: Browser, gateway: str) -> None:
    """The first login has issued a card, of which its holder is told."""
    with opened(browser, gateway) as graphiql:
        graphiql.log_in(WITHOUT_CARD)
        graphiql.click('[aria-label="Show Examples"]')
        graphiql.click('[aria-label="Run: Live: notices as they come"]')
        graphiql.wait_for_text(".graphiql-response", '"noticeArrived"')
        graphiql.wait_for_text(".graphiql-response", '"unreadCount"')


def test_everything_to_press_or_fill_has_a_name(browser: Browser, gateway: str) -> None:
    with opened(browser, gateway) as graphiql:
        graphiql.press("Name and number")
        nodes = graphiql.page.call("Accessibility.getFullAXTree")["nodes"]
        roles = {"button", "textbox", "combobox", "tab", "link"}
        shown = [node for node in nodes if node.get("role", {}).get("value") in roles]
        assert len(shown) > 15
        assert [node for node in shown if not node.get("name", {}).get("value")] == []


def test_the_documentation_is_read_from_the_schema_without_a_login(
    browser: Browser, gateway: str
) -> None:
    with opened(browser, gateway) as graphiql:
        graphiql.click('[aria-label="Show Documentation Explorer"]')
        graphiql.wait_for_text(".graphiql-doc-explorer", "Query")
        [introspection] = graphiql.heard()
        assert introspection["token"] is None
        assert "errors" not in introspection["answer"]
        types = {one["name"] for one in introspection["answer"]["data"]["__schema"]["types"]}
        assert {"Holder", "Permit", "Card", "ProveRealNameInput"} <= types


def test_a_chinese_browser_sees_chinese(browser: Browser, gateway: str, tmp_path: Path) -> None:
    with opened(browser, gateway, language="zh-CN", dark=True) as graphiql:
        graphiql.wait_for_text(".oc-tabs", "演示人员")
        assert graphiql.page.evaluate("document.documentElement.lang") == "zh-CN"
        graphiql.log_in(READS_CHINESE)
        graphiql.click('[aria-label^="运行: 我的全部许可"]')
        me = graphiql.answered('"statusLabel": "有效"')["data"]["me"]
        assert me["permits"]["edges"][0]["node"]["city"]["name"].endswith("市")
        graphiql.page.screenshot(tmp_path / "chinese.png")


def test_the_policy_allows_no_inline_script_and_nothing_from_elsewhere(gateway: str) -> None:
    answer = httpx.get(f"{gateway}/graphiql")
    [header] = answer.headers.get_list("content-security-policy")
    policy = dict(part.strip().split(" ", 1) for part in header.split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["worker-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert "http" not in header
    assert re.findall(r"<script(?![^>]*\bsrc=)", answer.text) == []
    assert re.findall(r'(?:src|href)="(?!/graphiql/assets/)', answer.text) == []
    assert answer.headers.get_list("cache-control") == ["no-store"]


def test_every_asset_is_named_by_its_content_and_kept_for_good(gateway: str) -> None:
    names = re.findall(r'"(/graphiql/assets/[^"]+)"', httpx.get(f"{gateway}/graphiql").text)
    assert len(names) == 3
    for name in names:
        answer = httpx.get(f"{gateway}{name}")
        assert answer.status_code == 200
        assert re.search(r"-[A-Z0-9]{8}\.\w+$", name)
        [kept] = answer.headers.get_list("cache-control")
        assert kept.endswith("immutable")
        assert answer.headers["x-content-type-options"] == "nosniff"
        policy = answer.headers.get_list("content-security-policy")
        assert policy == [routes.CONTENT_SECURITY_POLICY]


@pytest.mark.parametrize("name", ["..%2findex.html", "%2e%2e%2fstamp", ".", "absent.js", "a%00.js"])
def test_only_assets_are_served(gateway: str, name: str) -> None:
    assert httpx.get(f"{gateway}/graphiql/assets/{name}").status_code == 404
