"""Words of cards and insurance, English and Chinese: shown by the graph, the check page, proofs."""

from __future__ import annotations

from collections.abc import Mapping

from resolvers.policy.named import Named
from resolvers.vocabulary import CardKind, CardState, InsuranceKind, InsuranceState

CARD_KIND_LABELS: Mapping[CardKind, Named] = {
    CardKind.PHYSICAL: Named("Physical social security card", "实体社会保障卡"),
    CardKind.ELECTRONIC: Named("Electronic social security card", "电子社会保障卡"),
}
CARD_STATE_LABELS: Mapping[CardState, Named] = {
    CardState.SEALED: Named("Made, not activated yet", "已制卡未激活"),
    CardState.NORMAL: Named("In use", "正常"),
    CardState.LOST: Named("Reported lost", "正式挂失"),
    CardState.PIN_LOCKED: Named("Locked after wrong PINs", "密码锁定"),
    CardState.TEMPORARILY_LOST: Named("Temporarily reported lost", "临时挂失"),
    CardState.SUSPENDED: Named("Suspended", "已停用"),
    CardState.VOID: Named("Void", "作废"),
    CardState.CANCELLED: Named("Cancelled", "已注销"),
}
INSURANCE_KIND_LABELS: Mapping[InsuranceKind, Named] = {
    InsuranceKind.PENSION: Named("Pension insurance", "养老保险"),
    InsuranceKind.MEDICAL: Named("Medical insurance", "医疗保险"),
    InsuranceKind.WORK_INJURY: Named("Work injury insurance", "工伤保险"),
    InsuranceKind.UNEMPLOYMENT: Named("Unemployment insurance", "失业保险"),
    InsuranceKind.MATERNITY: Named("Maternity insurance", "生育保险"),
}
INSURANCE_STATE_LABELS: Mapping[InsuranceState, Named] = {
    InsuranceState.ENROLLED: Named("Enrolled", "已参保"),
    InsuranceState.EXEMPT_BY_TREATY: Named("Exempt by treaty", "按协定免缴"),
    InsuranceState.PENDING: Named("Pending", "办理中"),
    InsuranceState.SUSPENDED: Named("Suspended", "暂停"),
    InsuranceState.ENDED: Named("Ended", "已终止"),
}
