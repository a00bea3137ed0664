"""`/check` over HTTP: what it tells whom, what it counts and writes down, and what it bears."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

import pytest

from api.check.form import MAX_FORM_BYTES
from api.check.frame import Frame, not_ours
from api.ids import new_id
from api.settings import DEFAULT_ISSUER
from auth.keys import new_key_set
from auth.letter_tokens import LetterTokens
from auth.sealing import HolderVault
from resolvers.letters.addresses import check_address
from resolvers.letters.printed import FIELDS_OF, checked_values
from resolvers.letters.printed_code import RANDOM_BYTES, new_printed_code
from resolvers.policy.throttling import CHECKED_LETTER
from resolvers.store import letters
from resolvers.store.letter_states import pipeline_of
from resolvers.vocabulary import Language, LetterKind
from tests.commands import CommandLog
from tests.leaks import assert_nothing_left, new_person, watched
from tests.letter_records import letter_document
from tests.serving import Serving
from tests.test_letters_verified import verdict

ROWS = {"full_name": "Zwentibold Quastenflößer", "passport_number": "X98765432"}
KIND = LetterKind.CARD_RECEIPT
MISTYPED = "2222-2222-2222-222A"


class Shown:
    """A letter that we signed; nothing is on record of it."""

    def __init__(self, serving: Serving, rows: Mapping[str, str], letter_id: str) -> None:
        self.code = new_printed_code(secrets.token_bytes(RANDOM_BYTES))
        self.letter_id = letter_id
        tokens = LetterTokens(serving.key_set)
        day = date(2026, 11, 23)
        address = check_address(tokens, DEFAULT_ISSUER, KIND, letter_id, day, rows, self.code)
        self.path = address.removeprefix(DEFAULT_ISSUER)
        values = checked_values(KIND, rows)
        self.typed = {field.value: values[field] for field in FIELDS_OF[KIND]} | {"code": self.code}


@pytest.fixture
def shown(serving: Serving) -> Shown:
    return Shown(serving, ROWS, new_id("ltr"))


async def test_the_page_says_that_we_signed_and_that_this_proves_no_paper(
    serving: Serving, shown: Shown
) -> None:
    answer = await serving.http.get(shown.path)
    assert answer.status_code == 200
    for told in ("Card", "2026-11-23", "alone proves nothing", f"{DEFAULT_ISSUER}/check"):
        assert told in answer.text
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    style = await serving.http.get(answer.text.partition('href="')[2].partition('"')[0])
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    head = await serving.http.head(shown.path)
    assert (head.status_code, head.content) == (200, b"")


async def test_the_page_speaks_the_language_that_is_asked_for(
    serving: Serving, shown: Shown
) -> None:
    by_browser = await serving.http.get(shown.path, headers={"Accept-Language": "zh-CN,en;q=0.5"})
    assert '<html lang="zh-CN">' in by_browser.text
    by_choice = await serving.http.get(
        f"{shown.path}?lang=en", headers={"Accept-Language": "zh-CN"}
    )
    assert '<html lang="en">' in by_choice.text
    assert f'action="{shown.path}?lang=en"' in by_choice.text
    assert f'href="{shown.path}?lang=zh"' in by_choice.text


def test_the_page_finds_itself_under_an_issuer_with_a_path_of_its_own() -> None:
    address = "https://city.example/onecard/check"
    page = not_ours(Frame(Language.EN, chose=True, token='a"b', address=address, style="1"))
    links = re.findall(r'(?:href|action)="([^"]*)"', page)
    assert links == [
        "/onecard/check/style.css?v=1",
        "#content",
        "/onecard/check/a%22b?lang=zh",
        "/onecard/check?lang=en",
    ]


async def test_wrong_code_field_and_unknown_letter_are_told_apart_from_genuine_and_nothing_more(
    serving: Serving, shown: Shown
) -> None:
    other_code = new_printed_code(b"\x07" * RANDOM_BYTES)
    told = {}
    for name, changed in (
        ("code", {"code": other_code}),
        ("name", {"full_name": "Somebody Else"}),
        ("mistyped", {"code": MISTYPED}),
        ("right", {}),
    ):
        answer = await serving.http.post(shown.path, data=shown.typed | changed)
        assert answer.status_code == 200
        told[name] = verdict(answer)
    assert told == {
        "code": "Not genuine, as typed",
        "name": "Not genuine, as typed",
        "mistyped": "The printed code was mistyped",
        "right": "Signed by us, but no such letter is on record",
    }


async def test_an_address_can_be_typed_where_the_camera_fails(
    serving: Serving, shown: Shown
) -> None:
    start = await serving.http.get("/check")
    assert start.status_code == 200
    for typed in (f"https://elsewhere.example{shown.path}", shown.path.rpartition("/")[2]):
        answer = await serving.http.post("/check?lang=zh", data={"address": typed})
        assert (answer.status_code, answer.headers["location"]) == (303, f"{shown.path}?lang=zh")
    for nothing in ("", "https://a.example/", "http://a b/check/\r\nX: y", "//evil.example/%2f.."):
        answer = await serving.http.post("/check", data={"address": nothing})
        location = answer.headers.get("location", "/check/")
        assert location.startswith("/check/"), nothing
        assert answer.status_code in (303, 400)


async def test_a_forged_bent_or_foreign_token_is_not_ours(serving: Serving, shown: Shown) -> None:
    stranger = LetterTokens(new_key_set(now=serving.clock()))
    claims = LetterTokens(serving.key_set).verify(shown.path.rpartition("/")[2])
    last = "A" if shown.path[-1] != "A" else "B"
    for path in (
        f"/check/{stranger.mint(claims)}",
        shown.path[:-1] + last,
        shown.path[:-5],
        "/check/" + "a" * 4_000,
        "/check/%00%ff",
        "/check/<script>alert(1)</script>",
        "/check/..%2f..%2fetc",
    ):
        answer = await serving.http.get(path)
        assert answer.status_code == 404, path
        assert "<script" not in answer.text
    assert (await serving.http.get("/check/" + "a" * 9_000)).status_code == 414


async def test_what_is_no_form_of_ours_is_refused_as_a_page_and_repeats_nothing(
    serving: Serving, shown: Shown
) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    secret = "Zwentibold-98765432"
    for status, content, headers in (
        (413, f"full_name={secret}&code={'x' * MAX_FORM_BYTES}", form),
        (413, f"code={secret}{'x' * 70_000}", form),
        (415, f'{{"code": "{secret}"}}', {"Content-Type": "application/json"}),
        (415, f"code={secret}", {}),
        (400, f"code={secret}&code=2", form),
        (400, f"stranger={secret}", form),
        (400, f"full_name=%ff{secret}", form),
        (400, f"full_name=%00{secret}", form),
        (400, f"full_name={secret}{'y' * 700}", form),
        (400, "&".join(f"a{n}={secret}" for n in range(60)), form),
    ):
        answer = await serving.http.post(shown.path, content=content, headers=headers)
        assert answer.status_code == status, content[:60]
        assert secret not in answer.text
    raw = await serving.http.post(shown.path, content="full_name=é".encode(), headers=form)
    assert raw.status_code == 400
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        for path in (shown.path, "/check"):
            answer = await serving.http.request(method, path)
            assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")


async def test_html_in_a_field_comes_back_as_text_alone(serving: Serving, shown: Shown) -> None:
    hostile = "\"><script>alert(1)</script><img src=x onerror=y>'&amp;"
    for field in shown.typed:
        answer = await serving.http.post(shown.path, data=shown.typed | {field: hostile})
        assert "<script" not in answer.text
        assert "<img" not in answer.text
    answer = await serving.http.get(f"{shown.path}?lang=%22%3E%3Cscript%3E&x=%3Cscript%3E")
    assert "<script" not in answer.text


async def checks_of(serving: Serving) -> list[tuple[str, str | None, list[str]]]:
    cursor = serving.database["audit"].find({"action": "letter.checked"})
    return [(line["result"], line["holder_id"], line["objects"]) async for line in cursor]


async def test_a_check_that_reached_a_letter_stands_in_the_trail_by_ids_alone(
    serving: Serving, shown: Shown
) -> None:
    person = await serving.person()
    vault = HolderVault(person.holder_id, bytes(32))
    letter = letter_document(vault, None, new_id("ord"), "human-resources-440100", serving.clock())
    await serving.database["letters"].insert_one(
        letter | {"_id": shown.letter_id, "kind": str(KIND), "about_id": new_id("ord")}
    )
    await serving.http.post(shown.path, data=shown.typed)
    await serving.http.post(shown.path, data=shown.typed | {"full_name": "Somebody"})
    await serving.http.post(shown.path, data=shown.typed | {"code": MISTYPED})
    await serving.http.get(shown.path)
    assert await checks_of(serving) == [
        ("OK", person.holder_id, [shown.letter_id]),
        ("NOT_GENUINE", person.holder_id, [shown.letter_id]),
    ]
    unknown = Shown(serving, ROWS, new_id("ltr"))
    await serving.http.post(unknown.path, data=unknown.typed)
    assert len(await checks_of(serving)) == 2


async def test_checks_of_one_letter_are_counted_and_mistyped_codes_are_not(
    serving: Serving, shown: Shown
) -> None:
    free = CHECKED_LETTER.delays.count(CHECKED_LETTER.delays[0])
    for _ in range(free + 5):
        await serving.http.post(shown.path, data=shown.typed | {"code": MISTYPED})
    wrong = shown.typed | {"full_name": "X"}
    answers = [await serving.http.post(shown.path, data=wrong) for _ in range(free + 2)]
    assert [answer.status_code for answer in answers] == [200] * (free + 1) + [429]
    assert answers[-1].headers["retry-after"] == "1"
    assert verdict(answers[-1]) == "Too many checks"
    right = await serving.http.post(shown.path, data=shown.typed)
    assert right.status_code == 429  # whether it would have been genuine is not told
    other = Shown(serving, ROWS, new_id("ltr"))
    assert (await serving.http.post(other.path, data=other.typed)).status_code == 200
    serving.clock.advance(seconds=3)
    assert (await serving.http.post(shown.path, data=shown.typed)).status_code == 200


async def test_no_check_leaves_a_personal_value_anywhere(serving: Serving) -> None:
    async with watched(serving) as watch:
        person = await new_person(serving, watch)
        rows = {"full_name": person.name, "chinese_name": "贝诺拉"}
        paper = Shown(serving, rows, new_id("ltr"))
        watch.known.add(paper.code, paper.code.replace("-", ""))
        right = await serving.http.post(paper.path, data=paper.typed)
        assert person.name not in right.text
        for changed in ({"code": MISTYPED}, {"passport_number": "X1"}, {"stranger": person.name}):
            await serving.http.post(paper.path, data=paper.typed | changed)
        await serving.http.post("/check", data={"address": f"{person.name} {paper.code}"})
        await serving.http.put(paper.path, content=urlencode(paper.typed))
        await serving.http.post(paper.path, json=paper.typed)
        await assert_nothing_left(serving, watch)


def sent(log: CommandLog) -> list[tuple[str, object]]:
    """Without what the gateway does by itself meanwhile."""
    ours = ("throttle", letters.NAME, "audit", "permits", "applications", "card_orders")
    return [command for command in log.sent if command[1] in ours]


async def test_a_check_costs_four_commands_and_finds_what_holds_now_by_ids(
    serving: Serving, shown: Shown, command_log: CommandLog
) -> None:
    assert (await serving.http.get(shown.path)).status_code == 200
    assert sent(command_log) == []
    await serving.http.post(shown.path, data=shown.typed)
    # Two counters and one look; a letter on record adds its line.
    assert sent(command_log) == [("findAndModify", "throttle")] * 2 + [("aggregate", "letters")]
    asked = {"aggregate": letters.NAME, "pipeline": pipeline_of(shown.letter_id), "cursor": {}}
    told = await serving.database.command("explain", asked, verbosity="executionStats")
    plan = str(told["stages"])
    assert "COLLSCAN" not in plan
    for stage in told["stages"]:
        if "$lookup" in stage:
            assert (stage["collectionScans"], stage["indexesUsed"]) in ((0, ["_id_"]), (0, []))
