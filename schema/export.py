"""Lists of an employer as files: asked for, made in the background, downloaded."""

from datetime import datetime
from typing import Annotated

import strawberry

from auth.letter_links import LetterLink
from auth.permissions import Permission
from resolvers.exports.steps import Wanted, cancel_export, start_export
from resolvers.refusals import Refused
from resolvers.rules.exports import ExportFormat, ExportList, ExportState
from schema.change_types import KEY, ChangeRefused, change_refused, command_of
from schema.context import Info
from schema.enums import Language
from schema.field import field_for, guarded, personal
from schema.own_read import read_own
from schema.roster import EmployeeFilter, roster_filter
from schema.row import Row

strawberry.enum(ExportList, description="Which list of the employer.")
strawberry.enum(ExportFormat, description="CSV in UTF-8 with a BOM, or an Excel workbook.")
strawberry.enum(
    ExportState,
    description=(
        "WORKING: rows are being written. READY: `url` downloads it. CANCELLED: by the employer. "
        "STOPPED: its client may no longer have it."
    ),
)

MAX_ID = 40

export_field = field_for(Permission.EXPORT_MAKE)


@strawberry.type(description="A list as a file; gone a day after it was asked for.")
class Export:
    row: strawberry.Private[Row]

    @export_field("Random, stable id.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @export_field("Which list.", reads=("list",))
    def list(self) -> ExportList:
        return ExportList(self.row["list"])

    @export_field("As what.", reads=("format",))
    def format(self) -> ExportFormat:
        return ExportFormat(self.row["format"])

    @export_field("How far it is.", reads=("state",))
    def state(self) -> ExportState:
        return ExportState(self.row["state"])

    @export_field("Rows that are written.", reads=("rows_done",))
    def rows_done(self) -> int:
        done: int = self.row["rows_done"]
        return done

    @export_field("Rows that it is to have, as counted at the beginning.", reads=("rows_total",))
    def rows_total(self) -> int:
        total: int = self.row["rows_total"]
        return total

    @export_field("How many bytes are written.", reads=("file.written",))
    def bytes(self) -> int:
        written: int = self.row["file"]["written"]
        return written

    @export_field("When it was asked for: later rows are in the next one.", reads=("as_of",))
    def as_of(self) -> datetime:
        at: datetime = self.row["as_of"]
        return at

    @export_field("When it is gone.", reads=("expires_at",))
    def expires_at(self) -> datetime:
        at: datetime = self.row["expires_at"]
        return at

    @export_field(
        "Where to download it, for five minutes, with an access token of this client; null unless "
        "it is ready.",
        reads=("state",),
    )
    def url(self, info: Info) -> str | None:
        link = self._link(info)
        return None if link is None else link.url

    @export_field("Until when `url` holds; ask again for another one.", reads=("state",))
    def url_expires_at(self, info: Info) -> datetime | None:
        link = self._link(info)
        return None if link is None else link.expires_at

    def _link(self, info: Info) -> LetterLink | None:
        if self.row["state"] != ExportState.READY:
            return None
        context = info.context
        links = context.gateway.export_links
        return links.link(self.row["_id"], context.ask.principal, context.now)


@strawberry.input(description="Which list is wanted, and as what.")
class StartExportInput:
    idempotency_key: str = strawberry.field(description=KEY)
    list: ExportList = strawberry.field(description="Which list.")
    format: ExportFormat = strawberry.field(description="As what.")
    language: Language = strawberry.field(description="The language of heads and labels.")
    filter: EmployeeFilter | None = personal(
        default=None,
        description="As of the list; `isCurrent` narrows employees only. All when not given.",
    )


@strawberry.input(description="An export that is not wanted any more.")
class CancelExportInput:
    idempotency_key: str = strawberry.field(description=KEY)
    export_id: strawberry.ID = strawberry.field(description="Which one.")


@strawberry.type(description="The export is as asked for.")
class ExportChanged:
    row: strawberry.Private[Row]

    @export_field("The export; null if it is gone since.", edge="export")
    def export(self, info: Info) -> Export | None:
        return export_of(self.row, info)


StartExportPayload = Annotated[
    ExportChanged | ChangeRefused,
    strawberry.union("StartExportPayload", description="How it ended."),
]
CancelExportPayload = Annotated[
    ExportChanged | ChangeRefused,
    strawberry.union("CancelExportPayload", description="How it ended."),
]


@strawberry.type
class ExportMutation:
    @guarded(
        Permission.EXPORT_MAKE,
        description="Have a filtered list made as a file, in the background; docs/exports.md.",
    )
    async def start_export(self, info: Info, input: StartExportInput) -> StartExportPayload:
        context = info.context
        wanted = Wanted(
            input.list,
            roster_filter({"filter": _arguments(input.filter)}),
            input.format,
            input.language,
        )
        command = command_of(info, "startExport", input)
        outcome = await start_export(context.gateway, context.ask, command, wanted)
        if isinstance(outcome, Refused):
            return change_refused(info, outcome)
        return await _changed(info, outcome.object_id)

    @guarded(
        Permission.EXPORT_MAKE,
        description="Give an export up, and have what was written of it removed.",
    )
    async def cancel_export(self, info: Info, input: CancelExportInput) -> CancelExportPayload:
        context = info.context
        command = command_of(info, "cancelExport", input)
        export_id = str(input.export_id)[:MAX_ID]
        outcome = await cancel_export(context.gateway, context.ask, command, export_id)
        if isinstance(outcome, Refused):
            return change_refused(info, outcome)
        return await _changed(info, outcome.object_id)


def export_of(row: Row, info: Info) -> Export | None:
    rows = row.related(info)
    return Export(row=Row("exports", rows[0])) if rows else None


async def _changed(info: Info, export_id: str) -> ExportChanged:
    return ExportChanged(row=await read_own(info, "ExportChanged", {"_id": export_id}))


def _arguments(given: EmployeeFilter | None) -> dict[str, object]:
    """As the lists get them."""
    if given is None:
        return {}
    return {
        "status": given.status,
        "expiringWithin": given.expiring_within,
        "cities": given.cities,
        "category": given.category,
        "isCurrent": given.is_current,
        "name": given.name,
    }
