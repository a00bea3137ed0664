"""A holder shows a card: a code that is good for a minute, and the QR code of its address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from resolvers.gateway import Ask, Gateway
from resolvers.rules.card_showing import ShowRefusal, show_refusal
from resolvers.rules.check_addresses import check_link

REFRESH_AFTER: Final = timedelta(seconds=45)
"""Leaves a quarter of a minute for a slow network before the code on the screen is over."""


@dataclass(frozen=True)
class ShowableCode:
    """`address` is what the QR code says."""

    address: str
    expires_at: datetime
    refresh_after: datetime

    def __repr__(self) -> str:
        return "ShowableCode()"


@dataclass(frozen=True)
class QrPicture:
    """`size` counts the modules of one side, without the quiet zone; `svg` has that, too."""

    version: int
    size: int
    svg: str


async def card_code(gateway: Gateway, ask: Ask, card_id: str | None) -> ShowableCode | ShowRefusal:
    """One command. Nothing is stored: a code is remembered when it is used, not when it is made."""
    now = gateway.now()
    found = await gateway.shown_cards.find_own(card_id, ask.principal.holder_id())
    if found is None:
        return ShowRefusal.NOT_FOUND
    refusal = show_refusal(found.card, found.permit, now)
    if refusal is not None:
        return refusal
    minted = gateway.card_codes.mint(found.card["_id"], found.card["revision"], now)
    address = check_link(gateway.letter_links.public_address, minted.token)
    return ShowableCode(address, minted.expires_at, now + REFRESH_AFTER)


def qr_picture(address: str) -> QrPicture:
    """With the least correction: it is shown on a screen, where nothing rubs off, and every module
    less makes the others larger."""
    # Loaded when it is first needed, as for letters.
    import segno

    code = segno.make_qr(address, error="l", boost_error=False)
    svg = code.svg_inline(border=4, scale=1, omitsize=True, light="#fff")
    return QrPicture(int(code.version), len(code.matrix), svg)
