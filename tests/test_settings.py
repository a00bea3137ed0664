"""Wrong settings, keys, ports and databases: one line on standard error, exit code 1."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from api.clock import utc_now
from api.embedded.ports import free_port
from api.failure import Refusal
from api.settings import Environment, load_settings
from auth.key_files import save_key_set
from auth.keys import new_key_set
from tests.command_line import Answer, onecard

MARK = "sekrit-value"
"""Stands in every wrong value, and never in what is said about it."""


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    path = tmp_path / "own" / "keys.json"
    save_key_set(path, new_key_set(now=utc_now()))
    return path


@pytest.fixture
def production(keys_file: Path) -> dict[str, str]:
    """Settings that production accepts, of a database that nobody runs; the adapters import."""
    return {
        "ONECARD_ENV": "production",
        "ONECARD_MONGODB_URI": f"mongodb://user:{MARK}@127.0.0.1:9/",
        "ONECARD_KEYS_FILE": str(keys_file),
        "ONECARD_ISSUER": "https://cards.example",
        "ONECARD_PERSON_PROVIDER": "tests.adapters:person",
        "ONECARD_SECOND_PROOF_PROVIDER": "tests.adapters:code",
        "ONECARD_PAPER_SCANNER": "clamd:///run/clamav/clamd.sock",
        "ONECARD_LETTER_SIGNER": "tests.adapters:letters",
    }


def served(settings: dict[str, str], *options: str) -> Answer:
    """`onecard serve`, which must refuse; on a port of its own in case it does not."""
    port = ("--port", str(free_port(0))) if "--port" not in options else ()
    answer = onecard("serve", *port, *options, settings=settings)
    assert answer.code == 1
    assert answer.stdout == ""
    assert MARK not in answer.stderr
    return answer


NEEDED = (
    "MONGODB_URI",
    "KEYS_FILE",
    "ISSUER",
    "PERSON_PROVIDER",
    "SECOND_PROOF_PROVIDER",
    "PAPER_SCANNER",
)
WRONG = {
    "ONECARD_ENV": f"{MARK}",
    "ONECARD_MONGODB_DATABASE": f"no name {MARK}",
    "ONECARD_PERSON_PROVIDER": f"{MARK} without a colon",
    "ONECARD_SECOND_PROOF_PROVIDER": f"{MARK}:",
    "ONECARD_PAPER_SCANNER": f"clamd://{MARK}",
    "ONECARD_GRAPHIQL": f"perhaps {MARK}",
    "ONECARD_REQUEST_SECONDS": f"{MARK}",
    "ONECARD_TRUSTED_PROXIES": f"10.0.0.0/8, {MARK}",
    "ONECARD_VERIFICATION_ORIGINS": f"https://portal.example, {MARK}",
    "ONECARD_ISSUER": f"https://{MARK}/" + "x" * 200,
    "ONECARD_AUDIENCE": f"{MARK}" + "x" * 200,
    "ONECARD_MONGODB_URI": f"mysql://{MARK}",
}


def test_every_wrong_setting_is_named_at_once_in_one_line_without_its_value() -> None:
    answer = served(WRONG)
    line = answer.only_line
    assert line.startswith("onecard: ONECARD_")
    assert [name for name in WRONG if name not in line] == []


@pytest.mark.parametrize("name", WRONG)
def test_each_wrong_setting_is_refused_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, WRONG[name])
    with pytest.raises(Refusal) as refused:
        load_settings()
    assert name in str(refused.value)
    assert MARK not in str(refused.value)
    # Not even in what a traceback of it would show.
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("seconds", ["0", "-1", "61", "nan"])
def test_a_deadline_is_above_zero_and_at_most_a_minute(
    seconds: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONECARD_REQUEST_SECONDS", seconds)
    with pytest.raises(Refusal, match="ONECARD_REQUEST_SECONDS"):
        load_settings()


@pytest.mark.parametrize("name", ["ONECARD_ISSUER", "ONECARD_AUDIENCE"])
def test_tokens_have_an_issuer_and_an_audience(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "")
    with pytest.raises(Refusal, match=name):
        load_settings()


@pytest.mark.parametrize("name", ["ONECARD_PERSON_PROVIDER", "ONECARD_SECOND_PROOF_PROVIDER"])
def test_a_provider_that_cannot_be_imported_is_one_line(name: str, tmp_path: Path) -> None:
    line = served({name: "nowhere.to.be:found", "ONECARD_DATA_DIR": str(tmp_path)}).only_line
    assert name in line


@pytest.mark.parametrize("name", ["ONECARD_PERSON_PROVIDER", "ONECARD_SECOND_PROOF_PROVIDER"])
def test_a_factory_of_something_else_is_one_line(name: str, tmp_path: Path) -> None:
    line = served({name: "fractions:Fraction", "ONECARD_DATA_DIR": str(tmp_path)}).only_line
    assert line == f"onecard: {name} names a factory of no such provider: see docs/providers.md"


def test_secrets_do_not_show_in_the_settings(
    production: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (production | {"ONECARD_METRICS_TOKEN": MARK}).items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.env is Environment.PRODUCTION
    assert not settings.serves_graphiql
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert MARK not in shown


def test_production_names_all_that_is_missing_or_unsafe_in_one_line() -> None:
    line = served({"ONECARD_ENV": "production"}).only_line
    assert line.startswith("onecard: production does not start: ONECARD_")
    for name in NEEDED:
        assert f"ONECARD_{name} is " in line


def test_what_is_wrong_and_what_production_lacks_stand_in_the_same_line() -> None:
    line = served({"ONECARD_ENV": "production", "ONECARD_REQUEST_SECONDS": MARK}).only_line
    for name in (*NEEDED, "REQUEST_SECONDS"):
        assert f"ONECARD_{name} " in line


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("ONECARD_MONGODB_URI", "is missing"),
        ("ONECARD_KEYS_FILE", "is missing"),
        ("ONECARD_ISSUER", "is missing"),
        ("ONECARD_PERSON_PROVIDER", "is the sandbox"),
        ("ONECARD_SECOND_PROOF_PROVIDER", "is the sandbox"),
        ("ONECARD_PAPER_SCANNER", "is the sandbox"),
    ],
)
def test_production_does_not_start_without_any_of_what_it_needs(
    production: dict[str, str], monkeypatch: pytest.MonkeyPatch, name: str, reason: str
) -> None:
    for one, value in production.items():
        monkeypatch.setenv(one, value)
    load_settings()
    monkeypatch.delenv(name)
    with pytest.raises(Refusal) as refused:
        load_settings()
    told = str(refused.value)
    assert told.startswith(f"production does not start: {name} {reason}")
    assert ";" not in told, "nothing else is wrong"


@pytest.mark.parametrize("fault", ["missing", "open to others", "broken", "a directory"])
def test_an_unreadable_key_file_is_one_line_that_names_the_file(
    production: dict[str, str], keys_file: Path, fault: str
) -> None:
    match fault:
        case "missing":
            keys_file.unlink()
        case "open to others":
            keys_file.chmod(0o640)
        case "broken":
            keys_file.write_text(f"{{{MARK}")
        case _:
            keys_file.unlink()
            keys_file.mkdir(mode=0o700)
    line = served(production).only_line
    assert line.startswith(f"onecard: key set {keys_file}: ")
    assert ";" in line, "what to do follows what is wrong"


def test_production_never_makes_a_key_file(production: dict[str, str], keys_file: Path) -> None:
    keys_file.unlink()
    served(production)
    assert list(keys_file.parent.iterdir()) == []


@pytest.mark.parametrize("command", [("keys", "list"), ("keys", "rewrap"), ("serve",)], ids=str)
def test_an_unreachable_database_is_one_line_without_its_address(
    production: dict[str, str], command: tuple[str, ...]
) -> None:
    answer = onecard(*command, settings=production, patience_ms=300)
    assert answer.code == 1
    assert "ONECARD_MONGODB_URI" in answer.only_line
    assert MARK not in answer.only_line
    assert "127.0.0.1" not in answer.only_line


@pytest.mark.parametrize("uri", ["", "mongodb://", f"mongodb://a:{MARK}:c@h", f"http://{MARK}/"])
def test_an_address_that_is_none_is_one_line_without_it(
    production: dict[str, str], uri: str
) -> None:
    line = served(production | {"ONECARD_MONGODB_URI": uri}).only_line
    assert "ONECARD_MONGODB_URI" in line


def test_a_busy_port_is_one_line_that_names_it(production: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        line = served(production, "--port", port).only_line
    assert f"port {port} is in use" in line


def test_an_address_of_another_machine_is_one_line(production: dict[str, str]) -> None:
    assert "203.0.113.7" in served(production, "--host", "203.0.113.7").only_line


def test_wrong_usage_exits_2() -> None:
    for arguments in (("serve", "--port", "99999"), ("nothing",), ("serve", "--sideways")):
        answer = onecard(*arguments, settings={})
        assert answer.code == 2
        assert "Traceback" not in answer.stderr
