"""How a holder wants to be disturbed: by group of notices and channel, and not in quiet hours."""

import strawberry

from auth.permissions import Permission
from resolvers.notices.preferring import PreferencesAsked
from resolvers.rules import notice_preferences as rules
from resolvers.rules.notice_preferences import NoticeChannel, NoticeGroup
from resolvers.store.inboxes import decode_preferences
from schema.change_types import KEY
from schema.context import Info
from schema.field import field_for
from schema.labels import NOTICE_GROUP_LABELS
from schema.row import Row

strawberry.enum(NoticeGroup, description="Kinds of notices that are turned on and off together.")

_field = field_for(Permission.NOTICE_READ)
_READS = ("preferences",)


@strawberry.type(description="By which channels the notices of a group reach the holder.")
class NoticeGroupPreference:
    group: NoticeGroup = _field("The group.")
    group_label: str = _field("The group in words, in the language of the request.")
    push: bool = _field("Whether devices are told.")
    email: bool = _field("Whether an e-mail is sent.")


@strawberry.type(description="Hours in which nothing goes out; the inbox has it all the same.")
class NoticeQuietHours:
    begins: str = _field("The first minute, `22:00`, in Asia/Shanghai.")
    ends: str = _field("The first minute after them; on the next day where it is the smaller.")


@strawberry.type(description="How the holder wants to be disturbed.")
class NoticePreferences:
    inbox: strawberry.Private[Row | None]

    @_field("To be given back when they are set; 0 until they are.", reads=_READS)
    def revision(self) -> int:
        return self._stored().revision

    @_field("Every group.", reads=_READS)
    def groups(self, info: Info) -> list[NoticeGroupPreference]:
        off = self._stored().off
        return [
            NoticeGroupPreference(
                group=group,
                group_label=info.context.text(NOTICE_GROUP_LABELS[group], group),
                push=(group, NoticeChannel.PUSH) not in off,
                email=(group, NoticeChannel.EMAIL) not in off,
            )
            for group in NoticeGroup
        ]

    @_field("Null where there are none.", reads=_READS)
    def quiet_hours(self) -> NoticeQuietHours | None:
        quiet = self._stored().quiet
        if quiet is None:
            return None
        return NoticeQuietHours(begins=f"{quiet.begins:%H:%M}", ends=f"{quiet.ends:%H:%M}")

    def _stored(self) -> rules.NoticePreferences:
        return decode_preferences(None if self.inbox is None else self.inbox.document)


def preferences_of(info: Info, holder: Row) -> NoticePreferences:
    """Of the inbox that the field being resolved follows."""
    rows = holder.related(info)
    return NoticePreferences(inbox=Row("inboxes", rows[0]) if rows else None)


@strawberry.input(description="By which channels the notices of a group go out.")
class NoticeGroupInput:
    group: NoticeGroup = strawberry.field(description="Which group.")
    push: bool = strawberry.field(default=True, description="To devices.")
    email: bool = strawberry.field(default=True, description="By e-mail.")


@strawberry.input(description="Hours in which nothing goes out.")
class NoticeQuietHoursInput:
    begins: str = strawberry.field(description="The first minute, `22:00`, in Asia/Shanghai.")
    ends: str = strawberry.field(
        description="The first minute after them; on the next day where it is the smaller."
    )


@strawberry.input(description="The whole of the preferences.")
class SetNoticePreferencesInput:
    idempotency_key: str = strawberry.field(description=KEY)
    revision: int = strawberry.field(
        description="The `revision` of the preferences that was read; another by now is refused."
    )
    groups: list[NoticeGroupInput] = strawberry.field(
        default_factory=list,
        description="A group that is not named is on; of one named twice the last counts.",
    )
    quiet_hours: NoticeQuietHoursInput | None = strawberry.field(
        default=None, description="None when not given."
    )


def asked_by(given: SetNoticePreferencesInput) -> PreferencesAsked:
    quiet = given.quiet_hours
    return PreferencesAsked(
        revision=given.revision,
        channels={
            one.group: frozenset(
                channel
                for channel, on in (
                    (NoticeChannel.PUSH, one.push),
                    (NoticeChannel.EMAIL, one.email),
                )
                if on
            )
            for one in given.groups
        },
        quiet=None if quiet is None else (quiet.begins, quiet.ends),
    )
