"""A log line is safe by its shape, whoever writes it."""

from __future__ import annotations

import json
import logging
import logging.config
import warnings
from typing import Any

import pytest

from api.logs import FIELDS, JsonFormatter, configure_logging, logging_config, request_id_of_line
from schema.frames import MAX_FRAMES, trace_of
from tests.http_stand_in import Lines, recorded_lines

CANARY = "Canary_Lindqvist_7731"


def line_of(logger: str, message: object, *arguments: object, **options: Any) -> dict[str, Any]:
    lines = Lines()
    target = logging.getLogger(logger)
    target.addHandler(lines)
    try:
        target.log(logging.ERROR, message, *arguments, **options)
    finally:
        target.removeHandler(lines)
    (text,) = lines.texts
    line: dict[str, Any] = json.loads(text)
    return line


def test_a_line_has_an_instant_in_utc_a_level_a_logger_and_an_event() -> None:
    line = line_of("onecard.test", "card issued", extra={"count": 3, "ms": 1.5, "state": "good"})
    assert line["time"].endswith("+00:00")
    del line["time"]
    assert line == {
        "level": "error",
        "logger": "onecard.test",
        "event": "card issued",
        "count": 3,
        "ms": 1.5,
        "state": "good",
    }


def test_what_is_not_a_listed_field_is_left_out() -> None:
    line = line_of("onecard.test", "event", extra={"full_name": CANARY, "code": "FORBIDDEN"})
    assert CANARY not in json.dumps(line)
    assert line["code"] == "FORBIDDEN"


def test_the_fields_of_the_logging_module_itself_are_not_listed() -> None:
    own = logging.makeLogRecord({}).__dict__
    assert FIELDS.isdisjoint(own)
    assert FIELDS.isdisjoint({"request_id", "time", "level", "logger", "event"})


def test_arguments_are_never_filled_into_an_event_of_ours() -> None:
    assert line_of("onecard.test", "holder %s", CANARY)["event"] == "holder %s"


@pytest.mark.parametrize("logger", ["asyncio", "pymongo.command", "uvicorn.error", "py.warnings"])
def test_a_library_is_told_by_the_place_where_it_spoke(logger: str) -> None:
    filled_in = line_of(logger, f"Task exception was never retrieved: {CANARY}")
    to_be_filled = line_of(logger, '%s - "WebSocket %s" [accepted]', CANARY, CANARY)
    for line in (filled_in, to_be_filled):
        assert CANARY not in json.dumps(line)
        assert line["event"].startswith("test_logs:")


def test_what_the_server_says_of_its_own_life_is_told_in_its_words() -> None:
    line = line_of("uvicorn.error", "Started server process [%d]", 4711)
    assert line["event"] == "Started server process [4711]"


def fail(value: str) -> None:
    try:
        int(value)
    except ValueError as error:
        raise LookupError(f"no holder {value}") from error


def test_an_exception_shows_as_types_and_frames_without_its_words() -> None:
    try:
        fail(CANARY)
    except LookupError:
        line = line_of("onecard.test", "failed", exc_info=True)
    assert line["error_type"] == "builtins.LookupError"
    assert line["caused_by"] == ["builtins.ValueError"]
    assert line["frames"][-1].startswith("tests.test_logs:")
    assert line["frames"][-1].endswith(" fail")
    assert CANARY not in json.dumps(line)


def test_a_stack_of_a_library_is_not_printed() -> None:
    line = line_of("onecard.test", "failed", stack_info=True)
    assert "frames" not in line
    assert "stack_info" not in line


def deep(levels: int) -> None:
    if levels == 0:
        raise ValueError
    deep(levels - 1)


def test_frames_and_causes_are_bounded() -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - any will do
        deep(200)
    assert len(trace_of(raised.value).frames) == MAX_FRAMES
    error: BaseException = raised.value
    for _ in range(50):
        outer = RuntimeError()
        outer.__cause__ = error
        error = outer
    assert len(trace_of(error).caused_by) == 5


def test_causes_that_go_in_a_circle_end() -> None:
    one, other = ValueError(), KeyError()
    one.__cause__, other.__cause__ = other, one
    assert trace_of(one).caused_by == ["builtins.KeyError"]


def test_values_are_bounded_and_one_line_each() -> None:
    line = line_of(
        "onecard.test", "event\n" * 500, extra={"reason": "x\n" * 5_000, "codes": ["a"] * 500}
    )
    assert len(line["event"]) == len(line["reason"]) == 500
    assert len(line["codes"]) == 50
    record = logging.makeLogRecord({"name": "onecard", "msg": "a\nb\u2028c"})
    assert len(JsonFormatter().format(record).splitlines()) == 1


@pytest.mark.parametrize("value", ["案件", "caf\u00e9\u2028", "half a pair \ud800", 2**70])
def test_a_line_is_ascii_whatever_a_value_is(value: object) -> None:
    record = logging.makeLogRecord({"name": "onecard", "msg": "event", "reason": value})
    line = JsonFormatter().format(record)
    assert line.isascii()
    assert json.loads(line)["reason"] == value


def test_a_line_within_a_request_bears_its_id() -> None:
    reset = request_id_of_line.set("req_9")
    try:
        assert line_of("auth.revocation", "feed lost")["request_id"] == "req_9"
    finally:
        request_id_of_line.reset(reset)
    assert "request_id" not in line_of("auth.revocation", "feed lost")


def test_the_servers_own_access_log_is_off_and_all_else_goes_to_standard_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        configure_logging()
        logging.getLogger("uvicorn.access").info('%s - "%s" %d', CANARY, CANARY, 200)
        logging.getLogger("onecard.test").info("told")
        warnings.showwarning(CANARY, UserWarning, CANARY, 1)
        output = capsys.readouterr()
    finally:
        logging.captureWarnings(capture=False)
        root.handlers[:], root.level = handlers, level
    told, warned = map(json.loads, output.err.splitlines())
    assert told["event"] == "told"
    assert warned["logger"] == "py.warnings"
    assert CANARY not in output.err
    assert output.out == ""


def test_the_configuration_is_one_that_the_logging_module_takes() -> None:
    with recorded_lines():
        logging.config.DictConfigurator(logging_config("WARNING"))
    assert logging_config("WARNING")["root"]["level"] == "WARNING"
