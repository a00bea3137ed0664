"""What an export is, and what life it has. Pure.

WORKING ──last row written──► READY ──a day after it was asked for──► (gone)
   │ ▲ └─ a worker that is killed: another goes on from the last whole page
   │ └── each page: rows, place in the list and file are one transaction
   ├──by the employer──► CANCELLED
   └──its client may no longer have it──► STOPPED
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

ROWS_AT_ONCE: Final = 500
"""Rows of a page: as many people as one audit line names."""
MAX_ROWS: Final = 1_000_000
"""What a worksheet holds, roundly."""
MAX_OPEN: Final = 3
"""Exports of one employer that are being made."""
MAX_KEPT: Final = 20
KEPT_LIFETIME: Final = timedelta(days=1)


class ExportList(StrEnum):
    EMPLOYEES = "EMPLOYEES"
    PERMITS = "PERMITS"


class ExportFormat(StrEnum):
    CSV = "CSV"
    XLSX = "XLSX"


class ExportState(StrEnum):
    WORKING = "WORKING"
    READY = "READY"
    CANCELLED = "CANCELLED"
    STOPPED = "STOPPED"
