"""Lines of requests are written together; none is lost where one was promised."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading

from api.log_lines import MAX_BYTES, LineHandler
from api.logs import ACCESS_LOGGER, FIELDS, JsonFormatter, tell_plainly
from tests.http_stand_in import client_of_app, recorded_lines, stand_in_app
from tests.processes import ROOT, eventually


class Written(io.StringIO):
    """What a stream was given, write by write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []

    def write(self, text: str) -> int:
        self.writes.append(text)
        return len(text)

    @property
    def events(self) -> list[str]:
        return [json.loads(line)["event"] for line in "".join(self.writes).splitlines()]


class Broken(Written):
    def write(self, text: str) -> int:
        super().write(text)
        raise BrokenPipeError


def handler_on(stream: Written, *, writes_soon: bool = False) -> LineHandler:
    """Without the thread that writes what has waited, unless that is what is looked at."""
    handler = LineHandler(stream)
    handler.setFormatter(JsonFormatter())
    if not writes_soon:
        handler._has_waiting.set()
    return handler


def record(event: str, logger: str = ACCESS_LOGGER) -> logging.LogRecord:
    return logging.makeLogRecord({"name": logger, "msg": event, "levelname": "INFO"})


def test_a_line_of_a_request_waits_for_others_and_any_other_line_goes_at_once_behind_them() -> None:
    stream = Written()
    handler = handler_on(stream)
    handler.handle(record("first"))
    handler.handle(record("second"))
    assert stream.writes == []
    handler.handle(record("a warning", "api.app"))
    assert len(stream.writes) == 1
    assert stream.events == ["first", "second", "a warning"]


def test_what_waits_is_bounded_and_written_in_whole_lines_that_a_pipe_takes_in_one_piece() -> None:
    stream = Written()
    handler = handler_on(stream)
    for number in range(200):
        handler.handle(record(f"request {number}"))
    handler.close()
    handler.flush()
    assert stream.events == [f"request {number}" for number in range(200)]
    assert len(stream.writes) < 20
    assert all(len(text) <= MAX_BYTES and text.endswith("\n") for text in stream.writes)


def test_a_line_does_not_wait_for_another_for_ever() -> None:
    stream = Written()
    handler = handler_on(stream, writes_soon=True)
    handler.handle(record("first"))
    assert eventually(lambda: stream.events == ["first"])
    handler.handle(record("second"))
    assert eventually(lambda: stream.events == ["first", "second"])


def test_a_stream_that_takes_nothing_any_more_ends_neither_request_nor_writer() -> None:
    stream = Broken()
    handler = handler_on(stream, writes_soon=True)
    handler.handle(record("lost"))
    assert eventually(lambda: len(stream.writes) == 1)
    handler.handle(record("lost"))
    assert eventually(lambda: len(stream.writes) == 2)
    assert handler._waiting == []


def test_lines_of_several_threads_are_all_there() -> None:
    stream = Written()
    handler = handler_on(stream, writes_soon=True)
    threads = [
        threading.Thread(target=lambda: [handler.handle(record("told")) for _ in range(500)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    handler.flush()
    assert stream.events == ["told"] * 2_000


ENDING = """
import logging, sys
from api.logs import ACCESS_LOGGER, configure_logging, tell_plainly
configure_logging()
tell_plainly(logging.getLogger(ACCESS_LOGGER), "request", {"status": 200})
raise ERROR
"""


def test_a_process_that_ends_by_itself_or_by_a_fault_leaves_no_line_behind() -> None:
    for error in ("SystemExit(3)", "RuntimeError"):
        ended = subprocess.run(
            [sys.executable, "-c", ENDING.replace("ERROR", error)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert '"status":200' in ended.stderr


def test_a_plain_line_is_the_one_that_the_logging_module_would_make() -> None:
    logger = logging.getLogger("onecard.test")
    fields = {name: name for name in FIELDS}
    with recorded_lines() as lines:
        logger.info("told", extra=fields)
        tell_plainly(logger, "told", fields)
        logger.setLevel(logging.WARNING)
        try:
            tell_plainly(logger, "not told", fields)
        finally:
            logger.setLevel(logging.NOTSET)
    usual, plain = map(json.loads, lines.texts)
    assert plain.pop("time")[:10] == usual.pop("time")[:10]
    assert plain == usual


async def test_a_plain_line_stands_in_the_log_of_whoever_listens() -> None:
    with recorded_lines() as lines:
        async with client_of_app(stand_in_app()) as client:
            await client.get("/nowhere")
    assert [line["route"] for line in lines.of("request")] == ["unmatched"]
