"""The TOML files that say which services elsewhere are asked, and by which keys of ours."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from api.failure import Refusal
from api.outbound import Outbound
from api.providers.remote_calls import RemoteTerms

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_FIELDS: Final = frozenset({"name", "url", "client_id", "kid", "key_file"})
_FRAMES: Final = "takes_frames"


@dataclass(frozen=True)
class Listed:
    """One table of a file. `takes_frames` is an engine's."""

    terms: RemoteTerms
    takes_frames: bool


def listed_in(
    variable: str, path: Path | None, table: str, outbound: Outbound, at_most: int
) -> list[Listed]:
    """What the file that `variable` names has as `[[table]]`, or a `Refusal`. Nothing is
    connected to."""
    if path is None:
        raise Refusal(f"{variable} is missing: see docs/remote-verification.md")
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get(table)
    except (OSError, ValueError):
        raise Refusal(f"{variable} names no readable TOML file") from None
    if not isinstance(tables, list) or not 0 < len(tables) <= at_most:
        raise Refusal(f"{variable} must have 1 to {at_most} tables [[{table}]]")
    found = [_listed(variable, one, path.parent, outbound) for one in tables]
    if len({one.terms.name for one in found}) < len(found):
        raise Refusal(f"{variable} has two of one name")
    return found


def _listed(variable: str, one: Any, directory: Path, outbound: Outbound) -> Listed:
    given: Mapping[str, Any] = one if isinstance(one, dict) else {}
    takes_frames = given.get(_FRAMES, False)
    texts = {name: value for name, value in given.items() if name != _FRAMES}
    are_texts = all(isinstance(value, str) and value for value in texts.values())
    if set(texts) != _FIELDS or not are_texts or not isinstance(takes_frames, bool):
        raise Refusal(
            f"{variable}: a table has {', '.join(sorted(_FIELDS))}, each a text, and it may have "
            f"{_FRAMES}, true or false"
        )
    if not _NAME.fullmatch(texts["name"]):
        raise Refusal(f"{variable}: a name is up to 40 of a to z, digits and -")
    url = texts["url"].rstrip("/")
    if not outbound.accepts(url) or "?" in url:
        raise Refusal(f"{variable}: a url must be an https address without query or user")
    try:
        key = load_pem_private_key((directory / texts["key_file"]).read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise Refusal(f"{variable}: a key_file must be an Ed25519 key in PEM without a password")
    terms = RemoteTerms(texts["name"], url, texts["client_id"], texts["kid"], key)
    return Listed(terms, takes_frames)
