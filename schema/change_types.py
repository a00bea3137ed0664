"""What all changes share: the caller's key, and how a refusal looks."""

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any

import strawberry

from auth.permissions import Permission
from resolvers.changes import Command
from resolvers.policy.papers import PAPER_TEXTS
from resolvers.refusals import Gap, RefusalCode, Refused
from schema.context import Info
from schema.enums import GapReason, PaperKind
from schema.failures import RequestError, RequestErrorCode
from schema.field import field_for
from schema.refusal_texts import CHANGE_REFUSAL_TEXTS, GAP_REASON_TEXTS

strawberry.enum(RefusalCode, description="Why a change was refused; see docs/errors.md.")

KEY = (
    "A new one for each change, 8 to 64 of A-Z, a-z, 0-9, _ and -. Sent again within 24 hours "
    "with the same input it changes nothing and answers with the record as it is."
)
REVISION = "The `revision` that was read; another one by now is refused."
"""How every input of a change describes its `idempotency_key` and `revision`."""

_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")

_anyone = field_for(Permission.ANYONE)


@strawberry.type(description="Something that stands in the way: which paper, and why.")
class ApplicationGap:
    paper: PaperKind | None = _anyone("The paper; null where a statement is at fault.")
    paper_label: str | None = _anyone("The paper in words, in the language of the request.")
    reason: GapReason = _anyone("What is wrong, as a stable code.")
    reason_label: str = _anyone("What is wrong, in words.")
    note: str | None = _anyone("The officer's own words.")


@strawberry.type(description="The change was refused, and nothing has changed.")
class ChangeRefused:
    code: RefusalCode = _anyone("The stable code.")
    message: str = _anyone("What it means and what to do, in the language of the request.")
    gaps: list[ApplicationGap] = _anyone("What is missing, where papers are; else empty.")


def change_refused(info: Info, refused: Refused) -> ChangeRefused:
    return ChangeRefused(
        code=refused.code,
        message=info.context.text(CHANGE_REFUSAL_TEXTS.get(refused.code), refused.code),
        gaps=shown_gaps(info, refused.gaps),
    )


def shown_gaps(info: Info, gaps: Sequence[Gap]) -> list[ApplicationGap]:
    return [
        ApplicationGap(
            paper=gap.paper,
            paper_label=None
            if gap.paper is None
            else info.context.text(PAPER_TEXTS[gap.paper][0], gap.paper),
            reason=gap.reason,
            reason_label=info.context.text(GAP_REASON_TEXTS.get(gap.reason), gap.reason),
            note=gap.note,
        )
        for gap in gaps
    ]


def command_of(info: Info, name: str, given: Any) -> Command:
    """The command of a mutation whose input has an `idempotency_key`.

    Raises BAD_USER_INPUT for a key of another shape. The digest covers every value of the input
    but the key, in one canonical form.
    """
    key: str = given.idempotency_key
    if _KEY.fullmatch(key) is None:
        raise RequestError(
            RequestErrorCode.BAD_USER_INPUT,
            "idempotencyKey needs 8 to 64 of the characters A-Z, a-z, 0-9, _ and -.",
        )
    plain = _plain(given)
    plain.pop("idempotency_key")
    canonical = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    digest = info.context.gateway.digester.blind("command", f"{name}\x1f{canonical}")
    return Command(name, key, digest.value)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            one.name: _plain(getattr(value, one.name))
            for one in dataclasses.fields(value)
            if getattr(value, one.name) is not strawberry.UNSET
        }
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value
