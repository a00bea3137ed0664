"""A letter from paper to verdict: offline with nothing but the JWKS file and what is printed, and
online with what holds now."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from resolvers.letters.printed import FIELDS_OF
from resolvers.letters.printed_words import CHOICES
from resolvers.vocabulary import LetterKind
from tests.cases import Scene
from tests.checked_papers import Paper, paper_of
from tests.command_line import ROOT
from tests.letter_asking import make_subjects
from tests.serving import Serving

EXAMPLE = ROOT / "docs" / "examples" / "verify_letter.py"
_K = LetterKind
NOW = {
    _K.PERMIT_NOTIFICATION: "Stands: granted",
    _K.DECISION: "Stands: refused",
    _K.CANCELLATION_PROOF: "Cancelled",
    _K.PERMIT_CERTIFICATE: "Active",
    _K.CARD_RECEIPT: "Ordered",
}


def offline(
    directory: Path, jwks: object, address: str, typed: Mapping[str, str]
) -> tuple[int, str]:
    """Exit code and output; in a process that has no address of the gateway."""
    (directory / "jwks.json").write_text(json.dumps(jwks))
    (directory / "fields.json").write_text(json.dumps(typed))
    files = (str(directory / "jwks.json"), address, str(directory / "fields.json"))
    ended = subprocess.run(
        [sys.executable, "-I", str(EXAMPLE), *files],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.stderr == ""
    return ended.returncode, ended.stdout.strip()


async def test_every_letter_is_proved_from_its_paper_offline_and_online(
    serving: Serving, tmp_path: Path
) -> None:
    subjects = await make_subjects(await Scene.of(serving))
    jwks = (await serving.http.get("/.well-known/jwks.json")).json()
    for kind, about_id in subjects.about.items():
        paper = paper_of(kind, await subjects.holder().file(kind, about_id), tmp_path)
        missing = {field.value for field in FIELDS_OF[kind] if not paper.typed[field.value]}
        allowed = {"permit_number", "valid_from", "valid_until"} if kind is _K.DECISION else set()
        assert missing <= allowed, (kind, missing)
        assert paper.version <= 14
        assert len(paper.address) <= 350
        code, told = offline(tmp_path, jwks, paper.address, paper.typed)
        assert (code, told.partition(",")[0]) == (0, f"genuine: {kind}")
        shown = await serving.http.get(paper.path)
        assert shown.status_code == 200
        answer = await serving.http.post(paper.path, data=dict(paper.typed))
        assert (answer.status_code, verdict(answer)) == (200, "Genuine"), kind
        assert NOW[kind] in answer.text


def verdict(answer: httpx.Response) -> str:
    return answer.text.partition("<title>")[2].partition(" – ")[0]


@pytest.fixture
async def paper(serving: Serving, tmp_path: Path) -> Paper:
    """A certificate."""
    subjects = await make_subjects(await Scene.of(serving))
    kind = _K.PERMIT_CERTIFICATE
    content = await subjects.holder().file(kind, subjects.about[kind])
    return paper_of(kind, content, tmp_path)


async def test_one_altered_field_or_character_is_not_genuine_offline(
    serving: Serving, paper: Paper, tmp_path: Path
) -> None:
    jwks = (await serving.http.get("/.well-known/jwks.json")).json()
    assert offline(tmp_path, jwks, paper.address, paper.typed)[0] == 0
    for name, value in (
        ("full_name", "Nora Beispiel II"),
        ("valid_until", "2099-12-31"),
        ("category", "B"),
        ("employer", "样例机器人 / Other Robotics"),
        ("passport_number", ""),
    ):
        told = offline(tmp_path, jwks, paper.address, paper.altered(name, value))
        assert told == (1, "not genuine: what was typed is not what was printed"), name
    code, told_of_code = offline(
        tmp_path, jwks, paper.address, paper.altered("code", "2222-2222-2222-2223")
    )
    assert (code, "code" in told_of_code) == (1, True)
    token_at = len(paper.address) - 300
    for place in (token_at, len(paper.address) - 120, len(paper.address) - 1):
        other = "A" if paper.address[place] != "A" else "B"
        changed = paper.address[:place] + other + paper.address[place + 1 :]
        assert offline(tmp_path, jwks, changed, paper.typed)[0] == 1, place
    without = {"keys": [key for key in jwks["keys"] if not key["kid"].startswith("L-")]}
    assert offline(tmp_path, without, paper.address, paper.typed)[0] == 1


async def test_a_cancelled_permits_letter_is_genuine_and_cancelled(
    serving: Serving, paper: Paper
) -> None:
    genuine = await serving.http.post(paper.path, data=dict(paper.typed))
    assert (verdict(genuine), "Active" in genuine.text) == ("Genuine", True)
    permits = serving.database["permits"]
    await permits.update_many({"state": "ISSUED"}, {"$set": {"state": "CANCELLED"}})
    now = await serving.http.post(paper.path, data=dict(paper.typed))
    assert verdict(now) == "Genuine, but mind what holds now"
    assert "Cancelled" in now.text
    assert "Active" not in now.text
    chinese = await serving.http.post(f"{paper.path}?lang=zh", data=dict(paper.typed))
    assert "已注销" in chinese.text
    for value in paper.typed.values():  # the verdict says no more than the state
        assert value in ("", "2026") or value not in now.text or value == str(today(now)), value


def today(answer: httpx.Response) -> str:
    """The day of issue, which the token has."""
    return answer.text.partition("Issued on</dt><dd>")[2].partition("<")[0]


async def test_a_letter_that_is_no_longer_on_record_is_said_to_be_signed_by_us(
    serving: Serving, paper: Paper
) -> None:
    await serving.database["letters"].delete_many({})
    answer = await serving.http.post(paper.path, data=dict(paper.typed))
    assert verdict(answer) == "Signed by us, but no such letter is on record"
    wrong = await serving.http.post(paper.path, data=paper.altered("full_name", "Somebody"))
    assert verdict(wrong) == "Not genuine, as typed"


def test_the_example_knows_the_words_that_letters_choose_from() -> None:
    known = json.loads((EXAMPLE.parent / "letter_choices.json").read_text(encoding="utf-8"))
    assert known == {
        field: {word: [named.en, named.zh] for word, named in words.items()}
        for field, words in CHOICES.items()
    }
