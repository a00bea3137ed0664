"""The words of tus 1.0.0 (https://tus.io/protocols/resumable-upload): core, creation, expiration,
checksum and termination. What the headers of a request say, or why they say nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

from starlette.datastructures import Headers

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,expiration,checksum,termination"
CHUNK_TYPE: Final = "application/offset+octet-stream"
MAX_METADATA_LENGTH: Final = 1_000

_DIGESTS: Final[Mapping[str, Callable[[bytes], Any]]] = {
    # The one that the protocol asks every server for; it guards against accidents only.
    "sha1": lambda data: hashlib.sha1(data, usedforsecurity=False),
    "sha256": hashlib.sha256,
}
CHECKSUMS: Final = ",".join(_DIGESTS)
_NUMBER = re.compile(r"[0-9]{1,15}")
_KEY = re.compile(r"[!-+\--~]{1,40}")


class TusCode(StrEnum):
    """Beside the codes of papers, and of every request."""

    VERSION_NOT_SUPPORTED = "VERSION_NOT_SUPPORTED"
    CHECKSUM_UNKNOWN = "CHECKSUM_UNKNOWN"
    CHECKSUM_MISMATCH = "CHECKSUM_MISMATCH"
    BAD_HEADER = "BAD_HEADER"
    WRONG_CONTENT_TYPE = "WRONG_CONTENT_TYPE"


STATUS: Final[Mapping[TusCode, int]] = {
    TusCode.VERSION_NOT_SUPPORTED: 412,
    TusCode.CHECKSUM_UNKNOWN: 400,
    TusCode.CHECKSUM_MISMATCH: 460,
    TusCode.BAD_HEADER: 400,
    TusCode.WRONG_CONTENT_TYPE: 415,
}


class TusFault(Exception):
    """`message` is ours from beginning to end."""

    def __init__(self, code: TusCode, message: str) -> None:
        super().__init__(code.value)
        self.code = code
        self.message = message


def method_of(method: str, headers: Headers) -> str:
    """What is asked for: a client that may not say PATCH or DELETE says it in a header of POST."""
    instead = headers.get("x-http-method-override", "")
    return instead if method == "POST" and instead in ("PATCH", "DELETE") else method


def check_version(headers: Headers) -> None:
    if headers.get("tus-resumable") != VERSION:
        raise TusFault(TusCode.VERSION_NOT_SUPPORTED, f"Send Tus-Resumable: {VERSION}.")


def number_of(headers: Headers, name: str) -> int:
    value = headers.get(name, "")
    if not _NUMBER.fullmatch(value):
        raise TusFault(TusCode.BAD_HEADER, f"{name} must be a number of bytes.")
    return int(value)


def check_chunk_type(headers: Headers) -> None:
    if headers.get("content-type") != CHUNK_TYPE:
        raise TusFault(TusCode.WRONG_CONTENT_TYPE, f"Send {CHUNK_TYPE}.")


def check_checksum(headers: Headers, chunk: bytes) -> None:
    given = headers.get("upload-checksum")
    if given is None:
        return
    name, _, encoded = given.partition(" ")
    digest = _DIGESTS.get(name)
    if digest is None:
        raise TusFault(TusCode.CHECKSUM_UNKNOWN, f"Upload-Checksum takes {CHECKSUMS}.")
    expected = base64.b64encode(digest(chunk).digest())
    if not hmac.compare_digest(expected, encoded.encode()):
        raise TusFault(TusCode.CHECKSUM_MISMATCH, "The part arrived changed. Send it again.")


def metadata_of(headers: Headers, keys: tuple[str, ...]) -> dict[str, str]:
    """The values of exactly these keys: nothing else is taken, as nothing else is kept."""
    fault = TusFault(
        TusCode.BAD_HEADER, f"Upload-Metadata takes {', '.join(keys)}, each once, and no other key."
    )
    given = headers.getlist("upload-metadata")
    if len(given) != 1 or len(given[0]) > MAX_METADATA_LENGTH:
        raise fault
    values: dict[str, str] = {}
    for pair in given[0].split(","):
        key, _, encoded = pair.strip().partition(" ")
        if not _KEY.fullmatch(key) or key in values:
            raise fault
        try:
            values[key] = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            raise fault from None
    if set(values) != set(keys):
        raise fault
    return values


def metadata(values: Mapping[str, str]) -> str:
    """The header that `metadata_of` reads."""
    return ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items()
    )
