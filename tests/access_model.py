"""What an employer should see, told without any of the gateway's own rules: a few lists, and the
sentences of docs/employer-access.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from resolvers.vocabulary import IdentifierKind

EMPLOYER_NAMES = ("Employer Alpha", "Employer Omega")
_SHANGHAI = ZoneInfo("Asia/Shanghai")
PARTS = {
    "IDENTITY": "identity",
    "PASSPORT": "passport",
    "PERMIT": "permit",
    "PERMIT_HISTORY": "permitHistory",
    "INSURANCE": "insurance",
    "CONTACT": "contact",
}
"""Of the bundles of which there is something on record."""


@dataclass
class Hired:
    """A permit. `over` is when and how it was superseded or cancelled."""

    since: datetime
    until: datetime
    over: tuple[datetime, str] | None = None


@dataclass
class Stretch:
    employer: int
    since: datetime
    until: datetime
    permits: list[Hired] = field(default_factory=list)


@dataclass
class Granted:
    employer: int
    stretch: Stretch
    purpose: str
    asked: frozenset[str]
    until: date
    at: datetime
    state: str = "ASKED"
    bundles: frozenset[str] = frozenset()

    @property
    def lapses_at(self) -> datetime:
        return self.at + timedelta(days=30)

    def status(self, now: datetime) -> str:
        if self.state == "ASKED" and now >= self.lapses_at:
            return "LAPSED"
        if self.state == "GRANTED" and now >= _midnight_after(self.until):
            return "EXPIRED"
        if self.state in ("ASKED", "GRANTED") and now >= self.stretch.until:
            return "EMPLOYMENT_ENDED"
        return "STANDING" if self.state == "GRANTED" else self.state


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, _SHANGHAI).astimezone(UTC)


@dataclass
class Model:
    numbers: Mapping[IdentifierKind, str]
    phone: str
    name: str
    names: list[tuple[datetime, str]] = field(default_factory=list)
    """When a name began; the first one always was."""
    stretches: list[Stretch] = field(default_factory=list)
    grants: list[Granted] = field(default_factory=list)
    phones: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.names.append((datetime.min.replace(tzinfo=UTC), self.name))

    def hire(self, employer: int, now: datetime, until: datetime) -> None:
        live = self._live(now)
        self._end_standing("SUPERSEDED", now)
        if live is not None and live.employer == employer:
            live.until = until
        else:
            if live is not None:
                live.until = now
            live = Stretch(employer, now, until)
            self.stretches.append(live)
        live.permits.append(Hired(now, until))

    def cancel(self, now: datetime) -> None:
        live = self._live(now)
        self._end_standing("CANCELLED", now)
        if live is not None:
            live.until = now

    def rename(self, given_names: str, now: datetime) -> None:
        surname = self.name.partition(" ")[2]
        self.name = f"{given_names} {surname}"
        self.names.append((now, self.name))

    def asked(
        self, employer: int, purpose: str, bundles: Sequence[str], until: date, now: datetime
    ) -> None:
        assert self._refusal_of_ask(employer, purpose, now) is None
        for grant in self.grants:
            same = (grant.employer, grant.purpose) == (employer, purpose)
            if same and grant.state == "ASKED" and now >= grant.lapses_at:
                grant.state = "LAPSED"
        stretch = self._of(employer)[-1]
        self.grants.append(Granted(employer, stretch, purpose, frozenset(bundles), until, now))

    def ask_refused(self, employer: int, purpose: str, code: str, now: datetime) -> None:
        assert self._refusal_of_ask(employer, purpose, now) == code

    def _refusal_of_ask(self, employer: int, purpose: str, now: datetime) -> str | None:
        if now >= self._of(employer)[-1].until:
            return "EMPLOYMENT_ENDED"
        recent = [
            one
            for one in self.grants
            if one.employer == employer and one.at > now - timedelta(days=30)
        ]
        waiting = [one for one in recent if one.state == "ASKED" and now < one.lapses_at]
        if len(recent) >= 10:
            return "TOO_MANY_ASKS"
        if any(one.purpose == purpose for one in waiting):
            return "ASK_OPEN"
        return "TOO_MANY_ASKS" if len(waiting) >= 3 else None

    def answered(
        self,
        name: str,
        number: int,
        bundles: Sequence[str] | None,
        now: datetime,
        *,
        done: bool,
    ) -> int | None:
        """The number of the grant that it replaced, if it did."""
        grant = self.grants[number]
        if name == "acceptGrant":
            chosen = grant.asked if bundles is None else frozenset(bundles)
            fits = bool(chosen) and chosen <= grant.asked
            in_time = now.astimezone(_SHANGHAI).date() <= grant.until
            assert done is (grant.status(now) == "ASKED" and fits and in_time)
            return self._accept(number, chosen) if done else None
        states = {"refuseGrant": "REFUSED", "retractAsk": "RETRACTED", "withdrawGrant": "WITHDRAWN"}
        needed = "GRANTED" if name == "withdrawGrant" else "ASKED"
        assert done is (grant.state == needed)
        if done:
            grant.state = states[name]
        return None

    def _accept(self, number: int, chosen: frozenset[str]) -> int | None:
        grant, replaced = self.grants[number], None
        for place, other in enumerate(self.grants):
            same = (other.employer, other.purpose) == (grant.employer, grant.purpose)
            if same and other.state == "GRANTED":
                other.state, replaced = "REPLACED", place
        grant.state, grant.bundles = "GRANTED", chosen
        return replaced

    def check(self, employer: int, seen: Mapping[str, Any], now: datetime) -> None:
        """What the graph shows an employer is what the sentences say, no more and no less."""
        self._check_employees(employer, seen, now)
        own = [one for one in self.grants if one.employer == employer]
        shown = [edge["node"] for edge in seen["grants"]["edges"]]
        assert len(shown) == len(own)
        for node, grant in zip(shown, reversed(own), strict=True):
            assert node["status"] == grant.status(now)
            self._check_shared(node["shared"], grant, now)
        self._check_nothing_else(employer, repr(seen), now)

    def _check_employees(self, employer: int, seen: Mapping[str, Any], now: datetime) -> None:
        own = self._of(employer)
        employees = [edge["node"] for edge in seen["employees"]["edges"]]
        assert len(employees) == len(own)
        for node, stretch in zip(employees, reversed(own), strict=True):
            assert node["isCurrent"] is (now < stretch.until)
            assert node["name"] == self._name_known(stretch, now)
            self._check_permit(node["permit"], stretch.permits[-1], stretch, now)
            for one, permit in zip(node["permits"], reversed(stretch.permits), strict=True):
                self._check_permit(one, permit, stretch, now)
        nodes = [edge["node"] for edge in seen["permits"]["edges"]]
        hired = [(permit, stretch) for stretch in own for permit in stretch.permits]
        assert len(nodes) == len(hired)
        for node, (permit, stretch) in zip(nodes, reversed(hired), strict=True):
            self._check_permit(node, permit, stretch, now)

    def _check_permit(
        self, node: Mapping[str, Any], permit: Hired, stretch: Stretch, now: datetime
    ) -> None:
        known_until = min(now, stretch.until)
        over = permit.over if permit.over and permit.over[0] <= known_until else None
        events = ["ISSUED", *([over[1]] if over else [])]
        assert [entry["event"] for entry in node["history"]] == events
        status = over[1] if over else "ACTIVE" if now < permit.until else "EXPIRED"
        assert node["status"] == status
        name = self._name_known(stretch, now)
        assert node["holderName"] == name
        assert node["holder"]["fullName"]["masked"][0] == name[0]
        assert node["employer"]["name"] == EMPLOYER_NAMES[stretch.employer]
        assert datetime.fromisoformat(node["source"]["updatedAt"]) <= known_until

    def _check_shared(
        self, shared: Mapping[str, Any] | None, grant: Granted, now: datetime
    ) -> None:
        if grant.status(now) != "STANDING":
            assert shared is None
            return
        assert shared is not None
        assert {one["code"] for one in shared["bundles"]} == grant.bundles
        parts = {name for name in (*PARTS.values(), "residencePermit", "cards") if shared[name]}
        assert parts == {PARTS[bundle] for bundle in grant.bundles if bundle in PARTS}
        if "CONTACT" in grant.bundles:
            assert shared["contact"]["phone"] == self.phone
        if "IDENTITY" in grant.bundles:
            assert shared["identity"]["fullName"] == self.name
        if "PERMIT" in grant.bundles:
            assert shared["permit"]["status"] == "ACTIVE"
        if "PERMIT_HISTORY" in grant.bundles:
            made = [permit for stretch in self.stretches for permit in stretch.permits]
            assert len(shared["permitHistory"]) == len(made)

    def _check_nothing_else(self, employer: int, text: str, now: datetime) -> None:
        """Whatever field it might stand in: no value that nothing lets this employer see."""
        given = frozenset[str]().union(
            *(
                grant.bundles
                for grant in self.grants
                if grant.employer == employer and grant.status(now) == "STANDING"
            )
        )
        names = {self._name_known(stretch, now) for stretch in self._of(employer)}
        names |= {self.name} if "IDENTITY" in given else set()
        hidden = {name for _, name in self.names} - names
        hidden |= (self.phones | {self.phone}) - ({self.phone} if "CONTACT" in given else set())
        if not given & {"PASSPORT", "INSURANCE"}:
            hidden.add(self.numbers[IdentifierKind.PASSPORT])
        if "INSURANCE" not in given:
            hidden.add(self.numbers[IdentifierKind.SOCIAL_SECURITY])
        if "IDENTITY" not in given:
            hidden |= {"1984-02-29", "贝诺拉"}
        if "PERMIT_HISTORY" not in given:
            hidden.add(EMPLOYER_NAMES[1 - employer])
        if not self._of(employer):
            hidden.add(self.numbers[IdentifierKind.WORK_PERMIT])
        assert [value for value in hidden if value in text] == []

    def _live(self, now: datetime) -> Stretch | None:
        return next((one for one in self.stretches if now < one.until), None)

    def _of(self, employer: int) -> list[Stretch]:
        return [one for one in self.stretches if one.employer == employer]

    def _end_standing(self, event: str, now: datetime) -> None:
        for stretch in self.stretches:
            for permit in stretch.permits:
                permit.over = permit.over or (now, event)

    def _name_known(self, stretch: Stretch, now: datetime) -> str:
        known_until = min(now, stretch.until)
        return [name for since, name in self.names if since <= known_until][-1]
