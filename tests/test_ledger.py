"""The holder's ledger: everybody else who looked, or tried to; when, what for, which fields; never
a value."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from api.ids import new_id
from auth.audit import AuditAction, AuditLine, AuditOrigin, encode_audit_line
from auth.principal import Principal, PrincipalKind
from auth.tokens import SubjectKind
from resolvers.policy.access_texts import ACCESS_LABELS
from resolvers.rules.bundles import FIELDS, Bundle
from tests.app_client import AppClient
from tests.cases import Scene, minted
from tests.commands import CommandLog
from tests.granting import Granting
from tests.serving import Serving

LEDGER = """query($first: Int! = 20, $after: String) { me { accesses(first: $first, after: $after) {
  edges { cursor node { at actorKind actorName action actionLabel purpose purposeLabel
    fields { name label } result } } pageInfo { hasNextPage endCursor } } } }"""


async def ledger(app: AppClient, **given: Any) -> list[dict[str, Any]]:
    found = await app.execute(LEDGER, given, {"Accept-Language": "en"})
    return [edge["node"] for edge in found["me"]["accesses"]["edges"]]


async def test_what_an_employer_read_by_a_grant_is_told_without_a_value(serving: Serving) -> None:
    granting = await Granting.of(serving)
    grant = await granting.granted(["PASSPORT"])
    assert await ledger(granting.holder) == []
    await granting.shared(grant["id"])
    [line] = await ledger(granting.holder)
    assert (line["actorKind"], line["actorName"]) == ("EMPLOYER", "Sample Robotics")
    assert (line["action"], line["result"]) == ("grant.read", "OK")
    assert (line["purpose"], line["purposeLabel"]) == ("WORK", "Work")
    assert [one["name"] for one in line["fields"]] == sorted(FIELDS[Bundle.PASSPORT])
    assert "Passport number" in [one["label"] for one in line["fields"]]


async def test_a_look_in_vain_is_told_too(serving: Serving) -> None:
    granting = await Granting.of(serving)
    grant = await granting.granted(["CARD"])
    await granting.step("withdrawGrant", grant)
    await granting.shared(grant["id"])
    [line] = await ledger(granting.holder)
    assert (line["action"], line["result"], line["fields"]) == ("grant.read", "WITHDRAWN", [])


async def test_an_officer_is_told_as_the_authority_and_each_person_of_what_was_revealed(
    serving: Serving,
) -> None:
    scene = await Scene.of(serving)
    cases = [await scene.case("SUBMITTED") for _ in range(2)]  # type: ignore[arg-type]
    listed = "{ officer { workList { edges { node { id } } } } }"
    await scene.checker.app.execute(listed)
    one = "query($id: ID!) { officer { case(id: $id) { holder { fullName { revealed } } } } }"
    await scene.checker.app.execute(one, {"id": cases[0].id})
    first, second = [await ledger(case.holder.app) for case in cases]
    for lines, names in ((first, ["holders.full_name"]), (second, [])):
        assert {line["actorKind"] for line in lines} == {"OFFICER"}
        assert [one["name"] for one in lines[0]["fields"]] == names
        assert {line["action"] for line in lines} == {"case.read"}
        assert all("Guangzhou" in line["actorName"] for line in lines)
    assert (len(first), len(second)) == (2, 1)


async def test_an_employer_that_reads_its_applications_is_told_and_the_holder_himself_is_not(
    serving: Serving,
) -> None:
    scene = await Scene.of(serving)
    case = await scene.case("SUBMITTED")  # type: ignore[arg-type]
    text = "applications { edges { node { id } } }"
    await case.holder.app.execute(f"{{ me {{ {text} }} }}")
    assert await ledger(case.holder.app) == []
    await scene.employer.app.execute(f"{{ employer {{ {text} }} }}")
    [line] = await ledger(case.holder.app)
    assert (line["action"], line["actorName"]) == ("application.read", "Sample Robotics")


async def test_nobody_finds_the_lines_of_another(serving: Serving) -> None:
    granting, other = await Granting.of(serving), await Granting.of(serving)
    grant = await granting.granted(["CARD"])
    await granting.shared(grant["id"])
    assert len(await ledger(granting.holder)) == 1
    assert await ledger(other.holder) == []


@pytest.mark.parametrize("count", [1, 45])
async def test_pages_lead_to_the_end_newest_first_each_by_one_command(
    serving: Serving, command_log: CommandLog, count: int
) -> None:
    person = await serving.person()
    lines = []
    for _ in range(count):
        serving.clock.advance(seconds=1)
        line = AuditLine(AuditAction.LETTER_CHECKED, None, people=(person.holder_id,))
        origin = AuditOrigin(
            Principal(PrincipalKind.ANONYMOUS), serving.clock(), None, new_id("req")
        )
        lines.append(encode_audit_line(new_id("aud"), line, origin))
    await serving.database["audit"].insert_many(lines)
    app = minted(serving, SubjectKind.HOLDER, person.holder_id).app
    found: list[str] = []
    after: str | None = None
    while True:
        command_log.clear()
        answer = await app.execute(LEDGER, {"first": 20, "after": after})
        assert command_log.sent == [("aggregate", "holders")]
        page = answer["me"]["accesses"]
        assert {edge["node"]["actorKind"] for edge in page["edges"]} == {"BEARER"}
        found += [edge["node"]["at"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(found) == count
    assert found == sorted(found, reverse=True)


def test_whatever_names_people_has_words_for_the_ledger() -> None:
    """Every action that some code writes with `people` is told in words."""
    root = Path(__file__).parent.parent
    told = {f"AuditAction.{action.name}" for action in ACCESS_LABELS}
    wrong = []
    for path in [*root.glob("resolvers/**/*.py"), *root.glob("api/**/*.py")]:
        for found in re.finditer(r"AuditLine\(([^()]|\([^()]*\))*\)", path.read_text("utf-8")):
            named = re.search(r"AuditAction\.\w+", found[0])
            if "people=" in found[0] and named is not None and named[0] not in told:
                wrong.append((path.name, named[0]))
    assert wrong == []
