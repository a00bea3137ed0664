"""Pictures that decoders are to choke on: named kinds, and many honest ones that are broken."""

from __future__ import annotations

import functools
import random
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping

from PIL import Image

from api.face.pictures import MAX_BYTES
from tests.face_pictures import ASTRONAUT, content_of, jpeg_of
from tests.face_pictures import picture as pixels


def png(width: int, height: int, data: bytes, colour: int = 2) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return b"".join(
        (b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", head), chunk(b"IDAT", data), chunk(b"IEND", b""))
    )


HOSTILE: Mapping[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "a text": lambda: b"<script>alert(1)</script>" * 40,
    "too many bytes": lambda: content_of(ASTRONAUT) + bytes(MAX_BYTES),
    "a bomb by its size": lambda: png(60_000, 60_000, zlib.compress(bytes(10_000_000), 9)),
    "a bomb below the size": lambda: png(2_048, 2_048, zlib.compress(bytes(200_000_000), 9)),
    "half of it": lambda: content_of(ASTRONAUT)[: len(content_of(ASTRONAUT)) // 2],
    "a head alone": lambda: content_of(ASTRONAUT)[:200],
    "a film": lambda: b"GIF89a" + bytes(400),
    "a vector": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "a thread": lambda: png(2_048, 160, zlib.compress(bytes(160 * (1 + 3 * 2_048)))),
    "too small": lambda: jpeg_of(Image.new("RGB", (159, 400))),
}


@functools.cache
def hostile(kind: str) -> bytes:
    """Made when it is wanted: packing a bomb takes a second."""
    return HOSTILE[kind]()


def malformed(count: int) -> Iterator[bytes]:
    """Honest pictures with bytes changed, cut, doubled and put elsewhere, and mere noise. Most
    break in the decoder; one in forty is only scratched and is looked at."""
    drawn = random.Random(20)  # noqa: S311 - the same in every run
    whole = [content_of(ASTRONAUT), content_of("biden.jpg")]
    small = Image.fromarray(pixels(ASTRONAUT)).resize((200, 200))
    whole.append(jpeg_of(small))
    yield from map(hostile, HOSTILE)
    for number in range(count):
        content = bytearray(drawn.choice(whole))
        kind = 0 if number % 40 == 0 else drawn.randrange(1, 6)
        if kind == 0:
            content[drawn.randrange(700, len(content))] ^= 1 << drawn.randrange(8)
        elif kind == 1:
            for _ in range(drawn.randrange(1, 12)):
                content[drawn.randrange(min(620, len(content)))] = drawn.randrange(256)
        elif kind == 2:
            del content[drawn.randrange(len(content)) :]
        elif kind == 3:
            place, length = drawn.randrange(600), drawn.randrange(1, 400)
            content[place:place] = content[drawn.randrange(600) :][:length]
        elif kind == 4:
            content = bytearray(drawn.randbytes(drawn.randrange(4_000)))
            content[:4] = drawn.choice((b"\xff\xd8\xff\xe0", b"\x89PNG", b"RIFF", b"BM\x00\x00"))
        else:
            content = bytearray(
                png(
                    drawn.randrange(1 << 16),
                    drawn.randrange(1 << 12),
                    bytes(content[:3_000]),
                    drawn.randrange(8),
                )
            )
        yield bytes(content)
