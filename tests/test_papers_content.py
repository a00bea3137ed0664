"""What is no paper is refused with its code, and nothing of it is left."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from resolvers.papers.content import MAX_BLANK_END, content_fault, photo_fault
from resolvers.papers.outcomes import PaperCode
from resolvers.papers.pictures import MAX_PIXELS, MAX_SEGMENTS
from resolvers.policy.papers import FILE_RULES, JPEG, PDF, PHOTO_RULE, PNG
from resolvers.vocabulary import PaperKind
from tests.paper_contents import (
    ARCHIVE,
    EICAR,
    PHOTO_SIZE,
    PROGRAM,
    blank_picture,
    pdf,
    picture,
    png_bomb,
)
from tests.paper_filing import Filing, audited, codes_of, new_filing
from tests.serving import Serving

WIDTH, HEIGHT = PHOTO_SIZE
PAPER, PHOTO = PaperKind.DEGREE, PaperKind.PHOTO
_C = PaperCode


def with_chunk(png: bytes, kind: bytes, data: bytes) -> bytes:
    """Behind the header."""
    chunk = struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return png[:33] + chunk + png[33:]


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


@dataclass(frozen=True)
class Bad:
    code: PaperCode
    content: Callable[[], bytes]
    media_type: str = PDF
    kind: PaperKind = PAPER


BAD: dict[str, Bad] = {
    "a program renamed": Bad(_C.TYPE_MISMATCH, lambda: PROGRAM),
    "an archive renamed": Bad(_C.TYPE_MISMATCH, lambda: ARCHIVE, JPEG),
    "a page of HTML": Bad(_C.TYPE_MISMATCH, lambda: b"<html><script>alert(1)</script>"),
    "a picture declared as a document": Bad(_C.TYPE_MISMATCH, picture),
    "a PNG declared as a JPEG": Bad(_C.TYPE_MISMATCH, lambda: picture("PNG"), JPEG),
    "a document behind other bytes": Bad(_C.TYPE_MISMATCH, lambda: b"MZ" + pdf()),
    "a truncated document": Bad(_C.TRUNCATED, lambda: pdf()[:-200]),
    "a document of which the head alone arrived": Bad(_C.TRUNCATED, lambda: pdf()[:20]),
    "a truncated JPEG": Bad(_C.TRUNCATED, lambda: picture()[:-5_000], JPEG),
    "a JPEG without its last byte": Bad(_C.TRUNCATED, lambda: picture()[:-1], JPEG),
    "a JPEG of three bytes": Bad(_C.TRUNCATED, lambda: b"\xff\xd8\xff", JPEG),
    "a truncated PNG": Bad(_C.TRUNCATED, lambda: picture("PNG")[:-13], PNG),
    "a PNG that is a beginning": Bad(_C.TRUNCATED, lambda: picture("PNG")[:20], PNG),
    "a document without its middle": Bad(_C.UNREADABLE, lambda: pdf()[:300] + pdf()[900:]),
    "a document of no version": Bad(_C.UNREADABLE, lambda: b"%PDF-9.9\n" + pdf()[9:]),
    "a JPEG without a picture": Bad(_C.UNREADABLE, lambda: b"\xff\xd8\xff\xd9", JPEG),
    "a JPEG with two sizes": Bad(
        _C.UNREADABLE,
        lambda: (
            picture()[:2] + b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00" + picture()[2:]
        ),
        JPEG,
    ),
    "a JPEG of segments alone": Bad(
        _C.UNREADABLE, lambda: b"\xff\xd8" + b"\xff\xfe\x00\x02" * (MAX_SEGMENTS + 1), JPEG
    ),
    "a damaged PNG": Bad(_C.UNREADABLE, lambda: flipped(picture("PNG"), 5_000), PNG),
    "a PNG without a header": Bad(
        _C.UNREADABLE, lambda: picture("PNG")[:8] + picture("PNG")[33:], PNG
    ),
    "a film": Bad(_C.UNREADABLE, lambda: with_chunk(picture("PNG"), b"acTL", bytes(8)), PNG),
    "an encrypted document": Bad(_C.ENCRYPTED, lambda: pdf(trailer=b"/Encrypt 9 0 R")),
    "an encrypted document that hides it": Bad(
        _C.ENCRYPTED, lambda: pdf(trailer=b"/#45n#63rypt<</Filter/Standard>>")
    ),
    "a document with an archive behind it": Bad(_C.TRAILING_DATA, lambda: pdf() + ARCHIVE),
    "a JPEG with an archive behind it": Bad(_C.TRAILING_DATA, lambda: picture() + ARCHIVE, JPEG),
    "a PNG with a program behind it": Bad(_C.TRAILING_DATA, lambda: picture("PNG") + PROGRAM, PNG),
    "a document with a long blank end": Bad(
        _C.TRAILING_DATA, lambda: pdf() + b"\0" * (MAX_BLANK_END + 1)
    ),
    "a PNG bomb": Bad(_C.TOO_MANY_PIXELS, png_bomb, PNG),
    "a JPEG with too many pixels": Bad(
        _C.TOO_MANY_PIXELS,
        lambda: blank_picture("JPEG", (8_000, MAX_PIXELS // 8_000 + 1)),
        JPEG,
    ),
    "a virus": Bad(_C.MALWARE_FOUND, lambda: pdf(more=b"/X (" + EICAR + b")")),
    "a photo too small": Bad(
        _C.PHOTO_PIXELS, lambda: picture(size=(WIDTH - 1, HEIGHT)), JPEG, PHOTO
    ),
    "a photo too wide for its height": Bad(
        _C.PHOTO_RATIO, lambda: picture(size=(WIDTH + 40, HEIGHT)), JPEG, PHOTO
    ),
    "a blank photo": Bad(_C.PHOTO_BYTES, lambda: blank_picture("JPEG", PHOTO_SIZE), JPEG, PHOTO),
}


@pytest.fixture
async def filing(serving: Serving) -> Filing:
    return await new_filing(serving)


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_what_is_no_paper_is_found_out(bad: Bad) -> None:
    # Malware is the scanner's business.
    found = None if bad.code is _C.MALWARE_FOUND else bad.code
    assert content_fault(bad.content(), bad.media_type, bad.kind) is found


async def test_what_is_no_paper_is_refused_and_nothing_of_it_is_left(filing: Filing) -> None:
    before = await filing.everything()
    for name, bad in BAD.items():
        answer = await filing.employer().upload(
            filing.application_id, bad.content(), kind=bad.kind, filetype=bad.media_type
        )
        assert (answer.status_code, codes_of(answer)) == (422, [str(bad.code)]), name
        assert await filing.everything() == before, name
    lines = await audited(filing.database, "paper.refused")
    assert [line["result"] for line in lines] == [str(bad.code) for bad in BAD.values()]
    assert {line["holder_id"] for line in lines} == {filing.holder_id}


async def test_nothing_is_left_of_many_parts_either_when_the_last_shows_what_they_are(
    filing: Filing,
) -> None:
    before = await filing.everything()
    content = pdf(900_000) + ARCHIVE
    answer = await filing.employer().upload(filing.application_id, content, chunk=300_000)
    assert codes_of(answer) == ["TRAILING_DATA"]
    assert await filing.everything() == before


NO_BEGINNING: tuple[tuple[dict[str, Any], int, int, PaperCode], ...] = (
    ({}, 0, 400, _C.EMPTY),
    ({}, FILE_RULES[PaperKind.CONTRACT].max_bytes + 1, 413, _C.TOO_LARGE),
    ({}, 999_999_999_999_999, 413, _C.TOO_LARGE),
    ({"kind": PHOTO, "filetype": JPEG}, FILE_RULES[PHOTO].max_bytes + 1, 413, _C.TOO_LARGE),
    ({"kind": PHOTO, "filetype": PDF}, 9_000, 415, _C.TYPE_NOT_ALLOWED),
    ({"filetype": "image/svg+xml"}, 9_000, 415, _C.TYPE_NOT_ALLOWED),
    ({"filetype": ""}, 9_000, 415, _C.TYPE_NOT_ALLOWED),
)


async def test_what_cannot_become_a_paper_does_not_begin(filing: Filing) -> None:
    before = await filing.everything()
    for plan, length, status, code in NO_BEGINNING:
        answer = await filing.employer().begin(filing.application_id, length, **plan)
        assert (answer.status_code, codes_of(answer)) == (status, [str(code)])
    assert await filing.everything() == before
    lines = await audited(filing.database, "paper.refused")
    assert [line["result"] for line in lines] == [str(code) for *_, code in NO_BEGINNING]
    assert {tuple(line["objects"]) for line in lines} == {(filing.application_id,)}


GOOD: dict[str, tuple[Callable[[], bytes], str]] = {
    "a document": (pdf, PDF),
    "a document with line ends behind it": (lambda: pdf() + b"\r\n\0\0", PDF),
    "a document that speaks of encryption": (lambda: pdf(more=b"/Encryptions true"), PDF),
    "a JPEG": (picture, JPEG),
    "a progressive JPEG": (lambda: _saved("JPEG", progressive=True), JPEG),
    "a grey JPEG": (lambda: blank_picture("JPEG", (500, 400)), JPEG),
    "a JPEG with a comment": (
        lambda: picture()[:2] + b"\xff\xfe\x00\x06PK\x03\x04" + picture()[2:],
        JPEG,
    ),
    "a JPEG with filling before a marker": (
        lambda: picture()[:2] + b"\xff\xff" + picture()[2:],
        JPEG,
    ),
    "a PNG": (lambda: picture("PNG"), PNG),
    "a PNG with a palette": (lambda: _saved("PNG", mode="P"), PNG),
}


def _saved(kind: str, mode: str = "RGB", **how: bool) -> bytes:
    made = BytesIO()
    Image.open(BytesIO(picture("PNG"))).convert(mode).save(made, kind, **how)
    return made.getvalue()


@pytest.mark.parametrize(("make", "media_type"), GOOD.values(), ids=GOOD.keys())
def test_what_is_a_paper_is_taken(make: Callable[[], bytes], media_type: str) -> None:
    assert content_fault(make(), media_type, PAPER) is None


@pytest.mark.parametrize(
    ("width", "height", "size", "code"),
    [
        (PHOTO_RULE.min_width, PHOTO_RULE.min_height, PHOTO_RULE.min_bytes, None),
        (PHOTO_RULE.max_width, PHOTO_RULE.max_height, PHOTO_RULE.min_bytes, None),
        (PHOTO_RULE.max_width + 1, PHOTO_RULE.max_height, 20_000, _C.PHOTO_PIXELS),
        (PHOTO_RULE.max_width, PHOTO_RULE.max_height + 1, 20_000, _C.PHOTO_PIXELS),
        (PHOTO_RULE.min_width, PHOTO_RULE.min_height - 1, 20_000, _C.PHOTO_PIXELS),
        (358, 472, 20_000, None),
        (359, 472, 20_000, _C.PHOTO_RATIO),
        (354, 472, PHOTO_RULE.min_bytes - 1, _C.PHOTO_BYTES),
    ],
)
def test_a_photo_is_judged_at_the_edges_of_the_rule(
    width: int, height: int, size: int, code: PaperCode | None
) -> None:
    assert photo_fault(width, height, size) is code


@pytest.mark.parametrize("make", [pdf, picture, lambda: picture("PNG", (40, 30))])
def test_no_beginning_of_a_paper_is_a_paper(make: Callable[[], bytes]) -> None:
    content = make()
    kind = next(kind for kind in (PDF, JPEG, PNG) if content_fault(content, kind, PAPER) is None)
    places = [*range(40), *range(40, len(content), max(1, len(content) // 150)), len(content) - 1]
    for end in places:
        assert (
            content_fault(content[:end], kind, PAPER)
            in (
                _C.TRUNCATED,
                _C.TYPE_MISMATCH,
                _C.UNREADABLE,
            )
            or content[end:].strip(b"\0\t\n\f\r ") == b""
        ), end
