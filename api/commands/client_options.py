"""What the options of `onecard client` hold, read and checked; a fault is one line of refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from api.failure import Refusal
from auth.client_keys import (
    MAX_FILE_BYTES,
    ClientKey,
    UnsoundClientKey,
    keys_of_jwks,
    keys_of_pem,
)
from auth.client_terms import (
    MAX_CALLBACKS,
    MAX_OPERATIONS_PER_MINUTE,
    OPERATIONS_PER_MINUTE,
    UnsoundDocuments,
    callback_fault,
    documents_of,
    in_order,
)
from auth.scopes import ClientScope

FILE = click.Path(path_type=Path)
SCOPE = click.Choice([str(scope) for scope in ClientScope])
RATE = click.IntRange(1, MAX_OPERATIONS_PER_MINUTE)
CALLBACK_HELP = f"An https address where it may be called; once for each, up to {MAX_CALLBACKS}."
DOCUMENTS_HELP = "SHA-256 of the only documents it may ask with, one a line; without it any."
RATE_HELP = f"How often it may ask; {OPERATIONS_PER_MINUTE} unless given."
DPOP_HELP = "Give it tokens that are bound to a key only (DPoP)."


def keys_given(jwks: Path | None, public_key: Path | None) -> tuple[ClientKey, ...]:
    if (jwks is None) == (public_key is None):
        raise click.UsageError("give either --jwks or --public-key")
    reader: Callable[[bytes], tuple[ClientKey, ...]]
    option, path, reader = "--public-key", public_key, keys_of_pem
    if jwks is not None:
        option, path, reader = "--jwks", jwks, keys_of_jwks
    try:
        return reader(_content(option, Path(str(path))))
    except UnsoundClientKey as unsound:
        raise Refusal(f"{option} {path} {unsound}") from None


def scopes_given(scopes: Sequence[str]) -> tuple[ClientScope, ...]:
    """In our order, each once."""
    return tuple(scope for scope in ClientScope if scope in scopes)


def callbacks_given(callbacks: Sequence[str], *, in_production: bool) -> tuple[str, ...]:
    for one in callbacks:
        fault = callback_fault(one, loopback_allowed=not in_production)
        if fault is not None:
            raise Refusal(f"--callback {fault}")
    kept = in_order(callbacks)
    if len(kept) > MAX_CALLBACKS:
        raise Refusal(f"--callback may be given {MAX_CALLBACKS} times at most")
    return kept


def documents_given(path: Path) -> tuple[str, ...]:
    option = "--allowed-documents"
    try:
        return documents_of(_content(option, path).decode())
    except UnicodeDecodeError:
        raise Refusal(f"{option} {path} is no text in UTF-8") from None
    except UnsoundDocuments as unsound:
        raise Refusal(f"{option} {path} {unsound}") from None


def _content(option: str, path: Path) -> bytes:
    """One byte more than any of them may have, at most."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise Refusal(f"{option} {path} cannot be read: {error.strerror}") from None
