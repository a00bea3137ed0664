"""What tells holders of news is refused at start where it would be unsafe or cannot be made."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from api.delivery_settings import SmtpSecurity
from api.failure import Refusal
from api.outlets import check_outlets, open_outlets
from api.providers.sandbox_mail import SandboxMail
from api.providers.smtp_mail import SmtpMail
from api.settings import Environment, Settings, load_settings
from auth.web_push_keys import create_web_push_keys, load_web_push_keys
from resolvers.push_channel import EndpointKind

PRODUCTION = {
    "ONECARD_ENV": "production",
    "ONECARD_MONGODB_URI": "mongodb://127.0.0.1:9/",
    "ONECARD_KEYS_FILE": "keys.json",
    "ONECARD_ISSUER": "https://cards.example/",
    "ONECARD_PERSON_PROVIDER": "tests.adapters:person",
    "ONECARD_SECOND_PROOF_PROVIDER": "tests.adapters:code",
    "ONECARD_PAPER_SCANNER": "clamd:///run/clamav/clamd.sock",
}


def loaded(monkeypatch: pytest.MonkeyPatch, **given: str) -> Settings:
    for name, value in {**PRODUCTION, **given}.items():
        monkeypatch.setenv(name, value)
    return load_settings()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"OUTBOUND_LOOPBACK": "true"}, "ONECARD_OUTBOUND_LOOPBACK would let strangers"),
        (
            {"SMTP_HOST": "mail.example", "SMTP_SECURITY": "none", "SMTP_SENDER": "a@b.example"},
            "ONECARD_SMTP_SECURITY must be starttls or tls",
        ),
        ({"SMTP_HOST": "mail.example"}, "ONECARD_SMTP_SENDER is missing"),
        ({"SMTP_HOST": "mail.example", "SMTP_SENDER": "nobody"}, "ONECARD_SMTP_SENDER must be"),
        ({"SMTP_HOST": "mail example"}, "ONECARD_SMTP_HOST must be"),
        ({"SMTP_PORT": "0"}, "ONECARD_SMTP_PORT"),
        ({"PUSH_ADAPTER": "sandbox"}, "ONECARD_PUSH_ADAPTER must be an adapter"),
    ],
    ids=lambda one: str(one)[:40],
)
def test_production_refuses_what_is_unsafe_or_incomplete(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], told: str
) -> None:
    with pytest.raises(Refusal) as refused:
        loaded(monkeypatch, **{f"ONECARD_{name}": value for name, value in given.items()})
    assert told in str(refused.value)


async def test_production_has_the_channels_that_it_was_given_and_no_sandbox(
    tmp_path: Path,
) -> None:
    bare = Settings(data_dir=tmp_path).model_copy(
        update={"env": Environment.PRODUCTION, "issuer": "https://cards.example/"}
    )
    outlets = open_outlets(bare)
    assert (outlets.channels, outlets.web_push_key) == ({}, None)
    path = tmp_path / "web-push.pem"
    create_web_push_keys(path)
    settings = bare.model_copy(
        update={
            "web_push_keys_file": path,
            "smtp_host": "127.0.0.1",
            "smtp_sender": "OneCard <news@cards.example>",
            "smtp_password": SecretStr("sekrit"),
        }
    )
    outlets = open_outlets(settings)
    assert outlets.web_push_key == load_web_push_keys(path).current
    assert set(outlets.channels) == {EndpointKind.WEB_PUSH, EndpointKind.EMAIL}
    assert isinstance(outlets.channels[EndpointKind.EMAIL], SmtpMail)
    assert outlets.public_address == "https://cards.example"
    assert "sekrit" not in repr(settings)
    await outlets.close()


async def test_development_has_web_push_and_mail_without_being_told(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    outlets = open_outlets(settings)
    again = open_outlets(settings)
    assert isinstance(outlets.channels[EndpointKind.EMAIL], SandboxMail)
    assert outlets.web_push_key == again.web_push_key is not None
    assert (tmp_path / "keys" / "web-push.pem").stat().st_mode & 0o777 == 0o600
    await outlets.close()
    await again.close()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"web_push_keys_file": Path("missing.pem")}, "web push keys missing.pem: cannot be read"),
        ({"push_adapter": "tests.adapters:nothing"}, "names no importable"),
        ({"push_adapter": "tests.adapters:person"}, "names a factory of no push channel"),
        (
            {
                "env": Environment.PRODUCTION,
                "push_adapter": "api.providers.sandbox_mail:SandboxMail",
            },
            "is a sandbox",
        ),
    ],
    ids=lambda one: str(one)[:40],
)
def test_what_cannot_be_made_is_told_before_anything_starts(
    tmp_path: Path, change: dict[str, object], told: str
) -> None:
    settings = Settings(data_dir=tmp_path).model_copy(update=change)
    with pytest.raises(Refusal) as refused:
        check_outlets(settings)
    assert told in str(refused.value)


def test_every_kind_of_security_has_a_setting() -> None:
    assert [str(one) for one in SmtpSecurity] == ["starttls", "tls", "none"]
