"""Where a portal may be called, what it may ask and how often, as an operator registers it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.commands.client_options import callbacks_given
from api.failure import Refusal
from api.ids import new_id
from auth.client_terms import MAX_DOCUMENTS, callback_fault
from auth.clients import NAME, Client, decode_client, encode_client
from auth.mongo import Database
from resolvers.store.migrations import MIGRATIONS
from tests.client_place import NEW, Place, new_public, opened_place
from tests.employer_client import portal_record

DOCUMENTS = ["{ __typename }", "query Q { employer { id } }"]


@pytest.fixture
def place(mongod_uri: str, database_name: str, keys_file: Path, tmp_path: Path) -> Iterator[Place]:
    yield from opened_place(mongod_uri, database_name, keys_file, tmp_path)


def digest(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()


def stored_client(place: Place) -> Client:
    found = place.do(lambda database: database[NAME].find_one({}))
    assert found is not None
    return decode_client(found)


def test_a_portal_is_registered_with_addresses_documents_and_limits_and_the_list_shows_them(
    place: Place,
) -> None:
    lines = [f"{digest(document)}  queries/one.graphql" for document in DOCUMENTS]
    documents = place.file("\n".join(["# queries of the portal", "", *lines]).encode())
    add = place.add(
        place.file(new_public()),
        *NEW,
        *("--callback", "https://portal.example/hooks", "--callback", "http://127.0.0.1:9400/x"),
        *("--allowed-documents", documents, "--operations-per-minute", "90", "--require-dpop"),
    )
    told = place.told(*add)
    assert told[-3:] == [
        "callback  http://127.0.0.1:9400/x",
        "callback  https://portal.example/hooks",
        "held to   90 a minute, 2 documents, DPoP alone",
    ]
    stored = stored_client(place)
    assert stored.callbacks == ("http://127.0.0.1:9400/x", "https://portal.example/hooks")
    assert stored.allowed_documents == tuple(sorted(digest(one) for one in DOCUMENTS))
    assert (stored.limits.operations_per_minute, stored.requires_dpop) == (90, True)
    assert place.told(*add)[0] == "was registered just so before"
    _, row, *callbacks = place.told("list")
    assert "90 a minute, 2 documents, DPoP alone" in row
    assert [line.split() for line in callbacks] == [["calls", one] for one in stored.callbacks]


def test_an_address_that_nobody_should_be_called_at_is_refused(place: Place) -> None:
    jwks = place.file(new_public())
    for address in ("http://portal.example/", "ftp://portal.example/", "portal.example"):
        assert "--callback" in place.refused(*place.add(jwks, *NEW, "--callback", address))
    many = [word for n in range(11) for word in ("--callback", f"https://portal.example/{n}")]
    assert "10 times at most" in place.refused(*place.add(jwks, *NEW, *many))
    with pytest.raises(Refusal, match="https"):
        callbacks_given(["http://127.0.0.1:9400/"], in_production=True)


def test_an_address_is_exact_https_or_loopback_where_that_is_allowed() -> None:
    good = (
        "https://portal.example/hooks?a=1",
        "https://portal.example:8443",
        "https://[2001:db8::1]/",
    )
    assert [callback_fault(one, loopback_allowed=False) for one in good] == [None] * 3
    local = ("http://127.0.0.1:9400/", "http://[::1]:1/x", "http://localhost/")
    assert [callback_fault(one, loopback_allowed=True) for one in local] == [None] * 3
    assert all(callback_fault(one, loopback_allowed=False) for one in local)
    for bad in (
        "https://user@portal.example/",
        "https://user:word@portal.example/",
        "https://portal.example/#part",
        "https://portal.example/a b",
        "https://portal.example/\n",
        "https://p\u00f6rtal.example/",
        "https://",
        "https:///path",
        "https://portal.example:0/",
        "https://portal.example:99999/",
        "https://[::1",
        "HTTPS://portal.example/",
        "http://127.0.0.1.portal.example/",
        "javascript:alert(1)",
        "https://portal.example/" + "x" * 500,
        "",
    ):
        assert callback_fault(bad, loopback_allowed=True) is not None, bad


def test_a_list_of_documents_that_is_none_is_refused(place: Place) -> None:
    jwks = place.file(new_public())
    many = "\n".join(digest(str(number)) for number in range(MAX_DOCUMENTS + 1))
    for content, fault in (
        (b"", "must name 1 to 500"),
        (b"# nothing\n", "must name 1 to 500"),
        (many.encode(), "must name 1 to 500"),
        (f"{digest('a')}\nx".encode(), "as its entry 2"),
        (digest("a")[:-1].encode(), "as its entry 1"),
        (b"\xff", "no text in UTF-8"),
    ):
        add = place.add(jwks, *NEW, "--allowed-documents", place.file(content))
        assert fault in place.refused(*add), fault
    missing = str(place.files / "none.txt")
    assert "cannot be read" in place.refused(*place.add(jwks, "--allowed-documents", missing))
    for wrong in ("0", "60001", "many"):
        assert place.client(*place.add(jwks, *NEW, "--operations-per-minute", wrong)).code == 2


async def test_a_portal_of_the_first_version_is_called_nowhere_and_may_ask_anything(
    database: Database,
) -> None:
    _, client = portal_record(new_id("emp"), datetime(2026, 1, 1, tzinfo=UTC))
    old = encode_client(client)
    for name in ("callbacks", "allowed_documents", "limits", "requires_dpop"):
        del old[name]
    for key in old["keys"]:
        del key["retired_at"]
    await database[NAME].insert_one(old, bypass_document_validation=True)
    for migration in MIGRATIONS:
        if migration.collection == NAME:
            await migration.run(database)
    found = await database[NAME].find_one({"_id": client.client_id})
    assert found is not None
    assert decode_client(found) == client
