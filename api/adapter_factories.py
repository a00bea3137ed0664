"""Adapters that the operator brings, named in the settings as `package.module:factory`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from api.failure import Refusal


def adapter_of(variable: str, path: str) -> Callable[[], Any]:
    """The factory, or a `Refusal` that names the variable."""
    module_name, _, name = path.partition(":")
    try:
        factory: Callable[[], Any] = getattr(importlib.import_module(module_name), name)
    except (ImportError, AttributeError, ValueError):
        raise Refusal(f"{variable} names no importable `module:factory`") from None
    return factory
