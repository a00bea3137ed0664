"""What a refusal must be: its code, one audit line where a use case was reached, nothing else."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Mapping
from typing import Any

from tests.cases import written
from tests.filing import Desk, code_of
from tests.flows import everything_stored
from tests.leaks import Watch
from tests.serving import Serving


async def expect_refused(
    serving: Serving, watch: Watch, attempt: Awaitable[Mapping[str, Any]], code: str
) -> None:
    """Refused with this code, in an answer that names nobody; one line in the trail, and nothing
    else is stored."""
    before = await everything_stored(serving.database)
    payload = await attempt
    assert code_of(payload) == code
    assert watch.known.found_in(json.dumps(payload, ensure_ascii=False)) == set()
    changed = await written(serving, before)
    [line] = changed.pop("audit")
    assert (line["action"], line["result"]) == ("change.refused", code)
    assert changed == {}, code


async def expect_rejected(
    serving: Serving,
    desk: Desk,
    mutation: str,
    input_type: str,
    given: Mapping[str, Any],
    code: str = "BAD_USER_INPUT",
) -> None:
    """The request as a whole is refused, and nothing at all is stored. What its answer and the log
    say is the watch's business."""
    before = await everything_stored(serving.database)
    errors = await desk.errors(mutation, input_type, given)
    assert {error["extensions"]["code"] for error in errors} == {code}, given
    assert await written(serving, before) == {}, given
