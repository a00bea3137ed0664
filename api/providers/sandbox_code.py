"""A second-proof provider for development: sends no SMS and tells the code in the answer."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from auth.verification import CodeSent, SecondProofMethod


class SandboxCodeProvider:
    """The code follows from the reference, so any process can check it and nothing is stored."""

    name = "sandbox-code"
    is_sandbox = True

    def __init__(self, secret: bytes) -> None:
        self._secret = hashlib.sha256(b"onecard sandbox code" + secret).digest()

    async def send(self, flow_id: str, method: SecondProofMethod, number: str) -> CodeSent:
        reference = secrets.token_urlsafe(24)
        return CodeSent(reference, self._code(reference))

    async def confirm(self, reference: str, code: str) -> bool:
        return hmac.compare_digest(self._code(reference).encode(), code.encode())

    def _code(self, reference: str) -> str:
        digest = hmac.digest(self._secret, reference.encode(), "sha256")
        return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"
