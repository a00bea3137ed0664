"""Turns what nobody expected into a JSON answer with an id that finds the log line."""

from __future__ import annotations

from starlette.responses import Response
from starlette.types import Scope

from api.exchange import exchange_of, route_of
from api.refusals import refusal
from schema.failures import log_unexpected, new_error_id
from schema.masking import Classify, code_of


def failure_response(error: Exception, scope: Scope, classify: Classify | None) -> Response:
    """Logs the error and says how to answer. `classify` tells the driver's exceptions apart, as in
    `schema.masking`."""
    error_id, code = new_error_id(), code_of(error, classify)
    log_unexpected(error, error_id=error_id, code=code, path=route_of(scope))
    exchange_of(scope).note_code(code.value)
    return refusal(code, details={"errorId": error_id})
