"""A small world of one holder and two employers on the real database, moved by the code that moves
the real one, and read through the whole graph. What should be seen is told by `access_model`."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from api.ids import new_id
from api.runtime import Runtime
from auth.mongo import Document, Transaction, in_transaction
from auth.principal import Assurance, Principal, PrincipalKind
from auth.scopes import ClientScope
from resolvers.applications.people import vault_of
from resolvers.employments.keeping import keep_employments, rename_in_employments
from resolvers.gateway import Ask, Gateway
from resolvers.rules.names import RegisteredName
from resolvers.store import holders, permits
from resolvers.store.holders import encode_name_parts
from resolvers.store.permits import PermitRecord, encode_permit
from resolvers.store.sealed import sealed_document
from resolvers.vocabulary import (
    IdentifierKind,
    Language,
    PermitCategory,
    PermitEvent,
    PermitForm,
    PermitState,
)
from schema.context import RequestContext
from schema.gateway_schema import GatewaySchema
from tests.access_model import EMPLOYER_NAMES, Model
from tests.factories import Person, make_person
from tests.granting import ACCEPT, ASK, SHARED, mutation
from tests.reminding import SetClock

T = TypeVar("T")
AUTHORITY = "foreign-experts-440100"
READ = f"""{{ employer {{
  employees(first: 50) {{ edges {{ node {{ id isCurrent name number
    permit {{ {{PERMIT}} }} permits {{ {{PERMIT}} }} }} }} }}
  permits(first: 50) {{ edges {{ node {{ {{PERMIT}} }} }} }}
  grants(first: 50) {{ edges {{ node {{ id status employmentId {SHARED} }} }} }} }} }}""".replace(
    "{PERMIT}",
    "id status history { at event } holderName numberInFull employer { name }"
    " holder { fullName { masked } } number { masked } source { updatedAt }",
)


class AccessWorld:
    """No dataclass: hypothesis would print the whole runtime with a failure."""

    person: Person
    model: Model

    def __init__(
        self, runner: asyncio.Runner, runtime: Runtime, schema: GatewaySchema, clock: SetClock
    ) -> None:
        self.runner = runner
        self.runtime = runtime
        self.schema = schema
        self.clock = clock
        self.employers: list[str] = []
        # Id and revision, in the order of the model's.
        self.grants: list[tuple[str, int]] = []

    @property
    def gateway(self) -> Gateway:
        return self.runtime.gateway

    def begin(self, now: datetime) -> None:
        """A new holder of whom nobody is the employer, and two new employers."""
        self.clock.now = now
        self.runner.run(self._begin())

    async def _begin(self) -> None:
        database, keys = self.runtime.database, self.runtime.key_set
        founders = [
            await make_person(database, keys, now=self.clock.now, phone=None) for _ in range(2)
        ]
        self.employers = []
        for founder, name in zip(founders, EMPLOYER_NAMES, strict=True):
            permit = await database["permits"].find_one({"_id": founder.permit_ids[0]})
            assert permit is not None
            named = {"$set": {"name": {"en": name, "zh": name}}}
            await database["employers"].update_one({"_id": permit["employer_id"]}, named)
            # The founders only lend their employers.
            for collection in ("permits", "employments"):
                await database[collection].delete_many({"holder_id": founder.holder_id})
            self.employers.append(permit["employer_id"])
        self.person = await make_person(database, keys, now=self.clock.now, permit_plans=())
        self.model = Model(self.person.numbers, self.person.phone or "", self.person.name)
        self.grants = []

    def hire(self, employer: int, days: int) -> None:
        """A new permit, which supersedes whatever stands, of whichever employer."""
        now, permit_id = self.clock.now, new_id("pmt")

        async def work(gateway: Gateway, transaction: Transaction) -> None:
            await self._end_standing(PermitState.SUPERSEDED, permit_id, transaction)
            vault = await vault_of(gateway, self.person.holder_id, transaction)
            record = PermitRecord(
                permit_id=permit_id,
                holder_id=self.person.holder_id,
                employer_id=self.employers[employer],
                number=self.person.numbers[IdentifierKind.WORK_PERMIT],
                category=PermitCategory.B,
                form=PermitForm.INTEGRATED,
                state=PermitState.ISSUED,
                post={"en": "Engineer", "zh": "工程师"},
                city="440100",
                valid_from=now,
                valid_until=now + timedelta(days=days),
                issued_at=now,
                history=[(now, PermitEvent.ISSUED, AUTHORITY)],
                superseded_by=None,
                authority=AUTHORITY,
                updated_at=now,
            )
            await gateway.permits.insert(encode_permit(record, vault), transaction)
            await keep_employments(gateway, self.person.holder_id, transaction)

        self._change(work)
        self.model.hire(employer, now, now + timedelta(days=days))

    def cancel(self) -> None:
        async def work(gateway: Gateway, transaction: Transaction) -> None:
            await self._end_standing(PermitState.CANCELLED, None, transaction)
            await keep_employments(gateway, self.person.holder_id, transaction)

        self._change(work)
        self.model.cancel(self.clock.now)

    async def _end_standing(
        self, state: PermitState, successor: str | None, transaction: Transaction
    ) -> None:
        wanted = {"holder_id": self.person.holder_id, "state": str(PermitState.ISSUED)}
        event = PermitEvent(state.value)
        changes = {"state": str(state), "superseded_by": successor}
        collection = self.runtime.database[permits.NAME]
        async for found in collection.find(wanted, session=transaction):
            assert await self.gateway.permits.turn(
                found, changes, [event], AUTHORITY, self.clock.now, transaction
            )

    def rename(self, given_names: str) -> None:
        async def work(gateway: Gateway, transaction: Transaction) -> None:
            holder_id = self.person.holder_id
            vault = await vault_of(gateway, holder_id, transaction)
            given, _, surname = self.model.name.partition(" ")
            former = RegisteredName(surname, given, "贝诺拉")
            name = RegisteredName(surname, given_names, "贝诺拉")
            await rename_in_employments(gateway, holder_id, vault, former, name, transaction)
            full = f"{given_names} {surname}"
            parts = encode_name_parts(surname, given_names, "贝诺拉", None)
            fields: Document = {
                "full_name": sealed_document(vault, holders.NAME, "full_name", "name", full),
                "name_parts": vault.seal(holders.NAME, "name_parts", parts),
            }
            await gateway.registration.change(holder_id, fields, transaction)

        self._change(work)
        self.model.rename(given_names, self.clock.now)

    def telephone(self, phone: str) -> None:
        async def work(gateway: Gateway, transaction: Transaction) -> None:
            vault = await vault_of(gateway, self.person.holder_id, transaction)
            sealed = sealed_document(vault, holders.NAME, "phone", "phone", phone)
            await gateway.registration.change(self.person.holder_id, {"phone": sealed}, transaction)

        self._change(work)
        self.model.phone = phone

    def ask(self, employer: int, purpose: str, bundles: list[str], days: int) -> None:
        employment = self.runner.run(self._newest_employment(employer))
        if employment is None:
            return
        until = (self.clock.now + timedelta(days=days)).date()
        given = {
            "employmentId": employment["_id"],
            "purpose": purpose,
            "bundles": bundles,
            "until": until.isoformat(),
        }
        payload = self._mutate(self._employer(employer), ASK, given)
        if payload["__typename"] == "GrantChanged":
            self.grants.append((payload["grant"]["id"], payload["grant"]["revision"]))
            self.model.asked(employer, purpose, bundles, until, self.clock.now)
        else:
            self.model.ask_refused(employer, purpose, payload["code"], self.clock.now)

    def answer(self, name: str, number: int, bundles: list[str] | None = None) -> None:
        """`name` is the mutation; `number` counts the grants."""
        grant_id, revision = self.grants[number]
        given: dict[str, Any] = {"grantId": grant_id, "revision": revision}
        by_employer = name == "retractAsk"
        principal = (
            self._employer(self.model.grants[number].employer) if by_employer else self._holder()
        )
        text = mutation(name)
        if name == "acceptGrant":
            text, given = ACCEPT, given | {"bundles": bundles}
        payload = self._mutate(principal, text, given)
        done = payload["__typename"] == "GrantChanged"
        if done:
            self.grants[number] = (grant_id, payload["grant"]["revision"])
        replaced = self.model.answered(name, number, bundles, self.clock.now, done=done)
        if replaced is not None:
            old_id, old_revision = self.grants[replaced]
            self.grants[replaced] = (old_id, old_revision + 1)

    def seen_by(self, employer: int) -> dict[str, Any]:
        data: dict[str, Any] = self._execute(self._employer(employer), READ)["employer"]
        return data

    async def _newest_employment(self, employer: int) -> Document | None:
        found: Document | None = await self.runtime.database["employments"].find_one(
            {"holder_id": self.person.holder_id, "employer_id": self.employers[employer]},
            sort=[("started_at", -1)],
        )
        return found

    def _change(self, work: Callable[[Gateway, Transaction], Coroutine[Any, Any, None]]) -> None:
        async def locked(transaction: Transaction) -> None:
            await self.gateway.holders.lock(self.person.holder_id, transaction)
            await work(self.gateway, transaction)

        self.runner.run(in_transaction(self.runtime.database, locked))

    def _mutate(self, principal: Principal, text: str, given: Mapping[str, Any]) -> dict[str, Any]:
        sent = {"input": {"idempotencyKey": secrets.token_hex(8), **given}}
        payload: dict[str, Any] = self._execute(principal, text, sent)["step"]
        return payload

    def _execute(
        self, principal: Principal, text: str, variables: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        ask = Ask(principal, "127.0.0.1", new_id("req"))
        context = RequestContext(self.gateway, ask, Language.EN, self.clock.now)
        executing = self.schema.execute(
            text, variable_values=dict(variables or {}), context_value=context
        )
        result = self.runner.run(executing)
        assert result.errors is None, result.errors
        assert result.data is not None
        return result.data

    def _employer(self, number: int) -> Principal:
        scopes = tuple(map(str, ClientScope))
        return Principal(PrincipalKind.EMPLOYER, self.employers[number], scopes=scopes)

    def _holder(self) -> Principal:
        return Principal(
            PrincipalKind.HOLDER,
            self.person.holder_id,
            assurance=Assurance.REAL_PERSON,
            authenticated_at=self.clock.now,
        )
