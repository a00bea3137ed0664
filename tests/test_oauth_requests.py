"""What `/oauth/token` is sent that is no request for a token: refused, and nothing is changed."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from api.ids import new_id
from api.oauth import FORM as FORM_TYPE
from api.oauth import MAX_BODY_BYTES
from tests.employer_client import Portal, new_portal
from tests.flows import everything_stored
from tests.oauth_requests import FORM, error_of, post
from tests.serving import Serving


@pytest.fixture
async def portal(serving: Serving) -> Portal:
    return await new_portal(serving, new_id("emp"))


def without(name: str, form: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in form.items() if key != name}


NO_REQUESTS: list[tuple[dict[str, str], int, str]] = [
    ({}, 400, "invalid_request"),
    (without("grant_type", FORM), 400, "invalid_request"),
    (FORM | {"grant_type": ""}, 400, "invalid_request"),
    (FORM | {"grant_type": "password"}, 400, "unsupported_grant_type"),
    (FORM | {"grant_type": "authorization_code"}, 400, "unsupported_grant_type"),
    (without("client_assertion", FORM), 401, "invalid_client"),
    (without("client_assertion_type", FORM), 400, "invalid_request"),
    (FORM | {"client_assertion_type": "saml2-bearer"}, 401, "invalid_client"),
    (without("client_assertion", FORM) | {"client_secret": "s"}, 401, "invalid_client"),
    (FORM | {"client_secret": "s"}, 400, "invalid_request"),
    (FORM | {f"extra{n}": "1" for n in range(20)}, 400, "invalid_request"),
    (FORM | {"extra": "1"}, 401, "invalid_client"),
]


async def test_a_request_that_is_not_as_it_should_be_is_told_by_its_error(
    serving: Serving,
) -> None:
    before = await everything_stored(serving.database, "throttle")
    for form, status, error in NO_REQUESTS:
        assert error_of(await post(serving, form)) == (status, error), form
    assert await everything_stored(serving.database, "throttle") == before


NO_FORMS = [
    (urlencode(FORM) + "&grant_type=client_credentials", FORM_TYPE, 400),
    (urlencode(FORM) + "&other=1&other=1", FORM_TYPE, 400),
    (urlencode(FORM) + "&scope=%ff", FORM_TYPE, 400),
    (urlencode(FORM) + "&scope=许", FORM_TYPE, 400),
    (urlencode(FORM), "application/json", 400),
    (urlencode(FORM), "multipart/form-data", 400),
    (urlencode(FORM), "", 400),
    (urlencode(FORM) + "&padding=" + "x" * MAX_BODY_BYTES, FORM_TYPE, 413),
]


async def test_a_body_that_is_no_such_form_is_refused(serving: Serving) -> None:
    for body, content_type, status in NO_FORMS:
        headers = {"Content-Type": content_type}
        answer = await serving.http.post("/oauth/token", content=body.encode(), headers=headers)
        assert error_of(answer) == (status, "invalid_request"), (body[-20:], content_type)


async def test_a_form_may_name_its_charset_and_a_second_way_to_authenticate_is_refused(
    serving: Serving, portal: Portal
) -> None:
    form = portal.form(portal.assertion(serving.clock()))
    headers = {"Content-Type": f"{FORM_TYPE}; charset=UTF-8", "Authorization": "Basic eDp5"}
    answer = await serving.http.post("/oauth/token", content=urlencode(form), headers=headers)
    assert error_of(answer) == (400, "invalid_request")
    del headers["Authorization"]
    answer = await serving.http.post("/oauth/token", content=urlencode(form), headers=headers)
    assert answer.status_code == 200


async def test_tokens_are_asked_for_by_post_alone(serving: Serving) -> None:
    for method in ("GET", "PUT", "DELETE", "OPTIONS"):
        answer = await serving.http.request(method, "/oauth/token", params=FORM)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
