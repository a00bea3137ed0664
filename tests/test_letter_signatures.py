"""The signature, as programs see it that are not ours: pyHanko's validator and Poppler's pdfsig."""

from __future__ import annotations

import asyncio
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import Signer
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from api.letter_certificates import ROOT, LetterCertificate, load_or_make_test_certificate
from api.providers.pades import PadesSigner
from resolvers.letter_signer import LetterSigner, SignerUnavailable
from resolvers.letters.printing import Marks, print_letter
from tests.letter_people import AT, demo_names, sheet_for
from tests.system_tools import run_tool

MARKS = Marks("https://onecard.example/check/a-token-of-some-length", "7K3M-9Q2X-ABCD-EFGH")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data") / "letters"


@pytest.fixture(scope="module")
def certificate(directory: Path) -> LetterCertificate:
    return load_or_make_test_certificate(directory, datetime.now(UTC))


@pytest.fixture(scope="module")
def signed(certificate: LetterCertificate) -> bytes:
    return certificate.sign(print_letter(sheet_for(demo_names()[9]), MARKS, AT)[1], AT)


def status_of(signed: bytes, directory: Path) -> Any:
    """What pyHanko finds, trusting the test root alone and asking nobody."""
    _, _, root = pem.unarmor((directory / ROOT).read_bytes())
    trusted = ValidationContext(
        trust_roots=[asn1_x509.Certificate.load(root)], allow_fetching=False
    )
    # Outside of any loop: pyHanko runs one of its own.
    [signature] = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    return validate_pdf_signature(signature, trusted)


async def test_pyhanko_finds_the_signature_valid_trusted_and_over_the_whole_file(
    signed: bytes, directory: Path
) -> None:
    status = await asyncio.to_thread(status_of, signed, directory)
    assert status.bottom_line
    assert (status.intact, status.valid, status.trusted) == (True, True, True)
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.signer_reported_dt == AT
    assert status.docmdp_ok


async def test_one_changed_byte_makes_it_invalid(signed: bytes, directory: Path) -> None:
    whole = await asyncio.to_thread(status_of, signed, directory)
    assert whole.intact
    for place in (9, len(signed) // 3, len(signed) // 2):
        changed = bytearray(signed)
        changed[place] ^= 1
        try:
            status = await asyncio.to_thread(status_of, bytes(changed), directory)
        except Exception:  # noqa: BLE001, S112 - no longer a PDF file to pyHanko
            continue
        assert not status.intact
        assert not status.bottom_line


async def test_something_added_behind_the_signature_is_no_part_of_it(
    signed: bytes, directory: Path
) -> None:
    added = signed + b"\n% added\n"
    status = await asyncio.to_thread(status_of, added, directory)
    assert status.coverage.name != "ENTIRE_FILE"


def pdfsig(path: Path, nss: Path) -> str:
    return run_tool("pdfsig", "-nssdir", f"sql:{nss}", str(path), check=False).decode()


@pytest.fixture(scope="module")
def nss(tmp_path_factory: pytest.TempPathFactory, directory: Path, signed: bytes) -> Path:
    """Certificates that are trusted by who opens the file: the test root."""
    folder = tmp_path_factory.mktemp("nss")
    for arguments in (
        ("-N", "--empty-password"),
        ("-A", "-n", "root", "-t", "CT,C,C", "-i", str(directory / ROOT)),
    ):
        run_tool("certutil", "-d", f"sql:{folder}", *arguments)
    return folder


def test_poppler_finds_it_valid_and_trusted_and_one_changed_byte_not(
    signed: bytes, nss: Path, tmp_path: Path
) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(signed)
    told = pdfsig(path, nss)
    assert "Signature is Valid." in told
    assert "Certificate is Trusted." in told
    assert "ETSI.CAdES.detached" in told
    assert "Total document signed" in told
    changed = bytearray(signed)
    changed[len(signed) // 2] ^= 1
    path.write_bytes(changed)
    told = pdfsig(path, nss)
    assert "Signature is Valid." not in told
    assert "Digest Mismatch" in told


def test_a_key_that_is_held_elsewhere_is_the_same_signer_around_another(
    certificate: LetterCertificate, signed: bytes
) -> None:
    class Unreachable(Signer):
        async def async_sign_raw(self, *_: Any, **__: Any) -> bytes:
            raise OSError("slot 7 of the device")

    inner = certificate._signer.signer
    made = PadesSigner(Unreachable(signing_cert=inner.signing_cert, cert_registry=None))
    assert isinstance(made, LetterSigner)
    assert isinstance(certificate, LetterSigner)
    unsigned = print_letter(sheet_for(demo_names()[9]), MARKS, AT)[1]
    with pytest.raises(SignerUnavailable) as refused:
        made.sign(unsigned, AT)
    assert refused.value.__suppress_context__
