"""Officers made to order, straight into the database, and their desks over HTTP.

`officer_client` logs in for real; `officer_clients` makes many at once, with sessions that are
stored and tokens that are minted as a login would.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api.ids import new_id
from auth import officers
from auth.keys import KeySet
from auth.master_keys import LocalMasterKeys
from auth.mongo import Database, in_transaction
from auth.officer_sessions import OfficerSessionStore
from auth.officers import Credentials, Duty, Officer, OfficerState, encode_officer
from auth.one_time_codes import CodeSecrets, code_of, new_secret, step_at
from auth.passwords import hash_password
from auth.principal import Assurance
from auth.tokens import SubjectKind, TokenAuthority
from resolvers.officer_login import CLIENT_ID, METHODS
from tests.app_client import AppClient
from tests.serving import CHEAP_PASSWORDS, Serving

AUTHORITY = "foreign-experts-440100"
PASSWORD = "correct-horse-battery"
ALL_DUTIES = tuple(Duty)

OFFICER_LOGIN = """mutation Desk($input: OfficerLoginInput!) { officerLogin(input: $input) {
  __typename ... on OfficerLoggedIn { accessToken accessTokenExpiresAt sessionEndsAt officerId
    loginName authority city duties }
  ... on OfficerLoginRefused { code message retryAfterSeconds } } }"""
RENEW = """mutation { renewOfficerSession {
  __typename ... on OfficerSessionRenewed { accessToken accessTokenExpiresAt sessionEndsAt }
  ... on OfficerLoginRefused { code message retryAfterSeconds } } }"""
OFFICER_LOGOUT = "mutation { officerLogout { wasLive } }"

_HASH = hash_password(PASSWORD, CHEAP_PASSWORDS)


@dataclass(frozen=True)
class MadeOfficer:
    """An account with its two factors."""

    officer: Officer
    secret: bytes = field(repr=False)
    password: str = PASSWORD

    @property
    def officer_id(self) -> str:
        return self.officer.officer_id

    def code(self, now: datetime, steps_later: int = 0) -> str:
        return code_of(self.secret, step_at(now) + steps_later)

    def given(self, now: datetime, **changed: Any) -> dict[str, Any]:
        """The input of `officerLogin` that is right at this instant."""
        right = {
            "loginName": self.officer.login_name,
            "password": self.password,
            "code": self.code(now),
        }
        return right | changed


async def make_officers(
    database: Database,
    key_set: KeySet,
    number: int = 1,
    *,
    now: datetime,
    authority: str = AUTHORITY,
    duties: Sequence[Duty] = ALL_DUTIES,
    state: OfficerState = OfficerState.ACTIVE,
) -> list[MadeOfficer]:
    """Accounts of one authority, in one command."""
    secrets = CodeSecrets(LocalMasterKeys(key_set))
    made = [
        MadeOfficer(
            Officer(
                officer_id=(officer_id := new_id("ofc")),
                revision=1,
                login_name=f"desk-{officer_id[-12:]}",
                authority=authority,
                city=authority.rpartition("-")[2],
                duties=tuple(duties),
                state=state,
                created_at=now.replace(microsecond=0),
            ),
            new_secret(),
        )
        for _ in range(number)
    ]
    documents = [
        encode_officer(
            one.officer,
            Credentials(_HASH, secrets.wrap(one.officer_id, one.secret), last_code_step=0),
        )
        for one in made
    ]
    await database[officers.NAME].insert_many(documents)
    return made


async def make_officer(serving: Serving, **plan: Any) -> MadeOfficer:
    [made] = await make_officers(serving.database, serving.key_set, now=serving.clock(), **plan)
    return made


async def officers_away(serving: Serving, number: int) -> list[str]:
    """Deciders of the authority whose accounts were disabled."""
    made = await make_officers(
        serving.database,
        serving.key_set,
        number,
        now=serving.clock(),
        duties=(Duty.DECIDE,),
        state=OfficerState.DISABLED,
    )
    return [one.officer_id for one in made]


async def log_in(serving: Serving, made: MadeOfficer) -> AppClient:
    """A desk at which this officer has logged in."""
    app = serving.client()
    logged_in = await app.step(OFFICER_LOGIN, made.given(serving.clock()))
    assert logged_in["__typename"] == "OfficerLoggedIn", logged_in
    app.token = logged_in["accessToken"]
    return app


async def officer_client(
    serving: Serving, authority: str = AUTHORITY, duties: Sequence[Duty] = ALL_DUTIES
) -> AppClient:
    """A new officer, logged in through `officerLogin`; good for 5 minutes, then `renew`."""
    return await log_in(serving, await make_officer(serving, authority=authority, duties=duties))


async def officer_clients(
    serving: Serving,
    number: int,
    authority: str = AUTHORITY,
    duties: Sequence[Duty] = ALL_DUTIES,
) -> list[AppClient]:
    """So many new officers of one authority, each with a session of his own, all good at once."""
    now = serving.clock()
    made = await make_officers(
        serving.database, serving.key_set, number, now=now, authority=authority, duties=duties
    )
    sessions = OfficerSessionStore(serving.database, on_revoked=lambda _: None)
    # The issuer and audience of settings that say nothing else.
    tokens = TokenAuthority(
        serving.key_set, issuer="http://127.0.0.1:8000", audience="onecard-gateway"
    )
    session_ids = [new_id("ses") for _ in made]

    async def opened(transaction: Any) -> None:
        for one, session_id in zip(made, session_ids, strict=True):
            await sessions.open(session_id, one.officer_id, now, transaction)

    await in_transaction(serving.database, opened)
    clients = []
    for one, session_id in zip(made, session_ids, strict=True):
        app = serving.client()
        app.token = tokens.mint_access(
            subject=one.officer_id,
            kind=SubjectKind.OFFICER,
            client_id=CLIENT_ID,
            session_id=session_id,
            scope=one.officer.scopes,
            acr=Assurance.NONE.acr,
            amr=METHODS,
            authenticated_at=now,
            token_id=new_id("tok"),
            issued_at=now,
        )
        clients.append(app)
    return clients


async def renew(app: AppClient) -> dict[str, Any]:
    """The desk goes on for another 5 minutes."""
    renewed = await app.step(RENEW)
    app.token = renewed.get("accessToken", app.token)
    return renewed
