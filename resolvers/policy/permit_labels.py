"""Words of permits and procedures, English and Chinese: shown by the graph, printed on letters."""

from __future__ import annotations

from collections.abc import Mapping

from resolvers.policy.named import Named
from resolvers.vocabulary import PermitCategory, PermitStatus, ProcedureKind

CATEGORY_LABELS: Mapping[PermitCategory, Named] = {
    PermitCategory.A: Named("Category A: high-end talent", "A类：外国高端人才"),
    PermitCategory.B: Named("Category B: professional", "B类：外国专业人才"),
    PermitCategory.C: Named("Category C: other", "C类：其他外国人员"),
}
PERMIT_STATUS_LABELS: Mapping[PermitStatus, Named] = {
    PermitStatus.AWAITING_ORIGINALS: Named(
        "Approved; good once the originals have been checked", "已许可，待现场核验原件后生效"
    ),
    PermitStatus.NOT_YET_VALID: Named("Not valid yet", "尚未生效"),
    PermitStatus.ACTIVE: Named("Active", "有效"),
    PermitStatus.EXPIRED: Named("Expired", "已过期"),
    PermitStatus.SUPERSEDED: Named("Superseded by a later permit", "已被新许可替代"),
    PermitStatus.CANCELLED: Named("Cancelled", "已注销"),
}
PROCEDURE_LABELS: Mapping[ProcedureKind, Named] = {
    ProcedureKind.NEW_FROM_ABROAD: Named("New permit, from abroad", "境外申请工作许可"),
    ProcedureKind.NEW_IN_CHINA: Named("New permit, in China", "境内申请工作许可"),
    ProcedureKind.ORIGINALS_CHECK: Named("On-site check of originals", "现场核验原件"),
    ProcedureKind.EXTENSION: Named("Extension", "工作许可延期"),
    ProcedureKind.CHANGE: Named("Change", "工作许可变更"),
    ProcedureKind.CANCELLATION: Named("Cancellation", "工作许可注销"),
    ProcedureKind.ELECTRONIC_PERMIT: Named(
        "Electronic permit for a plastic one", "实体证换发电子证"
    ),
}
