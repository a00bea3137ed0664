"""The proof of a check is handed out as a file, to whoever made it; an audit line goes first.

Everybody else is answered alike. The file is made from the sealed claims at each download: printing
and signing take a tenth of a second, and so nothing else of it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from auth.audit import AuditAction, AuditLine
from auth.mongo import Document
from auth.permissions import Permission, denial_for
from auth.principal import ANONYMOUS
from auth.proof_links import ProofClaim
from resolvers.gateway import Ask, Gateway, append_audit
from resolvers.letter_press import PressBusy
from resolvers.letter_signer import SignerUnavailable
from resolvers.letters.printing import NotPrintable
from resolvers.rules.bundles import Bundle
from resolvers.share_codes.printing import print_proof, printed_at
from resolvers.share_codes.proving import opened_claims
from resolvers.share_codes.signing import signed_proof
from resolvers.sharing.record import shown_fields

READING: Final = (Permission.SHARE_CODE_CHECK,)


class ProofForm(StrEnum):
    PDF = "pdf"
    JSON = "json"


@dataclass(frozen=True)
class ProofFile:
    """`signed` is the JWS, `content` the PDF where that was asked for."""

    proof_id: str
    claims: Mapping[str, Any] = field(repr=False)
    signed: str = field(repr=False)
    content: bytes | None = field(repr=False)


class NoProof(StrEnum):
    """NOT_FOUND: there is nothing here for this caller. The others are of the file alone."""

    NOT_FOUND = "NOT_FOUND"
    BUSY = "BUSY"
    NOT_PRINTABLE = "NOT_PRINTABLE"


async def read_proof(
    gateway: Gateway, ask: Ask, proof_id: str, claim: ProofClaim, form: ProofForm
) -> ProofFile | NoProof:
    """Raises SealBroken when what is stored has been changed."""
    now, client_id = gateway.now(), ask.principal.client_id
    stored = await gateway.check_proofs.find(proof_id, now)
    holds = gateway.proof_links.holds(proof_id, client_id, claim, now)
    may_read = ask.principal == ANONYMOUS or denial_for(ask.principal, READING, now) is None
    if stored is None or not holds or not may_read or stored["client_id"] != client_id:
        return NoProof.NOT_FOUND
    wrapped = await gateway.holder_keys.find(stored["holder_id"])
    is_over = await gateway.share_codes.is_revoked(stored["code_id"])
    if wrapped is not None and is_over:  # taken back: the look in vain stands in the ledger too
        await append_audit(gateway, ask, _line_in_vain(stored))
    if wrapped is None or is_over:  # the person is being deleted, or has taken the code back
        return NoProof.NOT_FOUND
    claims = opened_claims(gateway.sealer.vault_for(stored["holder_id"], wrapped), stored)
    content: bytes | None = None
    if form is ProofForm.PDF:
        try:
            content = await gateway.letter_press.run(lambda: _printed(gateway, claims))
        except (PressBusy, SignerUnavailable):
            return NoProof.BUSY
        except NotPrintable:
            return NoProof.NOT_PRINTABLE
    await append_audit(gateway, ask, _line(stored, claims))
    return ProofFile(proof_id, claims, await signed_proof(gateway, claims), content)


def _printed(gateway: Gateway, claims: Mapping[str, Any]) -> bytes:
    return gateway.letter_signer.sign(print_proof(claims), printed_at(claims))


def _line_in_vain(stored: Document) -> AuditLine:
    return AuditLine(
        AuditAction.SHARE_CODE_REFUSED,
        stored["holder_id"],
        result="REVOKED",
        objects=(stored["code_id"], stored["_id"]),
        people=(stored["holder_id"],),
    )


def _line(stored: Document, claims: Mapping[str, Any]) -> AuditLine:
    return AuditLine(
        AuditAction.CHECK_PROOF_DOWNLOADED,
        stored["holder_id"],
        objects=(stored["code_id"], stored["_id"]),
        fields=shown_fields(map(Bundle, claims["bundles"])),
        people=(stored["holder_id"],),
        purpose=claims["purpose"],
    )
