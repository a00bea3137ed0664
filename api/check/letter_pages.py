"""What the check page says of a letter: the form for what is printed, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

from api.check import texts
from api.check.frame import Frame, verdict, whole
from resolvers.letters.checking import (
    CheckRefusal,
    Genuine,
    LetterStanding,
    NotProved,
    SignedLetter,
)
from resolvers.letters.printed import BILINGUAL, DAYS, FIELDS_OF, MAX_VALUE_LENGTH, PrintedField
from resolvers.letters.printed_words import CHOICES
from resolvers.policy.letter_texts import CITY_OF_CARD, LABELS, TITLES
from resolvers.policy.named import Named
from resolvers.policy.permit_labels import PERMIT_STATUS_LABELS
from resolvers.rules.permit_status import SHANGHAI
from resolvers.vocabulary import CardOrderState, LetterKind, PermitStatus
from schema.card_order_labels import ORDER_STATE_LABELS

_CHINESE: Final = frozenset({PrintedField.CHINESE_NAME})
_TONES: Final[Mapping[PermitStatus, str]] = {
    PermitStatus.ACTIVE: "good",
    PermitStatus.NOT_YET_VALID: "plain",
    PermitStatus.AWAITING_ORIGINALS: "plain",
}
_LABELS: Final[Mapping[str, Named]] = {**LABELS, "file_number": texts.FILE_NUMBER}


def letter_form(
    frame: Frame,
    letter: SignedLetter,
    typed: Mapping[str, str] | None = None,
    outcome: NotProved | None = None,
    seconds: int = 0,
) -> str:
    """The form; after a check that proved nothing with what was typed, to be put right."""
    say, given = frame.say, typed or {}
    title, above = texts.PAGE, f"<h1>{say(texts.PAGE)}</h1>"
    if outcome is not None:
        title, why = _TOLD[outcome.code]
        why = Named(why.en.format(seconds=seconds), why.zh.format(seconds=seconds))
        above = verdict(frame, "bad", title, why)
    fields = "\n".join(
        _field(frame, field, _label(letter.kind, field), given.get(field.value, ""))
        for field in FIELDS_OF[letter.kind]
    )
    is_wrong = outcome is not None and outcome.code is CheckRefusal.CODE_MISTYPED
    invalid = ' aria-invalid="true"' if is_wrong else ""
    return whole(
        frame,
        title,
        f"""{above}
<p class="note">{say(texts.SIGNED)}</p>
{_facts(frame, letter)}
<p>{say(texts.COMPARE_DAY)}</p>
<h2>{say(texts.TYPE_IT)}</h2>
<p>{say(texts.TYPE_HOW)}</p>
<form method="post" action="{frame.link(frame.token)}" autocomplete="off">
{fields}
<div class="field"><label for="code">{say(texts.CODE)}</label>
<span class="hint" id="code-hint">{say(texts.CODE_HINT)}</span>
<input id="code" name="code" class="code" required maxlength="40" autocomplete="off"
 autocapitalize="characters" spellcheck="false" lang="en" aria-describedby="code-hint"{invalid}
 value="{escape(given.get("code", ""))}"></div>
<button>{say(texts.CHECK)}</button>
<p class="hint">{say(texts.KEPT)}</p>
</form>""",
    )


_TOLD: Final[Mapping[CheckRefusal, tuple[Named, Named]]] = {
    CheckRefusal.CODE_MISTYPED: (texts.MISTYPED, texts.MISTYPED_WHY),
    CheckRefusal.NOT_GENUINE: (texts.NOT_GENUINE, texts.NOT_GENUINE_WHY),
    CheckRefusal.TOO_MANY_ATTEMPTS: (texts.TOO_MANY, texts.TOO_MANY_WHY),
}


def genuine(frame: Frame, found: Genuine) -> str:
    """The verdict, and what holds now; nothing of what was typed."""
    say = frame.say
    if found.standing is None:
        title = texts.NOT_ON_RECORD
        above = verdict(frame, "odd", title, texts.NOT_ON_RECORD_WHY)
        now = ""
    else:
        states = _states(found.letter.kind, found.standing)
        is_sound = all(tone != "bad" for _, _, tone in states)
        title = texts.GENUINE if is_sound else texts.GENUINE_BUT
        above = verdict(frame, "good" if is_sound else "odd", title, texts.GENUINE_WHY)
        time = f"{found.as_of.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        as_of = say(Named(texts.AS_OF.en.format(time=time), texts.AS_OF.zh.format(time=time)))
        rows = "".join(
            f'<div><dt>{say(label)}</dt><dd class="{tone}">{say(state)}</dd></div>'
            for label, state, tone in states
        )
        now = f'<h2>{say(texts.NOW)}</h2><p class="hint">{as_of}</p><dl class="now">{rows}</dl>'
    again = f'<p><a href="{frame.link("")}">{say(texts.TRY_ANOTHER)}</a></p>'
    return whole(frame, title, f"{above}{now}{_facts(frame, found.letter)}{again}")


def _states(kind: LetterKind, standing: LetterStanding) -> list[tuple[Named, Named, str]]:
    """Label, state and tone, of everything that the letter is about. What a proof of cancellation
    says itself is nothing to mind."""
    told: list[tuple[Named, Named, str]] = []
    if standing.application is not None:
        state = texts.DECISION_STANDS.get(standing.application, texts.GONE)
        told.append((texts.DECISION_NOW, state, "plain"))
    if standing.permit is not None:
        tone = _TONES.get(standing.permit, "bad")
        if (kind, standing.permit) == (LetterKind.CANCELLATION_PROOF, PermitStatus.CANCELLED):
            tone = "plain"
        told.append((texts.PERMIT_NOW, PERMIT_STATUS_LABELS[standing.permit], tone))
    if standing.order is not None:
        tone = "bad" if standing.order is CardOrderState.CANCELLED else "plain"
        told.append((texts.ORDER_NOW, ORDER_STATE_LABELS[standing.order], tone))
    if standing.is_over:
        told.append((texts.LETTER_NOW, texts.LETTER_OVER, "bad"))
    return told or [(texts.LETTER_NOW, texts.GONE, "bad")]


def _facts(frame: Frame, letter: SignedLetter) -> str:
    title = TITLES[letter.kind]
    return f"""<dl>
<div><dt>{frame.say(texts.KIND)}</dt><dd>{frame.say(title)}</dd></div>
<div><dt>{frame.say(texts.ISSUED_ON)}</dt><dd>{letter.issued_on.isoformat()}</dd></div>
</dl>"""


def _label(kind: LetterKind, field: PrintedField) -> Named:
    """As the paper of this kind labels it."""
    if field is PrintedField.CITY and kind is LetterKind.CARD_RECEIPT:
        return CITY_OF_CARD
    return _LABELS[field.value]


def _field(frame: Frame, field: PrintedField, labelled: Named, value: str) -> str:
    name, say = field.value, frame.say
    label = f'<label for="{name}">{say(labelled)}</label>'
    if name in CHOICES:
        chosen = {value: " selected"}
        options = "".join(
            f'<option value="{escape(word)}"{chosen.get(word, "")}>{say(named)}</option>'
            for word, named in CHOICES[name].items()
        )
        nothing = f'<option value="">{say(texts.NOTHING)}</option>'
        return (
            f'<div class="field">{label}<select id="{name}" name="{name}">{nothing}{options}'
            "</select></div>"
        )
    hint = _hint(field)
    told, described = "", ""
    if hint is not None:
        told = f'<span class="hint" id="{name}-hint">{say(hint)}</span>'
        described = f' aria-describedby="{name}-hint"'
    shared = (
        f'id="{name}" name="{name}" maxlength="{MAX_VALUE_LENGTH}" autocomplete="off"'
        f' spellcheck="false" lang="{"zh" if field in _CHINESE else "en"}"{described}'
    )
    if field in BILINGUAL:
        control = f'<textarea {shared} rows="2">\n{escape(value)}</textarea>'
    else:
        mode = ' inputmode="numeric"' if field in DAYS else ""
        control = f'<input {shared}{mode} value="{escape(value)}">'
    return f'<div class="field">{label}{told}{control}</div>'


def _hint(field: PrintedField) -> Named | None:
    if field in DAYS:
        return texts.DAY_HINT
    if field is PrintedField.TICKET:
        return texts.TICKET_HINT
    return texts.BOTH_HINT if field in BILINGUAL else None
