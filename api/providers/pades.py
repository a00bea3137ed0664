"""Signs PDF files by pyHanko: PAdES baseline B-B, as a certification that allows no change.

`PadesSigner` goes around any signer of pyHanko's: here one with a key in memory; a key in an HSM
(`pyhanko.sign.pkcs11.PKCS11Signer`) or at a key service (a `Signer` of one's own) is the same class
with another one (docs/letters.md). Importing this takes a third of a second, so
`api.letter_certificates` does it with the first letter.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import Signer, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from resolvers.letter_signer import SignerUnavailable

FIELD_NAME: Final = "Issuer"


@dataclass(frozen=True)
class PadesSigner:
    """A `resolvers.letter_signer.LetterSigner`."""

    signer: Signer = field(repr=False)
    is_test: bool = False

    def sign(self, pdf: bytes, at: datetime) -> bytes:
        """Raises SignerUnavailable when the key cannot be used."""
        metadata = PdfSignatureMetadata(
            field_name=FIELD_NAME,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        try:
            signed = _DatedSigner(at, metadata, self.signer).sign_pdf(writer)
        except (SigningError, OSError):
            # From None: what a device says may name its slots.
            raise SignerUnavailable from None
        return bytes(signed.getbuffer())


class _DatedSigner(PdfSigner):
    """Signs at an instant that is given, and not by the wall clock and zone of the machine."""

    def __init__(self, at: datetime, *args: Any) -> None:
        super().__init__(*args)
        self._at = at.astimezone(UTC).replace(microsecond=0)

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self._at
        return session


def pem_signer(key: bytes, chain: Sequence[bytes]) -> SimpleSigner:
    """`key` is PKCS #8 and `chain` X.509, all of them DER; the first is the certificate of the key,
    and the others go into the signature too."""
    leaf, *others = [asn1_x509.Certificate.load(one) for one in chain]
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    for other in others:
        store.register(other)
    return SimpleSigner(
        signing_cert=leaf,
        signing_key=asn1_keys.PrivateKeyInfo.load(key),
        cert_registry=store,
    )
