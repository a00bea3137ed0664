"""What a verifier does with a letter in hand: scan it, and compare what is typed."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from api.settings import DEFAULT_ISSUER
from auth.letter_tokens import LetterTokens
from auth.master_keys import LocalMasterKeys
from auth.sealing import Sealer
from resolvers.letters.addresses import SHORT_KINDS
from resolvers.letters.printed import PrintedField, checked_values, printed_digest
from resolvers.store import holder_keys
from resolvers.store.holder_keys import decode_holder_key
from resolvers.store.letters import decode_printed
from tests.cases import Scene
from tests.checking_letters import scanned
from tests.letter_asking import Subjects, make_subjects
from tests.reading_pdf import picture_of, text_of
from tests.serving import Serving


@pytest.fixture
async def subjects(serving: Serving) -> Subjects:
    return await make_subjects(await Scene.of(serving))


async def test_the_picture_of_each_letter_leads_to_a_token_over_what_is_printed_that_names_nobody(
    subjects: Subjects, tmp_path: Path
) -> None:
    serving = subjects.scene.serving
    tokens, holder = LetterTokens(serving.key_set), subjects.holder()
    key = await serving.database[holder_keys.NAME].find_one({"_id": subjects.person.holder_id})
    assert key is not None
    sealer = Sealer(LocalMasterKeys(serving.key_set))
    vault = sealer.vault_for(subjects.person.holder_id, decode_holder_key(key))
    for kind, about_id in subjects.about.items():
        letter = await holder.letter(kind, about_id)
        path = tmp_path / f"{kind}.pdf"
        path.write_bytes((await holder.download(letter)).content)
        address = scanned(picture_of(path, 150))
        assert address.startswith(f"{DEFAULT_ISSUER}/check/")
        assert told_to_anybody(address, subjects, about_id) == []
        claims = tokens.verify(address.rpartition("/")[2])
        assert (claims.kind, claims.letter_id) == (SHORT_KINDS[kind], letter["id"])
        stored = await serving.database["letters"].find_one({"_id": letter["id"]})
        assert stored is not None
        assert stored["key_version"] == tokens.key_version
        printed = decode_printed(stored, vault)
        text = text_of(path)
        assert printed.code in text
        values = checked_values(kind, printed.values)
        for value in values.values():
            assert value.replace(" ", "").replace("\n", "") in text.replace(" ", "")
        digest = printed_digest(kind, claims.letter_id, claims.issued_on, values, printed.code)
        assert digest == claims.digest
        altered = values | {PrintedField.PASSPORT_NUMBER: "X99999999"}
        other = printed_digest(kind, claims.letter_id, claims.issued_on, altered, printed.code)
        assert other != claims.digest


def told_to_anybody(address: str, subjects: Subjects, about_id: str) -> list[str]:
    """Which values of the person can be read out of the code; none must be."""
    payload = address.rpartition("/")[2].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    told = json.dumps(claims) + address
    values = (*subjects.person.numbers.values(), subjects.person.name, about_id)
    return [value for value in values if value in told]
