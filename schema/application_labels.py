"""Texts for the codes of applications, English and Chinese. Codes are stable; texts are not API."""

from collections.abc import Mapping

from resolvers.policy.named import Named
from resolvers.rules.application_machine import ApplicationEvent
from resolvers.rules.state_machine import Party
from resolvers.rules.validity import ValidityBound
from resolvers.vocabulary import ApplicationState, CancellationReason

STATE_LABELS: Mapping[ApplicationState, Named] = {
    ApplicationState.DRAFT: Named("Draft", "草稿"),
    ApplicationState.SUBMITTED: Named("Submitted", "已提交"),
    ApplicationState.RETURNED: Named("Returned for completion", "退回补正"),
    ApplicationState.PRE_CHECKED: Named("Pre-checked", "预审通过"),
    ApplicationState.ACCEPTED: Named("Accepted", "已受理"),
    ApplicationState.UNDER_REVIEW: Named("Under review", "审查中"),
    ApplicationState.APPROVED: Named("Approved", "准予许可"),
    ApplicationState.REJECTED: Named("Rejected", "不予许可"),
    ApplicationState.WITHDRAWN: Named("Withdrawn", "已撤回"),
}
EVENT_LABELS: Mapping[ApplicationEvent, Named] = {
    ApplicationEvent.UPDATE: Named("Edit", "修改"),
    ApplicationEvent.CONFIRM: Named("Confirm", "确认"),
    ApplicationEvent.SUBMIT: Named("Submit", "提交"),
    ApplicationEvent.RETURN: Named("Return", "退回补正"),
    ApplicationEvent.PRE_CHECK: Named("Pass the pre-check", "预审通过"),
    ApplicationEvent.ACCEPT: Named("Accept", "受理"),
    ApplicationEvent.START_REVIEW: Named("Take for review", "开始审查"),
    ApplicationEvent.TAKE_OVER_REVIEW: Named("Take the review over", "接办审查"),
    ApplicationEvent.APPROVE: Named("Approve", "准予许可"),
    ApplicationEvent.REJECT: Named("Reject", "不予许可"),
    ApplicationEvent.WITHDRAW: Named("Withdraw", "撤回"),
    ApplicationEvent.LAPSE: Named("Lapse", "逾期失效"),
}
PARTY_LABELS: Mapping[Party, Named] = {
    Party.FILER: Named("Filer", "申请提交人"),
    Party.HOLDER: Named("Holder", "持证人"),
    Party.CHECKER: Named("Checking officer", "预审受理人员"),
    Party.DECIDER: Named("Deciding officer", "审查决定人员"),
    Party.COUNTER: Named("Counter", "服务窗口"),
    Party.RECORDS: Named("Officer for records", "信息核查人员"),
    Party.BANK: Named("Bank", "银行"),
    Party.SYSTEM: Named("System", "系统"),
}
CANCELLATION_LABELS: Mapping[CancellationReason, Named] = {
    CancellationReason.CONTRACT_ENDED: Named("The contract has ended", "合同期满"),
    CancellationReason.CONTRACT_TERMINATED: Named("The contract was terminated", "解除合同"),
    CancellationReason.EMPLOYER_GONE: Named("The employer is gone", "用人单位不再存续"),
    CancellationReason.LEFT_CHINA: Named("The holder has left China", "已离境"),
    CancellationReason.DIED: Named("The holder has died", "持证人死亡"),
}
BOUND_LABELS: Mapping[ValidityBound, Named] = {
    ValidityBound.REQUESTED: Named("As requested", "按申请期限"),
    ValidityBound.CATEGORY_CAP: Named("The longest for the category", "该类别最长期限"),
    ValidityBound.CONTRACT: Named("Until the contract ends", "以合同期限为限"),
    ValidityBound.PASSPORT: Named("Until the passport ends", "以护照有效期为限"),
}
