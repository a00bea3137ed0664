"""With which key letters are signed: development's own, or what production is given."""

from __future__ import annotations

import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from api.commands import machine_checks
from api.failure import Refusal
from api.letter_certificates import (
    CHAIN,
    KEY,
    ROOT,
    load_letter_certificate,
    load_or_make_test_certificate,
)
from api.letter_signing import letter_signer
from api.settings import Environment, Settings, load_settings

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    directory = tmp_path / "data" / "letters"
    load_or_make_test_certificate(directory, NOW)
    return directory


def test_development_makes_a_certificate_once_that_nobody_else_can_read(made: Path) -> None:
    first = {path.name: path.read_bytes() for path in made.iterdir()}
    assert first.keys() == {KEY, CHAIN, ROOT}
    assert [stat.S_IMODE(path.stat().st_mode) for path in made.iterdir()] == [0o600] * 3
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert load_or_make_test_certificate(made, NOW).is_test
    assert {path.name: path.read_bytes() for path in made.iterdir()} == first
    assert [path.name for path in made.parent.iterdir()] == ["letters"]


def test_processes_that_start_together_end_with_one_certificate(tmp_path: Path) -> None:
    directory, start = tmp_path / "letters", threading.Barrier(4)
    found: list[bytes] = []

    def begin() -> None:
        start.wait(10)
        found.append(load_or_make_test_certificate(directory, NOW).chain[0].tbs_certificate_bytes)

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == 4
    assert len(set(found)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["letters"]


def refusal(key: Path, chain: Path, now: datetime = NOW) -> str:
    with pytest.raises(Refusal) as refused:
        load_letter_certificate(key, chain, now)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    return str(refused.value)


def test_files_that_do_not_do_are_told_in_one_line(made: Path, tmp_path: Path) -> None:
    key, chain = made / KEY, made / CHAIN
    other = tmp_path / "other" / "letters"
    load_or_make_test_certificate(other, NOW)
    assert "is not that of the key" in refusal(other / KEY, chain)
    assert "cannot be read (no such file" in refusal(tmp_path / "none", chain)
    assert "holds no certificates" in refusal(key, key)
    assert "is no private key" in refusal(chain, chain)
    assert "not valid now" in refusal(key, chain, NOW + timedelta(days=4000))
    assert "not valid now" in refusal(key, chain, NOW - timedelta(days=4))
    key.chmod(0o640)
    assert "chmod 600" in refusal(key, chain)
    key.chmod(0o600)
    loaded = load_letter_certificate(key, chain, NOW).key
    assert isinstance(loaded, EllipticCurvePrivateKey)
    locked = loaded.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"sekrit")
    )
    key.write_bytes(locked)
    assert "without a password" in refusal(key, chain)
    foreign = Ed25519PrivateKey.generate()
    key.write_bytes(foreign.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    assert "neither an RSA nor an elliptic-curve key" in refusal(key, chain)


def given(made: Path, **changes: object) -> Settings:
    settings = Settings(letter_key_file=made / KEY, letter_certificate_file=made / CHAIN)
    return settings.model_copy(update=changes)


def test_production_signs_with_no_test_certificate(made: Path) -> None:
    assert letter_signer(given(made), NOW).is_test
    with pytest.raises(Refusal, match="a test certificate, which production does not start with"):
        letter_signer(given(made, env=Environment.PRODUCTION), NOW)


@pytest.mark.parametrize("missing", ["LETTER_KEY_FILE", "LETTER_CERTIFICATE_FILE"])
def test_production_is_given_key_and_certificate_or_an_adapter(
    missing: str, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "ENV": "production",
        "MONGODB_URI": "mongodb://127.0.0.1/",
        "KEYS_FILE": "/nowhere/keys.json",
        "ISSUER": "https://cards.example",
        "PERSON_PROVIDER": "fractions:Fraction",
        "SECOND_PROOF_PROVIDER": "fractions:Fraction",
        "PAPER_SCANNER": "clamd://127.0.0.1:3310",
        "LETTER_KEY_FILE": str(made / KEY),
        "LETTER_CERTIFICATE_FILE": str(made / CHAIN),
    }.items():
        monkeypatch.setenv(f"ONECARD_{name}", value)
    assert load_settings().letter_key_file == made / KEY
    monkeypatch.delenv(f"ONECARD_{missing}")
    with pytest.raises(Refusal) as refused:
        load_settings()
    assert f"ONECARD_{missing} is missing" in str(refused.value)
    assert ";" not in str(refused.value).partition("missing")[0]
    monkeypatch.setenv("ONECARD_LETTER_SIGNER", "tests.adapters:letters")
    assert not letter_signer(load_settings(), NOW).is_test


@pytest.mark.parametrize("path", ["nowhere.to.be:found", "fractions:Fraction"])
def test_an_adapter_that_is_none_is_told_by_its_variable(path: str) -> None:
    with pytest.raises(Refusal, match="ONECARD_LETTER_SIGNER"):
        letter_signer(Settings(letter_signer=path), NOW)


def test_the_doctor_tells_how_long_the_certificate_holds(made: Path, tmp_path: Path) -> None:
    found = machine_checks.check_letters(given(made), NOW)
    assert found.line.startswith("ok   letters: the certificate that signs letters holds for 36")
    late = machine_checks.check_letters(given(made), NOW + timedelta(days=3640))
    assert late.line.startswith("FAIL letters: the certificate that signs letters ends in 10 days")
    fresh = machine_checks.check_letters(Settings(data_dir=tmp_path / "fresh"), NOW)
    assert "is made when the gateway first serves" in fresh.line
    assert not (tmp_path / "fresh").exists()
