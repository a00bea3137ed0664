"""What a contest says in words, English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from resolvers.policy.named import Named
from resolvers.rules.contests import ContestedKind, ContestField, ContestGround, ContestState

_S, _G, _K, _F = ContestState, ContestGround, ContestedKind, ContestField

KEEPS_WORKING: Final = Named(
    "While the record is contested nothing changes: your permit and your card stay as they are, "
    "and you may go on working. Your employer sees no more than that the record is under review.",
    "异议处理期间一切照旧：您的工作许可和卡片状态不变，您可以继续工作。"
    "用人单位只能看到该信息正在核查中。",
)

CONTEST_STATE_LABELS: Final[Mapping[ContestState, Named]] = {
    _S.OPEN: Named("Waits for the authority", "等待机构受理"),
    _S.UNDER_REVIEW: Named("Under review", "核查中"),
    _S.CORRECTED: Named("The authority corrects the record", "机构将更正该信息"),
    _S.UPHELD: Named("The record stays as it is", "维持原记录"),
    _S.WITHDRAWN: Named("Withdrawn", "已撤回"),
}

CONTEST_GROUND_LABELS: Final[Mapping[ContestGround, Named]] = {
    _G.CORRECTED_AS_STATED: Named(
        "The record was wrong and is corrected as you stated.", "原记录有误，将按您的陈述更正。"
    ),
    _G.CORRECTED_OTHERWISE: Named(
        "The record was wrong and is corrected, though not as you stated.",
        "原记录有误，将予以更正，但更正内容与您的陈述不同。",
    ),
    _G.MATCHES_ORIGINALS: Named(
        "The record agrees with the originals that the authority has.",
        "该记录与机构留存的原始材料一致。",
    ),
    _G.NOT_PROVED: Named(
        "What you stated was not proved. You may contest again with proof.",
        "您的陈述未得到证明。您可以补充证明材料后再次提出异议。",
    ),
    _G.NEEDS_A_PROCEDURE: Named(
        "The record was right when it was made; what has changed since is entered by a procedure.",
        "该记录在形成时是正确的；此后的变化须通过相应手续办理变更。",
    ),
    _G.NOT_OUR_RECORD: Named(
        "The record comes from another authority. Contest it there.",
        "该信息由其他机构提供，请向提供机构提出异议。",
    ),
}

CONTESTED_KIND_LABELS: Final[Mapping[ContestedKind, Named]] = {
    _K.PERMIT: Named("Work permit", "工作许可"),
    _K.IDENTITY_DOCUMENT: Named("Identity document", "身份证件"),
    _K.RESIDENCE_PERMIT: Named("Residence permit", "居留许可"),
    _K.INSURANCE: Named("Social insurance", "社会保险"),
    _K.CARD: Named("Card", "社保卡"),
    _K.HOLDER: Named("Personal record", "个人信息"),
}

CONTEST_FIELD_LABELS: Final[Mapping[ContestField, Named]] = {
    _F.NUMBER: Named("Number", "号码"),
    _F.CATEGORY: Named("Category", "类别"),
    _F.EMPLOYER: Named("Employer", "用人单位"),
    _F.POST: Named("Post", "岗位"),
    _F.CITY: Named("City", "城市"),
    _F.STATE: Named("State", "状态"),
    _F.VALID_FROM: Named("First valid day", "有效期起始日"),
    _F.VALID_UNTIL: Named("Last valid day", "有效期截止日"),
    _F.COUNTRY: Named("Issuing country", "签发国"),
    _F.ENROLMENTS: Named("Kinds of insurance", "参保险种"),
    _F.PERMIT_ON_CARD: Named("Permit on the card", "卡载许可"),
    _F.FULL_NAME: Named("Full name", "姓名"),
    _F.CHINESE_NAME: Named("Chinese name", "中文姓名"),
    _F.NATIVE_NAME: Named("Name in its own script", "本国文字姓名"),
    _F.BIRTH_DATE: Named("Date of birth", "出生日期"),
    _F.NATIONALITY: Named("Nationality", "国籍"),
    _F.SOCIAL_SECURITY_NUMBER: Named("Social security number", "社会保障号码"),
    _F.WORK_PERMIT_NUMBER: Named("Work permit number", "工作许可号"),
}
