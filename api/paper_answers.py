"""What is answered about a paper: headers of what went well, and for every refusal its status and
sentence (docs/papers.md)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC
from email.utils import format_datetime
from typing import Final, assert_never

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api import tus
from api.challenges import challenge_headers
from api.exchange import exchange_of
from api.refusals import coded_refusal, refusal
from auth.permissions import Denial
from resolvers.papers.beginning import MAX_PAPER_BYTES
from resolvers.papers.outcomes import (
    Begun,
    Denied,
    PaperCode,
    PaperContent,
    PaperRefused,
    Removed,
    Upload,
)
from resolvers.papers.receiving import MIN_CHUNK_BYTES
from resolvers.policy.papers import JPEG, PDF, PNG
from resolvers.store.papers import MAX_PAPERS, MAX_UPLOADS
from schema.failures import RequestErrorCode

PATH: Final = "/papers"
METADATA: Final = ("application", "kind", "filetype")
REVISION: Final = "Onecard-Application-Revision"
"""What the revision of the application has risen to: a paper that is stored or taken back changes
it. To be given with its next step."""
SENDING_SECONDS: Final = 120.0
"""For a download; ten megabytes then need 700 kbit/s."""

_PIECE_BYTES: Final = 64 * 1024
_SUFFIXES: Final = {PDF: "pdf", JPEG: "jpg", PNG: "png"}
_C = PaperCode

ANSWERS: Final[Mapping[PaperCode, tuple[int, str]]] = {
    _C.NOT_FOUND: (404, "There is nothing here that you may see or change."),
    _C.WRONG_STATE: (409, "Papers change while the application is a draft or was returned."),
    _C.EMPTY: (400, "An empty file is no paper."),
    _C.TOO_LARGE: (413, "A paper of this kind may not have so many bytes."),
    _C.TYPE_NOT_ALLOWED: (415, "A paper of this kind may not be of this type."),
    _C.TOO_MANY_PAPERS: (409, f"An application has at most {MAX_PAPERS} papers."),
    _C.TOO_MANY_UPLOADS: (409, f"At most {MAX_UPLOADS} uploads are under way at a time."),
    _C.OFFSET_CONFLICT: (409, "The upload is at another offset: ask for it with HEAD."),
    _C.CHUNK_TOO_SMALL: (400, f"Every part but the last has {MIN_CHUNK_BYTES} bytes or more."),
    _C.LENGTH_EXCEEDED: (400, "The part reaches beyond the declared length."),
    _C.TYPE_MISMATCH: (422, "The content is not of the declared type."),
    _C.TRUNCATED: (422, "The end of the file is missing."),
    _C.UNREADABLE: (422, "The file is damaged, or not as its type demands."),
    _C.ENCRYPTED: (422, "The file is encrypted: save it without a password."),
    _C.TRAILING_DATA: (422, "There is something behind the end of the file: save it anew."),
    _C.TOO_MANY_PIXELS: (422, "The picture has too many pixels."),
    _C.PHOTO_PIXELS: (422, "The photo has too many or too few pixels."),
    _C.PHOTO_RATIO: (422, "The photo has not the ratio of width to height that is printed."),
    _C.PHOTO_BYTES: (422, "The photo has too few bytes to be a good one."),
    _C.MALWARE_FOUND: (422, "The file was refused by the malware scanner."),
    _C.SCANNER_UNAVAILABLE: (503, "Files cannot be checked just now. Send the last part again."),
}

_DENIALS: Final[Mapping[Denial, str]] = {
    Denial.UNAUTHENTICATED: "Send the access token of somebody who may do this.",
    Denial.FORBIDDEN: "Callers of this kind, or with these scopes, never may.",
    Denial.STEP_UP_REQUIRED: "A fresh proof of the person is needed.",
    Denial.STRONGER_PROOF_REQUIRED: "A better proof of the person is needed.",
}

Outcome = Begun | Upload | Removed | PaperContent | PaperRefused | Denied


def answer_to(request: Request, outcome: Outcome) -> Response:
    match outcome:
        case Begun(upload):
            location = {"Location": f"{PATH}/{upload.paper_id}"}
            return Response(status_code=201, headers=location | _expiry(upload))
        case Upload():
            if request.method == "HEAD":
                return Response(headers=_description(outcome))
            return Response(status_code=204, headers=_progress(outcome))
        case Removed(_, revision):
            return Response(status_code=204, headers=_revision(revision))
        case PaperContent():
            return _download(request, outcome)
        case Denied(denial):
            return _refusal(request, RequestErrorCode(denial.value), _DENIALS[denial])
        case PaperRefused(code):
            exchange_of(request.scope).note_code(code.value)
            status, message = ANSWERS[code]
            is_passing = code is PaperCode.SCANNER_UNAVAILABLE
            headers = {"Retry-After": "1"} if is_passing else None
            return coded_refusal(code.value, status, message, headers=headers)
        case _:
            assert_never(outcome)


def capabilities() -> Response:
    return Response(
        status_code=204,
        headers={
            "Tus-Version": tus.VERSION,
            "Tus-Max-Size": str(MAX_PAPER_BYTES),
            "Tus-Extension": tus.EXTENSIONS,
            "Tus-Checksum-Algorithm": tus.CHECKSUMS,
        },
    )


def _expiry(upload: Upload) -> dict[str, str]:
    at = upload.expires_at
    return (
        {} if at is None else {"Upload-Expires": format_datetime(at.astimezone(UTC), usegmt=True)}
    )


def _progress(upload: Upload) -> dict[str, str]:
    offset = {"Upload-Offset": str(upload.offset)}
    return offset | _expiry(upload) | _revision(upload.revision)


def _revision(revision: int | None) -> dict[str, str]:
    return {} if revision is None else {REVISION: str(revision)}


def _description(upload: Upload) -> dict[str, str]:
    told = (upload.application_id, upload.kind, upload.media_type)
    return {
        **_progress(upload),
        "Upload-Length": str(upload.length),
        "Upload-Metadata": tus.metadata(dict(zip(METADATA, told, strict=True))),
        "Cache-Control": "no-store",
    }


def _download(request: Request, paper: PaperContent) -> Response:
    """As a file to keep, never as a page to show."""
    exchange_of(request.scope).sending_seconds = SENDING_SECONDS
    content = paper.content

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), _PIECE_BYTES):
            yield content[start : start + _PIECE_BYTES]

    name = f"{paper.paper_id}.{_SUFFIXES[paper.media_type]}"
    return StreamingResponse(
        pieces(),
        media_type=paper.media_type,
        headers={
            "Content-Length": str(len(content)),
            "Content-Disposition": f'attachment; filename="{name}"',
            "Accept-Ranges": "none",
        },
    )


def refused_header(request: Request, fault: tus.TusFault) -> Response:
    exchange_of(request.scope).note_code(fault.code.value)
    versions = {"Tus-Version": tus.VERSION}
    headers = versions if fault.code is tus.TusCode.VERSION_NOT_SUPPORTED else None
    return coded_refusal(fault.code.value, tus.STATUS[fault.code], fault.message, headers=headers)


def refused_method(request: Request, allowed: str) -> Response:
    message = "This address does not take this method."
    return _refusal(request, RequestErrorCode.METHOD_NOT_ALLOWED, message, {"Allow": allowed})


def _refusal(
    request: Request,
    code: RequestErrorCode,
    message: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    exchange_of(request.scope).note_code(code.value)
    challenge = challenge_headers(request, code, {})
    return refusal(code, message, headers={**challenge, **(headers or {})})
