"""How many attempts, and how long the wait grows: data, to be set by whoever operates."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Final

from auth.throttle import ThrottlePolicy
from resolvers.policy.share_codes import FREE_ATTEMPTS, MAX_LIFETIME

IPV6_NETWORK_BITS = 64
"""One subscriber has at least so many addresses (RFC 6177), and all of them count as one."""


def counted_address(address: str) -> str:
    """What attempts from `address` are counted under; a text that is no address stays itself."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(ip_network(f"{parsed}/{IPV6_NETWORK_BITS}", strict=False))


def _delays(*seconds: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(seconds=value) for value in seconds)


NUMBER = ThrottlePolicy(
    window=timedelta(hours=1),
    delays=_delays(0, 0, 2, 5, 15, 30, 60, 300, 900),
)
"""Attempts at one number, whoever makes them."""

ADDRESS = ThrottlePolicy(
    window=timedelta(minutes=10),
    delays=_delays(*([0] * 60), 1, 2, 5, 10),
)
"""Attempts from one network address; many holders can share one. The last wait is the window shared
by the free attempts: longer ones would not slow an attacker, who pauses for a window and begins
anew, but a carrier's or employer's address behind which somebody logs in every few minutes, whose
count never lapses."""

FLOW_START = ThrottlePolicy(
    window=timedelta(minutes=10),
    delays=_delays(*([0] * 120), 1, 2, 5),
)
"""Flows started from one address; the last wait is as for `ADDRESS`."""

SECOND_PROOF = ThrottlePolicy(
    window=timedelta(days=1),
    delays=_delays(0, 0, 0, 30, 60, 300, 900, 3600),
)
"""Codes sent for one holder, in whichever flow, until one is confirmed. Each allows a few guesses
and is a message to a phone, so the limit of one flow is not enough: flows cost nothing. Whoever
knows name, number and phone finds a code of six digits on a given day with odds of 1 to 6,000;
forgotten after an hour, with waits to 900 s, it was 1 to 1,500."""

PERSON_CHECK = ThrottlePolicy(
    window=timedelta(days=1),
    delays=_delays(*([0] * 6), 15, 60, 300, 900, 3600),
)
"""Real-person checks of one holder, in whichever flow, until one succeeds. At most some 30 a day,
since each is a chance to be taken for the holder."""

STEP_UP = ThrottlePolicy(
    window=timedelta(minutes=10),
    delays=_delays(*([0] * 10), 5, 15, 60, 300),
)
"""Step-ups of one holder."""

OFFICER_NAME = ThrottlePolicy(
    window=timedelta(hours=1),
    delays=_delays(*([0] * 5), 30, 60, 300, 900, 1800),
)
"""Logins under one officer's name, whoever tries and whether or not the name exists. Five in a row
are what a mistyped password and a code that has just changed need."""

OFFICER_ADDRESS = ThrottlePolicy(
    window=timedelta(minutes=10),
    delays=_delays(*([0] * 300), 1, 2, 5),
)
"""Officers' logins from one address. A whole bureau can stand behind one, and its desks log in anew
after each long pause."""

CLIENT_ADDRESS = ThrottlePolicy(
    window=timedelta(minutes=10),
    delays=_delays(*([0] * 600), 1, 2, 5),
)
"""Client tokens asked for from one address, by whichever client: a portal that asks for each of
three hundred clerks at one address stays within the free ones. The last wait is as for
`ADDRESS`."""

CLIENT = ThrottlePolicy(
    window=timedelta(minutes=10),
    delays=_delays(*([0] * 60), 1, 2, 5, 10),
)
"""Assertions that one client proved itself by, for itself or for one of its own users. A token is
good for five minutes, so thirty processes of one portal stay within the free ones."""

FEED_ADDRESS = ThrottlePolicy(
    window=timedelta(minutes=10),
    delays=_delays(*([0] * 600), 1, 2, 5),
)
"""Feeds sent from one address, by whichever authority: one in each second, then one in five."""

NUMBERS_LOOKED_UP = ThrottlePolicy(
    window=timedelta(minutes=10),
    delays=_delays(*([0] * 60), 1, 2, 5, 10),
)
"""Lists of up to 100 work permit numbers that one employer looks up among its own people. A list of
100,000 people takes three hours and a half, which pages of them do in minutes; guessing shows
nothing of others, and takes as long."""

APPLICANTS = ThrottlePolicy(
    window=timedelta(hours=24),
    delays=_delays(*([0] * 300), 60),
)
"""Applicants that one employer states in a day. Whether a passport is registered shows in how that
ends, so it cannot be asked without end; a large employer's hiring season stays within it."""

EMAIL_CODE = ThrottlePolicy(
    window=timedelta(days=1),
    delays=_delays(0, 0, 0, 30, 60, 300, 900, 3600),
)
"""Codes sent by mail for one holder, and to one address whoever asks, so that nobody's mailbox is
filled. Each code takes five guesses of a million."""

CALENDAR_ADDRESS = ThrottlePolicy(
    window=timedelta(minutes=10),
    delays=_delays(*([0] * 300), 1, 2, 5),
)
"""Calendars read from one address. A calendar service reads those of many people; a token has 256
random bits, so this bounds what reading costs and no guessing."""

STATUS_LISTS_PER_MINUTE: Final = 600
"""Status lists, and metadata of credentials, fetched from one address, of each process: a hall of
gates behind one address has ten in each second, and a list is good for ten minutes. Counted in
memory, since a list that is kept costs less than counting it in the database would."""

CHECK_ADDRESS = ThrottlePolicy(
    window=timedelta(minutes=10),
    delays=_delays(*([0] * 60), 1, 2, 5, 10),
)
"""Papers checked from one address: a counter or a bank checks one after the other."""

CHECKED_LETTER = ThrottlePolicy(
    window=timedelta(minutes=10),
    delays=_delays(*([0] * 20), 1, 2, 5),
)
"""Checks of one letter, whoever makes them. The waits are short, since anybody who has seen its QR
can use up the free ones; what keeps a code from being guessed is its length."""

SHARE_CODE = ThrottlePolicy(
    window=MAX_LIFETIME,
    delays=(*([timedelta(0)] * (FREE_ATTEMPTS - 1)), MAX_LIFETIME),
)
"""Attempts at one share code, whoever makes them and whether or not there is such a code, until a
good one. The last free one locks it for as long as any code lives: a new one is quickly made, and
whoever has guessed five times has no business with it."""

SHARE_CODE_ADDRESS = ThrottlePolicy(
    window=timedelta(minutes=10),
    delays=_delays(*([0] * 30), 5, 15, 60),
)
"""Share codes tried from one network address. One a minute in the end, 1,440 a day: of 3.4 billion
codes."""

SHARE_CODE_CLIENT = ThrottlePolicy(
    window=timedelta(minutes=10),
    delays=_delays(*([0] * 120), 1, 2, 5),
)
"""Share codes tried by one portal, which is known by name and answers for what it does."""

CARD_CHECK_ADDRESS = ThrottlePolicy(
    window=timedelta(minutes=10),
    delays=_delays(*([0] * 300), 1, 2),
)
"""Cards checked at the check page from one address: a gate in the morning checks one in every two
seconds. A code cannot be guessed, so this bounds what checking costs."""

CARD_CHECK_CLIENT = ThrottlePolicy(
    window=timedelta(minutes=10),
    delays=_delays(*([0] * 1_200), 1, 2),
)
"""Cards checked by one employer's client or one officer: two a second, over all gates of a site."""
