"""The pages for app developers say what the code does."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

from api.middleware.deadline import DATABASE_SHARE, REQUEST_SECONDS
from api.middleware.request_size import BODY_LIFETIME_SECONDS, MAX_BODY_BYTES, MAX_URL_BYTES
from api.providers.sandbox_person import SandboxPersonProvider
from api.refusals import HTTP_LEVEL, STATUS
from auth import evidence, login_flow, session_documents, session_rotation, verification
from auth.login_flows import SPEC as LOGIN_FLOWS
from auth.permissions import FRESH_PROOF_LIFETIME, Permission
from auth.tokens import ACCESS_TOKEN_LIFETIME
from resolvers.applications.texts import MAX_TEXT_LENGTH
from resolvers.login import second_proof
from resolvers.login.outcomes import LoginRefusalCode
from resolvers.refusals import GapReason, RefusalCode
from resolvers.rules.windows import MAX_YEARS_AWAY
from resolvers.store.application_documents import MAX_GAPS, MAX_GROUNDS
from schema.access_page import access_page
from schema.build import build_gateway_schema
from schema.connection import DEFAULT_PAGE, MAX_PAGE
from schema.failures import RequestErrorCode
from schema.limits import Limits
from schema.refusal_texts import CHANGE_REFUSAL_TEXTS, GAP_REASON_TEXTS
from tests.page_samples import PAGES, ROOT, operations_of

DOCS = Path(__file__).parent.parent / "docs"
ROW = re.compile(r"^\| `([A-Z_]+)` \|(.*)\|$", re.MULTILINE)


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def codes_in(text: str) -> dict[str, str]:
    """Code → the rest of its row, of every table that begins with codes."""
    rows = ROW.findall(text)
    assert len(dict(rows)) == len(rows)
    return dict(rows)


def test_the_access_page_is_the_one_that_the_rules_make() -> None:
    hint = "run: python -m schema.access_page > docs/access.md"
    assert page("access.md") == access_page(), hint


def test_the_access_page_names_every_permission_and_every_field() -> None:
    text = page("access.md")
    assert {f"`{permission.name}`" for permission in Permission} <= set(
        re.findall("`[A-Z_]+`", text)
    )
    types = build_gateway_schema()._schema.type_map
    for line in (line for line in text.splitlines() if line.startswith("| `")):
        name, fields = line.split("|")[1].strip(" `"), re.findall("`([a-z]\\w+)`", line)
        assert name.isupper() or set(fields) <= set(getattr(types[name], "fields")), line  # noqa: B009


def test_every_refusal_of_a_login_is_documented_and_no_other() -> None:
    assert set(codes_in(page("login.md"))) == {code.value for code in LoginRefusalCode}


def test_every_request_error_is_documented_with_its_status_and_no_other() -> None:
    rows = codes_in(page("errors.md").split("\n## ")[0])
    assert set(rows) == {code.value for code in RequestErrorCode}
    for code in RequestErrorCode:
        star = " *" if code in HTTP_LEVEL else ""
        assert rows[code.value].startswith(f" {STATUS[code]}{star} |"), code


def test_every_refusal_of_a_change_is_documented_and_has_words_in_both_languages() -> None:
    refusals, gaps = page("errors.md").split("\n## Refused changes\n")[1].split("\nA gap of ")
    rows = codes_in(refusals)
    assert set(rows) == {code.value for code in RefusalCode}
    assert all(cell.strip() for row in rows.values() for cell in row.split("|"))
    assert set(CHANGE_REFUSAL_TEXTS) == set(RefusalCode)
    assert set(codes_in(gaps)) == {reason.value for reason in GapReason}
    assert set(GAP_REASON_TEXTS) == set(GapReason)
    for text in (*CHANGE_REFUSAL_TEXTS.values(), *GAP_REASON_TEXTS.values()):
        assert text.en.isascii()
        assert re.search(r"[\u4e00-\u9fff]", text.zh), text.en


def test_every_mutation_is_on_a_page_for_whoever_calls_it() -> None:
    names = (
        "login officers procedures notices letters push calendar share-codes showing-the-card"
        " consent webhooks credentials contests exports"
    )
    told = "".join(page(f"{name}.md") for name in names.split())
    mutation = build_gateway_schema()._schema.mutation_type
    assert mutation is not None
    assert [name for name in mutation.fields if f"`{name}`" not in told] == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("login.md", f"A flow lives {login_flow.FLOW_LIFETIME.seconds // 60} minutes"),
        ("login.md", f"{login_flow.MAX_NAME_ATTEMPTS} attempts at the name,"),
        ("login.md", f"{login_flow.MAX_CODE_SENDS} codes sent,"),
        ("login.md", f"{login_flow.MAX_CODE_ATTEMPTS} attempts at the code,"),
        ("login.md", f"{login_flow.MAX_CHECK_STARTS} checks started,"),
        ("login.md", f"{login_flow.MAX_PERSON_ATTEMPTS} proofs of a real person"),
        ("login.md", f"that lives {ACCESS_TOKEN_LIFETIME.seconds // 60} minutes"),
        ("login.md", f"again within {session_rotation.ROTATION_GRACE.seconds} seconds"),
        ("login.md", f"the same for {session_rotation.OPENING_GRACE.seconds} seconds"),
        ("login.md", f"after {session_documents.IDLE_LIFETIME.days} days without a refresh"),
        ("login.md", f"and {session_documents.SESSION_LIFETIME.days} days after login"),
        ("login.md", f"proof under {FRESH_PROOF_LIFETIME.seconds // 60} minutes old"),
        ("errors.md", f"over {MAX_BODY_BYTES:,} bytes"),
        ("errors.md", f"over {MAX_URL_BYTES:,} bytes"),
        ("errors.md", f"over {BODY_LIFETIME_SECONDS:.0f} seconds to arrive"),
        ("errors.md", f"over {Limits().list_size} items"),
        ("errors.md", f"has over {MAX_TEXT_LENGTH:,} characters"),
        ("errors.md", f"lists no gap, or more than {MAX_GAPS} |"),
        ("errors.md", f"has no ground, or more than {MAX_GROUNDS} |"),
        ("errors.md", f"or one is over {MAX_YEARS_AWAY} years away"),
        (
            "login.md",
            f"have {DEFAULT_PAGE} entries a page unless `first` says otherwise, {MAX_PAGE}",
        ),
        ("providers.md", f"(1 to {verification.MAX_PROOF_LENGTH:,} characters;"),
        ("providers.md", f"of at most {verification.MAX_EVIDENCE_LENGTH:,} characters"),
        (
            "providers.md",
            f"over {verification.MAX_EVIDENCE_AGE.seconds // 60} minutes from our clock",
        ),
        ("providers.md", f"`typ` `{verification.EVIDENCE_TYPE}`"),
        ("providers.md", f"has {REQUEST_SECONDS:.0f} seconds in all"),
        ("providers.md", f"gets the first {REQUEST_SECONDS * DATABASE_SHARE:.0f}."),
        ("providers.md", f"lives {login_flow.FLOW_LIFETIME.seconds // 60} minutes, sends"),
        ("providers.md", f"sends {login_flow.MAX_CODE_SENDS} codes and takes"),
        ("providers.md", f"takes {login_flow.MAX_CODE_ATTEMPTS} tries"),
        ("providers.md", f"is the word `{second_proof._NOBODY}` when"),
    ],
)
def test_the_figures_on_the_pages_are_those_of_the_code(name: str, sentence: str) -> None:
    assert sentence in " ".join(page(name).split())


@functools.cache
def committed_schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_operation_on_a_page_fits_the_schema(path: Path) -> None:
    for operation in operations_of(path.read_text(encoding="utf-8")):
        assert validate(committed_schema(), parse(operation)) == [], operation


def test_operations_are_found_on_the_pages_that_show_some() -> None:
    shown = {path.name for path in PAGES if operations_of(path.read_text(encoding="utf-8"))}
    assert shown >= {"README.md", "login.md", "errors.md", "procedures.md"}


@pytest.mark.parametrize(
    "protocol", [verification.RealPersonProvider, verification.SecondProofProvider]
)
def test_every_member_of_a_providers_protocol_is_documented(protocol: type) -> None:
    members = {name for name in vars(protocol) if not name.startswith("_")}
    assert len(members) >= 4
    table = page("providers.md").split(f"\n## {protocol.__name__}\n\n")[1].split("\n\n")[0]
    firsts = " ".join(row.split("|")[1] for row in table.splitlines())
    assert set(re.findall(r"`(\w+)", firsts)) == members


def test_every_claim_of_evidence_and_every_fault_is_documented_and_no_other() -> None:
    text = page("providers.md")
    table = text.split("### Evidence\n")[1].split("|---|---|\n")[1].split("\n\n")[0]
    cells = [row.split("|")[1] for row in table.splitlines()]
    assert set(re.findall("`(.*?)`", " ".join(cells))) == set(evidence._REQUIRED) | {"exp"}
    assert all(f"`{fault}`" in text for fault in verification.ProofFault)
    assert all(f"`{name}`" in text for name in verification.PersonCheck.__annotations__)


@pytest.mark.parametrize(
    ("field", "after"), [("challenge", "`lifetime`"), ("second_proof", "`sandbox_code`")]
)
def test_the_bounds_of_what_a_provider_names_are_those_of_the_store(field: str, after: str) -> None:
    stored = LOGIN_FLOWS.validator["properties"][field]["properties"]
    name, reference = stored["provider"]["maxLength"], stored["reference"]["maxLength"]
    text = " ".join(page("providers.md").split())
    assert f"up to {name} characters, stable" in text
    assert f"`reference`, up to {reference} characters; {after}" in text


async def test_the_sandbox_challenges_as_the_page_says() -> None:
    check = verification.PersonCheck("flw_1", "nonce", "flw_1", "iOS 19", "LOGIN")
    challenge = await SandboxPersonProvider(b"secret").start(check)
    text = " ".join(page("login.md").split())
    assert f"{challenge.lifetime.seconds // 60} minutes with the sandbox" in text
    assert f"the sandbox has one, `{'` `'.join(challenge.instructions)}`" in text
