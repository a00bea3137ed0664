"""What a notice says, English and Chinese: made when it is read, from its kind, what it is about,
its due day and the day of today.

Texts name nobody and no number, since a locked phone may show them; each says what to do next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from resolvers.policy.named import Named
from resolvers.rules.notice_kinds import NoticeKind, NoticeSubject, subject_of

_K = NoticeKind


@dataclass(frozen=True)
class NoticeTexts:
    title: Named
    text: Named


@dataclass(frozen=True)
class _Reminder:
    """`ahead` says `{when}` the day comes, `over` that it has passed; `text` has the `{day}`."""

    ahead: Named
    over: Named
    text: Named


_REMINDERS: Mapping[NoticeKind, _Reminder] = {
    _K.PERMIT_EXPIRING: _Reminder(
        ahead=Named("Your work permit expires {when}", "您的工作许可{when}到期"),
        over=Named("Your work permit has expired", "您的工作许可已到期"),
        text=Named(
            "Its last valid day is {day}. An extension is filed by your employer, and only within "
            "the days that the permit shows. Speak with your employer now.",
            "最后有效日为{day}。延期须由用人单位在许可信息所示的期限内申请，请尽快与用人单位联系。",
        ),
    ),
    _K.RESIDENCE_PERMIT_EXPIRING: _Reminder(
        ahead=Named("Your residence permit expires {when}", "您的居留许可{when}到期"),
        over=Named("Your residence permit has expired", "您的居留许可已到期"),
        text=Named(
            "Its last valid day is {day}. Apply for an extension at the exit-entry administration "
            "at least 30 days before that day; if it is nearer, go there at once.",
            "最后有效日为{day}。请至少提前30天到出入境管理机构申请延期；不足30天的，请立即前往办理。",
        ),
    ),
    _K.IDENTITY_DOCUMENT_EXPIRING: _Reminder(
        ahead=Named("Your identity document expires {when}", "您的身份证件{when}到期"),
        over=Named("Your identity document has expired", "您的身份证件已到期"),
        text=Named(
            "Its last valid day is {day}. Have it renewed by its issuer; then tell your employer, "
            "who files the change of your work permit.",
            "最后有效日为{day}。请向签发机关换发新证件，并告知用人单位办理工作许可变更。",
        ),
    ),
    _K.TASK_DUE: _Reminder(
        ahead=Named("Something is due {when}", "您有一项事项{when}截止"),
        over=Named("Something is overdue", "您有一项事项已逾期"),
        text=Named(
            "Its last day is {day}. Your tasks say what is to be done, and where.",
            "截止日为{day}。请在“待办事项”中查看办理内容和地点。",
        ),
    ),
    _K.APPLICATION_LAPSING: _Reminder(
        ahead=Named("An application ends by itself {when}", "您的一项申请{when}失效"),
        over=Named("An application has ended by itself", "您的一项申请已失效"),
        text=Named(
            "It can be sent in until {day}. Confirm it if that is asked of you, and speak with "
            "whoever files it.",
            "最迟可于{day}提交。如需您确认，请尽快确认，并与申请方联系。",
        ),
    ),
}

_NEWS: Mapping[NoticeKind, NoticeTexts] = {
    _K.APPLICATION_TO_CONFIRM: NoticeTexts(
        Named("An application waits for your confirmation", "有一项申请待您确认"),
        Named(
            "Your employer has prepared it. Read what it states, and confirm it if it is right; "
            "if not, speak with your employer. Without you it cannot be submitted.",
            "用人单位已为您填报申请。请核对内容，无误后确认；如有误，请与用人单位联系。未经您确认不能提交。",
        ),
    ),
    _K.APPLICATION_SUBMITTED: NoticeTexts(
        Named("An application for you was submitted", "您的申请已提交"),
        Named(
            "The authority checks it now. There is nothing for you to do; the application shows "
            "until when you are promised an answer.",
            "受理机构正在审核，您无需操作。可在申请详情中查看承诺办结时间。",
        ),
    ),
    _K.APPLICATION_RETURNED: NoticeTexts(
        Named("An application was returned", "您的申请需要补正"),
        Named(
            "The application lists everything that is missing. Help whoever files it to complete "
            "it in time; it is returned once only.",
            "申请详情已一次性列明需补正的内容。请协助申请方按时补正，仅可补正一次。",
        ),
    ),
    _K.APPLICATION_ACCEPTED: NoticeTexts(
        Named("An application was accepted for review", "您的申请已受理"),
        Named(
            "There is nothing for you to do; the application shows the day by which it is decided.",
            "您无需操作。可在申请详情中查看承诺作出决定的日期。",
        ),
    ),
    _K.APPLICATION_APPROVED: NoticeTexts(
        Named("An application was approved", "您的申请已获批准"),
        Named(
            "Open the application to read the decision, and what follows from it.",
            "请打开申请详情查看决定及后续事项。",
        ),
    ),
    _K.APPLICATION_REJECTED: NoticeTexts(
        Named("An application was not approved", "您的申请未获批准"),
        Named(
            "Open the application to read the reasons, and which remedies you have until when.",
            "请打开申请详情查看理由、救济途径及期限。",
        ),
    ),
    _K.APPLICATION_WITHDRAWN: NoticeTexts(
        Named("An application for you was withdrawn", "您的申请已被撤回"),
        Named(
            "Whoever filed it took it back. Ask your employer if you did not expect this.",
            "申请方已撤回该申请。如有疑问，请与用人单位联系。",
        ),
    ),
    _K.APPLICATION_LAPSED: NoticeTexts(
        Named("An application has ended by itself", "您的申请已失效"),
        Named(
            "Nobody went on with it in time. If it is still needed, it must be filed anew; speak "
            "with whoever filed it.",
            "该申请逾期未继续办理。如仍需办理，须重新申请，请与申请方联系。",
        ),
    ),
    _K.CONTEST_TAKEN: NoticeTexts(
        Named("A record that you contested is under review", "您提出异议的信息正在核查"),
        Named(
            "The authority looks into it. Nothing changes meanwhile: you may go on working.",
            "相关机构正在核查。核查期间一切照旧，您可以继续工作。",
        ),
    ),
    _K.CONTEST_DECIDED: NoticeTexts(
        Named("The authority has answered your contest", "您的异议已有处理结果"),
        Named(
            "Open the contest to read what was decided and why.",
            "请打开异议详情查看处理结果及理由。",
        ),
    ),
    _K.PERMIT_ISSUED: NoticeTexts(
        Named("A work permit was issued for you", "您的工作许可已签发"),
        Named(
            "Open it to see from when to when it is valid. It is on your card where you have one.",
            "请打开许可信息查看有效期。如您已有社保卡，许可已加载到卡上。",
        ),
    ),
    _K.PERMIT_CANCELLED: NoticeTexts(
        Named("Your work permit was cancelled", "您的工作许可已注销"),
        Named(
            "You may not work under it any more. Your tasks say what is to be settled by when.",
            "您不得再凭该许可工作。请在“待办事项”中查看需办理的事项及期限。",
        ),
    ),
    _K.CARD_ISSUED: NoticeTexts(
        Named("Your electronic card was issued", "您的电子社保卡已签发"),
        Named(
            "It is ready to be shown. If you did not expect it, suspend it in the app.",
            "现在即可出示使用。如非您本人所需，请在应用中停用。",
        ),
    ),
    _K.CARD_CHANGED: NoticeTexts(
        Named("Something about your card has changed", "您的卡状态有变化"),
        Named(
            "Open the card to see what it is worth now. If it was not you, report the card as lost "
            "or go to a counter.",
            "请打开卡片查看当前状态。如非您本人操作，请立即挂失或到柜台办理。",
        ),
    ),
    _K.CARD_ORDER_CHANGED: NoticeTexts(
        Named("There is news of the card that you ordered", "您申领的卡有新进展"),
        Named(
            "Open the order to see where it stands, and whether something is asked of you.",
            "请打开申领记录查看进度，以及是否需要您办理。",
        ),
    ),
    _K.TASK_OPENED: NoticeTexts(
        Named("Something is to be done by you", "您有一项新的待办事项"),
        Named(
            "Your tasks say what it is, where it is done, and by which day.",
            "请在“待办事项”中查看办理内容、地点和期限。",
        ),
    ),
    _K.GRANT_ASKED: NoticeTexts(
        Named("Your employer asks to see some of your data", "用人单位申请查看您的部分信息"),
        Named(
            "Open it to see what for, and exactly what would be shown. You decide: accept all of "
            "it, a part, or none. You can take it back at any time.",
            "请打开查看用途及将展示的具体内容。是否同意由您决定，可全部、部分同意或拒绝，并可随时撤回。",
        ),
    ),
    _K.LETTER_ISSUED: NoticeTexts(
        Named("A letter for you is ready", "您有一份新文书"),
        Named(
            "Open it to read it or to keep a copy. Anyone to whom you show it can check it.",
            "请打开查看或下载保存。您向他人出示时，对方可以查验真伪。",
        ),
    ),
    _K.DEVICE_KEY_REGISTERED: NoticeTexts(
        Named("A device can show your permit offline", "有设备可离线出示您的工作许可"),
        Named(
            "A key of that device was registered. If it was not you, remove it under devices, and "
            "log that device out.",
            "该设备的密钥已登记。如非本人操作，请在“设备”中移除该密钥并退出该设备的登录。",
        ),
    ),
}

_UPDATED_TEXT = Named(
    "Another authority has sent what it knows now. If something is wrong, ask that authority, "
    "which the record names.",
    "其他主管机构已更新该信息。如有误，请向信息所示的来源机构反映。",
)
_UPDATED_TITLES: Mapping[NoticeSubject, Named] = {
    NoticeSubject.RESIDENCE_PERMIT: Named(
        "Your residence permit record was updated", "您的居留许可信息已更新"
    ),
    NoticeSubject.INSURANCE: Named(
        "Your social insurance record was updated", "您的社会保险信息已更新"
    ),
}


def notice_texts(kind: NoticeKind, object_id: str, due_on: date | None, today: date) -> NoticeTexts:
    """`object_id` is the record that it is about; `due_on` the day that a reminder reminds of."""
    if kind in _NEWS:
        return _NEWS[kind]
    if kind is NoticeKind.RECORD_UPDATED:
        return NoticeTexts(_UPDATED_TITLES[subject_of(object_id)], _UPDATED_TEXT)
    if due_on is None:
        raise ValueError("a reminder has a day")
    return _reminder_texts(_REMINDERS[kind], due_on, (due_on - today).days)


def _reminder_texts(reminder: _Reminder, due_on: date, days_left: int) -> NoticeTexts:
    title = reminder.over
    if days_left >= 0:
        when = _when(days_left)
        title = Named(
            reminder.ahead.en.format(when=when.en), reminder.ahead.zh.format(when=when.zh)
        )
    # Not by strftime, whose month names follow the server's locale.
    day = Named(due_on.isoformat(), f"{due_on.year}年{due_on.month}月{due_on.day}日")
    text = Named(reminder.text.en.format(day=day.en), reminder.text.zh.format(day=day.zh))
    return NoticeTexts(title, text)


def _when(days_left: int) -> Named:
    match days_left:
        case 0:
            return Named("today", "今天")
        case 1:
            return Named("tomorrow", "明天")
        case _:
            return Named(f"in {days_left} days", f"将于{days_left}天后")
