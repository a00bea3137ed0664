"""A holder who shares, and whoever checks: through the graph, over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.ids import new_id
from tests.access_callers import employer_id_of, logged_in, rich_person
from tests.app_client import AppClient
from tests.employer_client import Portal, new_portal
from tests.factories import Person
from tests.serving import Serving

BIRTH_DATE = "1984-02-29"
CODE = """id ending purpose purposeLabel bundles { code label } recipient { id name } madeAt
  expiresAt uses usesLeft lastUsedAt revokedAt state stateLabel"""
MAKE = f"""mutation Make($input: MakeShareCodeInput!) {{ makeShareCode(input: $input) {{ __typename
  ... on ShareCodeMade {{ plainCode shareCode {{ {CODE} }} }}
  ... on ChangeRefused {{ code message }} }} }}"""
REVOKE = f"""mutation Revoke($input: RevokeShareCodeInput!) {{ revokeShareCode(input: $input) {{
  __typename ... on ShareCodeRevoked {{ shareCode {{ {CODE} }} }} ... on ChangeRefused {{ code }} }}
}}"""
LIST = f"{{ me {{ shareCodes {{ edges {{ node {{ {CODE} }} }} }} }} }}"
RECORD = """asOf bundles { code } identity { fullName chineseName birthDate nationality }
  passport { number country validUntil } permit { number category status validUntil employer {
  name creditCode } } permitHistory { category status validUntil } residencePermit { state
  validUntil isValid } insurance { socialSecurityNumber enrolments { kind state } }
  cards { kind status } contact { phone }"""
PREVIEW = f"""query Preview($bundles: [Bundle!]!) {{ previewShare(bundles: $bundles) {{ {RECORD} }}
}}"""
REDEEM = f"""mutation Redeem($input: RedeemShareCodeInput!) {{ redeemShareCode(input: $input) {{
  __typename ... on ShareCodeRedeemed {{ id purpose purposeLabel followUpOn proof proofUrl
  proofExpiresAt record {{ {RECORD} }} }} ... on ChangeRefused {{ code message }} }} }}"""
BEARER: Mapping[str, Any] = {"bearer": True}


@dataclass
class Sharer:
    """A holder who is logged in with a fresh proof."""

    person: Person
    app: AppClient

    async def make(self, **changes: Any) -> dict[str, Any]:
        """The payload of `makeShareCode`; every member of the input may be changed."""
        given = {
            "idempotencyKey": new_id("key"),
            "purpose": "WORK",
            "bundles": ["IDENTITY", "PERMIT"],
            "recipient": BEARER,
        } | changes
        return await self.app.step(MAKE, given)

    async def code(self, **changes: Any) -> str:
        made = await self.make(**changes)
        assert made["__typename"] == "ShareCodeMade", made
        return str(made["plainCode"])

    async def revoke(self, share_code_id: str) -> dict[str, Any]:
        given = {"idempotencyKey": new_id("key"), "shareCodeId": share_code_id}
        return await self.app.step(REVOKE, given)

    async def codes(self) -> list[dict[str, Any]]:
        listed = (await self.app.execute(LIST))["me"]["shareCodes"]["edges"]
        return [edge["node"] for edge in listed]

    async def preview(self, bundles: Sequence[str]) -> dict[str, Any]:
        shown = await self.app.execute(PREVIEW, {"bundles": list(bundles)})
        return dict(shown["previewShare"])


async def new_sharer(serving: Serving, **plan: Any) -> Sharer:
    """With every record that can be shared."""
    person = await rich_person(serving, **plan)
    return Sharer(person, await logged_in(serving, person))


@dataclass
class Checker:
    """The portal of an employer."""

    portal: Portal
    app: AppClient = field(repr=False)

    @property
    def employer_id(self) -> str:
        return self.portal.employer_id

    async def renew(self, serving: Serving) -> None:
        """A new token, good for five minutes."""
        answer = await self.portal.ask(serving.http, serving.clock())
        self.app.token = answer.json()["access_token"]

    async def redeem(
        self, code: str, birth_date: str = BIRTH_DATE, key: str | None = None
    ) -> dict[str, Any]:
        given = {"idempotencyKey": key or new_id("key"), "code": code, "birthDate": birth_date}
        return await self.app.step(REDEEM, given)


async def new_checker(serving: Serving, employer_id: str | None = None) -> Checker:
    """Of another employer than the holder's, unless one is named."""
    employer = employer_id or await employer_id_of(serving, await serving.person())
    checker = Checker(await new_portal(serving, employer), serving.client())
    await checker.renew(serving)
    return checker
