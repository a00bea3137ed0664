"""Facts → the texts of a letter. Pure: the same facts give the same letter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from auth.mongo import Document
from resolvers.letters.facts import LetterFacts
from resolvers.letters.sheet import Sheet, SheetRow
from resolvers.policy import letter_texts as texts
from resolvers.policy.named import Named
from resolvers.policy.permit_labels import (
    CATEGORY_LABELS,
    PERMIT_STATUS_LABELS,
    PROCEDURE_LABELS,
)
from resolvers.policy.places import AUTHORITIES, CITIES
from resolvers.policy.remedies import REJECTION_GROUND_TEXTS, LimitUnit, Remedy, remedies_for
from resolvers.rules.letters import notification_until
from resolvers.rules.permit_status import first_day, permit_status, printed_day, shanghai_day
from resolvers.vocabulary import (
    ApplicationState,
    CardChannel,
    CardCollection,
    CardMaking,
    CardReason,
    LetterKind,
    PermitCategory,
    PermitEvent,
    PermitState,
    ProcedureKind,
    RejectionGround,
    RemedyKind,
)

Rows = Iterator[SheetRow]
_SIDE_BY_SIDE = 46
"""Widths of a Latin letter."""


def sheet_of(facts: LetterFacts, file_number: str) -> Sheet:
    kind = facts.key.kind
    rows = [*_person(facts), *_ROWS[kind](facts)]
    until = None
    if kind is LetterKind.PERMIT_NOTIFICATION:
        until = notification_until(_decided_on(_required(facts.application)))
        rows.append(_row("letter_until", until.isoformat()))
    return Sheet(
        kind=kind,
        title=texts.TITLES[kind],
        authority=AUTHORITIES[facts.authority],
        file_number=file_number,
        issued_on=shanghai_day(facts.as_of),
        rows=rows,
        paragraphs=list(_PARAGRAPHS[kind](facts)),
        has_photo=kind is not LetterKind.DECISION,
        letter_until=until,
    )


def _person(facts: LetterFacts) -> Rows:
    person = facts.person
    yield _row("full_name", person.full_name)
    if person.chinese_name is not None:
        yield _row("chinese_name", person.chinese_name, "zh")
    if person.native_name is not None and person.native_name != person.chinese_name:
        yield _row("native_name", person.native_name, "und")
    yield _row("nationality", person.nationality)
    if person.passport_number is not None:
        yield _row("passport_number", person.passport_number)


def _permit(facts: LetterFacts) -> Rows:
    """What the permit says. A stored `valid_until` is the midnight after the printed day."""
    permit = _required(facts.permit)
    yield _row("permit_number", facts.permit_number or "")
    yield _both("category", CATEGORY_LABELS[PermitCategory(permit["category"])])
    yield from _employer(facts)
    yield _both("post", Named(permit["post"]["en"], permit["post"]["zh"]))
    yield _both("city", CITIES[permit["city"]])
    yield _row("valid_from", first_day(permit["valid_from"]).isoformat())
    yield _row("valid_until", printed_day(permit["valid_until"]).isoformat())


def _employer(facts: LetterFacts) -> Rows:
    if facts.employer is not None:
        name = facts.employer["name"]
        yield _both("employer", Named(name["en"], name["zh"]))


def _notification(facts: LetterFacts) -> Rows:
    yield from _permit(facts)


def _decision(facts: LetterFacts) -> Rows:
    application = _required(facts.application)
    is_approved = application["state"] == ApplicationState.APPROVED
    yield _both("procedure", PROCEDURE_LABELS[ProcedureKind(application["procedure"])])
    yield from _employer(facts)
    if application["filed_at"] is not None:
        yield _row("filed_on", shanghai_day(application["filed_at"]).isoformat())
    yield _row("decided_on", _decided_on(application).isoformat())
    yield _both("outcome", texts.APPROVED if is_approved else texts.REJECTED)
    if is_approved and facts.permit is not None:
        yield _row("permit_number", facts.permit_number or "")
        yield _both("category", CATEGORY_LABELS[PermitCategory(facts.permit["category"])])
        yield _row("valid_from", first_day(facts.permit["valid_from"]).isoformat())
        yield _row("valid_until", printed_day(facts.permit["valid_until"]).isoformat())
    else:
        yield _both("category", CATEGORY_LABELS[PermitCategory(application["category"])])


def _cancellation(facts: LetterFacts) -> Rows:
    permit = _required(facts.permit)
    yield _row("permit_number", facts.permit_number or "")
    yield _both("category", CATEGORY_LABELS[PermitCategory(permit["category"])])
    yield from _employer(facts)
    yield _both("post", Named(permit["post"]["en"], permit["post"]["zh"]))
    yield _row("valid_from", first_day(permit["valid_from"]).isoformat())
    yield _row("cancelled_on", _cancelled_on(permit).isoformat())


def _certificate(facts: LetterFacts) -> Rows:
    permit = _required(facts.permit)
    yield from _permit(facts)
    status = permit_status(
        PermitState(permit["state"]), permit["valid_from"], permit["valid_until"], facts.as_of
    )
    yield _both("status", PERMIT_STATUS_LABELS[status])
    yield _row("as_of", shanghai_day(facts.as_of).isoformat())


def _receipt(facts: LetterFacts) -> Rows:
    order = _required(facts.order)
    yield _row("order_number", order["_id"])
    yield _row("ordered_on", shanghai_day(order["ordered_at"]).isoformat())
    yield _both("reason", texts.REASONS[CardReason(order["reason"])])
    yield _both("channel", texts.CHANNELS[CardChannel(order["channel"])])
    yield _both("making", texts.MAKINGS[CardMaking(order["making"])])
    yield _both("collection", texts.COLLECTIONS[CardCollection(order["collection"])])
    yield replace(_both("city", CITIES[order["city"]]), label=texts.CITY_OF_CARD)
    yield _row("promised_on", shanghai_day(order["promised_at"]).isoformat())
    if order["ticket"] is not None:
        yield _row("ticket", f"{order['ticket']['day']} · {order['ticket']['number']}")


_ROWS: Mapping[LetterKind, Callable[[LetterFacts], Rows]] = {
    LetterKind.PERMIT_NOTIFICATION: _notification,
    LetterKind.DECISION: _decision,
    LetterKind.CANCELLATION_PROOF: _cancellation,
    LetterKind.PERMIT_CERTIFICATE: _certificate,
    LetterKind.CARD_RECEIPT: _receipt,
}


def _decision_text(facts: LetterFacts) -> Iterator[Named]:
    application = _required(facts.application)
    is_approved = application["state"] == ApplicationState.APPROVED
    yield texts.APPROVAL_TEXT if is_approved else texts.REJECTION_TEXT
    for place, ground in enumerate(application["decision"]["grounds"], start=1):
        text = REJECTION_GROUND_TEXTS[RejectionGround(ground)]
        yield Named(f"{place}. {text.en}", f"{place}. {text.zh}")
    if facts.decision_text is not None:
        # In the officer's own words, which are in one language.
        yield Named("", f"{texts.STATED.zh.format(text='')}{texts.STATED.en.format(text='')}")
        yield Named("", facts.decision_text)
    if not is_approved:
        yield texts.REMEDIES_TEXT
        for place, remedy in enumerate(remedies_for(facts.city), start=1):
            text = _remedy(remedy)
            yield Named(f"{place}. {text.en}", f"{place}. {text.zh}")


def _remedy(remedy: Remedy) -> Named:
    form = texts.SUIT if remedy.kind is RemedyKind.SUIT else texts.REMEDY
    unit = texts.DAYS if remedy.unit is LimitUnit.DAYS else texts.MONTHS
    return Named(
        form.en.format(
            label=remedy.label.en,
            limit=remedy.limit,
            unit=unit.en,
            body=remedy.body.en,
            law=remedy.law.en,
        ),
        form.zh.format(
            label=remedy.label.zh,
            limit=remedy.limit,
            unit=unit.zh,
            body=remedy.body.zh,
            law=remedy.law.zh,
        ),
    )


_PARAGRAPHS: Mapping[LetterKind, Callable[[LetterFacts], Iterator[Named]]] = {
    LetterKind.PERMIT_NOTIFICATION: lambda _: iter([texts.NOTIFICATION_TEXT]),
    LetterKind.DECISION: _decision_text,
    LetterKind.CANCELLATION_PROOF: lambda _: iter([texts.CANCELLATION_TEXT]),
    LetterKind.PERMIT_CERTIFICATE: lambda _: iter([texts.CERTIFICATE_TEXT]),
    LetterKind.CARD_RECEIPT: lambda _: iter([texts.RECEIPT_TEXT]),
}


def _decided_on(application: Document) -> date:
    return shanghai_day(application["decision"]["at"])


def _cancelled_on(permit: Document) -> date:
    at = [one["at"] for one in permit["history"] if one["event"] == PermitEvent.CANCELLED]
    return shanghai_day(at[-1])


def _row(field: str, value: str, language: str = "en") -> SheetRow:
    return SheetRow(field, texts.LABELS[field], value, language)


def _both(field: str, value: Named) -> SheetRow:
    """Chinese and English, side by side where both are short; once where they are the same."""
    if value.zh == value.en:
        text = value.zh
    else:
        is_short = 2 * len(value.zh) + len(value.en) <= _SIDE_BY_SIDE
        text = f"{value.zh} / {value.en}" if is_short else f"{value.zh}\n{value.en}"
    return SheetRow(field, texts.LABELS[field], text)


def _required(found: Document | None) -> Document:
    if found is None:
        raise ValueError("a letter of this kind is about a record that is missing")
    return found
