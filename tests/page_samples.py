"""Requests and answers as the pages show them: a block of `sh` with curl, then one of `http`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))

_SAMPLE = re.compile(r"```sh\n(curl .*?)```\n\n```http\n(.*?)```", re.DOTALL)
_TOKEN = re.compile(r"Bearer \$(\w+)")
_ACCEPT = re.compile(r"Accept: ([\w/+-]+)")
_GRAPHQL = re.compile(r"^```graphql\n(.*?)^```", re.DOTALL | re.MULTILINE)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@dataclass(frozen=True)
class Sample:
    """`token` is the shell's variable in the Authorization header. In `body` and `answer` a text
    with `…` is shortened."""

    body: dict[str, Any]
    token: str | None
    accept: str
    status_line: str
    headers: Mapping[str, str]
    answer: dict[str, Any]

    async def send(
        self,
        http: httpx.AsyncClient,
        tokens: Mapping[str, str],
        variables: Mapping[str, Any] | None = None,
    ) -> httpx.Response:
        """With `variables` in place of those on the page."""
        headers = {"Accept": self.accept}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {tokens[self.token]}"
        body = self.body if variables is None else self.body | {"variables": variables}
        return await http.post("/graphql", json=body, headers=headers)

    def check(self, response: httpx.Response) -> None:
        assert f"HTTP/1.1 {response.status_code} {response.reason_phrase}" == self.status_line
        for name, value in self.headers.items():
            assert response.headers[name] == value
        assert_like(self.answer, response.json())


def samples_of(text: str) -> list[Sample]:
    return [_sample(request, answer) for request, answer in _SAMPLE.findall(text)]


def operations_of(text: str) -> list[str]:
    """Every document that a reader can copy: fenced as GraphQL, or sent by a sample."""
    return [*_GRAPHQL.findall(text), *(sample.body["query"] for sample in samples_of(text))]


def assert_like(told: Any, given: Any, key: str = "") -> None:
    """What a page tells and what was answered are the same, but for what is new each time:
    shortened texts, instants, and messages, which are not API."""
    if isinstance(told, dict):
        assert isinstance(given, dict)
        assert list(told) == list(given), "the keys of an answer, in their order"
        for name, value in told.items():
            assert_like(value, given[name], name)
    elif isinstance(told, list):
        assert isinstance(given, list)
        assert len(told) == len(given)
        for one, other in zip(told, given, strict=True):
            assert_like(one, other)
    elif isinstance(told, str) and (told.endswith("…") or _INSTANT.fullmatch(told)):
        assert isinstance(given, str)
        assert _shape(told.removesuffix("…")) == _shape(given)[: len(told.removesuffix("…"))], key
    elif key == "message":
        assert isinstance(given, str)
    else:
        assert told == given, key


def _shape(text: str) -> str:
    """Prefixes and punctuation stay, what is random or counted does not: `ses_…`, `eyJ…`."""
    if _INSTANT.fullmatch(text):
        return re.sub(r"\d", "0", text)
    prefix = re.match(r"(ort_ses_|ses_|chl_|eyJ)?", text)
    assert prefix is not None
    return prefix[0] + "x" * (len(text) - len(prefix[0]))


def _sample(request: str, answer: str) -> Sample:
    head, _, body = request.partition("'{")
    token, accept = _TOKEN.search(head), _ACCEPT.search(head)
    status_and_headers, _, told = answer.partition("\n\n")
    status_line, *headers = status_and_headers.splitlines()
    return Sample(
        body=json.loads("{" + body.rstrip().removesuffix("'")),
        token=None if token is None else token[1],
        accept="application/graphql-response+json" if accept is None else accept[1],
        status_line=status_line,
        headers=dict(header.split(": ", 1) for header in headers),
        answer=json.loads(told),
    )
