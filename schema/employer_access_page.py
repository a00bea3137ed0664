"""docs/employer-access.md, made from the rule and the graph:
`python -m schema.employer_access_page > docs/employer-access.md`.

A test compares the committed page with this one.
"""

import sys
from collections.abc import Iterator

from resolvers.policy.sharing_texts import FIELD_LABELS
from resolvers.rules.bundles import FIELDS, Bundle
from resolvers.rules.employer_access import (
    DUTY_FIELDS,
    EmploymentPeriod,
    Shown,
    how_shown,
    shown_by_duty,
)
from schema.access import access_rules
from schema.build import build_gateway_schema
from schema.employer_access import BUNDLE_OF, Ground, ground_of, reachable

INTRODUCTION = """\
# What an employer sees of a holder

Made by `python -m schema.employer_access_page > docs/employer-access.md`; do not edit it by hand.

Duty × consent × employment period × field. By duty an employer sees the permits that it sponsors
and whose they are: live while it does, and afterwards as they were at the end, whatever happened
since. By consent it sees the bundles of a grant that stands ([consent.md](consent.md)), live, and
nothing of them from the instant at which the grant or the employment ends. Everything else it
does not see.

An employment is one stretch of time in which the employer sponsors the holder; whoever comes back
after its end is a new one. What an employer filed itself it goes on reading, with the name as it
was known at the end. A property-based test (`tests/test_employer_access.py`) plays lives of
grants, answers, revocations, employer changes, new names and clocks, and compares all that the
graph answers with an independent model.
"""
_CELLS = {
    Shown.LIVE: "live",
    Shown.AS_AT_END: "as at the end",
    Shown.NOT: "not",
}
_GROUNDS = {
    Ground.NOBODY: ("no holder's data", "always", "always"),
    Ground.OWN: ("what the employer itself states, files, asks or is issued", "always", "always"),
    Ground.SHOWN: (
        "what the holder shows by a code, at that one check",
        "at the check",
        "the same",
    ),
}


def employer_access_page() -> str:
    """The whole page, with one line break at its end."""
    lines = [INTRODUCTION, *_rule(), "", *_graph()]
    return "\n".join(lines) + "\n"


def _rule() -> Iterator[str]:
    yield "## The rule\n"
    yield "| field | bundle | employed, without the bundle | employed, with it | after the end |"
    yield "|---|---|---|---|---|"
    for bundle in (None, *Bundle):
        names = sorted(DUTY_FIELDS) if bundle is None else FIELDS[bundle]
        for name in names:
            yield f"| {' | '.join(_rule_cells(name, bundle))} |"


def _rule_cells(name: str, bundle: Bundle | None) -> Iterator[str]:
    label = FIELD_LABELS.get(name)
    yield f"`{name}`" if label is None else f"`{name}`: {label.en}"
    yield "by duty" if bundle is None else f"`{bundle}`"
    current, ended = EmploymentPeriod.CURRENT, EmploymentPeriod.ENDED
    yield _CELLS[how_shown(name, current, ())]
    yield "" if bundle is None else _CELLS[how_shown(name, current, (bundle,))]
    yield _CELLS[how_shown(name, ended, () if bundle is None else (bundle,))]


def _graph() -> Iterator[str]:
    yield "## Every field of the graph that an employer can reach\n"
    yield "| type | fields | ground | while it employs | after the end |"
    yield "|---|---|---|---|---|"
    schema = build_gateway_schema()._schema  # noqa: SLF001 - no public way
    grouped: dict[tuple[str, Ground], list[str]] = {}
    for type_name, field in reachable(schema, access_rules(schema)):
        grouped.setdefault((type_name, ground_of((type_name, field))), []).append(f"`{field}`")
    for (type_name, ground), fields in grouped.items():
        cells = (f"`{type_name}`", ", ".join(fields), *_ground_cells(type_name, ground))
        yield f"| {' | '.join(cells)} |"


def _ground_cells(type_name: str, ground: Ground) -> tuple[str, str, str]:
    current, ended = EmploymentPeriod.CURRENT, EmploymentPeriod.ENDED
    match ground:
        case Ground.DUTY:
            return "duty", _CELLS[shown_by_duty(current)], _CELLS[shown_by_duty(ended)]
        case Ground.CONSENT:
            bundles = BUNDLE_OF.get(type_name, ())
            by = ", ".join(f"`{bundle}`" for bundle in bundles) or "any bundle"
            shown = {
                how_shown(name, current, (bundle,)) for bundle in bundles for name in FIELDS[bundle]
            } or {Shown.LIVE}
            [live] = shown
            return f"consent: {by}", f"{_CELLS[live]}, while a grant stands", _CELLS[Shown.NOT]
        case _:
            return _GROUNDS[ground]


if __name__ == "__main__":
    sys.stdout.write(employer_access_page())
