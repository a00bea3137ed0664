"""Files to file, made here: what is a paper, and what only looks like one."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO

from PIL import Image

from resolvers.policy.papers import PHOTO_RULE

PHOTO_SIZE = (PHOTO_RULE.min_width, PHOTO_RULE.min_height)
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE" + b"!$H+H*"
PROGRAM = b"MZ\x90\x00" + bytes(60) + b"PE\0\0" + bytes(2_000)
ARCHIVE = b"PK\x03\x04" + bytes(26) + b"run.me" + bytes(200)


def pdf(size: int = 2_000, *, more: bytes = b"", trailer: bytes = b"", seed: int = 1) -> bytes:
    """A document of one object, about `size` bytes; `more` stands in a dictionary of its own."""
    noise = random.Random(seed).randbytes(size).replace(b"/", b"-")  # noqa: S311 - wanted alike each time
    head = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    body = b"1 0 obj\n<<%s /Length %d>>\nstream\n%s\nendstream\nendobj\n" % (
        more,
        len(noise),
        noise,
    )
    table = b"xref\n0 2\n0000000000 65535 f \n%010d 00000 n \n" % len(head)
    ending = b"trailer\n<</Size 2 %s>>\nstartxref\n%d\n%%%%EOF\n" % (
        trailer,
        len(head) + len(body),
    )
    return head + body + table + ending


def picture(kind: str = "JPEG", size: tuple[int, int] = PHOTO_SIZE, seed: int = 1) -> bytes:
    """Noise, so that it has as many bytes as a photograph."""
    width, height = size
    noise = random.Random(seed).randbytes(width * height * 3)  # noqa: S311 - as above
    made = BytesIO()
    Image.frombytes("RGB", size, noise).save(made, kind)
    return made.getvalue()


def blank_picture(kind: str, size: tuple[int, int]) -> bytes:
    """As few bytes as a picture of that size can have."""
    made = BytesIO()
    Image.new("L", size).save(made, kind)
    return made.getvalue()


def png_bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A few hundred bytes that say they are 3.6 thousand million pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    content = zlib.compress(bytes(width + 1))
    chunks = ((b"IHDR", header), (b"IDAT", content), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
