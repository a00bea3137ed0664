"""Texts for codes, English and Chinese. Codes are stable; texts are not API."""

from collections.abc import Mapping

from resolvers.policy.named import Named
from resolvers.rules.card_rules import CardAction, ElectronicCardAbsence
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.rules.notice_preferences import NoticeGroup
from resolvers.rules.share_codes import ShareCodeState
from resolvers.rules.tasks import TaskKind
from resolvers.vocabulary import (
    BankState,
)

CARD_ACTION_LABELS: Mapping[CardAction, Named] = {
    CardAction.ACTIVATE: Named("Activate", "激活"),
    CardAction.REPORT_TEMPORARY_LOSS: Named("Report as temporarily lost", "临时挂失"),
    CardAction.REPORT_LOSS: Named("Report as lost", "正式挂失"),
    CardAction.RELEASE_LOSS: Named("Release the temporary loss", "解除临时挂失"),
    CardAction.REPORT_FOUND: Named("Report as found again", "解除正式挂失"),
    CardAction.UNLOCK_PIN: Named("Unlock the PIN", "密码解锁"),
    CardAction.REPLACE: Named("Replace", "补换卡"),
    CardAction.SUSPEND: Named("Suspend", "停用"),
    CardAction.REACTIVATE: Named("Reactivate", "恢复使用"),
    CardAction.CANCEL: Named("Cancel", "注销"),
}
BANK_STATE_LABELS: Mapping[BankState, Named] = {
    BankState.INACTIVE: Named("Not activated", "未激活"),
    BankState.NORMAL: Named("In use", "正常"),
    BankState.LOST: Named("Reported lost to the bank", "银行挂失"),
    BankState.CLOSED: Named("Closed", "已销户"),
}
ABSENCE_LABELS: Mapping[ElectronicCardAbsence, Named] = {
    ElectronicCardAbsence.NO_ACTIVE_PERMIT: Named(
        "There is no active work permit to put on a card.", "没有可加载到卡上的有效工作许可。"
    ),
    ElectronicCardAbsence.PLASTIC_PERMIT: Named(
        "Your plastic work permit stays good until its own expiry; the next extension or change "
        "puts it on the card.",
        "您的实体工作许可证在有效期内继续有效；下次延期或变更时将加载到社保卡。",
    ),
    ElectronicCardAbsence.PHYSICAL_CARD_LOST: Named(
        "Your physical card is reported lost. Release a temporary loss, or replace the card.",
        "您的实体卡已挂失。临时挂失可解除，否则请补换卡。",
    ),
    ElectronicCardAbsence.PHYSICAL_CARD_CANCELLED: Named(
        "Your physical card is cancelled; order a new one first.",
        "您的实体卡已注销，请先申领新卡。",
    ),
    ElectronicCardAbsence.NOT_ISSUED_YET: Named(
        "It is issued at your next login.", "将在您下次登录时签发。"
    ),
}
TASK_KIND_LABELS: Mapping[TaskKind, Named] = {
    TaskKind.ENROL_SOCIAL_INSURANCE: Named(
        "Enrol the holder in social insurance", "为持证人办理社会保险参保登记"
    ),
    TaskKind.APPLY_RESIDENCE_PERMIT: Named(
        "Apply for a residence permit at the exit-entry administration",
        "向出入境管理机构申请办理居留许可",
    ),
    TaskKind.SETTLE_RESIDENCE_PERMIT: Named(
        "Settle your residence permit at the exit-entry administration, now that the work permit "
        "is cancelled",
        "工作许可已注销，请到出入境管理机构办理居留许可后续手续",
    ),
}
NOTICE_KIND_LABELS: Mapping[NoticeKind, Named] = {
    NoticeKind.PERMIT_EXPIRING: Named("Work permit expires", "工作许可到期提醒"),
    NoticeKind.RESIDENCE_PERMIT_EXPIRING: Named("Residence permit expires", "居留许可到期提醒"),
    NoticeKind.IDENTITY_DOCUMENT_EXPIRING: Named("Identity document expires", "身份证件到期提醒"),
    NoticeKind.TASK_DUE: Named("Task due", "待办事项截止提醒"),
    NoticeKind.APPLICATION_LAPSING: Named("Application about to end", "申请失效提醒"),
    NoticeKind.APPLICATION_TO_CONFIRM: Named("Application to confirm", "申请待确认"),
    NoticeKind.APPLICATION_SUBMITTED: Named("Application submitted", "申请已提交"),
    NoticeKind.APPLICATION_RETURNED: Named("Application returned", "申请待补正"),
    NoticeKind.APPLICATION_ACCEPTED: Named("Application accepted", "申请已受理"),
    NoticeKind.APPLICATION_APPROVED: Named("Application approved", "申请已批准"),
    NoticeKind.APPLICATION_REJECTED: Named("Application not approved", "申请未获批准"),
    NoticeKind.APPLICATION_WITHDRAWN: Named("Application withdrawn", "申请已撤回"),
    NoticeKind.APPLICATION_LAPSED: Named("Application ended by itself", "申请已失效"),
    NoticeKind.PERMIT_ISSUED: Named("Work permit issued", "工作许可已签发"),
    NoticeKind.PERMIT_CANCELLED: Named("Work permit cancelled", "工作许可已注销"),
    NoticeKind.CARD_ISSUED: Named("Card issued", "社保卡已签发"),
    NoticeKind.CARD_CHANGED: Named("Card changed", "社保卡状态变更"),
    NoticeKind.CARD_ORDER_CHANGED: Named("Card order", "社保卡申领进度"),
    NoticeKind.RECORD_UPDATED: Named("Record updated", "信息更新"),
    NoticeKind.CONTEST_TAKEN: Named("Contest under review", "异议核查中"),
    NoticeKind.CONTEST_DECIDED: Named("Contest decided", "异议已有结果"),
    NoticeKind.TASK_OPENED: Named("New task", "新待办事项"),
    NoticeKind.LETTER_ISSUED: Named("New letter", "新文书"),
    NoticeKind.GRANT_ASKED: Named("Request to see your data", "信息查看申请"),
    NoticeKind.DEVICE_KEY_REGISTERED: Named("Device key registered", "设备密钥已登记"),
}
NOTICE_GROUP_LABELS: Mapping[NoticeGroup, Named] = {
    NoticeGroup.LAST_DAYS: Named("Reminders of last days", "到期提醒"),
    NoticeGroup.APPLICATIONS: Named("Applications", "申请进度"),
    NoticeGroup.PERMITS: Named("Work permits", "工作许可"),
    NoticeGroup.CARDS: Named("Cards", "社保卡"),
    NoticeGroup.RECORDS: Named("Records of other authorities", "其他机构信息更新"),
    NoticeGroup.TASKS: Named("Tasks", "待办事项"),
    NoticeGroup.LETTERS: Named("Letters", "文书"),
    NoticeGroup.SHARING: Named("Sharing of your data", "信息共享"),
}
SHARE_CODE_STATE_LABELS: Mapping[ShareCodeState, Named] = {
    ShareCodeState.ACTIVE: Named("Good", "有效"),
    ShareCodeState.REVOKED: Named("Taken back", "已撤销"),
    ShareCodeState.EXPIRED: Named("Over", "已过期"),
    ShareCodeState.USED_UP: Named("Used up", "次数已用完"),
    ShareCodeState.LOCKED: Named("Locked after wrong attempts", "因多次输错已锁定"),
}
