"""The HTML of `/verify`. One page, of which the script shows one part at a time.

Everything that is said stands in it in both languages, so that the switch needs no request and the
login is not interrupted. Texts of elements that carry `data-say` follow the chosen language.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from typing import Final

from api.verify.texts import LOADING, NO_SCRIPT, SERVICE, SKIP, TEXTS, WATCH_ADDRESS
from auth.login_flow import MAX_PERSON_ATTEMPTS
from resolvers.policy.consent import CURRENT_VERSION
from resolvers.policy.consent import TEXTS as CONSENT_TEXTS
from resolvers.policy.named import Named
from resolvers.vocabulary import Language

_OTHER: Final = {Language.EN: "中文", Language.ZH: "English"}
_OVAL: Final = "M150 42c62 0 102 52 102 128s-44 152-102 152S48 246 48 170 88 42 150 42z"
"""In a picture of three by four, 300 wide."""
_TIPS: Final = (("light", "TIP_LIGHT"), ("face", "TIP_FREE"), ("TURN_LEFT", "TIP_FOLLOW"))


@dataclass(frozen=True)
class Served:
    """`address` is where the page is, as the world knows it, `base` the path that ours begin with,
    `style` the path of the style sheet that the check page shares, `assets` that of our own files,
    `origins` who may hear how it ended."""

    language: Language
    address: str
    base: str
    style: str
    assets: str
    origins: Sequence[str]

    def say(self, named: Named) -> str:
        return escape(named.zh if self.language is Language.ZH else named.en)


def whole(served: Served) -> str:
    language = served.language
    other = Language.EN if language is Language.ZH else Language.ZH
    here = Named(
        WATCH_ADDRESS.en.format(address=served.address),
        WATCH_ADDRESS.zh.format(address=served.address),
    )
    assets = escape(served.assets)
    return f"""<!doctype html>
<html lang="{"zh-CN" if language is Language.ZH else "en"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{served.say(TEXTS["START"])} – {served.say(SERVICE)}</title>
<link rel="stylesheet" href="{escape(served.style)}">
<link rel="stylesheet" href="{assets}/verify.css">
<script type="module" src="{assets}/page.js"></script>
</head>
<body data-base="{escape(served.base)}" data-consent="{escape(CURRENT_VERSION)}"
 data-attempts="{MAX_PERSON_ATTEMPTS}">
{_drawings()}
<a class="skip" href="#content" data-say="SKIP">{served.say(SKIP)}</a>
<header><div class="wide">
<span class="service" data-say="SERVICE">{served.say(SERVICE)}</span>
<button type="button" class="language" id="language" lang="{other.value}">{_OTHER[language]}\
</button>
</div></header>
<main id="content" class="wide">
<h1 id="title" tabindex="-1">{served.say(TEXTS["START"])}</h1>
<noscript><p class="verdict bad">{served.say(NO_SCRIPT)}</p></noscript>
<p data-part="loading">{served.say(LOADING)}</p>
{_begun(served)}
{_start(served)}
{_camera(served)}
{_pause()}
{_sandbox(served)}
{_ending(served)}
<p class="unseen" id="told" role="status" aria-live="polite"></p>
<p class="unseen" id="ordered" role="alert" aria-live="assertive"></p>
</main>
<footer><div class="wide"><p data-say="HERE">{served.say(here)}</p></div></footer>
<script type="application/json" id="texts">{_texts(here)}</script>
<script type="application/json" id="origins">{_data(list(served.origins))}</script>
</body>
</html>
"""


def _begun(served: Served) -> str:
    """Before anything else: an address can be sent to somebody whose login it is not."""
    return f"""<section data-part="begun" hidden>
<p id="begun-what"></p>
<p id="begun-on" class="device"></p>
<p class="note">{_said(served, "strong", "BEGUN_WARNING")}</p>
<button type="button" id="mine" data-say="MINE">{served.say(TEXTS["MINE"])}</button>
<button type="button" class="quiet" id="not-mine" data-say="NOT_MINE">\
{served.say(TEXTS["NOT_MINE"])}</button>
</section>"""


def _start(served: Served) -> str:
    tips = "".join(f"<li>{_drawing(name)}{_said(served, 'span', key)}</li>" for name, key in _TIPS)
    return f"""<section data-part="start" hidden>
{_said(served, "p", "START_WHY")}
<ul class="tips">{tips}</ul>
<h2 data-say="CONSENT">{served.say(TEXTS["CONSENT"])}</h2>
<p id="agreed" hidden data-say="AGREED">{served.say(TEXTS["AGREED"])}</p>
<p class="note" data-say="CONSENT_TEXT">{served.say(CONSENT_TEXTS[CURRENT_VERSION])}</p>
<label class="choice"><input type="checkbox" id="slower">{_said(served, "span", "SLOWER")}</label>
<label class="choice"><input type="checkbox" id="sounds">{_said(served, "span", "SOUNDS")}</label>
<button type="button" id="agree" data-say="AGREE">{served.say(TEXTS["AGREE"])}</button>
<button type="button" class="quiet" data-leave data-say="NOT_NOW">{served.say(TEXTS["NOT_NOW"])}\
</button>
</section>"""


def _camera(served: Served) -> str:
    """What to do stands above the picture: who reads it looks towards the camera."""
    return f"""<section data-part="camera" hidden>
<div class="order" id="order" hidden>
{_drawing("STRAIGHT", "figure")}
<p aria-hidden="true"><span class="step" id="step"></span><strong id="do"></strong></p>
</div>
<div class="stage">
<video id="preview" playsinline muted tabindex="-1" data-label="PREVIEW"
 aria-label="{served.say(TEXTS["PREVIEW"])}"></video>
<svg class="oval" viewBox="0 0 300 400" aria-hidden="true" focusable="false">
<path class="veil" fill-rule="evenodd" d="M0 0h300v400H0z{_OVAL}"/>
<path class="ring" d="{_OVAL}"/>
<path class="ring done" id="ring" pathLength="100" d="{_OVAL}"/>
</svg>
</div>
<p class="light" id="light" hidden></p>
<p id="camera-why"></p>
<button type="button" id="begin" data-say="BEGIN">{served.say(TEXTS["BEGIN"])}</button>
<button type="button" class="quiet" id="stop" data-say="STOP">{served.say(TEXTS["STOP"])}</button>
</section>"""


def _pause() -> str:
    """While something is waited for."""
    return """<section data-part="pause" hidden>
<div class="waiting" aria-hidden="true"><span></span><span></span><span></span></div>
<p class="middle" id="pause-why"></p>
</section>"""


def _sandbox(served: Served) -> str:
    choices = "".join(
        f'<button type="button" class="quiet" data-proof="{proof}" data-say="SANDBOX_{proof}">'
        f"{served.say(TEXTS[f'SANDBOX_{proof}'])}</button>"
        for proof in ("live-person", "not-live", "another-person", "too-dark")
    )
    return f"""<section data-part="sandbox" hidden>
{_said(served, "p", "SANDBOX_WHY")}
{choices}
</section>"""


def _ending(served: Served) -> str:
    return f"""<section data-part="ending" hidden>
<div class="ending" id="ending">
{_drawing("done", "sign")}
<p id="why"></p>
</div>
<p class="hint" id="wait"></p>
<button type="button" id="again"></button>
<button type="button" class="quiet" id="close" data-say="CLOSE">{served.say(TEXTS["CLOSE"])}\
</button>
</section>"""


def _said(served: Served, tag: str, key: str) -> str:
    return f'<{tag} data-say="{key}">{served.say(TEXTS[key])}</{tag}>'


def _drawing(name: str, marked: str = "") -> str:
    """Beside words that say the same. The script changes the one that is `marked`."""
    given = f' id="{marked}"' if marked else ""
    return (
        '<svg class="drawing" viewBox="0 0 96 96" aria-hidden="true" focusable="false">'
        f'<use{given} href="#draw-{name}"/></svg>'
    )


@cache
def _drawings() -> str:
    """All of them, invisible where they stand."""
    return files("api.verify").joinpath("page", "drawings.svg").read_text(encoding="utf-8")


def _texts(here: Named) -> str:
    said = {
        **TEXTS,
        "SERVICE": SERVICE,
        "SKIP": SKIP,
        "HERE": here,
        "CONSENT_TEXT": CONSENT_TEXTS[CURRENT_VERSION],
    }
    return _data({key: {"en": named.en, "zh": named.zh} for key, named in said.items()})


def _data(value: object) -> str:
    """JSON that cannot end the element it stands in."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
