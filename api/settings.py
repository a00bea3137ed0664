"""Settings from the environment, `ONECARD_*`. Secrets never show; every fault is named at once.

What production needs is checked field by field as well, so that it stands in the same line; `env`
comes first because the others look at it.
"""

from __future__ import annotations

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import NoDecode

from api.delivery_settings import ADAPTER
from api.environment import UNSAFE, is_production, refuse, refuse_unsafe
from api.environment import Environment as Environment
from api.failure import Refusal
from api.proof_settings import ProofSettings
from api.setting_rules import (
    exposure_fault,
    issuer_fault,
    mongodb_fault,
    origin_fault,
    scanner_fault,
    transport_fault,
)

SANDBOX = "sandbox"
REMOTE = "remote"
LOCAL = "local"
TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path, no password
DEFAULT_ISSUER = "http://127.0.0.1:8000"
_DATABASE_NAME = re.compile(r"[A-Za-z0-9_-]{1,38}")
_VERIFIES_NOBODY = {
    "person_provider": "is the sandbox, which verifies nobody",
    "second_proof_provider": "is the sandbox, which sends no code",
}


class Settings(ProofSettings):
    """All of them."""

    data_dir: Path = Field(
        Path(".onecard"), description="where the local database and development keys are kept"
    )
    mongodb_uri: SecretStr | None = Field(
        None, description="the replica set or sharded cluster; without it a local mongod"
    )
    mongodb_database: str = Field("onecard", description="name of the database")
    keys_file: Path | None = Field(None, description="the key set; see docs/keys.md")
    issuer: str = Field(
        DEFAULT_ISSUER,
        min_length=1,
        max_length=200,
        description="`iss` of tokens: our public address",
    )
    audience: str = Field(
        "onecard-gateway", min_length=1, max_length=200, description="`aud` of access tokens"
    )
    person_provider: str = Field(
        SANDBOX,
        description="who verifies a real person, in order: sandbox, local, remote, or adapters as "
        "module:factory; comma-separated",
    )
    person_engines_file: Path | None = Field(
        None, description="remote engines in order, in TOML; see docs/remote-verification.md"
    )
    face_workers: int = Field(
        1, ge=1, le=16, description="processes that look at faces, with local; one core each"
    )
    second_proof_provider: str = Field(
        SANDBOX,
        description="who sends codes by SMS: sandbox, or an adapter as module:factory",
    )
    paper_scanner: str = Field(
        SANDBOX,
        description="who looks for malware in papers: sandbox, clamd://host:port or clamd:///socket",
    )
    letter_signer: str = Field(
        LOCAL,
        description="who signs letters: local, with the two files, or an adapter as module:factory",
    )
    letter_key_file: Path | None = Field(
        None, description="the key that signs letters, in PEM; see docs/letters.md"
    )
    letter_certificate_file: Path | None = Field(
        None, description="its certificate and those up to the root, in PEM"
    )
    graphiql: bool | None = Field(None, description="serve /graphiql; default only in development")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="networks, comma-separated, whose forwarding headers are believed"
    )
    verification_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="origins, comma-separated, whose pages may open or frame /verify"
    )
    metrics_token: SecretStr | None = Field(
        None, description="bearer that opens /metrics to others than loopback"
    )
    request_seconds: float = Field(
        10, gt=0, le=60, description="deadline of a request, down to the database"
    )

    @field_validator("mongodb_uri")
    @classmethod
    def _database_address(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        uri = None if value is None else value.get_secret_value()
        if uri is not None:
            refuse(mongodb_fault(uri))
        if is_production(info):
            refuse_unsafe("is missing" if uri is None else transport_fault(uri))
        return value

    @field_validator("mongodb_database")
    @classmethod
    def _database_name(cls, value: str) -> str:
        if not _DATABASE_NAME.fullmatch(value):
            raise ValueError("must be 1 to 38 of the letters A to Z and a to z, digits, _ and -")
        return value

    @field_validator("keys_file")
    @classmethod
    def _key_set(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is None and is_production(info):
            refuse_unsafe("is missing: make a key set with 'onecard keys create'")
        return value

    @field_validator("issuer")
    @classmethod
    def _public_address(cls, value: str, info: ValidationInfo) -> str:
        refuse(issuer_fault(value))
        if is_production(info) and value == DEFAULT_ISSUER:
            refuse_unsafe("is missing: give the public https address")
        if is_production(info) and not value.startswith("https://"):
            refuse_unsafe("must begin with https://")
        return value

    @field_validator("person_provider", "second_proof_provider")
    @classmethod
    def _provider(cls, value: str, info: ValidationInfo) -> str:
        of_person = info.field_name == "person_provider"
        named = value.split(",") if of_person else [value]
        known = (SANDBOX, LOCAL, REMOTE) if of_person else (SANDBOX,)
        if not all(one in known or ADAPTER.fullmatch(one) for one in named):
            raise ValueError("must be 'sandbox' or an adapter as module:factory")
        if len(set(named)) < len(named):
            raise ValueError("names one twice")
        if SANDBOX in named and is_production(info):
            refuse_unsafe(_VERIFIES_NOBODY[str(info.field_name)])
        return value

    @field_validator("paper_scanner")
    @classmethod
    def _scanner(cls, value: str, info: ValidationInfo) -> str:
        if value != SANDBOX:
            refuse(scanner_fault(value))
        if is_production(info):
            sandbox = "is the sandbox, which finds next to nothing"
            refuse_unsafe(sandbox if value == SANDBOX else exposure_fault(value))
        return value

    @field_validator("letter_signer")
    @classmethod
    def _letter_signer(cls, value: str) -> str:
        if value != LOCAL and not ADAPTER.fullmatch(value):
            raise ValueError("must be 'local' or an adapter as module:factory")
        return value

    @field_validator("letter_key_file", "letter_certificate_file")
    @classmethod
    def _letter_file(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        is_local = info.data.get("letter_signer") == LOCAL
        if value is None and is_local and is_production(info):
            refuse_unsafe("is missing: letters are signed papers; see docs/letters.md")
        return value

    @field_validator("trusted_proxies", "verification_origins", mode="before")
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

    @field_validator("verification_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            refuse(origin_fault(one))
        return value

    @property
    def token_endpoint(self) -> str:
        """Where clients ask for tokens, as the world knows it: an `aud` of their assertions."""
        return f"{self.issuer.rstrip('/')}{TOKEN_PATH}"

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
        return Settings()
    except ValidationError as error:
        raise Refusal(_told(error)) from None


def _told(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    told = "; ".join(
        f"ONECARD_{str(fault['loc'][0]).upper()} {_lowered(fault['msg'])}" for fault in faults
    )
    unsafe = any(fault["type"] == UNSAFE for fault in faults)
    return f"production does not start: {told}" if unsafe else told


def _lowered(message: str) -> str:
    """The first letter only: names in the message stay as they are."""
    plain = message.removeprefix("Value error, ")
    return plain[:1].lower() + plain[1:]
