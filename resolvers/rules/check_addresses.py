"""Addresses that lead to the check page: `<issuer>/check/<token>`. Pure."""

from __future__ import annotations

from typing import Final

CHECK_PATH: Final = "/check"
MAX_ADDRESS_LENGTH: Final = 600


def check_link(issuer: str, token: str) -> str:
    return f"{issuer.rstrip('/')}{CHECK_PATH}/{token}"


def token_in(typed: str) -> str | None:
    """The token in what somebody scanned, pasted or typed: the address, or the token alone. None
    for what is too long to be one. Nothing is checked: a token of another address is as good."""
    text = "".join(typed.split())
    if len(text) > MAX_ADDRESS_LENGTH:
        return None
    return text.rpartition("/")[2].partition("?")[0].partition("#")[0] or None
