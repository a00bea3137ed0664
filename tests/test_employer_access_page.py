"""docs/employer-access.md is the one that the rule and the graph make, and leaves nothing out."""

from __future__ import annotations

import pytest

from resolvers.rules.bundles import FIELDS, Bundle
from resolvers.rules.employer_access import DUTY_FIELDS, EmploymentPeriod, Shown, how_shown
from schema.access import access_rules
from schema.build import build_gateway_schema
from schema.employer_access import BUNDLE_OF, Ground, ground_of, grounded_types, reachable
from schema.employer_access_page import employer_access_page
from tests.test_pages import page


def test_the_page_is_the_one_that_the_rule_and_the_graph_make() -> None:
    hint = "run: python -m schema.employer_access_page > docs/employer-access.md"
    assert page("employer-access.md") == employer_access_page(), hint


def test_every_field_that_an_employer_reaches_has_a_ground_and_no_other_has_one() -> None:
    schema = build_gateway_schema()._schema
    fields = reachable(schema, access_rules(schema))
    grounds = {field: ground_of(field) for field in fields}
    assert {type_name for type_name, _ in grounds} == grounded_types()
    text = page("employer-access.md")
    for type_name, field in fields:
        assert any(
            line.startswith(f"| `{type_name}` |") and f"`{field}`" in line
            for line in text.splitlines()
        )
    by_consent = {name for name, _ in grounds if ground_of((name, "")) is Ground.CONSENT}
    assert by_consent == {*BUNDLE_OF, "SharedRecord"}


@pytest.mark.parametrize("period", list(EmploymentPeriod), ids=str)
def test_nothing_but_duty_outlasts_an_employment_and_nothing_begins_before_it(
    period: EmploymentPeriod,
) -> None:
    everything = DUTY_FIELDS | {name for names in FIELDS.values() for name in names}
    for name in everything | {"holders.permanent_resident_id", "residence_permits.number"}:
        shown = how_shown(name, period, list(Bundle))
        granted = any(name in names for names in FIELDS.values())
        match period:
            case EmploymentPeriod.NONE:
                assert shown is Shown.NOT
            case EmploymentPeriod.ENDED:
                assert shown is (Shown.AS_AT_END if name in DUTY_FIELDS else Shown.NOT)
            case EmploymentPeriod.CURRENT:
                assert (shown is Shown.LIVE) is (granted or name in DUTY_FIELDS)
