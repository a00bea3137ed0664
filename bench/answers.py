"""Whether all answer the same: compared byte for byte once the keys of objects are in order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from api.failure import Refusal
from bench.asking import Asked
from bench.load import body_of

MAX_TOLD = 200


async def answer_of(port: int, asked: Asked) -> bytes:
    """The body of one answer, which must be one without errors. Raises Refusal."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(asked.to(port))
        buffer = bytearray()
        body: bytes | None = None
        while body is None:
            data = await reader.read(262_144)
            if not data:
                raise Refusal("a server closed the connection without an answer")
            buffer += data
            body = body_of(buffer)
    finally:
        writer.close()
    if not buffer.startswith(b"HTTP/1.1 200"):
        raise Refusal(f"a server refused: {_told(bytes(buffer))}")
    return canonical(_unchunked(body) if b"chunked" in buffer.partition(b"\r\n\r\n")[0] else body)


def canonical(body: bytes) -> bytes:
    """The answer with the keys of all objects in order. Raises Refusal for one with errors."""
    answer = json.loads(body)
    if answer.get("errors") or answer.get("data") is None:
        raise Refusal(f"a server answered with errors: {_told(body)}")
    return json.dumps(answer, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


async def answers_of(port: int, asked: Sequence[Asked]) -> list[bytes]:
    return [await answer_of(port, one) for one in asked]


def refuse_difference(operation: str, server: str, ours: bytes, theirs: bytes) -> None:
    """Raises Refusal that shows the first place where two answers differ."""
    if ours == theirs:
        return
    place = next(
        (at for at, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b),
        min(len(ours), len(theirs)),
    )
    near = slice(max(0, place - 60), place + 60)
    raise Refusal(
        f"{operation}: {server} answers otherwise: …{_told(theirs[near])}…"
        f" where we answer …{_told(ours[near])}…"
    )


def _told(data: bytes) -> str:
    return data[:MAX_TOLD].decode(errors="replace")


def _unchunked(body: bytes) -> bytes:
    parts = []
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size.partition(b";")[0], 16)
        parts.append(rest[:length])
        body = rest[length + 2 :] if length else b""
    return b"".join(parts)
