"""Log lines as JSON on standard error, of listed fields only.

A line is safe by its shape: the event is a constant of the code, never filled in; values come in
listed fields; an exception shows as types and frames without its text, which may hold data. What
a library says is told by the place in the library that said it, unless its words are listed here.
"""

from __future__ import annotations

import json
import logging
import logging.config
import time
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson

from schema.frames import trace_of

request_id_of_line: ContextVar[str | None] = ContextVar("request_id_of_line", default=None)
"""Stands in every line that is written while a request is served."""

FIELDS = frozenset(
    {
        "action",
        "attempt",
        "caused_by",
        "code",
        "codes",
        "collection",
        "count",
        "delay_ms",
        "error_id",
        "error_type",
        "frames",
        "host",
        "index",
        "job",
        "key_version",
        "method",
        "ms",
        "operation",
        "outcome",
        "path",
        "pid",
        "port",
        "reason",
        "route",
        "signal",
        "state",
        "status",
        "transport",
        "version",
        "worker",
        "workers",
    }
)
"""What `extra` may carry. Each is made of our own words, ids or numbers."""

ACCESS_LOGGER = "onecard.access"
OUR_LOGGERS = ("onecard", "api", "schema", "resolvers", "auth")
MAX_TEXT = 500
MAX_ITEMS = 50

_TOLD_BY_LIBRARIES = frozenset(
    {
        "Started server process [%d]",
        "Waiting for application startup.",
        "Application startup complete.",
        "Application startup failed. Exiting.",
        "Shutting down",
        "Waiting for application shutdown.",
        "Application shutdown complete.",
        "Finished server process [%d]",
        "Started parent process [%d]",
        "Stopping parent process [%d]",
        "Waiting for child process [%d]",
        "Child process [%d] died",
        "Waiting for connections to close. (CTRL+C to force quit)",
        "Waiting for background tasks to complete. (CTRL+C to force quit)",
        "Uvicorn running on %s://%s:%d (Press CTRL+C to quit)",
        "Exception in ASGI application\n",
        "Invalid HTTP request received.",
        "Exceeded concurrency limit.",
    }
)
"""Words of the server whose arguments are its own process ids and addresses."""


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _event_of(record),
        }
        request_id = request_id_of_line.get()
        if request_id is not None:
            line["request_id"] = request_id
        for name, value in record.__dict__.items():
            if name in FIELDS and value is not None:
                line[name] = _plain(value)
        if record.exc_info and record.exc_info[1] is not None:
            trace = trace_of(record.exc_info[1])
            line["error_type"] = trace.error_type
            line["caused_by"] = trace.caused_by
            line["frames"] = trace.frames
        return _encoded(line)


def _encoded(line: Mapping[str, object]) -> str:
    """On one line, in ASCII, whatever a value is: orjson, which nearly always does, writes no half
    of a surrogate pair and no number beyond 64 bits."""
    try:
        text = orjson.dumps(line).decode()
    except TypeError:
        return _IN_ASCII.encode(line)
    return text if text.isascii() else _IN_ASCII.encode(line)


_IN_ASCII = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"))


def tell_plainly(logger: logging.Logger, event: str, fields: Mapping[str, object]) -> None:
    """As `logger.info(event, extra=fields)`, without looking for the line of code and the thread
    that speak, of which no line tells: that took longer than all the rest. Names of `fields` are
    some of FIELDS."""
    if logger.isEnabledFor(logging.INFO):
        record = logging.LogRecord.__new__(logging.LogRecord)
        record.__dict__.update(
            _NOTHING_TOLD, name=logger.name, msg=event, created=time.time(), **fields
        )
        logger.handle(record)


_NOTHING_TOLD = logging.LogRecord("", logging.INFO, "", 0, "", None, None).__dict__


def _event_of(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] in OUR_LOGGERS:
        return str(record.msg)[:MAX_TEXT]
    if record.msg in _TOLD_BY_LIBRARIES:
        return record.getMessage().strip()[:MAX_TEXT]
    return f"{record.module}:{record.lineno} {record.funcName}"


def _plain(value: object) -> object:
    if type(value) is str:
        return value[:MAX_TEXT]
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in list(value)[:MAX_ITEMS]]
    return str(value)[:MAX_TEXT]


def logging_config(level: str = "INFO") -> dict[str, Any]:
    """For `logging.config.dictConfig` and for uvicorn's `log_config`, with `access_log=False`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "api.logs.JsonFormatter"}},
        "handlers": {
            "stderr": {
                "class": "api.log_lines.LineHandler",
                "formatter": "json",
                "stream": "ext://sys.stderr",
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "uvicorn": {"level": level, "propagate": True, "handlers": []},
            "uvicorn.error": {"level": level, "propagate": True, "handlers": []},
            "uvicorn.access": {"level": "CRITICAL", "propagate": False, "handlers": []},
            # What drivers say in detail (commands, documents) is data.
            "pymongo": {"level": "WARNING"},
            "asyncio": {"level": "WARNING"},
        },
    }


def configure_logging(level: str = "INFO") -> None:
    logging.config.dictConfig(logging_config(level))
    logging.captureWarnings(capture=True)
