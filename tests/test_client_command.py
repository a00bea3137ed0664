"""`onecard client`: an operator registers, lists and revokes the clients of employers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

from auth.client_keys import KeyAlgorithm, new_private_jwk
from auth.clients import NAME as CLIENTS
from resolvers.store import employers
from tests.client_place import CODE, NEW, SCOPES, Place, new_public, opened_place, public_of
from tests.command_line import onecard
from tests.flows import audit_actions, everything_stored


@pytest.fixture
def place(mongod_uri: str, database_name: str, keys_file: Path, tmp_path: Path) -> Iterator[Place]:
    yield from opened_place(mongod_uri, database_name, keys_file, tmp_path)


def test_a_client_is_registered_listed_and_revoked_and_each_change_is_audited(place: Place) -> None:
    keys = {"keys": [new_public(), new_public(KeyAlgorithm.ES256)]}
    told = place.told(*place.add(place.file(keys), *NEW))
    assert told[0] == "registered"
    client_id = told[1].split()[1]
    assert told[2].endswith(CODE)
    assert [line.split() for line in told[3:5]] == [
        ["key", one["kid"], one["alg"]] for one in keys["keys"]
    ]
    assert told[5] == "scopes    permits:read applications:write"
    assert told[6] == "held to   600 a minute, any document"
    [head, row] = place.told("list")
    assert head.split() == ["CLIENT", "EMPLOYER", "STATE", "SINCE", "NAME", "HELD", "TO", "SCOPES"]
    assert row.split()[:3] == [client_id, CODE, "ACTIVE"]
    assert "stop within a second" in place.told("revoke", client_id)[0]
    assert place.told("revoke", client_id) == [f"{client_id} was revoked before"]
    assert place.told("list")[1].split()[2] == "REVOKED"
    assert sorted(place.do(audit_actions)) == [
        ("client.registered", "OK"),
        ("client.revoked", "OK"),
        ("employer.registered", "OK"),
    ]
    lines = place.do(lambda database: database["audit"].find().to_list(9))
    assert {line["actor"]["kind"] for line in lines} == {"administrator"}
    stored = place.do(lambda database: database[CLIENTS].find_one({"_id": client_id}))
    assert stored is not None
    revoked = place.do(
        lambda database: database["revocations"].find_one({"_id": stored["session_id"]})
    )
    assert revoked is not None


def test_doing_so_again_changes_nothing_and_another_use_of_a_key_is_refused(place: Place) -> None:
    jwks = place.file(new_public())
    first = place.told(*place.add(jwks, *NEW))
    before = place.do(everything_stored)
    again = place.told(*place.add(jwks, *NEW))
    assert again == ["was registered just so before", *first[1:]]
    assert place.told(*place.add(jwks)) == again
    assert place.do(everything_stored) == before
    other_name = (*place.add(jwks)[:4], "Another", *place.add(jwks)[5:])
    more_scopes = place.add(jwks, "--scope", "tasks:read")
    for other in (other_name, more_scopes):
        assert "one of the keys is or was another client's" in place.refused(*other)
    place.told("revoke", first[1].split()[1])
    assert "make a new key" in place.refused(*place.add(jwks))


def test_an_employer_gets_a_second_client_and_stays_one_employer(place: Place) -> None:
    place.told(*place.add(place.file(new_public()), *NEW))
    place.told(*place.add(place.file(new_public())))
    assert place.do(lambda database: database[employers.NAME].count_documents({})) == 1
    assert len(place.told("list")) == 3
    stored = place.do(lambda database: database[CLIENTS].find().to_list(3))
    assert len({one["session_id"] for one in stored}) == 2


def test_an_employer_that_nobody_knows_needs_names_and_city(place: Place) -> None:
    jwks = place.file(new_public())
    assert "--employer-name" in place.refused(*place.add(jwks))
    assert place.client(*place.add(jwks, *NEW[:2])).code == 2
    assert "printable" in place.refused(*place.add(jwks, "--employer-name", "\x00", *NEW[2:]))


def test_what_is_no_credit_code_is_refused(place: Place) -> None:
    jwks = place.file(new_public())
    for code in ("91350100M000100Y44", "1", "", "x" * 100):
        wrong = ("add", "--employer", code, "--name", "Portal", "--jwks", jwks, *SCOPES, *NEW)
        assert "18 characters" in place.refused(*wrong)


def test_a_public_key_in_pem_is_taken_and_anything_else_is_not(place: Place) -> None:
    def pem(public: Any) -> bytes:
        made: bytes = public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return made

    private = ed25519.Ed25519PrivateKey.generate()
    secret = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    weak = rsa.generate_private_key(65_537, 1_024)  # noqa: S505 - to be refused
    add = ("add", "--employer", CODE, "--name", "Portal", *SCOPES, *NEW, "--public-key")
    faults = [
        (secret, "private key"),
        (secret + pem(private.public_key()), "private key"),
        (b"no pem", "no public key in PEM"),
        (b"", "no public key in PEM"),
        (pem(ed448.Ed448PrivateKey.generate().public_key()), "must be Ed25519"),
        (pem(ec.generate_private_key(ec.SECP384R1()).public_key()), "must be Ed25519"),
        (pem(weak.public_key()), "must be Ed25519"),
    ]
    for content, fault in faults:
        assert fault in place.refused(*add, place.file(content)), fault
    assert place.told(*add, place.file(pem(private.public_key())))[3].endswith("EdDSA")


def test_keys_that_are_private_weak_or_bent_are_refused(place: Place) -> None:
    private, good = new_private_jwk(KeyAlgorithm.EDDSA), new_public(KeyAlgorithm.ES256)
    faults: list[tuple[object, str]] = [
        (private, "private or secret"),
        ({"keys": [good, private]}, "private or secret"),
        ({"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"}, "private or secret"),
        ({"kty": "oct"}, "must be Ed25519"),
        ({"keys": []}, "1 to 5"),
        ({"keys": [new_public() for _ in range(6)]}, "1 to 5"),
        ({"keys": [good, good | {"kid": "other"}]}, "a key twice"),
        ({"keys": [good, new_public() | {"kid": good["kid"]}]}, "a kid twice"),
        (good | {"kid": ""}, "kid"),
        (good | {"kid": "a b"}, "kid"),
        (good | {"kid": 1}, "kid"),
        (good | {"use": "enc"}, "use is not sig"),
        (good | {"alg": "HS256"}, "alg is not ES256"),
        (good | {"alg": "none"}, "alg is not ES256"),
        (good | {"crv": "P-384"}, "must be Ed25519"),
        (good | {"y": good["x"]}, "must be Ed25519"),
        (good | {"x": good["x"] + "="}, "RFC 7518"),
        (good | {"x": 1}, "must be Ed25519"),
        ({"kty": "RSA", "e": "AQAB", "n": "u" * 170 + "1"}, "must be Ed25519"),
        ({"keys": "x"}, "neither a JWK nor"),
        ([good], "no JSON object"),
        (b'{"kty": "OKP", "kty": "OKP"}', "no JSON object"),
        (b"\xff", "no JSON object"),
        (b" " * 70_000, "more than 65536 bytes"),
    ]
    for content, fault in faults:
        line = place.refused(*place.add(place.file(content), *NEW))
        assert fault in line, (fault, line)
        for secret in (private["d"], private["x"], good["x"]):
            assert secret not in line


def test_a_wrong_call_is_wrong_usage(place: Place) -> None:
    jwks = place.file(new_public())
    two = place.add(jwks, "--public-key", jwks)
    none = ("add", "--employer", CODE, "--name", "Portal", *SCOPES)
    no_scope = ("add", "--employer", CODE, "--name", "Portal", "--jwks", jwks)
    for wrong in (two, none, no_scope, place.add(jwks, "--scope", "everything"), ("revoke",)):
        assert place.client(*wrong).code == 2
    assert "cannot be read" in place.refused(*place.add(str(place.files / "none.json")))
    assert "no such client" in place.refused("revoke", "cli_nobody")


def test_a_key_is_made_for_its_owner_alone_and_never_over_what_stands_there(
    place: Place, tmp_path: Path
) -> None:
    for algorithm in ("EdDSA", "ES256"):
        path = tmp_path / f"{algorithm}.jwk"
        public = json.loads("\n".join(place.told("keygen", str(path), "--algorithm", algorithm)))
        private = json.loads(path.read_text())
        assert path.stat().st_mode & 0o777 == 0o600
        assert public == public_of(private)
        assert (private["alg"], "d" in private) == (algorithm, True)
        assert place.told(*place.add(place.file(public), *NEW))[0] == "registered"
        before = path.read_bytes()
        assert "exists already" in place.refused("keygen", str(path))
        assert path.read_bytes() == before
    assert "cannot be written" in place.refused("keygen", str(tmp_path / "none" / "key"))


def test_a_database_that_is_away_is_told_in_one_line(place: Place) -> None:
    settings = place.settings | {"ONECARD_MONGODB_URI": "mongodb://127.0.0.1:1/?replicaSet=x"}
    answer = onecard("client", "list", settings=settings, patience_ms=300)
    assert answer.code == 1
    assert "cannot be reached" in answer.only_line
