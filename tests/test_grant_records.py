"""The signed records of a grant are checked by whoever has the JWKS alone."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import jwt
import pytest

from auth.grant_records import GRANT_RECORD_TYPE
from tests.granting import GRANT, Granting
from tests.serving import Serving


async def checked(serving: Serving, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The claims of a chain, by PyJWT and nothing of ours."""
    keys = jwt.PyJWKSet.from_dict((await serving.http.get("/.well-known/jwks.json")).json())
    before, chain = None, []
    for number, record in enumerate(records, 1):
        header = jwt.get_unverified_header(record["jws"])
        assert header["typ"] == "grant-record+jwt"
        claims = jwt.decode(
            record["jws"],
            keys[header["kid"]],
            algorithms=["EdDSA"],
            options={"require": ["iss", "iat"], "verify_iat": False},
        )
        digest = None
        if before is not None:
            hashed = hashlib.sha256(before.encode()).digest()
            digest = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
        assert claims["prev"] == digest
        assert (claims["number"], claims["event"]) == (number, record["event"])
        chain.append(claims)
        before = record["jws"]
    return chain


async def test_each_step_is_a_signed_record_that_names_the_one_before(serving: Serving) -> None:
    granting = await Granting.of(serving)
    asked = await granting.ask(["PASSPORT", "CARD"], reason="Words of the employer")
    accepted = await granting.accept(asked["grant"], bundles=["CARD"])
    withdrawn = await granting.step("withdrawGrant", accepted["grant"])
    chain = await checked(serving, withdrawn["grant"]["records"])
    assert [one["event"] for one in chain] == ["ASK", "ACCEPT", "WITHDRAW"]
    assert [one["state"] for one in chain] == ["ASKED", "GRANTED", "WITHDRAWN"]
    assert [one["granted"] and one["granted"]["bundles"] for one in chain] == [
        None,
        ["CARD"],
        ["CARD"],
    ]
    for one in chain:
        assert one["asked"]["bundles"] == ["PASSPORT", "CARD"]
        assert one["grant"] == withdrawn["grant"]["id"]
        assert one["holder"] == granting.person.holder_id
        assert one["employer"] == granting.employment["employer_id"]
        assert one["purpose"] == "WORK"
        assert "Words" not in str(one)


async def test_holder_and_employer_read_the_same_records(serving: Serving) -> None:
    granting = await Granting.of(serving)
    grant = await granting.granted(["CARD"])
    text = f"query($id: ID!) {{ %s {{ grant(id: $id) {{ {GRANT} }} }} }}"
    of_employer = await granting.employer.execute(text % "employer", {"id": grant["id"]})
    of_holder = await granting.holder.execute(text % "me", {"id": grant["id"]})
    assert of_employer["employer"]["grant"] == of_holder["me"]["grant"]
    assert of_holder["me"]["grant"]["records"] == grant["records"]


async def test_a_record_that_was_changed_is_no_record(serving: Serving) -> None:
    granting = await Granting.of(serving)
    [record] = (await granting.ask())["grant"]["records"]
    header, payload, signature = record["jws"].split(".")
    other = payload[:-4] + ("AAAA" if payload[-4:] != "AAAA" else "BBBB")
    with pytest.raises(jwt.InvalidTokenError):
        await checked(serving, [record | {"jws": f"{header}.{other}.{signature}"}])
    assert jwt.get_unverified_header(record["jws"])["typ"] == GRANT_RECORD_TYPE
