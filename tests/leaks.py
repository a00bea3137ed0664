"""Finds known personal values in whatever leaves the gateway: logs, answers, metrics, documents.

A value is sought in any case, as it is, escaped as in JSON, percent-encoded, and in base64 at any
offset; in stored binaries also as UTF-16. Random ids, nonces and ciphertexts contain every short
sequence sooner or later, so what is short counts only where chance cannot have written it: as a
word of its own in a text, or in letters that ids have not, and in binaries that are text.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus

import httpx

from api.logs import configure_logging
from auth.mongo import Database
from tests.factories import Person
from tests.serving import Serving

SHORTEST = 4
"""A shorter word would be found everywhere; Chinese names are as long as they are."""
SURE_BYTES = 8
"""From here on a sequence is sought anywhere: chance writes eight given characters of an id, in any
case, once in 10^12 places, and a run of the tests has some 10^6."""
TOKEN_KEYS = ("flowToken", "accessToken", "access_token", "refreshToken", "sandboxCode")
REFUSALS = ("LoginRefused", "OfficerLoginRefused", "ChangeRefused", "TalentFactsRefused")
OUR_WORDS = ("onecard", "api", "schema", "resolvers", "auth", "uvicorn", "asyncio")
"""Loggers whose records are also searched as they are, before the formatter."""
BIRTH_DATES = ("1984-02-29", "19840229", "29.02.1984")
CHINESE_NAME = "贝诺拉"
GIVEN_NAMES, SURNAME = "Zwentibold Øyvinder", "Quastenflößer"


@dataclass(repr=False)
class Known:
    """The values that must not be found."""

    values: set[str] = field(default_factory=set)
    _forms: dict[str, str] = field(default_factory=dict)
    _foreign: dict[str, str] = field(default_factory=dict)
    """Short, but not ASCII, as ids and tokens are."""
    _words: dict[str, str] = field(default_factory=dict)

    def add(self, *values: str) -> None:
        for value in values:
            assert len(value) >= SHORTEST or not value.isascii(), value
            self.values.add(value)
            for form in _forms_of(value):
                short = self._words if form.isascii() else self._foreign
                (self._forms if _is_sure(form) else short)[form] = value

    def add_name(self, name: str) -> None:
        """The whole, and each of its parts."""
        self.add(name, *re.split(r"[ ,·-]+", name))

    def add_person(self, person: Person) -> None:
        self.add_name(person.name)
        self.add(*person.numbers.values(), *BIRTH_DATES, CHINESE_NAME)
        self.add(*(number for number in (person.phone, person.bank_card) if number))

    def add_answer(self, answer: object) -> None:
        """Every token and code in an answer, and the secret part of a token by itself."""
        for key, value in _pairs(answer):
            if key in TOKEN_KEYS and isinstance(value, str):
                self.add(value, *(part for part in value.split(".")[1:] if len(part) > 20))

    def found_in(self, text: str) -> set[str]:
        seen = text.casefold()
        words = set(_WORD.findall(seen))
        found = {value for form, value in self._words.items() if form in words}
        found |= {value for form, value in self._foreign.items() if form in seen}
        return found | self._anywhere_in(text)

    def found_in_bytes(self, data: bytes) -> set[str]:
        as_utf_16 = data.decode("utf-16-le", "replace") + data[1:].decode("utf-16-le", "replace")
        found = self._anywhere_in(data.decode("utf-8", "replace")) | self._anywhere_in(as_utf_16)
        with suppress(UnicodeDecodeError):
            found |= self.found_in(data.decode())
        return found

    def _anywhere_in(self, text: str) -> set[str]:
        seen = text.casefold()
        return {value for form, value in self._forms.items() if form in seen}

    async def found_in_database(self, database: Database) -> dict[str, set[str]]:
        """Collection → what was found in its documents, keys of documents included."""
        found: dict[str, set[str]] = {}
        for name in await database.list_collection_names():
            async for document in database[name].find({}):
                for key, value in _pairs(document):
                    here = self.found_in(key)
                    if isinstance(value, str):
                        here |= self.found_in(value)
                    elif isinstance(value, bytes):
                        here |= self.found_in_bytes(value)
                    if here:
                        found.setdefault(f"{name}.{key}", set()).update(here)
        return found


_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def _is_sure(form: str) -> bool:
    return len(form.encode()) >= SURE_BYTES


def _forms_of(value: str) -> Iterator[str]:
    """Casefolded, as is the text that is searched."""
    yield value.casefold()
    yield json.dumps(value)[1:-1].casefold()
    yield quote(value).casefold()
    yield quote_plus(value).casefold()
    data = value.encode()
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + data).decode().rstrip("=")
        # Cut off what mixes with the neighbours' bits.
        sound = encoded[(0, 2, 3)[offset] : len(encoded) - (1 if (offset + len(data)) % 3 else 0)]
        if _is_sure(sound):
            yield sound.casefold()
            yield sound.translate(str.maketrans("+/", "-_")).casefold()


def _pairs(value: object) -> Iterator[tuple[str, object]]:
    """Every (key, scalar), at any depth; items of lists go by the key of their list."""
    waiting: list[tuple[str, object]] = [("", value)]
    while waiting:
        key, one = waiting.pop()
        if isinstance(one, Mapping):
            waiting += [(str(name), inner) for name, inner in one.items()]
        elif isinstance(one, list):
            waiting += [(key, inner) for inner in one]
        else:
            yield key, one


@dataclass(repr=False)
class Watch(logging.Handler):
    """All that was written and answered while it watched."""

    known: Known = field(default_factory=Known)
    lines: io.StringIO = field(default_factory=io.StringIO)
    """Standard error, as production writes it."""
    records: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)
    """Of all request errors and refusals, to prove that the paths were really taken."""

    def __post_init__(self) -> None:
        super().__init__(logging.DEBUG)

    __hash__ = logging.Handler.__hash__

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.partition(".")[0] in OUR_WORDS:
            own = logging.makeLogRecord({}).__dict__
            extra = {key: value for key, value in record.__dict__.items() if key not in own}
            self.records.append(
                f"{record.getMessage()} {record.args!r} {record.exc_text} {extra!r}"
            )

    async def note_answer(self, response: httpx.Response) -> None:
        """A hook of the client: what was answered, if it tells of a failure."""
        await response.aread()
        try:
            answer = response.json()
        except ValueError:
            answer = None
        self.known.add_answer(answer)
        codes = set(_codes_told(answer))
        self.codes |= codes
        if codes or response.status_code != 200:
            text = json.dumps(without_echo(answer)) if answer is not None else response.text
            self.errors.append(f"{text}\n{response.headers!r}")

    def found(self) -> dict[str, set[str]]:
        """What was found where, of the values known by now."""
        places: Mapping[str, Iterable[str]] = {
            "log line": self.lines.getvalue().splitlines(),
            "log record": self.records,
            "error answer": self.errors,
        }
        return {
            place: hits
            for place, texts in places.items()
            if (hits := set().union(*map(self.known.found_in, texts)))
        }


def _codes_told(answer: Any) -> Iterator[str]:
    """Of request errors and of refused steps; other codes are data."""
    if isinstance(answer, dict):
        for error in answer.get("errors", ()):
            yield error["extensions"]["code"]
        for payload in (answer.get("data") or {}).values():
            if isinstance(payload, dict) and payload.get("__typename") in REFUSALS:
                yield payload.get("code") or payload["__typename"]


def without_echo(answer: Any) -> Any:
    """The answer without the keys that the client's own document chose and that GraphQL gives back
    to it: the response path of an error and the name of a variable. Neither is ever logged."""
    if not isinstance(answer, dict):
        return answer
    errors = []
    for error in answer.get("errors", ()):
        extensions = dict(error.get("extensions", {}))
        variable = f"${extensions.pop('variable', '')} "
        message = error["message"].replace(variable, "$ ")
        rest = {key: value for key, value in error.items() if key != "path"}
        errors.append({**rest, "message": message, "extensions": extensions})
    return {**answer, "errors": errors}


@contextmanager
def watching() -> Iterator[Watch]:
    """Logging as production configures it, at its most talkative level, into the watch."""
    names = ("uvicorn", "uvicorn.error", "uvicorn.access", "pymongo", "asyncio")
    root, watch = logging.getLogger(), Watch()
    before = [(one, one.level, one.propagate, one.handlers[:]) for one in _loggers(*names)]
    handlers, level = root.handlers[:], root.level
    configure_logging("DEBUG")
    for handler in root.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(watch.lines)
    root.addHandler(watch)
    try:
        yield watch
    finally:
        logging.captureWarnings(capture=False)
        root.handlers[:] = handlers
        root.setLevel(level)
        for one, its_level, propagate, its_handlers in before:
            one.setLevel(its_level)
            one.propagate, one.handlers[:] = propagate, its_handlers


def _loggers(*names: str) -> list[logging.Logger]:
    return [logging.getLogger(name) for name in names]


@asynccontextmanager
async def watched(serving: Serving) -> AsyncIterator[Watch]:
    with watching() as watch:
        serving.http.event_hooks["response"].append(watch.note_answer)
        yield watch


async def new_person(serving: Serving, watch: Watch, **plan: Any) -> Person:
    person = await serving.person(given_names=GIVEN_NAMES, surname=SURNAME, **plan)
    watch.known.add_person(person)
    return person


def without_sample_values(metrics: str) -> str:
    """They are counts and seconds, whose digits could be anybody's code."""
    assert "onecard_http_requests_total" in metrics
    return "\n".join(line.rpartition(" ")[0] for line in metrics.splitlines())


async def assert_nothing_left(serving: Serving, watch: Watch) -> None:
    assert watch.lines.getvalue().count("\n") > 5
    assert watch.found() == {}
    metrics = (await serving.http.get("/metrics")).text
    assert watch.known.found_in(without_sample_values(metrics)) == set()
    assert await watch.known.found_in_database(serving.database) == {}
