"""A web server on loopback with a certificate of a test root, which answers as it is told."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from api.clock import utc_now

HOST = "push.example"


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answering:
    """The next answers, each once; then 201. `headers` go with each of them."""

    port: int = 0
    statuses: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_silent: bool = False
    is_closing: bool = False
    pause: float = 0
    choose: Callable[[Received], int] | None = None
    received: list[Received] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.strip().split("\r\n")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in lines)
            }
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            method, path, _ = first.split(" ")
            received = Received(method, path, headers, body)
            self.received.append(received)
            if self.is_closing:
                return
            if self.is_silent:
                await reader.read()
                return
            await asyncio.sleep(self.pause)
            status = self.statuses.pop(0) if self.statuses else 201
            if self.choose is not None:
                status = self.choose(received)
            told = {"Content-Length": str(len(self.body)), "Connection": "close", **self.headers}
            lines = [f"HTTP/1.1 {status} X", *(f"{k}: {v}" for k, v in told.items()), "", ""]
            writer.write("\r\n".join(lines).encode() + self.body)
            await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()


@cache
def test_root() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    return _certificate("Test root", key, None), key


@cache
def server_context(host: str = HOST) -> ssl.SSLContext:
    """A certificate for `host`, and for nothing else."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(host, key, test_root())
    pem = serialization.Encoding.PEM
    with TemporaryDirectory() as directory:
        path = Path(directory, "server.pem")
        private = key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(private + certificate.public_bytes(pem))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
    return context


def client_context() -> ssl.SSLContext:
    """Trusts the test root alone."""
    root, _ = test_root()
    pem = root.public_bytes(serialization.Encoding.PEM).decode()
    return ssl.create_default_context(cadata=pem)


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer = key if issuer is None else issuer[1]
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer[0].subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(utc_now() - timedelta(days=1))
        .not_valid_after(utc_now() + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
            critical=False,
        )
    )
    if issuer is None:
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        builder = builder.add_extension(usage, critical=True)
    else:
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(signer, hashes.SHA256())


@asynccontextmanager
async def answering(
    context: ssl.SSLContext | None = None, **plan: object
) -> AsyncIterator[Answering]:
    """With TLS if there is a context."""
    answers = Answering(**plan)  # type: ignore[arg-type]
    server = await asyncio.start_server(answers.serve, "127.0.0.1", 0, ssl=context)
    answers.port = server.sockets[0].getsockname()[1]
    try:
        yield answers
    finally:
        server.close()
