"""Who signs letters, by the settings."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from api.adapter_factories import adapter_of
from api.failure import Refusal
from api.letter_certificates import load_letter_certificate, load_or_make_test_certificate
from api.settings import LOCAL, Settings
from resolvers.letter_signer import LetterSigner


def letter_signer(settings: Settings, now: datetime) -> LetterSigner:
    """By the files or the adapter that the settings name, or a `Refusal`. Development makes a test
    certificate on first use, production never does."""
    signer: LetterSigner
    if settings.letter_signer != LOCAL:
        signer = adapter_of("ONECARD_LETTER_SIGNER", settings.letter_signer)()
    elif settings.letter_key_file is None or settings.letter_certificate_file is None:
        signer = load_or_make_test_certificate(test_certificate_directory(settings), now)
    else:
        signer = load_letter_certificate(
            settings.letter_key_file, settings.letter_certificate_file, now
        )
    if not isinstance(signer, LetterSigner):
        raise Refusal(
            "ONECARD_LETTER_SIGNER names a factory of no such signer: see docs/letters.md"
        )
    if settings.in_production and signer.is_test:
        raise Refusal(
            "letters would be signed with a test certificate, which production does not start with"
        )
    return signer


def test_certificate_directory(settings: Settings) -> Path:
    """Of the certificate that development makes."""
    return settings.data_dir / "letters"
