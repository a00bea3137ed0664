"""Words for what is shared and what for, English and Chinese: shown by the graph, the check page
and proofs of a check."""

from __future__ import annotations

from collections.abc import Mapping

from resolvers.policy.named import Named
from resolvers.rules.bundles import Bundle, SharingPurpose
from resolvers.rules.grants import GrantStatus
from resolvers.vocabulary import ResidenceState

BUNDLE_LABELS: Mapping[Bundle, Named] = {
    Bundle.IDENTITY: Named("Name, birth date and nationality", "姓名、出生日期和国籍"),
    Bundle.PASSPORT: Named("Passport", "护照"),
    Bundle.PERMIT: Named("Work permit", "工作许可"),
    Bundle.PERMIT_HISTORY: Named("All work permits so far", "历次工作许可"),
    Bundle.RESIDENCE_PERMIT: Named("Residence permit", "居留许可"),
    Bundle.INSURANCE: Named("Social insurance", "社会保险"),
    Bundle.CARD: Named("Social security cards", "社会保障卡"),
    Bundle.CONTACT: Named("Mobile phone number", "手机号码"),
}
PURPOSE_LABELS: Mapping[SharingPurpose, Named] = {
    SharingPurpose.WORK: Named("Work", "就业"),
    SharingPurpose.HOUSING: Named("Housing", "租住房屋"),
    SharingPurpose.BANKING: Named("Banking", "银行业务"),
    SharingPurpose.EDUCATION: Named("Education", "教育"),
    SharingPurpose.INSURANCE: Named("Insurance", "保险"),
    SharingPurpose.PUBLIC_SERVICE: Named("Public service", "公共服务"),
}
GRANT_STATUS_LABELS: Mapping[GrantStatus, Named] = {
    GrantStatus.ASKED: Named("Waits for an answer", "待答复"),
    GrantStatus.STANDING: Named("Granted", "已授权"),
    GrantStatus.REFUSED: Named("Refused", "已拒绝"),
    GrantStatus.LAPSED: Named("Not answered in time", "逾期未答复"),
    GrantStatus.RETRACTED: Named("Taken back by the employer", "用人单位已撤回申请"),
    GrantStatus.WITHDRAWN: Named("Withdrawn by the holder", "持证人已撤回授权"),
    GrantStatus.REPLACED: Named("Replaced by a later grant", "已被新授权替代"),
    GrantStatus.EXPIRED: Named("Expired", "已过期"),
    GrantStatus.EMPLOYMENT_ENDED: Named("The employment has ended", "聘用关系已结束"),
}
FIELD_LABELS: Mapping[str, Named] = {
    "holders.full_name": Named("Name as in the passport", "姓名（护照）"),
    "holders.chinese_name": Named("Chinese name", "中文姓名"),
    "holders.birth_date": Named("Date of birth", "出生日期"),
    "holders.nationality": Named("Nationality", "国籍"),
    "identity_documents.number": Named("Passport number", "护照号码"),
    "identity_documents.country": Named("Country that issued the passport", "护照签发国"),
    "identity_documents.valid_until": Named("Last valid day of the passport", "护照有效期止"),
    "permits.number": Named("Work permit number", "工作许可号码"),
    "permits.category": Named("Category", "类别"),
    "permits.employer": Named("Employer", "用人单位"),
    "permits.post": Named("Post", "岗位"),
    "permits.city": Named("Place of work", "工作地点"),
    "permits.valid_from": Named("First valid day of the work permit", "工作许可有效期起"),
    "permits.valid_until": Named("Last valid day of the work permit", "工作许可有效期止"),
    "permits.status": Named("State of the work permit", "工作许可状态"),
    "permits.history.category": Named("Category of each work permit", "历次工作许可类别"),
    "permits.history.employer": Named("Employer of each work permit", "历次用人单位"),
    "permits.history.valid_from": Named(
        "First valid day of each work permit", "历次工作许可有效期起"
    ),
    "permits.history.valid_until": Named(
        "Last valid day of each work permit", "历次工作许可有效期止"
    ),
    "permits.history.status": Named("State of each work permit", "历次工作许可状态"),
    "residence_permits.state": Named("State of the residence permit", "居留许可状态"),
    "residence_permits.valid_from": Named(
        "First valid day of the residence permit", "居留许可有效期起"
    ),
    "residence_permits.valid_until": Named(
        "Last valid day of the residence permit", "居留许可有效期止"
    ),
    "holders.social_security_number": Named("Social security number", "社会保障号码"),
    "insurance_enrolments.kind": Named("Kind of insurance", "险种"),
    "insurance_enrolments.state": Named("State of the insurance", "参保状态"),
    "cards.kind": Named("Kind of card", "卡种类"),
    "cards.status": Named("State of the card", "卡状态"),
    "cards.issued_at": Named("Day of issue of the card", "发卡日期"),
    "holders.phone": Named("Mobile phone number", "手机号码"),
}
"""By the names that the audit trail and the holder's ledger use; all of `bundles.FIELDS`."""
RESIDENCE_STATE_LABELS: Mapping[ResidenceState, Named] = {
    ResidenceState.ISSUED: Named("Issued", "已签发"),
    ResidenceState.CANCELLED: Named("Cancelled", "已注销"),
}
