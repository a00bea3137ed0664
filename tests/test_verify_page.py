"""The verification page as it is served: strict headers, nothing inline, texts for all endings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.resources import files

import httpx
import pytest

from api.face.liveness import FaceAction
from api.face.quality import QualityFault
from api.failure import Refusal
from api.providers.sandbox_person import SandboxPersonProvider
from api.settings import load_settings
from api.verify.endpoint import verify_routes
from api.verify.texts import TEXTS
from resolvers.login.outcomes import LoginRefusalCode
from resolvers.policy.consent import CURRENT_VERSION
from resolvers.policy.consent import TEXTS as CONSENT_TEXTS
from tests.http_stand_in import client_of_app, stand_in_app

PORTAL = "https://portal.example"
_OF_OTHER_STEPS = {
    LoginRefusalCode.IDENTITY_NOT_CONFIRMED,
    LoginRefusalCode.SECOND_PROOF_NOT_CONFIRMED,
    LoginRefusalCode.SESSION_ENDED,
}


def client(origins: Sequence[str] = ()) -> httpx.AsyncClient:
    return client_of_app(stand_in_app(routes=verify_routes("http://gateway.example", origins)))


def scripts() -> str:
    folder = files("api.verify").joinpath("page")
    return "\n".join(
        one.read_text(encoding="utf-8") for one in folder.iterdir() if one.name.endswith(".js")
    )


async def test_the_page_may_use_the_camera_and_nothing_else_and_holds_nothing_inline() -> None:
    answer = await client().get("/verify")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "trusted-types 'none'" in policy
    assert answer.headers["permissions-policy"].startswith("camera=(self), microphone=()")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    html = answer.text
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", html) == []
    assert all(
        "src=" in one or "application/json" in one for one in re.findall("<script.*?>", html)
    )
    loaded = re.findall(r'<(?:script|link)[^>]*?(?:src|href)="([^"]+)"', html)
    assert len(loaded) == 3
    assert all(one.startswith(("/verify/assets/", "/check/style.css?v=")) for one in loaded)


async def test_named_origins_may_open_and_frame_the_page_and_are_told_how_it_ended() -> None:
    answer = await client([PORTAL]).get("/verify")
    assert f"frame-ancestors 'self' {PORTAL};" in answer.headers["content-security-policy"]
    assert answer.headers["cross-origin-opener-policy"] == "unsafe-none"
    assert f'id="origins">["{PORTAL}"]<' in answer.text


async def test_the_page_follows_the_language_of_the_browser_or_of_its_address() -> None:
    asking = client()
    chinese = await asking.get("/verify", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert '<html lang="zh-CN">' in chinese.text
    assert f"<p>{CONSENT_TEXTS[CURRENT_VERSION].zh}" in re.sub(
        ' (class|data-say)="[^"]*"', "", chinese.text
    )
    assert chinese.headers["vary"] == "Accept-Language"
    english = await asking.get("/verify?lang=en", headers={"Accept-Language": "zh-CN"})
    assert '<html lang="en">' in english.text
    assert '<html lang="en">' in (await asking.get("/verify?lang=fr")).text


async def test_files_are_kept_for_ever_under_the_digest_of_them_all() -> None:
    asking = client()
    html = (await asking.get("/verify")).text
    [address] = re.findall(r'src="(/verify/assets/[0-9a-f]{16}/page\.js)"', html)
    script = await asking.get(address)
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in script.headers["cache-control"]
    folder = address.removesuffix("page.js")
    for imported in re.findall(r'from "\./([a-z]+\.js)"', scripts()):
        assert (await asking.get(folder + imported)).status_code == 200
    assert (await asking.get(folder + "drawings.svg")).status_code == 404
    assert (await asking.get(folder + "..%2Fpages.py")).status_code == 404
    assert (await asking.get("/verify/assets/0123456789abcdef/page.js")).status_code == 404
    assert (await asking.post("/verify")).status_code == 405


async def test_everything_that_can_happen_has_a_text_a_picture_and_a_way_on() -> None:
    html, written = (await client().get("/verify")).text, scripts()
    for named in TEXTS.values():
        assert named.en
        assert re.search("[\u4e00-\u9fff]", named.zh)
    ways = written[written.index("const WAYS") : written.index("export const JUDGED")]
    handled = set(re.findall(r"^  ([A-Z_]+):", ways, re.MULTILINE))
    codes = {str(code) for code in {*LoginRefusalCode} - _OF_OTHER_STEPS}
    assert codes | {str(fault) for fault in QualityFault} <= handled
    assert [code for code in handled if not {code, f"{code}_WHY"} <= set(TEXTS)] == []
    drawn = set(re.findall(r'<symbol id="draw-([^"]+)"', html))
    assert set(re.findall(r'sign: "([^"]+)"', ways)) <= drawn
    for action in FaceAction:
        assert f'"{action}"' in written
        assert {f"DO_{action}", f"BACK_{action}"} <= set(TEXTS)
        assert str(action) in drawn


async def test_every_text_that_the_page_or_its_scripts_name_is_there() -> None:
    html = (await client().get("/verify")).text
    given = set(re.findall(r'"([A-Za-z_-]+)":\{"en":', html))
    assert set(re.findall(r'data-(?:say|label)="([^"]+)"', html)) <= given
    assert set(re.findall(r'(?:say|show\w*)\((?:"\w+", )?"([A-Z_]{3,})"', scripts())) <= given


async def test_every_word_that_the_page_offers_is_one_that_the_sandbox_knows() -> None:
    html = (await client().get("/verify")).text
    offered = re.findall(r'data-proof="([^"]+)"', html)
    assert offered
    assert SandboxPersonProvider.__doc__ is not None
    assert [proof for proof in offered if f"`{proof}`" not in SandboxPersonProvider.__doc__] == []


@pytest.mark.parametrize(
    "origin",
    [
        "portal.example",
        "http://portal.example",
        "https://portal.example/",
        "https://portal.example/path",
        "https://*.example",
        "https://portal.example;script-src",
        "https://PORTAL.example",
        "https://user@portal.example",
    ],
)
def test_an_origin_that_is_none_is_refused(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONECARD_VERIFICATION_ORIGINS", origin)
    with pytest.raises(Refusal, match="ONECARD_VERIFICATION_ORIGINS"):
        load_settings()


def test_origins_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    given = f"{PORTAL}, http://127.0.0.1:3000"
    monkeypatch.setenv("ONECARD_VERIFICATION_ORIGINS", given)
    assert load_settings().verification_origins == (PORTAL, "http://127.0.0.1:3000")
