"""The HTML of the check page for share codes: a form, what was shown, and buttons for the proof."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Final

from api.check import share_code_texts as texts
from api.check.frame import Frame, verdict, whole
from auth.proof_links import ProofClaim
from resolvers.policy import share_code_texts as proof_texts
from resolvers.policy.named import Named
from resolvers.share_codes.checking import Checked
from resolvers.share_codes.handing_out import NoProof, ProofForm
from resolvers.share_codes.printing import facts_of
from resolvers.share_codes.rows import Row, sections_of
from resolvers.sharing.parts import SharedRecord
from resolvers.vocabulary import PermitStatus

CODE: Final = "share_code"
BIRTH_DATE: Final = "birth_date"
ONCE: Final = "once"
PROOF_ID: Final = "id"
UNTIL: Final = "until"
KEY: Final = "key"
PROOF: Final = "proof"
FORM: Final = "form"
NOT_ACCEPTED: Final = (texts.NOT_ACCEPTED, texts.NOT_ACCEPTED_WHY)
TOO_MANY: Final = (texts.TOO_MANY, texts.TOO_MANY_WHY)


def form(
    frame: Frame,
    once: str,
    typed: Mapping[str, str] | None = None,
    told: tuple[Named, Named] | None = None,
    seconds: int = 0,
) -> str:
    """After a check that opened nothing with what was typed, to be put right."""
    say, given = frame.say, typed or {}
    title, above, invalid = texts.PAGE, f"<h1>{say(texts.PAGE)}</h1>", ""
    if told is not None:
        title, why = told
        why = Named(why.en.format(seconds=seconds), why.zh.format(seconds=seconds))
        above = verdict(frame, "bad", title, why)
        invalid = ' aria-invalid="true"' if told is NOT_ACCEPTED else ""
    return whole(
        frame,
        title,
        f"""{above}
<p>{say(texts.INTRODUCTION)}</p>
<form method="post" action="{frame.link(frame.token)}" autocomplete="off">
<input type="hidden" name="{ONCE}" value="{escape(once)}">
<div class="field"><label for="{CODE}">{say(texts.CODE)}</label>
<span class="hint" id="{CODE}-hint">{say(texts.CODE_HINT)}</span>
<input id="{CODE}" name="{CODE}" class="code" required maxlength="40" autocomplete="off"
 autocapitalize="characters" spellcheck="false" lang="en" aria-describedby="{CODE}-hint"{invalid}
 value="{escape(given.get(CODE, ""))}"></div>
<div class="field"><label for="{BIRTH_DATE}">{say(texts.BIRTH_DATE)}</label>
<span class="hint" id="{BIRTH_DATE}-hint">{say(texts.BIRTH_DATE_HINT)}</span>
<input id="{BIRTH_DATE}" name="{BIRTH_DATE}" required maxlength="40" autocomplete="off"
 inputmode="numeric" lang="en" aria-describedby="{BIRTH_DATE}-hint"{invalid}
 value="{escape(given.get(BIRTH_DATE, ""))}"></div>
<button>{say(texts.CHECK)}</button>
<p class="hint">{say(texts.RECORDED)}</p>
</form>
<p><a href="{frame.link("")}">{say(texts.LETTERS)}</a></p>""",
    )


def checked(frame: Frame, outcome: Checked, claim: ProofClaim) -> str:
    """What the holder shows, and the proof to keep."""
    say = frame.say
    sections = "".join(
        f"<h2>{say(section.title)}</h2>{_rows(frame, section.rows)}"
        for section in sections_of(outcome.claims)
    )
    holds = _holds(outcome.record)
    title, tone = (texts.CHECKED, "good") if holds else (texts.CHECKED_BUT, "odd")
    return whole(
        frame,
        title,
        f"""{verdict(frame, tone, title, texts.CHECKED_WHY)}
{_rows(frame, facts_of(outcome.claims))}
<p class="note">{say(texts.COMPARE)}</p>
{sections}
<h2>{say(texts.KEEP)}</h2>
<p>{say(texts.KEEP_WHY)}</p>
<form method="post" action="{frame.link("code/proof")}">
{_hidden(PROOF_ID, outcome.proof_id)}{_hidden(UNTIL, claim.until)}{_hidden(KEY, claim.key)}
{_hidden(PROOF, claim.proof)}
<button name="{FORM}" value="{ProofForm.PDF}">{say(texts.AS_PDF)}</button>
<button name="{FORM}" value="{ProofForm.JSON}">{say(texts.AS_JSON)}</button>
</form>
<p class="hint">{say(proof_texts.KEEP)}</p>
<p><a href="{frame.link(frame.token)}">{say(texts.ANOTHER)}</a></p>""",
    )


def _holds(record: SharedRecord) -> bool:
    """Whether every permit that is shown does."""
    permit, stay = record.permit, record.residence_permit
    may_work = permit is None or permit.status is PermitStatus.ACTIVE
    return may_work and (stay is None or stay.is_valid)


def no_proof(frame: Frame, why: NoProof) -> str:
    told = {
        NoProof.NOT_FOUND: (texts.PROOF_OVER, texts.PROOF_OVER_WHY),
        NoProof.BUSY: (texts.PROOF_BUSY, texts.PROOF_BUSY_WHY),
        NoProof.NOT_PRINTABLE: (texts.PROOF_UNPRINTABLE, texts.PROOF_UNPRINTABLE_WHY),
    }[why]
    again = f'<p><a href="{frame.link(frame.token)}">{frame.say(texts.ANOTHER)}</a></p>'
    return whole(frame, told[0], verdict(frame, "bad", *told) + again)


def _rows(frame: Frame, rows: Iterable[Row]) -> str:
    told = "".join(
        f"<div><dt>{frame.say(label)}</dt><dd>{frame.say(value)}</dd></div>"
        for label, value in rows
    )
    return f"<dl>{told}</dl>"


def _hidden(name: str, value: str | None) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value or "")}">'
