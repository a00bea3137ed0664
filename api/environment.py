"""Development or production: the first setting, since the others look at it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from pydantic import Field, ValidationInfo
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

UNSAFE: Final = "unsafe_in_production"
"""The kind of a fault that would be none in development."""


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class EnvironmentSettings(BaseSettings):
    """Field name in capitals with `ONECARD_` before it is the variable."""

    model_config = SettingsConfigDict(
        env_prefix="ONECARD_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    env: Environment = Field(Environment.DEVELOPMENT, description="development or production")


def is_production(info: ValidationInfo) -> bool:
    """False when `ONECARD_ENV` itself is at fault, which is told then."""
    return info.data.get("env") is Environment.PRODUCTION


def refuse(fault: str | None) -> None:
    if fault is not None:
        raise ValueError(fault)


def refuse_unsafe(fault: str | None) -> None:
    if fault is not None:
        raise PydanticCustomError(UNSAFE, fault)
