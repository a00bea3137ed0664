"""The key and the certificates that sign letters: from PEM files, which development makes itself.

Development's are of a root of its own, in the data directory with mode 0600: whoever wants a reader
to show a valid signature trusts `root.pem` there. Production is given its own by settings.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from api.failure import Refusal

if TYPE_CHECKING:
    from api.providers.pades import PadesSigner

ROOT, CHAIN, KEY = "root.pem", "certificates.pem", "key.pem"
TEST_ORGANISATION: Final = "OneCard Gateway test, trusted by nobody"
_TEST_LIFETIME: Final = timedelta(days=3650)
_MAX_FILE_BYTES: Final = 65_536
_DOCUMENT_SIGNING: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
SigningKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class LetterCertificate:
    """A `resolvers.letter_signer.LetterSigner` with its key in memory."""

    key: SigningKey = field(repr=False)
    chain: tuple[x509.Certificate, ...]

    @property
    def is_test(self) -> bool:
        issuer = self.chain[0].issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        return any(one.value == TEST_ORGANISATION for one in issuer)

    @property
    def valid_until(self) -> datetime:
        return self.chain[0].not_valid_after_utc

    def sign(self, pdf: bytes, at: datetime) -> bytes:
        return self._signer.sign(pdf, at)

    @cached_property
    def _signer(self) -> PadesSigner:
        from api.providers.pades import PadesSigner, pem_signer

        key = self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        chain = [one.public_bytes(Encoding.DER) for one in self.chain]
        return PadesSigner(pem_signer(key, chain), self.is_test)


def load_letter_certificate(key_file: Path, chain_file: Path, now: datetime) -> LetterCertificate:
    """Raises Refusal, with a line that says which file is wrong and why."""
    key = _key(key_file)
    chain = _chain(chain_file)
    leaf = chain[0]
    public = leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if public != key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo):
        raise Refusal(f"{chain_file}: the first certificate is not that of the key in {key_file}")
    if not leaf.not_valid_before_utc <= now < leaf.not_valid_after_utc:
        raise Refusal(f"{chain_file}: the certificate is not valid now; get a new one")
    return LetterCertificate(key, chain)


def load_or_make_test_certificate(directory: Path, now: datetime) -> LetterCertificate:
    """For development. Processes that start together end with the same: the first to put its
    directory in place wins."""
    if not directory.exists():
        try:
            _make(directory, now)
        except OSError as error:
            reason = (error.strerror or "unknown error").lower()
            raise Refusal(f"{directory}: no test certificate can be made ({reason})") from None
    return load_letter_certificate(directory / KEY, directory / CHAIN, now)


def _make(directory: Path, now: datetime) -> None:
    directory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))
    try:
        root_key, key = (
            ec.generate_private_key(ec.SECP256R1()),
            ec.generate_private_key(ec.SECP256R1()),
        )
        root = _root(root_key, now)
        leaf = _leaf(key, root_key, root, now)
        files = {
            ROOT: root.public_bytes(Encoding.PEM),
            CHAIN: leaf.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM),
            KEY: key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        }
        for name, content in files.items():
            descriptor = os.open(draft / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
        draft.rename(directory)
    except OSError:
        if not directory.exists():  # else another process was first
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _root(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = _name("Test root of letters")
    return (
        _builder(name, name, key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _leaf(
    key: ec.EllipticCurvePrivateKey,
    root_key: ec.EllipticCurvePrivateKey,
    root: x509.Certificate,
    now: datetime,
) -> x509.Certificate:
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    return (
        _builder(_name("Letters of OneCard Gateway"), root.subject, key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([_DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION]),
            critical=False,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(authority, critical=False)
        .sign(root_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _TEST_LIFETIME)
    )


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, TEST_ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _key(path: Path) -> SigningKey:
    content = _read(path)
    if path.stat().st_mode & 0o077:
        raise Refusal(f"{path}: is open to others; run chmod 600 on it")
    try:
        key = load_pem_private_key(content, None)
    except (ValueError, TypeError):
        raise Refusal(f"{path}: is no private key in PEM without a password") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise Refusal(f"{path}: is neither an RSA nor an elliptic-curve key")
    return key


def _chain(path: Path) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_pem_x509_certificates(_read(path)))
    except ValueError:
        raise Refusal(f"{path}: holds no certificates in PEM") from None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_FILE_BYTES)
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise Refusal(f"{path}: cannot be read ({reason})") from None
