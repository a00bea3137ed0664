"""Adapters that import and say they are no sandbox; nobody is ever verified with them."""

from __future__ import annotations

from datetime import datetime

from api.providers.sandbox_code import SandboxCodeProvider
from api.providers.sandbox_person import SandboxPersonProvider
from auth.verification import AssuranceLevel


class PersonAdapter(SandboxPersonProvider):
    name = "test-person"
    is_sandbox = False
    level = AssuranceLevel.REMOTE


class CodeAdapter(SandboxCodeProvider):
    name = "test-code"
    is_sandbox = False


def person() -> PersonAdapter:
    return PersonAdapter(b"a secret of the test")


def code() -> CodeAdapter:
    return CodeAdapter(b"a secret of the test")


class LetterAdapter:
    is_test = False

    def sign(self, pdf: bytes, at: datetime) -> bytes:
        return pdf


def letters() -> LetterAdapter:
    return LetterAdapter()
