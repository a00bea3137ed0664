"""What every page of `/check` has around its content, and the pages that belong to no kind of code.

No script, one style sheet, every value escaped where it is put in. A page has one language in its
`lang`; the switch is a link in the other one. Errors stand in the title and the heading as well,
since nothing can move the focus without script.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlsplit

from api.check import texts
from api.check.share_code_texts import SHARE_CODES
from resolvers.policy.named import Named
from resolvers.vocabulary import Language


@dataclass(frozen=True)
class Frame:
    """What every page has around its content. `chose` says that the address names the language;
    `address` is where the real page is, as the world knows it; `token` what is checked, "" where
    there is none yet; `style` marks the version of the style sheet."""

    language: Language
    chose: bool
    token: str
    address: str
    style: str

    def say(self, named: Named) -> str:
        return escape(named.zh if self.language is Language.ZH else named.en)

    def link(self, token: str, language: Language | None = None) -> str:
        """The path of that page, escaped; in that language, else in the one that was chosen."""
        path = f"{self.base}/{quote(token)}" if token else self.base
        wanted = language or (self.language if self.chose else None)
        return escape(path if wanted is None else f"{path}?lang={wanted.value}")

    @property
    def base(self) -> str:
        """Of all paths: the issuer may have one of its own, which a proxy takes away."""
        return urlsplit(self.address).path


def start(frame: Frame, *, is_wrong: bool) -> str:
    say = frame.say
    fault = "" if not is_wrong else verdict(frame, "bad", texts.NO_ADDRESS, None, level=2)
    told = ' aria-invalid="true" aria-describedby="verdict"' if is_wrong else ""
    return whole(
        frame,
        texts.NO_ADDRESS if is_wrong else texts.START,
        f"""<h1>{say(texts.START)}</h1>{fault}
<p>{say(texts.ASK_ADDRESS)}</p>
<form method="post" action="{frame.link("")}">
<div class="field"><label for="address">{say(texts.ADDRESS)}</label>
<textarea id="address" name="address" rows="4" maxlength="600" required autocomplete="off"
 autocapitalize="off" spellcheck="false" inputmode="url"{told}></textarea></div>
<button>{say(texts.GO_ON)}</button>
</form>
<p><a href="{frame.link("code")}">{say(SHARE_CODES)}</a></p>""",
    )


def not_ours(frame: Frame) -> str:
    """A token that we did not sign."""
    return _refusal(frame, texts.NOT_SIGNED, texts.NOT_SIGNED_WHY)


def refused(frame: Frame) -> str:
    """A request that is no form of ours."""
    return _refusal(frame, texts.UNREADABLE, texts.UNREADABLE_WHY)


def _refusal(frame: Frame, heading: Named, why: Named) -> str:
    again = f'<p><a href="{frame.link("")}">{frame.say(texts.TRY_ANOTHER)}</a></p>'
    return whole(frame, heading, verdict(frame, "bad", heading, why) + again)


def verdict(frame: Frame, tone: str, heading: Named, why: Named | None, level: int = 1) -> str:
    told = "" if why is None else f"<p>{frame.say(why)}</p>"
    return (
        f'<div class="verdict {tone}" id="verdict" role="status">'
        f"<h{level}>{frame.say(heading)}</h{level}>{told}</div>"
    )


def whole(frame: Frame, title: Named, content: str) -> str:
    say, language = frame.say, frame.language
    other = Language.EN if language is Language.ZH else Language.ZH
    here = Named(
        texts.WATCH_ADDRESS.en.format(address=frame.address),
        texts.WATCH_ADDRESS.zh.format(address=frame.address),
    )
    return f"""<!doctype html>
<html lang="{"zh-CN" if language is Language.ZH else "en"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{say(title)} – {say(texts.SERVICE)}</title>
<link rel="stylesheet" href="{escape(frame.base)}/style.css?v={frame.style}">
</head>
<body>
<a class="skip" href="#content">{say(texts.SKIP)}</a>
<header><div class="wide">
<span class="service">{say(texts.SERVICE)}</span>
<a class="language" href="{frame.link(frame.token, other)}" hreflang="{other.value}"
 lang="{other.value}">{texts.OTHER_LANGUAGE[language]}</a>
</div></header>
<main id="content" class="wide">
{content}
</main>
<footer><div class="wide"><p>{say(here)}</p></div></footer>
</body>
</html>
"""
