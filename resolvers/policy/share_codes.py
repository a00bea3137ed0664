"""How long share codes are good and how often, as data, to be set by whoever operates.

Ninety days is how long the UK's share codes are good; the rest is ours.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

DEFAULT_LIFETIME: Final = timedelta(days=30)
MAX_LIFETIME: Final = timedelta(days=90)
MIN_LIFETIME: Final = timedelta(minutes=5)
DEFAULT_USES: Final = 3
MAX_USES: Final = 100
MAX_LIVE_CODES: Final = 20
"""That one holder may have at once."""
FORGOTTEN_AFTER: Final = timedelta(days=180)
"""How long after its last day a code still stands in its holder's list: as long as the ledger is
kept at least. It opens nothing meanwhile."""
PROOF_LIFETIME: Final = timedelta(minutes=15)
"""How long the proof of a check can be downloaded; then it is on record here no more."""
REPEATED_WITHIN: Final = timedelta(minutes=1)
"""For how long a check that is sent again with the same key is answered with the same check: as
long as a lost answer is asked for again. A use is one look, so it is short."""
PROOF_KEPT: Final = timedelta(days=3653)
"""For how long after a check its proof can be verified at least: two permits of five years, one
after the other. The letters key that signed it is not retired before, unless it has leaked."""
FREE_ATTEMPTS: Final = 5
"""After so many attempts without a good one a code is locked for the rest of its life. With one
birth date in some 20,000, that is 1 in 4,000 for somebody who has the code and not the date."""
