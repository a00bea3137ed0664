"""The keys by which push services know us (VAPID, RFC 8292): P-256, in a PEM file of their own.

Not in the key set, since they cannot be rotated as the others are: a browser subscribes with one
of them, and its push service takes messages signed with that one only, for as long as the
subscription lives. The first key of the file is what browsers subscribe with now; those behind it
still sign for older subscriptions. Errors are `WebPushKeysUnreadable`: one line, nothing of the
content.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from auth.keys import base64url

MAX_FILE_BYTES: Final = 16_384
MAX_KEYS: Final = 8
_BLOCK = re.compile(
    rb"-----BEGIN (EC )?PRIVATE KEY-----.*?-----END (EC )?PRIVATE KEY-----", re.DOTALL
)


class WebPushKeysUnreadable(Exception):
    """One line for the operator: what is wrong with the file and what to do."""


@dataclass(frozen=True)
class WebPushKeys:
    """`by_public` is public key, as browsers take it, → private key."""

    current: str
    by_public: Mapping[str, EllipticCurvePrivateKey] = field(repr=False)


def public_text(key: EllipticCurvePublicKey) -> str:
    """The uncompressed point in base64url: `applicationServerKey` of the Push API."""
    return base64url(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def load_web_push_keys(path: Path) -> WebPushKeys:
    """The keys of that file, or `WebPushKeysUnreadable`."""
    blocks = [found.group(0) for found in _BLOCK.finditer(_read(path))]
    if not 1 <= len(blocks) <= MAX_KEYS:
        raise WebPushKeysUnreadable(f"web push keys {path}: needs 1 to {MAX_KEYS} PEM private keys")
    keys: dict[str, EllipticCurvePrivateKey] = {}
    for block in blocks:
        key = _parsed(block)
        if key is None:
            raise WebPushKeysUnreadable(f"web push keys {path}: each must be a P-256 private key")
        keys[public_text(key.public_key())] = key
    return WebPushKeys(next(iter(keys)), keys)


def load_or_create_web_push_keys(path: Path) -> WebPushKeys:
    """For development: as above, after making file and directory if there are none. Processes that
    start together end with the same key: the first to link its file in wins."""
    if not os.path.lexists(path):
        create_web_push_keys(path)
    return load_web_push_keys(path)


def create_web_push_keys(path: Path) -> None:
    """A new file with one key; one that is there already stays."""
    pem = generate_private_key(SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(pem)
                file.flush()
                os.fsync(file.fileno())
            os.link(beside, path)
        finally:
            beside.unlink()
    except FileExistsError:
        return
    except OSError as error:
        raise _io_failure(path, "cannot be created", error) from None


def _parsed(block: bytes) -> EllipticCurvePrivateKey | None:
    try:
        key = load_pem_private_key(block, password=None)
    except (ValueError, TypeError):  # no key, or an encrypted one
        return None
    is_p256 = isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1)
    return key if isinstance(key, EllipticCurvePrivateKey) and is_p256 else None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if stat.S_IMODE(mode) & 0o077:
                raise WebPushKeysUnreadable(
                    f"web push keys {path}: others may read it; set its mode to 0600"
                )
            return file.read(MAX_FILE_BYTES)
    except OSError as error:
        raise _io_failure(path, "cannot be read", error) from None


def _io_failure(path: Path, what: str, error: OSError) -> WebPushKeysUnreadable:
    reason = os.strerror(error.errno) if error.errno else "unknown reason"
    return WebPushKeysUnreadable(f"web push keys {path}: {what} ({reason.lower()})")
