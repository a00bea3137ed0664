"""The pages for app developers say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.middleware.request_size import BODY_LIFETIME_SECONDS, MAX_BODY_BYTES, MAX_URL_BYTES
from api.refusals import HTTP_LEVEL, STATUS
from auth import login_flow, session_documents, session_rotation
from auth.permissions import FRESH_PROOF_LIFETIME, Permission
from auth.tokens import ACCESS_TOKEN_LIFETIME
from resolvers.login.outcomes import LoginRefusalCode
from schema.access_page import access_page
from schema.build import build_gateway_schema
from schema.failures import RequestErrorCode
from schema.limits import Limits

DOCS = Path(__file__).parent.parent / "docs"
ROW = re.compile(r"^\| `([A-Z_]+)` \|(.*)\|$", re.MULTILINE)


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def codes_in(name: str) -> dict[str, str]:
    """Code → the rest of its row, of every table that begins with codes."""
    rows = ROW.findall(page(name))
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
    assert set(codes_in("login.md")) == {code.value for code in LoginRefusalCode}


def test_every_request_error_is_documented_with_its_status_and_no_other() -> None:
    rows = codes_in("errors.md")
    assert set(rows) == {code.value for code in RequestErrorCode}
    for code in RequestErrorCode:
        star = " *" if code in HTTP_LEVEL else ""
        assert rows[code.value].startswith(f" {STATUS[code]}{star} |"), code


def test_every_mutation_is_on_the_page_of_logging_in() -> None:
    mutation = build_gateway_schema()._schema.mutation_type
    assert mutation is not None
    assert [name for name in mutation.fields if f"`{name}`" not in page("login.md")] == []


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
    ],
)
def test_the_figures_on_the_pages_are_those_of_the_code(name: str, sentence: str) -> None:
    assert sentence in " ".join(page(name).split())
