"""How personal values look when masked, as data.

The number of asterisks is fixed, so that a masked value does not tell how long the value is. At
least `hidden` characters stay hidden: a value too short for its whole pattern shows less, its end
first.

The social security number holds the number of the first passport behind a country and a digit. Both
masks leave so much hidden that the two together still hide at least four characters of the passport
number: its zeros of padding do not count as hidden, and five characters must be.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

MASK = "***"
MAX_MASKED_WORDS = 12
"""Words of a name that are shown as masked; further ones are left out."""


@dataclass(frozen=True)
class ShowEnds:
    """Shows the first `leading` and the last `trailing` characters. `padded_from` is the place
    behind which zeros may be padding, which is dropped before counting."""

    leading: int
    trailing: int
    hidden: int = 4
    padded_from: int | None = None


@dataclass(frozen=True)
class ShowInitials:
    """Shows the first letter of each word; a word of one letter shows nothing."""


@dataclass(frozen=True)
class ShowFirstCharacter:
    """Shows the first character of the whole; a single character shows nothing."""


@dataclass(frozen=True)
class ShowYear:
    """Shows the year of an ISO date (`1990-**-**`)."""


@dataclass(frozen=True)
class ShowMailbox:
    """Shows the first letter of a mail address and of its domain, and the last part of that."""


MaskPattern = ShowEnds | ShowInitials | ShowFirstCharacter | ShowYear | ShowMailbox

MASKS: Mapping[str, MaskPattern] = {
    "name": ShowInitials(),
    "chinese_name": ShowFirstCharacter(),
    "birth_date": ShowYear(),
    "passport_number": ShowEnds(leading=1, trailing=2),
    # Country, reserved digit, then the number of the first passport: 5 of it and the digit hidden.
    "social_security_number": ShowEnds(leading=3, trailing=3, hidden=6, padded_from=4),
    "work_permit_number": ShowEnds(leading=2, trailing=4),
    # It holds country and birth date: its first character says only which form it is.
    "permanent_resident_id": ShowEnds(leading=1, trailing=2, hidden=8),
    "residence_permit_number": ShowEnds(leading=1, trailing=2),
    # Eight or nine characters: three are enough to tell one's own cards apart.
    "card_number": ShowEnds(leading=0, trailing=3),
    # As receipts print it.
    "bank_card": ShowEnds(leading=0, trailing=4, hidden=8),
    "phone": ShowEnds(leading=3, trailing=4),
    "email": ShowMailbox(),
    # What a phone's vendor knows a device by.
    "push_token": ShowEnds(leading=0, trailing=4, hidden=8),
}
"""Kind → pattern. Names, birth date, passport, social security, work permit and phone are as
FACTS.md says; the other kinds are our choice."""


def mask(kind: str, value: str) -> str:
    """The masked form of a value. Raises KeyError for a kind without a pattern: nothing personal is
    ever stored without one."""
    seen = "".join(char for char in value.strip() if unicodedata.category(char) != "Cf")
    seen = unicodedata.normalize("NFC", seen)
    match MASKS[kind]:
        case ShowEnds() as pattern:
            return _ends(pattern, seen)
        case ShowInitials():
            return " ".join(map(_initial, seen.split()[:MAX_MASKED_WORDS])) or MASK
        case ShowFirstCharacter():
            return _initial(seen)
        case ShowYear():
            return f"{seen[:4]}-**-**" if _is_iso_date(seen) else "****-**-**"
        case ShowMailbox():
            return _mailbox(seen)


def _ends(pattern: ShowEnds, value: str) -> str:
    if pattern.padded_from is not None:
        value = value[: pattern.padded_from] + value[pattern.padded_from :].lstrip("0")
    spare = max(0, len(value) - pattern.hidden)
    leading = min(pattern.leading, spare)
    trailing = min(pattern.trailing, spare - leading)
    return f"{value[:leading]}{MASK}*{value[len(value) - trailing :]}"


def _mailbox(address: str) -> str:
    local, _, domain = address.partition("@")
    name, _, last = domain.rpartition(".")
    return f"{local[:1]}{MASK}@{name[:1]}{MASK}.{last}" if local and name else MASK


def _initial(word: str) -> str:
    letters = [char for char in word if unicodedata.category(char)[0] in "LN"]
    return f"{letters[0]}{MASK}" if len(letters) > 1 else MASK


def _is_iso_date(value: str) -> bool:
    year, *rest = value.split("-")
    return [len(part) for part in (year, *rest)] == [4, 2, 2] and value.replace("-", "").isdigit()
