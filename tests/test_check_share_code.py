"""`/check/code` over HTTP: what it shows whom, what it takes, and that it tells nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.check.share_codes import read_day
from auth.sealing import HolderVault, Sealer
from auth.throttle import ThrottlePolicy
from resolvers.rules.bundles import Bundle, SharingPurpose
from resolvers.rules.share_codes import new_share_code
from resolvers.share_codes import attempts
from tests.access_callers import logged_in
from tests.commands import COMMANDS
from tests.leaks import assert_nothing_left, new_person, watched
from tests.serving import Serving
from tests.share_codes import BIRTH_DATE, Sharer, new_checker, new_sharer
from tests.test_check_proofs import verified
from tests.test_letters_verified import verdict

PATH = "/check/code"
UNKNOWN = new_share_code(SharingPurpose.WORK, b"\x07" * 32)


async def check(
    serving: Serving, code: str, birth_date: str = BIRTH_DATE, once: str = ""
) -> httpx.Response:
    given = {"share_code": code, "birth_date": birth_date, "once": once}
    return await serving.http.post(PATH, data=given)


def hidden_of(answer: httpx.Response) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text))


async def test_the_form_has_no_script_and_opening_it_uses_nothing_up(serving: Serving) -> None:
    sharer = await new_sharer(serving)
    await sharer.code(uses=1)
    for language, title in (("en", "Check a share code"), ("zh", "核验共享码")):
        answer = await serving.http.get(PATH, headers={"Accept-Language": language})
        assert answer.status_code == 200
        assert f"<h1>{title}</h1>" in answer.text
        assert "<script" not in answer.text
        assert 'method="post" action="/check/code"' in answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert f'href="{PATH}?lang={"zh" if language == "en" else "en"}"' in answer.text
    assert (await sharer.codes())[0]["usesLeft"] == 1
    assert f'href="{PATH}"' in (await serving.http.get("/check")).text


async def test_whoever_bears_a_code_sees_what_its_holder_shows_and_no_more(
    serving: Serving,
) -> None:
    sharer = await new_sharer(serving)
    code = await sharer.code(bundles=["IDENTITY", "PERMIT"])
    answer = await check(serving, code.lower(), "1984年2月29日")
    assert (answer.status_code, verdict(answer)) == (200, "This is on record now")
    for shown in ("Nora Beispiel", "1984-02-29", "Active", "Sample Robotics", "Check again by"):
        assert shown in answer.text
    assert sharer.person.phone is not None
    for hidden in (sharer.person.phone, "Passport number", sharer.person.holder_id, code):
        assert hidden not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    in_chinese = await serving.http.post(
        f"{PATH}?lang=zh", data={"share_code": code, "birth_date": BIRTH_DATE, "once": ""}
    )
    assert verdict(in_chinese) == "登记信息如下"
    assert "有效" in in_chinese.text
    cancelled = {"$set": {"state": "CANCELLED"}}
    await serving.database["permits"].update_one({"_id": sharer.person.permit_ids[0]}, cancelled)
    late = await check(serving, code)
    assert verdict(late) == "On record, but mind what holds now"
    assert 'class="verdict odd"' in late.text


async def test_a_page_that_is_loaded_again_takes_no_second_use(serving: Serving) -> None:
    sharer = await new_sharer(serving)
    made = await sharer.make(uses=1)
    code = made["plainCode"]
    once = hidden_of(await serving.http.get(PATH))["once"]
    first, again = [await check(serving, code, once=once) for _ in range(2)]
    assert verdict(first) == verdict(again) == "This is on record now"
    assert hidden_of(first) == hidden_of(again)
    assert verdict(await check(serving, code, "1984-02-28", once=once)) == "Nothing was opened"
    assert verdict(await check(serving, code)) == "Nothing was opened"
    await sharer.revoke(made["shareCode"]["id"])
    assert verdict(await check(serving, code, once=once)) == "Nothing was opened"


async def test_the_proof_comes_as_paper_and_as_signed_text(serving: Serving) -> None:
    sharer = await new_sharer(serving)
    answer = await check(serving, await sharer.code(bundles=["IDENTITY"]))
    fields = hidden_of(answer)
    assert f'action="{PATH}/proof"' in answer.text
    paper = await serving.http.post(f"{PATH}/proof", data=fields | {"form": "pdf"})
    assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")
    text = await serving.http.post(f"{PATH}/proof", data=fields | {"form": "json"})
    signed = json.loads(text.text)
    claims = await verified(serving, signed["proof"])
    assert claims == signed["claims"]
    assert claims["checked_by"] == {"kind": "bearer"}
    assert signed["keys"].endswith("/.well-known/jwks.json")
    for changed in ({"id": "chk_00000000000000000000000000"}, {"proof": "x"}, {"until": "1"}):
        refused = await serving.http.post(f"{PATH}/proof", data=fields | changed)
        assert (refused.status_code, verdict(refused)) == (404, "This proof is no longer here")
    assert (await serving.http.get(f"{PATH}/proof")).status_code == 404
    portal = await new_checker(serving)
    query = {name: fields[name] for name in ("until", "key", "proof")}
    headers = {"Authorization": f"Bearer {portal.app.token}"}
    by_portal = await serving.http.get(f"/proofs/{fields['id']}", params=query, headers=headers)
    assert by_portal.status_code == 404
    by_nobody = await serving.http.get(f"/proofs/{fields['id']}", params=query)
    assert by_nobody.status_code == 404


def shape_of(answer: httpx.Response) -> tuple[int, str, Mapping[str, str]]:
    """All of an answer, without what is random in it and what was typed, which is given back."""
    plain = re.sub(r'value="[^"]*"', "", answer.text)
    own = ("x-request-id", "date", "content-length")
    told = {name: value for name, value in answer.headers.items() if name not in own}
    return answer.status_code, plain, told


async def refusals_of(serving: Serving, sharer: Sharer) -> dict[str, tuple[str, str]]:
    """By reason: a code and a birth date that open nothing."""
    live = await sharer.code()
    revoked = await sharer.make()
    await sharer.revoke(revoked["shareCode"]["id"])
    used = await sharer.code(uses=1)
    assert verdict(await check(serving, used)) == "This is on record now"
    locked = await sharer.code()
    for _ in range(5):
        await check(serving, locked, "1984-02-28")
    ends = (serving.clock() + timedelta(minutes=5, seconds=1)).isoformat()
    over = await sharer.code(expiresAt=ends)
    other = await sharer.code(recipient={"employerId": (await new_checker(serving)).employer_id})
    serving.clock.advance(minutes=11)
    return {
        "wrong code": (UNKNOWN, BIRTH_DATE),
        "wrong birth date": (live, "1984-02-28"),
        "no birth date": (live, "yesterday"),
        "revoked": (revoked["plainCode"], BIRTH_DATE),
        "over": (over, BIRTH_DATE),
        "used up": (used, BIRTH_DATE),
        "locked": (locked, BIRTH_DATE),
        "for somebody else": (other, BIRTH_DATE),
        "mistyped": ("W23456789", BIRTH_DATE),
        "no code at all": ("?", BIRTH_DATE),
    }


def counted_openings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is opened from here on: keys and values."""
    opened: list[str] = []
    open_value, open_key = HolderVault.open, Sealer.vault_for

    def value(vault: HolderVault, *given: Any) -> str:
        opened.append("value")
        return open_value(vault, *given)

    def key(sealer: Sealer, *given: Any) -> HolderVault:
        opened.append("key")
        return open_key(sealer, *given)

    monkeypatch.setattr(HolderVault, "open", value)
    monkeypatch.setattr(Sealer, "vault_for", key)
    return opened


async def test_every_reason_is_answered_alike_after_the_same_commands_and_openings(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = await refusals_of(serving, await new_sharer(serving))
    opened = counted_openings(monkeypatch)
    shapes, work = {}, {}
    for reason, typed in refusals.items():
        COMMANDS.clear()
        opened.clear()
        shapes[reason] = shape_of(await check(serving, *typed))
        work[reason] = (list(COMMANDS.sent), list(opened))
    first = shapes["wrong code"]
    assert (first[0], "Nothing was opened" in first[1]) == (200, True)
    assert {reason: shape == first for reason, shape in shapes.items()} == dict.fromkeys(
        shapes, True
    )
    assert work["wrong code"][1] == ["key", "value"]
    assert {reason: done == work["wrong code"] for reason, done in work.items()} == dict.fromkeys(
        work, True
    )


async def test_too_many_checks_from_one_address_wait_whatever_they_are(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = ThrottlePolicy(timedelta(minutes=1), [timedelta(0), timedelta(seconds=30)])
    monkeypatch.setattr(attempts, "SHARE_CODE_ADDRESS", strict)
    sharer = await new_sharer(serving)
    code = await sharer.code(uses=1)
    for _ in range(2):
        assert (await check(serving, UNKNOWN)).status_code == 200
    for typed in (code, UNKNOWN):
        answer = await check(serving, typed)
        assert (answer.status_code, verdict(answer)) == (429, "Too many checks")
        assert 1 <= int(answer.headers["retry-after"]) <= 30
    assert (await sharer.codes())[0]["usesLeft"] == 1


async def test_nothing_of_a_check_is_left_in_logs_metrics_and_documents(serving: Serving) -> None:
    async with watched(serving) as watch:
        person = await new_person(serving, watch)
        sharer = Sharer(person, await logged_in(serving, person))
        code = await sharer.code(bundles=[str(bundle) for bundle in Bundle], uses=2)
        watch.known.add(code, code.replace(" ", ""))
        answer = await check(serving, code)
        assert verdict(answer) == "This is on record now"
        await serving.http.post(f"{PATH}/proof", data=hidden_of(answer) | {"form": "pdf"})
        checker = await new_checker(serving)
        await checker.redeem(code)
        await check(serving, code, "1984-02-28")
        await assert_nothing_left(serving, watch)
        assert '"route":"/check/code/proof"' in watch.lines.getvalue()


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("1984-02-29", "1984-02-29"),
        ("19840229", "1984-02-29"),
        (" 1984/2/29 ", "1984-02-29"),
        ("１９８４年２月２９日", "1984-02-29"),
        ("1984.02.29", "1984-02-29"),
        ("1983-02-29", None),
        ("29.02.1984", None),
        ("1984229", None),
        ("", None),
    ],
)
def test_a_day_is_understood_however_it_is_parted(typed: str, day: str | None) -> None:
    read = read_day(typed)
    assert (None if read is None else read.isoformat()) == day
