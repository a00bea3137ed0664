"""How instants are written: RFC 3339 in UTC, always with milliseconds."""

from datetime import UTC, date, datetime
from typing import Any

import strawberry


def written(at: datetime) -> str:
    """`2026-11-23T20:52:04.000Z`: one shape, so that a strict parser needs only one."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


SCALARS: dict[object, Any] = {
    date: strawberry.scalar(
        name="Date",
        description="A day in Asia/Shanghai: `2026-11-23`.",
        serialize=date.isoformat,
        parse_value=date.fromisoformat,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant in UTC with milliseconds (RFC 3339): `2026-11-23T20:52:04.000Z`.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=written,
        parse_value=datetime.fromisoformat,
    ),
}
