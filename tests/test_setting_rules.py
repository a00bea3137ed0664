"""What an issuer and a database address must be, in development and in production."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.clock import utc_now
from api.failure import Refusal
from api.settings import DEFAULT_ISSUER, load_settings
from auth.key_files import save_key_set
from auth.keys import new_key_set

MARK = "sekrit"


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keys_file = tmp_path / "own" / "keys.json"
    save_key_set(keys_file, new_key_set(now=utc_now()))
    for name, value in {
        "ENV": "production",
        "MONGODB_URI": "mongodb://127.0.0.1/",
        "KEYS_FILE": str(keys_file),
        "ISSUER": "https://cards.example",
        "PERSON_PROVIDER": "fractions:Fraction",
        "SECOND_PROOF_PROVIDER": "fractions:Fraction",
        "PAPER_SCANNER": "clamd://127.0.0.1:3310",
        "LETTER_SIGNER": "fractions:Fraction",
    }.items():
        monkeypatch.setenv(f"ONECARD_{name}", value)


def refusal() -> str:
    with pytest.raises(Refusal) as refused:
        load_settings()
    told = str(refused.value)
    assert MARK not in told
    assert ";" not in told, "nothing else is wrong"
    return told


@pytest.mark.parametrize(
    "issuer",
    [
        DEFAULT_ISSUER,
        "https://cards.example",
        "https://cards.example/",
        "https://cards.example:8443/one/card",
        "http://[::1]:8000",
    ],
)
def test_an_issuer_is_a_bare_address(issuer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONECARD_ISSUER", issuer)
    assert load_settings().issuer == issuer


@pytest.mark.parametrize(
    "issuer",
    [
        MARK,
        f"ftp://{MARK}",
        f"https:{MARK}",
        "https://",
        "https:///path",
        f"https://{MARK}?",
        f"https://{MARK}/?a=b",
        f"https://{MARK}#",
        f"https://user:{MARK}@host",
        f"https://{MARK}:port",
        f"https://{MARK}:99999",
        f"https://[{MARK}]",
        f"https://{MARK} host",
        f"https://{MARK}\n",
        f"https://{MARK}.例",
    ],
)
def test_an_issuer_of_any_other_form_is_refused(
    issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONECARD_ISSUER", issuer)
    assert refusal().startswith("ONECARD_ISSUER must be an http or https URL")


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize("issuer", [DEFAULT_ISSUER, f"http://{MARK}.example"])
def test_production_tells_its_https_address(issuer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    load_settings()
    monkeypatch.setenv("ONECARD_ISSUER", issuer)
    told = refusal()
    assert told.startswith("production does not start: ONECARD_ISSUER ")
    assert "https" in told


@pytest.mark.usefixtures("production")
def test_production_takes_a_scanner_on_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONECARD_PAPER_SCANNER", f"clamd://{MARK}.example:3310")
    told = refusal()
    assert told.startswith("production does not start: ONECARD_PAPER_SCANNER is on another machine")
    monkeypatch.setenv("ONECARD_PAPER_SCANNER", "clamd:///run/clamd.sock")
    load_settings()


@pytest.mark.parametrize("uri", ["", MARK, f"http://{MARK}", f"MONGODB://{MARK}", " mongodb://h"])
def test_a_database_address_begins_as_one(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONECARD_MONGODB_URI", uri)
    assert refusal() == "ONECARD_MONGODB_URI must begin with mongodb:// or mongodb+srv://"


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize(
    "uri",
    [
        "mongodb://a:b@one.example,two.example:27018/?replicaSet=r&tls=true",
        "mongodb://one.example/?SSL=True",
        "mongodb+srv://a:b@cluster.example/?retryWrites=true",
        "mongodb://localhost,127.0.0.3:1,[::1]:2/?replicaSet=r",
        "mongodb://%2Frun%2Fmongodb.sock/",
    ],
)
def test_production_takes_a_database_over_tls_or_on_this_machine(
    uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONECARD_MONGODB_URI", uri)
    load_settings()


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        (f"mongodb://a:{MARK}@one.example/", "has no TLS"),
        (f"mongodb://a:{MARK}@one.example/?tls=false", "has no TLS"),
        (f"mongodb+srv://a:{MARK}@one.example/?tls=false", "has no TLS"),
        (f"mongodb+srv://a:{MARK}@one.example/?ssl=false", "has no TLS"),
        (f"mongodb://127.0.0.1,{MARK}.example/", "has no TLS"),
        (f"mongodb://{MARK}.example/?appName=tls%3Dtrue", "has no TLS"),
        (f"mongodb://{MARK}.example/?tls=true&tlsInsecure=true", "turns the check"),
        (
            f"mongodb+srv://{MARK}.example/?tlsAllowInvalidCertificates=true",
            "turns the check",
        ),
    ],
)
def test_production_sends_nothing_in_the_clear_or_to_an_unproved_server(
    uri: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONECARD_MONGODB_URI", uri)
    assert refusal().startswith(f"production does not start: ONECARD_MONGODB_URI {reason}")


def test_a_development_database_needs_no_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONECARD_MONGODB_URI", "mongodb://one.example/")
    load_settings()


@pytest.mark.parametrize("name", ["ONECARD_PERSON_PROVIDER", "ONECARD_SECOND_PROOF_PROVIDER"])
@pytest.mark.parametrize("value", ["", MARK, f"{MARK}:", f"a b:{MARK}", f"a:{MARK}\n"])
def test_a_provider_of_another_form_is_told_in_words(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert refusal() == f"{name} must be 'sandbox' or an adapter as module:factory"
