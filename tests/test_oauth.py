"""`/oauth/token`: an employer's portal gets a token, or one of the errors of RFC 6749."""

from __future__ import annotations

from api.ids import new_id
from tests.employer_client import employer_client
from tests.serving import Serving

GREETING = "{ biometricConsentNotice { version } }"


async def test_a_portal_asks_for_a_token_and_speaks_for_its_employer(serving: Serving) -> None:
    client = await employer_client(serving, new_id("emp"))
    assert (await client.post("{ __typename }")).status_code == 200
    refused = (await client.post("{ me { id } }")).json()
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
