"""What a script needs to log in as one of the first seeded holders."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from api.demo.lives import seeded_person
from api.demo.login_steps import LOGIN_STEPS
from api.demo.people import Person
from resolvers.vocabulary import CardKind, IdentifierKind

MOST_SHOWN: Final = 100
_ANY_DAY: Final = date(2026, 1, 1)
"""Of what is told here nothing hangs on the day of seeding; a test holds that."""


def seeded_identities(seed: int, count: int) -> dict[str, Any]:
    """The holders 0 to `count` - 1 of that seed in the shape of `demo_identities`, without
    `identifiers`, `purpose` and `expect`: those hang on the day of the first seeding."""
    people = [seeded_person(seed, index, _ANY_DAY) for index in range(count)]
    return {
        "holders": [_identity(seed, index, person) for index, person in enumerate(people)],
        "login": LOGIN_STEPS,
    }


def _identity(seed: int, index: int, person: Person) -> dict[str, Any]:
    holder = person.holder
    permit = holder.numbers.get(IdentifierKind.WORK_PERMIT)
    social_security = holder.numbers[IdentifierKind.SOCIAL_SECURITY]
    return {
        "label": f"Holder {index} of seed {seed}",
        "name": f"{holder.surname} {holder.given_names}".strip(),
        "identifier": (
            {"workPermitNumber": permit} if permit else {"socialSecurityNumber": social_security}
        ),
        "secondProof": _second_proof(person),
        "holderId": holder.holder_id,
    }


def _second_proof(person: Person) -> dict[str, str | None] | None:
    """By phone, or by bank card for those without one; None where no physical card exists."""
    physical = [card for card in person.cards if card.kind is CardKind.PHYSICAL]
    if not physical:
        return None
    if person.holder.phone is not None:
        return {"phone": person.holder.phone}
    return {"bankCard": physical[-1].bank_account}
