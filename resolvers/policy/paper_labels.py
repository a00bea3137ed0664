"""What the papers are called."""

from __future__ import annotations

from collections.abc import Mapping

from resolvers.policy.named import Named
from resolvers.vocabulary import PaperKind

PAPER_LABELS: Mapping[PaperKind, Named] = {
    PaperKind.PASSPORT_PAGE: Named("Passport page with the photo", "护照资料页"),
    PaperKind.CONTRACT: Named("Employment contract", "聘用合同"),
    PaperKind.DEGREE: Named("Highest degree, authenticated", "最高学位证书及认证"),
    PaperKind.WORK_EXPERIENCE: Named("Proof of work experience", "工作资历证明"),
    PaperKind.MEDICAL_REPORT: Named("Medical report", "体检证明"),
    PaperKind.NO_CRIMINAL_RECORD: Named("Certificate of no criminal record", "无犯罪记录证明"),
    PaperKind.PHOTO: Named("Photo", "免冠照片"),
    PaperKind.RESIDENCE_OR_VISA_PAGE: Named(
        "Page of the visa or residence permit", "签证或居留许可页"
    ),
    PaperKind.CHANGE_PROOF: Named("Proof of the change", "变更事项证明"),
    PaperKind.CANCELLATION_PROOF: Named("Proof of the end of employment", "解除聘用关系证明"),
    PaperKind.PLASTIC_PERMIT: Named("The plastic work permit", "外国人工作许可证（实体卡）"),
}
