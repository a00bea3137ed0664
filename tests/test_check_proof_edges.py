"""Proofs at the edges: the longest that there can be, and one that cannot be made just now."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from auth.check_proofs import CheckProofs
from auth.keys import KeySet
from auth.master_keys import LocalMasterKeys
from auth.sealing import Sealer
from resolvers.letter_press import LetterPress, PressBusy
from resolvers.letters.printing import NotPrintable
from resolvers.rules.bundles import Bundle, SharingPurpose
from resolvers.share_codes import handing_out
from resolvers.share_codes.printing import print_proof
from resolvers.share_codes.proving import Checker, claims_of, opened_claims, sealed_claims
from resolvers.sharing.parts import SharedEmployer, SharedPastPermit, SharedRecord, SharedSource
from resolvers.vocabulary import PermitCategory, PermitStatus
from tests.serving import Serving
from tests.share_codes import new_checker, new_sharer
from tests.test_check_proofs import download
from tests.test_check_share_code import PATH, check, hidden_of
from tests.test_letters_verified import verdict

AT = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
LONGEST = {"en": "Sample Robotics " * 18, "zh": "样例机器人" * 60}


def longest_claims() -> dict[str, Any]:
    permit = SharedPastPermit(
        category=PermitCategory.A,
        employer=SharedEmployer("91440101000000005X", LONGEST),
        valid_from=date(2020, 1, 1),
        valid_until=date(2020, 12, 31),
        status=PermitStatus.SUPERSEDED,
        source=SharedSource("foreign-experts-440100", AT),
    )
    record = SharedRecord(
        "hld_00000000000000000000000000",
        AT,
        (Bundle.PERMIT_HISTORY,),
        permit_history=(permit,) * 100,
    )
    checker = Checker("emp_00000000000000000000000000", "91440101000000005X", LONGEST)
    return claims_of("chk_none", "https://onecard.example", SharingPurpose.WORK, checker, record)


def test_the_longest_history_is_signed_sealed_and_printed(key_set: KeySet) -> None:
    claims = longest_claims()
    assert len(CheckProofs(key_set, "https://onecard.example").sign(claims)) > 300_000
    vault, _ = Sealer(LocalMasterKeys(key_set)).new_vault("hld_none")
    size, sealed = sealed_claims(vault, "chk_none", claims)
    stored = {"_id": "chk_none", "bytes": size, "content": sealed}
    assert opened_claims(vault, stored) == claims
    assert print_proof(claims).startswith(b"%PDF-")


def test_the_same_check_is_the_same_paper() -> None:
    claims = longest_claims() | {"bundles": [], "shown": {}}
    assert print_proof(claims) == print_proof(dict(claims))
    with pytest.raises(NotPrintable):
        print_proof(claims | {"jti": "\U0001f9ff"})


async def test_a_paper_that_cannot_be_made_now_is_asked_for_again_and_the_text_stays(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    sharer, checker = await new_sharer(serving), await new_checker(serving)
    code = await sharer.code()
    redeemed = await checker.redeem(code)
    fields = hidden_of(await check(serving, code))

    async def busy(_press: LetterPress, _make: object) -> bytes:
        raise PressBusy

    def unprintable(_claims: object) -> bytes:
        raise NotPrintable

    with monkeypatch.context() as patch:
        patch.setattr(LetterPress, "run", busy)
        by_portal = await download(serving, checker, redeemed["proofUrl"])
        assert (by_portal.status_code, by_portal.headers["retry-after"]) == (503, "3")
        by_page = await serving.http.post(f"{PATH}/proof", data=fields | {"form": "pdf"})
        assert (by_page.status_code, verdict(by_page)) == (503, "Not just now")
    monkeypatch.setattr(handing_out, "print_proof", unprintable)
    assert (await download(serving, checker, redeemed["proofUrl"])).status_code == 404
    by_page = await serving.http.post(f"{PATH}/proof", data=fields | {"form": "pdf"})
    assert (by_page.status_code, verdict(by_page)) == (404, "This cannot be printed")
    text = await download(serving, checker, redeemed["proofUrl"], form="json")
    assert text.json()["proof"] == redeemed["proof"]
    lines = {"action": "check_proof.downloaded"}
    assert await serving.database["audit"].count_documents(lines) == 1
