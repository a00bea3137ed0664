"""What the check page says of a card: the button that checks it, and the verdict."""

from __future__ import annotations

from html import escape
from typing import Final

from api.check import card_texts as texts
from api.check.frame import Frame, verdict, whole
from resolvers.cards.verifying import CardChecked, ShownPermit
from resolvers.policy.card_showing_texts import VERDICT_TEXTS
from resolvers.policy.named import Named
from resolvers.policy.permit_labels import CATEGORY_LABELS
from resolvers.rules.card_showing import CardVerdict
from resolvers.rules.permit_status import SHANGHAI
from resolvers.vocabulary import Language

BUTTON: Final = "check"


def card_form(frame: Frame, wait: int | None = None) -> str:
    """Nothing is looked up and nothing used up until the button is pressed. `wait`: there were too
    many checks, and in so many seconds there may be another one."""
    say = frame.say
    title, above = texts.PAGE, f"<h1>{say(texts.PAGE)}</h1>"
    if wait is not None:
        title, why = texts.TOO_MANY, texts.TOO_MANY_WHY
        why = Named(why.en.format(seconds=wait), why.zh.format(seconds=wait))
        above = verdict(frame, "bad", title, why)
    return whole(
        frame,
        title,
        f"""{above}
<p>{say(texts.SHOWN)}</p>
<form method="post" action="{frame.link(frame.token)}" autocomplete="off">
<button name="{BUTTON}" value="{BUTTON}">{say(texts.CHECK)}</button>
<p class="hint">{say(texts.LOOK)}</p>
</form>""",
    )


def not_counting(frame: Frame, found: CardVerdict) -> str:
    """A code of which one can say so without using it up."""
    return whole(
        frame, texts.NOT_VALID, verdict(frame, "bad", texts.NOT_VALID, VERDICT_TEXTS[found])
    )


def checked(frame: Frame, found: CardChecked) -> str:
    time = f"{found.checked_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    as_of = frame.say(Named(texts.AS_OF.en.format(time=time), texts.AS_OF.zh.format(time=time)))
    below = f'<p class="hint">{as_of}</p>'
    if found.permit is None:
        why = VERDICT_TEXTS[found.verdict]
        return whole(frame, texts.NOT_VALID, verdict(frame, "bad", texts.NOT_VALID, why) + below)
    above = verdict(frame, "good", texts.VALID, texts.COMPARE)
    return whole(frame, texts.VALID, f"{above}{_facts(frame, found.permit)}{below}")


def _facts(frame: Frame, permit: ShownPermit) -> str:
    rows = [
        (texts.NAME, permit.masked_name),
        (texts.CATEGORY, _word(frame, CATEGORY_LABELS[permit.category])),
        (texts.EMPLOYER, "" if permit.employer is None else permit.employer[frame.language.value]),
        (texts.LAST_DAY, permit.last_valid_day.isoformat()),
    ]
    told = "".join(
        f"<div><dt>{frame.say(label)}</dt><dd>{escape(value)}</dd></div>"
        for label, value in rows
        if value
    )
    return f"<dl>{told}</dl>"


def _word(frame: Frame, named: Named) -> str:
    return named.zh if frame.language is Language.ZH else named.en
