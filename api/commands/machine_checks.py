"""What `onecard doctor` looks at on this machine: key file, certificate, disk, GraphiQL's files."""

from __future__ import annotations

import os
import stat
from datetime import datetime

from api.commands.findings import Finding, bad, good
from api.embedded.directory import NEEDED_BYTES, free_bytes
from api.failure import Refusal
from api.graphiql.build import BUILD_COMMAND, STATIC, is_up_to_date
from api.letter_certificates import LetterCertificate
from api.letter_signing import letter_signer, test_certificate_directory
from api.settings import LOCAL, Settings
from auth.key_files import KeySetUnreadable, load_key_set
from auth.keys import KeySet, Purpose

KEYS = "keys"
DISK = "disk"
LETTERS = "letters"
RENEWAL_DAYS = 30
"""Before its end, a certificate is to be renewed."""
GRAPHIQL = "graphiql"


def check_keys(settings: Settings) -> tuple[Finding, KeySet | None]:
    """Never makes a key set."""
    path = settings.keys_path
    if not os.path.lexists(path) and not settings.in_production and settings.keys_file is None:
        return bad(KEYS, f"no key set at {path} yet: run 'onecard serve' once, it makes one"), None
    try:
        key_set = load_key_set(path)
    except KeySetUnreadable as error:
        return bad(KEYS, str(error)), None
    folder = path.resolve().parent
    mode = folder.stat().st_mode
    if mode & 0o022 and not mode & stat.S_ISVTX:
        return bad(KEYS, f"others may replace files in {folder}: run chmod 700 on it"), key_set
    current = ", ".join(f"{p} {key_set.ring(p).current_version}" for p in Purpose)
    return good(KEYS, f"current versions: {current}"), key_set


def check_letters(settings: Settings, now: datetime) -> Finding:
    """Whether letters can be signed, and for how long. Never makes a certificate."""
    is_given = settings.letter_key_file is not None or settings.letter_signer != LOCAL
    if not is_given and not test_certificate_directory(settings).exists():
        return good(LETTERS, "a test certificate is made when the gateway first serves")
    try:
        signer = letter_signer(settings, now)
    except Refusal as refusal:
        return bad(LETTERS, str(refusal))
    if not isinstance(signer, LetterCertificate):
        return good(LETTERS, "signed by an adapter")
    days = (signer.valid_until - now).days
    if days < RENEWAL_DAYS:
        return bad(LETTERS, f"the certificate that signs letters ends in {days} days: renew it")
    return good(LETTERS, f"the certificate that signs letters holds for {days} days")


def check_disk(settings: Settings) -> Finding:
    """Of the data directory, or of where it will be made."""
    place = settings.data_dir.absolute()
    while not place.exists():
        place = place.parent
    free, needed = free_bytes(place) // 1_000_000, NEEDED_BYTES // 1_000_000
    if free < needed:
        return bad(
            DISK,
            f"{free:,} MB free at {place}, the local MongoDB needs {needed}: free some space or "
            "set ONECARD_DATA_DIR to a directory on another disk",
        )
    return good(DISK, f"{free:,} MB free at {place}")


def check_graphiql() -> Finding:
    if not (STATIC / "index.html").exists():
        return bad(GRAPHIQL, f"its files are not built: run '{BUILD_COMMAND}'")
    if not is_up_to_date():
        return bad(GRAPHIQL, f"its files are older than their sources: run '{BUILD_COMMAND}'")
    return good(GRAPHIQL, "built")
