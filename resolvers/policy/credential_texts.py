"""What a permit credential and its claims are called, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from resolvers.policy.named import Named

CREDENTIAL_NAME: Final = Named("Foreigner's work permit", "外国人来华工作许可")

CLAIM_TEXTS: Final[Mapping[str, Named]] = {
    "name": Named("Name", "姓名"),
    "given_name": Named("Given names", "名"),
    "family_name": Named("Surname", "姓"),
    "chinese_name": Named("Chinese name", "中文姓名"),
    "birthdate": Named("Date of birth", "出生日期"),
    "age_over_18": Named("18 or older", "年满十八周岁"),
    "nationality": Named("Nationality", "国籍"),
    "permit_number": Named("Work permit number", "工作许可编号"),
    "permit_category": Named("Category", "人才类别"),
    "employer_name": Named("Employer", "聘用单位"),
    "employer_credit_code": Named("Employer's credit code", "单位统一社会信用代码"),
    "post": Named("Post", "岗位"),
    "city": Named("City", "城市"),
    "valid_from": Named("First valid day", "有效期起"),
    "valid_until": Named("Last valid day", "有效期止"),
}
"""Every claim that is disclosed at choice (`resolvers.credentials.claims`)."""
