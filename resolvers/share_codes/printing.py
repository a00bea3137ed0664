"""The claims of a proof → a tagged PDF (PDF/UA-1), by Typst; the same claims, the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from resolvers.letters.printing import NO_GLYPH, STANDARD, NotPrintable, fonts
from resolvers.policy import share_code_texts as texts
from resolvers.policy.named import Named
from resolvers.policy.sharing_texts import PURPOSE_LABELS
from resolvers.rules.bundles import SharingPurpose
from resolvers.rules.permit_status import SHANGHAI
from resolvers.share_codes.rows import Row, sections_of

_TIME: Final = "%Y-%m-%d %H:%M:%S"


def print_proof(claims: Mapping[str, Any]) -> bytes:
    """Raises NotPrintable for a text with a character that no font of ours has."""
    # Here and not above: it costs 0.1 s, which a process that prints nothing need not pay.
    import typst

    try:
        printed: bytes = typst.compile(
            _template(),
            font_paths=fonts(),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"sheet": json.dumps(_sheet(claims), ensure_ascii=False)},
            pdf_standards=[STANDARD],
            timestamp=claims["iat"],
        )
    except typst.TypstError as error:
        if NO_GLYPH in error.message:
            raise NotPrintable from None
    else:
        return printed
    raise RuntimeError("a proof cannot be laid out")


def facts_of(claims: Mapping[str, Any]) -> list[Row]:
    """Which check it was: when, by whom, what for, and when to look again."""
    at = datetime.fromisoformat(claims["checked_at"]).astimezone(SHANGHAI)
    time = f"{at:{_TIME}}"
    zone = texts.BEIJING_TIME
    follow_up = claims["follow_up_on"]
    return [
        (texts.CHECKED_AT, Named(f"{time}, {zone.en}", f"{time}（{zone.zh}）")),
        (texts.CHECKED_BY, _checker(claims["checked_by"])),
        (texts.PURPOSE, PURPOSE_LABELS[SharingPurpose(claims["purpose"])]),
        (texts.FOLLOW_UP, Named(follow_up, follow_up) if follow_up else texts.NO_FOLLOW_UP),
        (texts.NUMBER, Named(claims["jti"], claims["jti"])),
    ]


def printed_at(claims: Mapping[str, Any]) -> datetime:
    """What its signature says of the time: that of the check, so that it is the same file again."""
    return datetime.fromtimestamp(claims["iat"], UTC)


def _checker(checked_by: Mapping[str, Any]) -> Named:
    if checked_by["kind"] == "bearer":
        return texts.BEARER
    name, code = checked_by["name"], checked_by["credit_code"]
    return Named(f"{name['en']} ({code})", f"{name['zh']}（{code}）")


def _sheet(claims: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": _both(texts.TITLE),
        "issuer": _both(texts.ISSUER),
        "number": claims["jti"],
        "facts": _rows(facts_of(claims)),
        "sections": [
            {"title": _both(section.title), "rows": _rows(section.rows)}
            for section in sections_of(claims)
        ],
        "paragraphs": [_both(texts.LIVE), _both(texts.KEEP)],
        "signed": _both(texts.SIGNED),
    }


def _rows(rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [{"label": _both(label), "value": _both(value)} for label, value in rows]


def _both(named: Named) -> dict[str, str]:
    return {"en": named.en, "zh": named.zh}


@cache
def _template() -> bytes:
    return files("resolvers.share_codes").joinpath("check_proof.typ").read_bytes()
