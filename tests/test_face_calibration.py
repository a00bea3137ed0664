"""`onecard face calibrate`: distances of an operator's own pictures, counted and drawn."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from api.commands.face import face
from api.face.calibration import Distances, drawing
from tests.command_line import called
from tests.face_pictures import ASTRONAUT, content_of


def folder_of(root: Path, pictures: dict[str, str]) -> Path:
    for place, (name, person) in enumerate(pictures.items()):
        (root / person).mkdir(exist_ok=True, parents=True)
        (root / person / f"{place}.jpg").write_bytes(content_of(name))
    return root


def test_pairs_are_counted_at_each_threshold_and_drawn(tmp_path: Path) -> None:
    people = {"obama.jpg": "one", "obama2.jpg": "one", "biden.jpg": "two", ASTRONAUT: "three"}
    folder = folder_of(tmp_path / "pictures", people)
    (folder / "two" / "none.jpg").write_bytes(b"no picture")
    plot = tmp_path / "plot.svg"
    answer = called(face, "calibrate", str(folder), "--plot", str(plot), settings={})
    assert (answer.code, answer.stderr) == (0, "")
    assert "5 pictures, 1 unusable; 1 pairs of one person, 5 of two" in answer.stdout
    [at_half] = [line for line in answer.stdout.splitlines() if line.strip().startswith("0.50")]
    assert at_half.split() == ["0.50", "0", "(", "0.00%)", "0", "(", "0.00%)"]
    assert ET.parse(plot).getroot().tag.endswith("svg")  # noqa: S314 - our own file


def test_too_few_pictures_are_told_in_one_line(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "pictures", {"obama.jpg": "one"})
    answer = called(face, "calibrate", str(folder), settings={})
    assert answer.code == 1
    assert answer.only_line.startswith("onecard: give two pictures of one person")


def test_what_a_threshold_gets_wrong_is_counted_from_both_sides() -> None:
    found = Distances([0.3, 0.4, 0.55], [0.45, 0.8, 0.9], 0)
    assert [found.refused(one) for one in (0.35, 0.5, 0.6)] == [2, 1, 0]
    assert [found.accepted(one) for one in (0.35, 0.5, 0.6)] == [0, 1, 1]
    assert drawing(found).count('v18"') == 6
