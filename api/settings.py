"""Settings from the environment, `ONECARD_*`. Secrets never show; every fault is named at once."""

from __future__ import annotations

from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.failure import Refusal

SANDBOX = "sandbox"
_PROVIDER = r"^(sandbox|[A-Za-z_][\w.]*:[A-Za-z_]\w*)$"


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """Field name in capitals with `ONECARD_` before it is the variable."""

    model_config = SettingsConfigDict(
        env_prefix="ONECARD_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    env: Environment = Field(Environment.DEVELOPMENT, description="development or production")
    data_dir: Path = Field(
        Path(".onecard"), description="where the local database and development keys are kept"
    )
    mongodb_uri: SecretStr | None = Field(
        None, description="the replica set or sharded cluster; without it a local mongod"
    )
    mongodb_database: str = Field(
        "onecard", pattern=r"^[A-Za-z0-9_-]{1,38}$", description="name of the database"
    )
    keys_file: Path | None = Field(None, description="the key set; see docs/keys.md")
    issuer: str = Field(
        "http://127.0.0.1:8000",
        min_length=1,
        max_length=200,
        description="`iss` of tokens: our public address",
    )
    audience: str = Field(
        "onecard-gateway", min_length=1, max_length=200, description="`aud` of access tokens"
    )
    person_provider: str = Field(
        SANDBOX,
        pattern=_PROVIDER,
        description="who verifies a real person: sandbox, or an adapter as module:factory",
    )
    second_proof_provider: str = Field(
        SANDBOX,
        pattern=_PROVIDER,
        description="who sends codes by SMS: sandbox, or an adapter as module:factory",
    )
    graphiql: bool | None = Field(None, description="serve /graphiql; default only in development")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="networks, comma-separated, whose forwarding headers are believed"
    )
    metrics_token: SecretStr | None = Field(
        None, description="bearer that opens /metrics to others than loopback"
    )
    request_seconds: float = Field(
        10, gt=0, le=60, description="deadline of a request, down to the database"
    )

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            for one in value:
                ip_network(one, strict=False)
        except ValueError:
            # Raised anew, as the original quotes the value.
            raise ValueError("is no comma-separated list of networks") from None
        return value

    @property
    def in_production(self) -> bool:
        return self.env is Environment.PRODUCTION

    @property
    def serves_graphiql(self) -> bool:
        return not self.in_production if self.graphiql is None else self.graphiql

    @property
    def keys_path(self) -> Path:
        return self.keys_file or self.data_dir / "keys" / "keys.json"


def load_settings() -> Settings:
    """The settings, or a `Refusal` that names every variable at fault and no value."""
    try:
        settings = Settings()
    except ValidationError as error:
        raise Refusal("settings: " + "; ".join(_faults(error))) from None
    if settings.in_production:
        _refuse_unsafe_production(settings)
    return settings


def _faults(error: ValidationError) -> list[str]:
    return [
        f"ONECARD_{str(fault['loc'][0]).upper()} {_lowered(fault['msg'])}"
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def _lowered(message: str) -> str:
    """The first letter only: a pattern in the message must stay as it is."""
    plain = message.removeprefix("Value error, ")
    return plain[:1].lower() + plain[1:]


def _refuse_unsafe_production(settings: Settings) -> None:
    faults = []
    if settings.mongodb_uri is None:
        faults.append("ONECARD_MONGODB_URI is missing")
    if settings.keys_file is None:
        faults.append("ONECARD_KEYS_FILE is missing")
    if settings.person_provider == SANDBOX:
        faults.append("ONECARD_PERSON_PROVIDER is the sandbox, which verifies nobody")
    if settings.second_proof_provider == SANDBOX:
        faults.append("ONECARD_SECOND_PROOF_PROVIDER is the sandbox, which sends no code")
    if faults:
        raise Refusal("production does not start: " + "; ".join(faults))
