"""What docs/papers.md shows is sent and answered so; its tables are the code's."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

import httpx

from api import tus
from api.paper_answers import ANSWERS, METADATA
from api.papers import SERVED_AT_ONCE_PER_CALLER
from auth.tokens import SubjectKind
from resolvers.papers.pictures import MAX_PIXELS
from resolvers.papers.receiving import MAX_CHUNK_BYTES, MIN_CHUNK_BYTES
from resolvers.policy.papers import FILE_RULES, PHOTO_RULE, RETENTION_DAYS
from resolvers.store.papers import MAX_PAPERS, MAX_UPLOADS, UPLOAD_LIFETIME
from resolvers.vocabulary import PaperKind
from tests.page_samples import assert_like
from tests.paper_contents import pdf
from tests.paper_filing import EVERY_SCOPE, bearer, new_filing
from tests.serving import Serving

PAGE = (Path(__file__).parent.parent / "docs" / "papers.md").read_text(encoding="utf-8")
TEXT = " ".join(PAGE.split())
_SAMPLE = re.compile(r"```sh\n(curl [^`]*)```\n\n(?:[^\n]+\n)+\n```http\n(.*?)```", re.DOTALL)
_SETTING = re.compile(r"```sh\n(LENGTH=.*?)```", re.DOTALL)
_VARIABLE = re.compile(r"\$(\w+)")
LENGTH = 1_200_000


@dataclass(frozen=True)
class Sample:
    """A command of the page, taken apart."""

    method: str
    path: str
    headers: dict[str, str]
    part: str | None

    @classmethod
    def of(cls, command: str, variables: dict[str, str]) -> Sample:
        filled = _VARIABLE.sub(lambda found: variables[found[1]], command)
        words = shlex.split(filled.replace("\\\n", " "))
        given: dict[str, list[str]] = {}
        places = iter(words[1:])
        for word in places:
            if word in ("-X", "-H", "--data-binary"):
                given.setdefault(word, []).append(next(places))
            else:
                given.setdefault(word if word.startswith("-") else "url", []).append(word)
        method = "HEAD" if "-I" in given else given.get("-X", ["GET"])[0]
        headers = dict(line.split(": ", 1) for line in given["-H"])
        path = given["url"][0].removeprefix("http://127.0.0.1:8000")
        return cls(method, path, headers, given.get("--data-binary", [None])[0])


def check(answer: httpx.Response, told: str) -> None:
    head, _, body = told.partition("\n\n")
    status_line, *headers = head.splitlines()
    assert status_line == f"HTTP/1.1 {answer.status_code} {answer.reason_phrase}"
    for line in headers:
        name, value = line.split(": ", 1)
        assert answer.headers[name].startswith(value.removesuffix("…")), line
        assert value.endswith("…") or answer.headers[name] == value, line
    if body:
        assert_like(json.loads(body), answer.json())


def contract() -> bytes:
    made = pdf(LENGTH - 1_000)
    return made + b"\n" * (LENGTH - len(made))


def variables_of(application_id: str, directory: Path) -> dict[str, str]:
    """What the first block of the page sets, by a real shell."""
    (directory / "contract.pdf").write_bytes(contract())
    [setting] = _SETTING.findall(PAGE)
    script = f'APPLICATION={application_id}\n{setting}printf \'%s\\n%s\' "$LENGTH" "$METADATA"'
    shown = subprocess.run(
        ["sh", "-euc", script], cwd=directory, check=True, capture_output=True, text=True
    )
    length, metadata = shown.stdout.splitlines()
    return {"LENGTH": length, "METADATA": metadata}


async def test_the_examples_of_the_page_are_answered_as_it_shows(
    serving: Serving, tmp_path: Path
) -> None:
    filing = await new_filing(serving)
    token = bearer(serving, SubjectKind.EMPLOYER, filing.employer_id, scopes=EVERY_SCOPE).token
    assert token is not None
    variables = {"ACCESS_TOKEN": token, **variables_of(filing.application_id, tmp_path)}
    told = (filing.application_id, "CONTRACT", "application/pdf")
    assert variables["METADATA"] == tus.metadata(dict(zip(METADATA, told, strict=True)))
    methods = []
    for command, answer_told in _SAMPLE.findall(PAGE):
        sample = Sample.of(command, variables)
        content = None if sample.part is None else (tmp_path / sample.part[1:]).read_bytes()
        answer = await serving.http.request(
            sample.method, sample.path, headers=sample.headers, content=content
        )
        check(answer, answer_told)
        variables.setdefault("PAPER", answer.headers.get("location", ""))
        methods.append(sample.method)
    assert methods == ["POST", "PATCH", "HEAD", "PATCH", "PATCH", "GET", "DELETE"]


def rows_after(heading: str) -> list[list[str]]:
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_every_code_is_on_the_page_with_its_status_and_no_other() -> None:
    expected = {f"`{code}`": str(status) for code, (status, _) in ANSWERS.items()}
    expected |= {f"`{code}`": str(status) for code, status in tus.STATUS.items()}
    rows = rows_after("Codes")
    assert {code: status for code, status, _ in rows} == expected
    assert len(rows) == len(expected)
    assert all(meaning for *_, meaning in rows)


def test_types_and_sizes_on_the_page_are_the_policy() -> None:
    words = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG"}
    [[photo, *of_photo], [_every_other, *of_others]] = rows_after("What a file may be")
    assert photo == "`PHOTO`"
    for kind, rule in FILE_RULES.items():
        types = ", ".join(words[one] for one in rule.media_types)
        told = of_photo if kind is PaperKind.PHOTO else of_others
        assert told == [types, f"{rule.max_bytes // 1024**2} MiB"]


def test_the_retention_on_the_page_is_the_policy() -> None:
    told = [int(re.findall(r"\d+", days)[0]) for _, days in rows_after("How long papers are kept")]
    by_state = {state.lower(): days for state, days in RETENTION_DAYS.items()}
    assert told == [by_state[one] for one in ("approved", "rejected", "withdrawn", "draft")]


def test_the_figures_on_the_page_are_those_of_the_code() -> None:
    rule = PHOTO_RULE
    for sentence in (
        f"A part has {MIN_CHUNK_BYTES // 1024} KiB to {MAX_CHUNK_BYTES // 1024**2} MiB",
        f"forgotten after {UPLOAD_LIFETIME.total_seconds() / 3_600:.0f} hours",
        f"At most {MAX_UPLOADS} are under way for an application, which has at most {MAX_PAPERS}",
        f"has at most {SERVED_AT_ONCE_PER_CALLER} requests under way",
        f"has {rule.min_width} to {rule.max_width} by {rule.min_height} to {rule.max_height}",
        f"a width of {rule.ratio - rule.tolerance:.2f} to {rule.ratio + rule.tolerance:.2f}",
        f"and {rule.min_bytes // 1024} KiB or more",
        f"at most {MAX_PIXELS:,} pixels",
    ):
        assert sentence in TEXT, sentence
