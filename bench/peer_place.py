"""What peers that are no Python are told: keys, and the texts and tables of the gateway's rules."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, Final

from auth.jwks import jwks
from bench.peers.trail import LISTED_NAMES
from bench.place import Place
from resolvers.policy.notice_texts import notice_texts
from resolvers.rules.card_rules import ElectronicCardAbsence, next_actions
from resolvers.rules.notice_kinds import REMINDERS, NoticeKind, subject_of
from resolvers.vocabulary import CardKind, CardState
from schema.labels import ABSENCE_LABELS, CARD_ACTION_LABELS

_DAY: Final = date(2100, 1, 9)
_TODAY: Final = {"over": date(2100, 1, 10), "0": _DAY, "1": date(2100, 1, 8), "n": date(2100, 1, 2)}
_DAYS: Final = "in 7 days"
_PREFIXES: Final = (
    "pmt", "rsp", "ins", "idd", "crd", "ord", "apl", "tsk", "ltr", "gnt", "dvk", "cts",
)  # fmt: skip


def write_peer_place(place: Place) -> None:
    settings = place.settings
    told = {
        "uri": place.uri,
        "database": settings.mongodb_database,
        "issuer": settings.issuer,
        "audience": settings.audience,
        "jwks": jwks(place.key_set),
        "actions": _actions(),
        "absences": {one.value: ABSENCE_LABELS[one].en for one in ElectronicCardAbsence},
        "notices": _notices(),
        "reminders": {kind.value: _reminder(kind) for kind in sorted(REMINDERS)},
        "listed": LISTED_NAMES,
        "subjects": {prefix: str(subject_of(f"{prefix}_")) for prefix in _PREFIXES},
    }
    file = settings.data_dir / "peers.json"
    file.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")


def _actions() -> dict[str, dict[str, list[str]]]:
    table: dict[str, dict[str, list[str]]] = {}
    for kind in CardKind:
        table[kind.value] = {}
        for state in CardState:
            try:
                actions = next_actions(kind, state)
            except ValueError:  # no state of this kind of card
                continue
            table[kind.value][state.value] = [CARD_ACTION_LABELS[one].en for one in actions]
    return table


def _notices() -> dict[str, dict[str, str]]:
    """Of each kind that is no reminder, by kind and, where that matters, prefix of the record."""
    table = {}
    for kind in NoticeKind:
        if kind in REMINDERS:
            continue
        for prefix in ("rsp", "ins") if kind is NoticeKind.RECORD_UPDATED else ("",):
            texts = notice_texts(kind, f"{prefix}_", None, _DAY)
            name = f"{kind.value}:{prefix}" if prefix else kind.value
            table[name] = {"title": texts.title.en, "text": texts.text.en}
    return table


def _reminder(kind: NoticeKind) -> dict[str, Any]:
    """With `{n}` and `{day}` in the places of what hangs on the day."""
    told = {name: notice_texts(kind, "", _DAY, today) for name, today in _TODAY.items()}
    text = told["n"].text.en.replace(_DAY.isoformat(), "{day}")
    titles = {name: one.title.en for name, one in told.items()}
    titles["n"] = titles["n"].replace(_DAYS, "in {n} days")
    return {"titles": titles, "text": text}
