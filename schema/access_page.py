"""docs/access.md, made from the rules themselves: `python -m schema.access_page > docs/access.md`.

A test compares the committed page with this one.
"""

import sys
from collections.abc import Iterator
from datetime import timedelta

from auth.permissions import EVERYONE, RULES, Permission, Rule
from auth.principal import Assurance, PrincipalKind
from schema.access import Rules, access_rules
from schema.build import build_gateway_schema

INTRODUCTION = """\
# Who may use which field

Made by `python -m schema.access_page > docs/access.md`; do not edit it by hand.

Every field names the permissions that open it: `@access(anyOf: […])` in the SDL, the tables below.
A caller needs one of them. A permission is granted by who asks (kind), what an employer's client
was granted or which duties an officer has (scope), how sure we are (assurance), and how old the
real-person proof is. The rules stand in one table, `auth/permissions.py`.

An operation is checked as a whole before anything runs. With one field denied it is refused:
nothing was read, nothing was changed and there is no `data`; each denied field is an error with its
`path` (the first ten), and `extensions.code` says why.

| code | HTTP | meaning |
|---|---|---|
| `UNAUTHENTICATED` | 401 | log in, or go further in the login that has begun |
| `FORBIDDEN` | 403 | callers of this kind, or without this scope, never may |
| `STEP_UP_REQUIRED` | 401 | repeat the real-person step: see [login.md](login.md#step-up) |
| `STRONGER_PROOF_REQUIRED` | 401 | repeat it, with a provider of the `level` that is told |

Where several permissions open a field and none is held, the denial told is the mildest: first the
one that a fresh proof lifts, then the one that a login lifts.

Kinds: `anonymous` sends no token, `flow` the flow token of a login or step-up, `holder`, `officer`
and `employer` an access token. A token that does not hold is refused, never taken for anonymous.
Assurance: `NONE` < `REAL_NAME` < `REAL_PERSON` < `REAL_PERSON_LOCAL` < `REAL_PERSON_REMOTE`; which
of the last three a proof is worth is its provider's. A permission of a family (`revealing`,
`sharing`, `device_changes`) asks for the level of `ONECARD_REVEALING_PROOF`,
`ONECARD_SHARING_PROOF` or `ONECARD_DEVICE_PROOF`, by default for no more than a login
([remote-verification.md](remote-verification.md#levels)).

Fields that `ANYONE` may use are public or stand in the payload of a mutation, which has a rule.
"""


def access_page() -> str:
    """The whole page, with one line break at its end."""
    rules = access_rules(build_gateway_schema()._schema)  # noqa: SLF001 - no public way
    lines = [INTRODUCTION, *_permissions(), "", *_fields(rules)]
    return "\n".join(lines) + "\n"


def _permissions() -> Iterator[str]:
    yield "## Permissions\n"
    yield "| permission | stands for | kinds | scope | assurance | proof not older than | family |"
    yield "|---|---|---|---|---|---|---|"
    for permission in Permission:
        rule = RULES[permission]
        assurance = rule.assurance.name if rule.assurance > Assurance.NONE else "any"
        cells = (
            f"`{permission.name}`",
            f"`{permission.value}`",
            _kinds(rule),
            "any" if rule.scope is None else f"`{rule.scope}`",
            assurance,
            _age(rule.proof_lifetime),
            "" if rule.family is None else rule.family.value,
        )
        yield f"| {' | '.join(cells)} |"


def _kinds(rule: Rule) -> str:
    if rule.kinds == EVERYONE:
        return "everyone"
    return ", ".join(kind.value for kind in PrincipalKind if kind in rule.kinds)


def _age(lifetime: timedelta | None) -> str:
    return "any age" if lifetime is None else f"{int(lifetime.total_seconds()) // 60} minutes"


def _fields(rules: Rules) -> Iterator[str]:
    """One table row for each type and set of permissions, types in the order of the alphabet."""
    yield "## Fields\n"
    yield "| type | fields | any of |"
    yield "|---|---|---|"
    grouped: dict[tuple[str, tuple[Permission, ...]], list[str]] = {}
    for (type_name, field), permissions in rules.items():
        grouped.setdefault((type_name, permissions), []).append(f"`{field}`")
    for (type_name, permissions), fields in sorted(grouped.items()):
        names = ", ".join(f"`{permission.name}`" for permission in permissions)
        yield f"| `{type_name}` | {', '.join(fields)} | {names} |"


if __name__ == "__main__":
    sys.stdout.write(access_page())
