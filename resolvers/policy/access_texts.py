"""What others did with a holder's data, in the words of the holder's ledger."""

from __future__ import annotations

from collections.abc import Mapping

from auth.audit import AuditAction
from auth.principal import PrincipalKind
from resolvers.policy.named import Named
from resolvers.policy.sharing_texts import FIELD_LABELS
from resolvers.rules.seen import MASKED

ACCESS_LABELS: Mapping[AuditAction, Named] = {
    AuditAction.GRANT_READ: Named("Read what you granted", "查看您授权的信息"),
    AuditAction.CASE_READ: Named("Looked at an application", "查看申请案件"),
    AuditAction.EMPLOYEES_READ: Named(
        "Saw you among those whom it employs", "在其员工信息中查看您的信息"
    ),
    AuditAction.APPLICATIONS_READ: Named(
        "Looked at an application that it filed", "查看其提交的申请"
    ),
    AuditAction.CARDS_READ: Named("Looked at your cards", "查看您的社保卡"),
    AuditAction.CARD_ORDERS_READ: Named("Looked at an order of a card", "查看制卡申请"),
    AuditAction.CHECK_PROOF_DOWNLOADED: Named(
        "Downloaded the proof of a check by share code", "下载共享码核验记录"
    ),
    AuditAction.CONTESTS_READ: Named(
        "Looked at a record that you contested", "查看您提出异议的信息"
    ),
    AuditAction.LETTER_CHECKED: Named("Checked a letter of yours", "核验您的文书"),
    AuditAction.CARD_CHECKED: Named("Checked your card", "核验您的社保卡"),
    AuditAction.SHARE_CODE_CHECKED: Named("Used a share code of yours", "使用您的共享码"),
    AuditAction.SHARE_CODE_REFUSED: Named(
        "Tried a share code of yours, in vain", "尝试使用您的共享码未成功"
    ),
    AuditAction.LETTER_REFUSED: Named(
        "Tried to get a letter of yours, in vain", "尝试获取您的文书未成功"
    ),
    AuditAction.PAPER_REFUSED: Named(
        "Tried to get a paper of yours, in vain", "尝试获取申请材料未成功"
    ),
    AuditAction.LETTER_DOWNLOADED: Named("Downloaded a letter of yours", "下载您的文书"),
    AuditAction.PAPER_DOWNLOADED: Named("Downloaded a paper of an application", "下载申请材料"),
}
"""Actions that are told by their code alone are those of a newer gateway."""

ACTOR_LABELS: Mapping[PrincipalKind, Named] = {
    PrincipalKind.ANONYMOUS: Named("Somebody to whom you showed it", "您向其出示的人"),
    PrincipalKind.EMPLOYER: Named("An employer", "用人单位"),
    PrincipalKind.OFFICER: Named("An officer", "工作人员"),
    PrincipalKind.SYSTEM: Named("The gateway itself", "系统"),
}
"""Where there is no name to tell."""

LEDGER_FIELD_LABELS: Mapping[str, Named] = {
    **FIELD_LABELS,
    "holders.native_name": Named("Name in its own script", "本国文字姓名"),
    "holders.work_permit_number": Named("Work permit number", "工作许可号码"),
    "holders.permanent_resident_id": Named("Permanent resident ID", "永久居留身份证号码"),
    "residence_permits.number": Named("Residence permit number", "居留许可号码"),
    "cards.number": Named("Card number", "社保卡号"),
    "contests.statement": Named("What you stated in a contest", "异议中的陈述"),
    "contests.values": Named("The contested record", "提出异议的信息"),
    "cards.bank.account": Named("Bank card number", "银行卡号"),
    "applications.particulars.full_name": Named("Name in the application", "申请中的姓名"),
    "applications.particulars.chinese_name": Named(
        "Chinese name in the application", "申请中的中文姓名"
    ),
    "applications.particulars.native_name": Named(
        "Name in its own script, in the application", "申请中的本国文字姓名"
    ),
    "applications.particulars.passport_number": Named(
        "Passport number in the application", "申请中的护照号码"
    ),
    "applications.particulars.birth_date": Named(
        "Date of birth in the application", "申请中的出生日期"
    ),
    "applications.particulars.phone": Named(
        "Mobile phone number in the application", "申请中的手机号码"
    ),
    "applications.particulars.nationality": Named("Nationality in the application", "申请中的国籍"),
    "applications.particulars.passport_country": Named(
        "Country of the passport in the application", "申请中的护照签发国"
    ),
    "applications.particulars.passport_until": Named(
        "Last valid day of the passport in the application", "申请中的护照有效期止"
    ),
    "applications.request": Named("What is applied for", "申请事项"),
    "applications.progress": Named("How far an application is", "申请办理进度"),
    "applications.decision": Named("The decision on an application", "申请的审批决定"),
    "applications.assessment": Named("Talent assessment in an application", "申请中的人才评分"),
    "applications.papers": Named("Which papers an application has", "申请材料目录"),
    "employments.started_at": Named("First day of the employment", "聘用开始日期"),
    "employments.ends_at": Named("Last day of the employment", "聘用结束日期"),
    "permits.form": Named("On what the work permit was issued", "工作许可证件形式"),
    "permits.history": Named("What happened to the work permit", "工作许可办理记录"),
    "permits.issued_at": Named("Day of issue of the work permit", "工作许可签发日期"),
    "permits.source": Named("Which authority the work permit comes from", "工作许可信息来源"),
    "permits.under_review": Named(
        "Whether the work permit is contested", "工作许可是否处于异议核查中"
    ),
    "letters.letter": Named("Which letters were issued", "已签发的文书目录"),
    "tasks.task": Named("What is to be done about the work permit", "与工作许可有关的待办事项"),
}
"""By the names that the audit trail uses."""


def ledger_field_label(name: str) -> Named | None:
    """None for a field of a newer gateway."""
    label = LEDGER_FIELD_LABELS.get(name.removesuffix(MASKED))
    if label is None or not name.endswith(MASKED):
        return label
    return Named(f"{label.en} (masked)", f"{label.zh}（已脱敏）")
