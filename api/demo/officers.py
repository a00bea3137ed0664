"""Fictional officers: in each city one who checks, one who decides, one at the counter,
and one who answers for records."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.demo.bundle import Secrets
from api.demo.days import midnight
from api.demo.draw import drawn_id
from auth.mongo import Document
from auth.officers import Credentials, Duty, Officer, OfficerState, encode_officer
from auth.one_time_codes import base32_of
from auth.passwords import Argon2Cost, hash_password
from resolvers.policy.places import CITIES

_POSTS = (
    ("check", "checks cases", "foreign-experts", Duty.CHECK),
    ("decide", "decides cases", "foreign-experts", Duty.DECIDE),
    ("counter", "makes cards at the counter", "human-resources", Duty.COUNTER),
    ("records", "answers for records", "foreign-experts", Duty.RECORDS),
)
OFFICERS = len(CITIES) * len(_POSTS)

_PRINTED = Argon2Cost(memory_kib=8, passes=1, lanes=1)
"""Passwords that `onecard demo` prints need no slow hash; it would only delay the start."""


@dataclass(frozen=True)
class DemoOfficer:
    officer_id: str
    login_name: str
    password: str
    secret: bytes
    label: str
    authority: str
    city: str
    duty: Duty

    def told(self) -> dict[str, Any]:
        """As `onecard demo --json` prints it."""
        return {
            "label": self.label,
            "loginName": self.login_name,
            "password": self.password,
            "totpSecret": base32_of(self.secret),
            "authority": self.authority,
            "city": self.city,
            "duties": [str(self.duty)],
            "officerId": self.officer_id,
        }


def officer_id(data_set: str, number: int) -> str:
    return drawn_id("ofc", f"{data_set}/officer/{number}")


def demo_officers(data_set: str) -> list[DemoOfficer]:
    """City by city. The same on every machine and every day."""
    made: list[DemoOfficer] = []
    for city, name in CITIES.items():
        for post, what, bureau, duty in _POSTS:
            login_name = f"{name.en.lower()}-{post}"
            made.append(
                DemoOfficer(
                    officer_id=officer_id(data_set, len(made)),
                    login_name=login_name,
                    password=f"lantern-{city}-{post}",
                    secret=hashlib.sha256(f"{data_set}/{login_name}".encode()).digest(),
                    label=f"Officer who {what} in {name.en}",
                    authority=f"{bureau}-{city}",
                    city=city,
                    duty=duty,
                )
            )
    return made


def officer_documents(data_set: str, secrets: Secrets, loaded_on: date) -> list[Document]:
    return [_document(one, secrets, loaded_on) for one in demo_officers(data_set)]


def _document(one: DemoOfficer, secrets: Secrets, loaded_on: date) -> Document:
    officer = Officer(
        officer_id=one.officer_id,
        revision=1,
        login_name=one.login_name,
        authority=one.authority,
        city=one.city,
        duties=(one.duty,),
        state=OfficerState.ACTIVE,
        created_at=midnight(loaded_on),
    )
    credentials = Credentials(
        password_hash=hash_password(one.password, _PRINTED),
        code_secret=secrets.code_secrets.wrap(one.officer_id, one.secret),
        last_code_step=0,
    )
    return encode_officer(officer, credentials)


_REFUSED = "... on OfficerLoginRefused { code message retryAfterSeconds }"

OFFICER_LOGIN_STEPS: dict[str, Any] = {
    "address": "/graphql",
    "how": (
        "POST as in `login`. <officer.x> is field x of the chosen entry of officers; <code> the "
        "six digits that its totpSecret (base 32) has now: TOTP, RFC 6238, HMAC-SHA-1, steps of "
        "30 seconds. A code is good once: for another login wait for the next one. Renew within 5 "
        "minutes, again and again; log out when done."
    ),
    "steps": [
        {
            "step": "officerLogin",
            "bearer": None,
            "query": (
                "mutation($input: OfficerLoginInput!) { officerLogin(input: $input) { __typename "
                f"... on OfficerLoggedIn {{ accessToken sessionEndsAt duties }} {_REFUSED} }} }}"
            ),
            "variables": {
                "input": {
                    "loginName": "<officer.loginName>",
                    "password": "<officer.password>",
                    "code": "<code>",
                }
            },
        },
        {
            "step": "renewOfficerSession",
            "bearer": "<officerLogin.accessToken>",
            "query": (
                "mutation { renewOfficerSession { __typename "
                f"... on OfficerSessionRenewed {{ accessToken sessionEndsAt }} {_REFUSED} }} }}"
            ),
            "variables": {},
        },
        {
            "step": "officerLogout",
            "bearer": "<renewOfficerSession.accessToken>",
            "query": "mutation { officerLogout { wasLive } }",
            "variables": {},
        },
    ],
}
