"""A letter that a former employer asks for tells what it knew, and what its holder asks for then is
the holder's alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from resolvers.vocabulary import IdentifierKind, LetterKind
from tests.cases import Scene
from tests.letter_asking import Asker, Subjects, make_subjects
from tests.reading_pdf import text_of
from tests.serving import Serving

LISTED = "{ employer { letters { edges { node { id } } } } }"
KINDS = (LetterKind.PERMIT_NOTIFICATION, LetterKind.DECISION)


async def end(subjects: Subjects) -> None:
    serving = subjects.scene.serving
    over = {"$set": {"ends_at": serving.clock() - timedelta(minutes=1)}}
    found = await serving.database["employments"].update_many({}, over)
    assert found.modified_count > 0


async def text(asker: Asker, subjects: Subjects, kind: LetterKind, file: Path) -> str:
    return _read(await asker.file(kind, subjects.about[kind]), file)


def _read(content: bytes, file: Path) -> str:
    file.write_bytes(content)
    return text_of(file).replace(" ", "")


async def test_no_passport_of_today_comes_into_a_letter_of_a_former_employer(
    serving: Serving, tmp_path: Path
) -> None:
    """Nor does it find the letter with it that the holder has asked for."""
    subjects = await make_subjects(await Scene.of(serving))
    await end(subjects)
    passport = subjects.person.numbers[IdentifierKind.PASSPORT]
    name = subjects.person.name.replace(" ", "")
    for kind in KINDS:
        own = await text(subjects.holder(), subjects, kind, tmp_path / "own.pdf")
        assert passport in own
        told = await text(subjects.employer(), subjects, kind, tmp_path / "told.pdf")
        assert name in told
        assert passport not in told
        assert "贝诺拉" in own
        assert "贝诺拉" not in told
    shown = (await subjects.employer().app.execute(LISTED))["employer"]["letters"]["edges"]
    stored = await serving.database["letters"].find({}).to_list(None)
    assert len(stored) == 2 * len(KINDS)
    assert {edge["node"]["id"] for edge in shown} == {
        one["_id"] for one in stored if one["tells_of"] == "decision.at-end"
    }


async def test_what_was_issued_in_its_time_stays_the_employers(serving: Serving) -> None:
    subjects = await make_subjects(await Scene.of(serving))
    kind = LetterKind.DECISION
    letter = await subjects.employer().letter(kind, subjects.about[kind])
    await end(subjects)
    assert (await subjects.employer().download(letter)).status_code == 200
    shown = (await subjects.employer().app.execute(LISTED))["employer"]["letters"]["edges"]
    assert [edge["node"]["id"] for edge in shown] == [letter["id"]]
