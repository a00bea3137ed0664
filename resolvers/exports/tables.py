"""What stands in an exported table: columns, their heads in both languages, and the cells of a
row, each as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from auth.mongo import Document
from auth.sealing import HolderVault
from resolvers.policy.named import Named
from resolvers.policy.permit_labels import CATEGORY_LABELS, PERMIT_STATUS_LABELS
from resolvers.policy.places import CITIES
from resolvers.rules.employer_access import Shown, period_at, shown_by_duty
from resolvers.rules.employment import as_at_end
from resolvers.rules.exports import ExportList
from resolvers.rules.permit_status import first_day, permit_status, printed_day, shanghai_day
from resolvers.store import employments, holders, permits
from resolvers.vocabulary import Language, PermitCategory, PermitState

_SHOWN: Final = (
    "holders.full_name",
    "permits.category",
    "permits.city",
    "permits.number",
    "permits.post",
    "permits.status",
    "permits.valid_from",
    "permits.valid_until",
)
SHOWN_FIELDS: Final[Mapping[ExportList, Sequence[str]]] = {
    ExportList.EMPLOYEES: ("employments.ends_at", "employments.started_at", *_SHOWN),
    ExportList.PERMITS: _SHOWN,
}
"""What the columns show, by the names of the audit trail."""
SHEETS: Final[Mapping[ExportList, Named]] = {
    ExportList.EMPLOYEES: Named("Employees", "员工"),
    ExportList.PERMITS: Named("Permits", "工作许可"),
}


@dataclass(frozen=True)
class OpenedRow:
    """A row of the store, its holder's vault opened; the permit as its sponsor sees it, and the
    name that it knew, where that is not the holder's any more."""

    row: Document
    vault: HolderVault
    permit: Mapping[str, Any]
    frozen_name: Mapping[str, Any] | None
    language: Language
    now: datetime

    def said(self, named: Named | None, code: str) -> str:
        if named is None:
            return code
        return named.zh if self.language is Language.ZH else named.en


def opened_row(row: Document, vault: HolderVault, language: Language, now: datetime) -> OpenedRow:
    """Of an employment: of a permit without one, nothing is exported."""
    employment = row["employment"]
    is_over = shown_by_duty(period_at(employment["ends_at"], now)) is Shown.AS_AT_END
    permit = as_at_end(row["permit"], employment["ends_at"], now)
    return OpenedRow(row, vault, permit, employment.get("name") if is_over else None, language, now)


def _name(one: OpenedRow) -> str:
    """As it was at the end of the employment, once the holder has another one."""
    if one.frozen_name is not None:
        return one.vault.open(employments.NAME, "name", bytes(one.frozen_name["sealed"]))
    return one.vault.open(
        holders.NAME, "full_name", bytes(one.row["holder"]["full_name"]["sealed"])
    )


def _number(one: OpenedRow) -> str:
    return one.vault.open(permits.NAME, "number", bytes(one.permit["number"]["sealed"]))


def _category(one: OpenedRow) -> str:
    category = PermitCategory(one.permit["category"])
    return one.said(CATEGORY_LABELS[category], category)


def _post(one: OpenedRow) -> str:
    post: str = one.permit["post"]["zh" if one.language is Language.ZH else "en"]
    return post


def _city(one: OpenedRow) -> str:
    return one.said(CITIES.get(one.permit["city"]), one.permit["city"])


def _from(one: OpenedRow) -> str:
    return first_day(one.permit["valid_from"]).isoformat()


def _until(one: OpenedRow) -> str:
    return printed_day(one.permit["valid_until"]).isoformat()


def _status(one: OpenedRow) -> str:
    permit = one.permit
    state = PermitState(permit["state"])
    status = permit_status(state, permit["valid_from"], permit["valid_until"], one.now)
    return one.said(PERMIT_STATUS_LABELS[status], status)


def _employed_since(one: OpenedRow) -> str:
    return shanghai_day(one.row["employment"]["started_at"]).isoformat()


def _employed_until(one: OpenedRow) -> str:
    ends_at: datetime = one.row["employment"]["ends_at"]
    if one.now < ends_at:
        return ""
    return shanghai_day(ends_at - timedelta(microseconds=1)).isoformat()


Column = tuple[Named, Callable[[OpenedRow], str]]

_BOTH: Final[tuple[Column, ...]] = (
    (Named("Name", "姓名"), _name),
    (Named("Work permit number", "工作许可编号"), _number),
    (Named("Category", "人才类别"), _category),
    (Named("Post", "岗位"), _post),
    (Named("City", "城市"), _city),
    (Named("First valid day", "有效期起"), _from),
    (Named("Last valid day", "有效期止"), _until),
    (Named("Status", "状态"), _status),
)
COLUMNS: Final[Mapping[ExportList, Sequence[Column]]] = {
    ExportList.EMPLOYEES: (
        *_BOTH,
        (Named("Employed since", "聘用开始日期"), _employed_since),
        (Named("Employed until", "聘用结束日期"), _employed_until),
    ),
    ExportList.PERMITS: _BOTH,
}


def heads(wanted: ExportList, language: Language) -> list[str]:
    return [named.zh if language is Language.ZH else named.en for named, _ in COLUMNS[wanted]]


def cells(wanted: ExportList, one: OpenedRow) -> list[str]:
    return [cell(one) for _, cell in COLUMNS[wanted]]
